import type { Decision } from "../core/decision.ts";
import type { Run } from "./simulate-run.ts";
import type { SimulatedLoan, Timeline } from "./simulate-timeline.ts";

/** A loan that was put to both laws. */
export interface JudgedLoan {
  /** Number of the loan in the timeline. */
  readonly number: number;
  readonly loan: SimulatedLoan;
  readonly before: Decision;
  readonly after: Decision;
}

/** The loans of the period that were put to both laws, in the order of the chain. */
export function judgedLoans(
  timeline: Timeline,
  before: Run,
  after: Run,
  platforms?: ReadonlySet<number>,
): JudgedLoan[] {
  const judged: JudgedLoan[] = [];
  for (const [number, loan] of timeline.loans.entries()) {
    const [was, is] = [before.decisions[number], after.decisions[number]];
    if (was === undefined || is === undefined) continue;
    if (platforms === undefined || platforms.has(loan.act.ref.platform))
      judged.push({ number, loan, before: was, after: is });
  }
  return judged;
}

export const isRefused = ({ outcome }: Decision): boolean => outcome === "refused";

/** Refused by the draft, and not by the law. */
export const isNewlyRefused = ({ before, after }: JudgedLoan): boolean => isRefused(after) && !isRefused(before);
/** The other way round. */
export const isNewlyLetThrough = ({ before, after }: JudgedLoan): boolean => isRefused(before) && !isRefused(after);

/** Each borrower's loans, in the order of opening. */
export function byBorrower(judged: readonly JudgedLoan[]): Map<number, JudgedLoan[]> {
  const of = new Map<number, JudgedLoan[]>();
  for (const one of judged) {
    const mine = of.get(one.loan.borrower);
    if (mine === undefined) of.set(one.loan.borrower, [one]);
    else mine.push(one);
  }
  for (const mine of of.values()) mine.sort((a, b) => a.loan.moment - b.loan.moment || a.number - b.number);
  return of;
}
