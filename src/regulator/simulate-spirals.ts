import { isNewlyRefused, isRefused, type JudgedLoan } from "./simulate-judged.ts";

/** Days between two loans of one spiral, and how many loans make one. */
export interface SpiralTerms {
  readonly days: number;
  readonly loans: number;
}

/** A run of one borrower's loans, each begun while one of the run was open or soon after. */
export interface Spiral {
  /** From 1, in the order in which their first loans stand on the chain. */
  readonly number: number;
  readonly loans: readonly JudgedLoan[];
}

const DAY = 86_400;

/** The spirals that are left of borrowers' loans, each ascending by time, under one of the laws. */
export function spiralsUnder(
  side: "before" | "after",
  borrowers: Iterable<readonly JudgedLoan[]>,
  terms: SpiralTerms,
): Spiral[] {
  return [...borrowers]
    .flatMap((loans) =>
      runsOf(
        loans.filter((one) => one.loan.made && !isRefused(one[side])),
        terms,
      ),
    )
    .sort(([a], [b]) => a!.number - b!.number)
    .map((loans, i) => ({ number: i + 1, loans }));
}

/** Whether a draft refuses a loan of a spiral under the law. */
export const isCutShort = ({ loans }: Spiral): boolean => loans.some(isNewlyRefused);

function runsOf(loans: readonly JudgedLoan[], { days, loans: least }: SpiralTerms): (readonly JudgedLoan[])[] {
  const runs: JudgedLoan[][] = [];
  let run: JudgedLoan[] = [];
  let ends = -Infinity;
  for (const one of loans) {
    const { moment, ended } = one.loan;
    if (moment > ends + days * DAY) runs.push((run = []));
    run.push(one);
    ends = Math.max(ends, ended?.at ?? Infinity);
  }
  return runs.filter(({ length }) => length >= least);
}
