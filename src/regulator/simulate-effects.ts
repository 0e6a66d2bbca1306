import type { Decision } from "../core/decision.ts";
import type { Run } from "./simulate-run.ts";
import type { SimulatedLoan, Timeline } from "./simulate-timeline.ts";

/** Days between two loans of one spiral, and how many loans make one. */
export interface SpiralTerms {
  readonly days: number;
  readonly loans: number;
}

/** Seconds after the last payment was due in which a repayment still is on time: to the end of that day, wherever it began. */
const ON_TIME = 86_400;
const DAY = 86_400;

/** A loan that was put to both laws. */
export interface JudgedLoan {
  /** Number of the loan in the timeline. */
  readonly number: number;
  readonly loan: SimulatedLoan;
  readonly before: Decision;
  readonly after: Decision;
}

/** Some loans, whose they are, and how much was asked for in them. */
export interface Tally {
  readonly loans: number;
  readonly borrowers: number;
  /** Principal, minor units. */
  readonly amount: bigint;
}

/** Spirals under one law. */
export interface Spirals {
  readonly spirals: number;
  readonly borrowers: number;
  readonly loans: number;
  readonly longest: number;
}

/** What a draft does, for better and for worse. Each definition is in `DEFINITIONS`. */
export interface Effects {
  /** Loans that the draft refuses and the law does not, and the other way round. */
  readonly newly_refused: Tally;
  readonly newly_let_through: Tally;
  /** Of those let through: never made, so that nothing is known of what would have come of them. */
  readonly never_made: Tally;
  readonly losing_access: Tally;
  readonly gaining_access: Tally;
  readonly spirals: {
    readonly terms: SpiralTerms;
    readonly before: Spirals;
    readonly after: Spirals;
    readonly cut_short: Spirals & { readonly refused_loans: number };
  };
  /** Newly refused loans of borrowers who repaid everything on time. */
  readonly punctual_borrowers: Tally;
  /** Newly refused loans that were repaid on time themselves. */
  readonly punctual_loans: Tally;
  /** Newly refused loans that were their borrower's first. */
  readonly first_loans: Tally;
  /** Newly refused loans that breach nothing: an input is missing. */
  readonly undetermined_alone: Tally;
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

const isRefused = ({ outcome }: Decision): boolean => outcome === "refused";

/** Refused by the draft, and not by the law. */
export const isNewlyRefused = ({ before, after }: JudgedLoan): boolean => isRefused(after) && !isRefused(before);
/** The other way round. */
export const isNewlyLetThrough = ({ before, after }: JudgedLoan): boolean => isRefused(before) && !isRefused(after);

export function effectsOf(judged: readonly JudgedLoan[], timeline: Timeline, terms: SpiralTerms): Effects {
  const newlyRefused = judged.filter(isNewlyRefused);
  const newlyLetThrough = judged.filter(isNewlyLetThrough);
  const of = byBorrower(judged);
  const unpunctual = unpunctualBorrowers(timeline);
  const first = firstLoans(timeline);
  const losing: JudgedLoan[] = [];
  const gaining: JudgedLoan[] = [];
  for (const loans of of.values()) {
    const [before, after] = [loans.every((one) => isRefused(one.before)), loans.every((one) => isRefused(one.after))];
    if (after && !before) losing.push(...loans);
    if (before && !after) gaining.push(...loans);
  }
  return {
    newly_refused: tally(newlyRefused),
    newly_let_through: tally(newlyLetThrough),
    never_made: tally(newlyLetThrough.filter(({ loan }) => !loan.made)),
    losing_access: tally(losing),
    gaining_access: tally(gaining),
    spirals: spiralsOf([...of.values()], terms),
    punctual_borrowers: tally(newlyRefused.filter(({ loan }) => loan.made && !unpunctual.has(loan.borrower))),
    punctual_loans: tally(newlyRefused.filter(({ loan }) => isOnTime(loan, timeline.end) === true)),
    first_loans: tally(newlyRefused.filter(({ number, loan }) => first.get(loan.borrower) === number)),
    undetermined_alone: tally(newlyRefused.filter(({ after }) => after.breaches === 0 && after.undetermined !== 0)),
  };
}

/** Counts loans, their borrowers and their amounts. */
export function tally(loans: readonly JudgedLoan[]): Tally {
  const borrowers = new Set(loans.map(({ loan }) => loan.borrower));
  const amount = loans.reduce((sum, { loan }) => sum + loan.opened.principal, 0n);
  return { loans: loans.length, borrowers: borrowers.size, amount };
}

/** Each borrower's loans, in the order of opening. */
function byBorrower(judged: readonly JudgedLoan[]): Map<number, JudgedLoan[]> {
  const of = new Map<number, JudgedLoan[]>();
  for (const one of judged) {
    const mine = of.get(one.loan.borrower);
    if (mine === undefined) of.set(one.loan.borrower, [one]);
    else mine.push(one);
  }
  for (const mine of of.values()) mine.sort((a, b) => a.loan.moment - b.loan.moment || a.number - b.number);
  return of;
}

/** Whether a loan was repaid on time; undefined while nobody can know. */
function isOnTime({ made, ended, troubled, moment, term }: SimulatedLoan, end: number): boolean | undefined {
  if (!made || troubled) return false;
  const due = moment + term + ON_TIME;
  if (ended === undefined) return end > due ? false : undefined;
  return (ended.reason === "repaid" || ended.reason === "withdrawn" || ended.reason === "voided") && ended.at <= due;
}

/** Borrowers of whom at least one loan was not repaid on time, anywhere and at any time of the history. */
function unpunctualBorrowers({ loans, end }: Timeline): Set<number> {
  return new Set(loans.filter((loan) => loan.made && isOnTime(loan, end) === false).map(({ borrower }) => borrower));
}

/** The number of each borrower's first loan of all. */
function firstLoans({ loans }: Timeline): Map<number, number> {
  const first = new Map<number, number>();
  for (const [number, { borrower, moment }] of loans.entries()) {
    const known = first.get(borrower);
    if (known === undefined || moment < loans[known]!.moment) first.set(borrower, number);
  }
  return first;
}

function spiralsOf(borrowers: readonly (readonly JudgedLoan[])[], terms: SpiralTerms): Effects["spirals"] {
  const before = borrowers.flatMap((loans) =>
    runsOf(
      loans.filter((one) => one.loan.made && !isRefused(one.before)),
      terms,
    ),
  );
  const after = borrowers.flatMap((loans) =>
    runsOf(
      loans.filter((one) => one.loan.made && !isRefused(one.after)),
      terms,
    ),
  );
  const cut = before.filter((run) => run.some(isNewlyRefused));
  const refusedLoans = cut.reduce((sum, run) => sum + run.filter(isNewlyRefused).length, 0);
  return {
    terms,
    before: summed(before),
    after: summed(after),
    cut_short: { ...summed(cut), refused_loans: refusedLoans },
  };
}

/** A borrower's spirals: runs of loans, each begun while one of the run was open, or at most so many days after. */
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

function summed(runs: readonly (readonly JudgedLoan[])[]): Spirals {
  return {
    spirals: runs.length,
    borrowers: new Set(runs.map(([first]) => first!.loan.borrower)).size,
    loans: runs.reduce((sum, { length }) => sum + length, 0),
    longest: runs.reduce((most, { length }) => Math.max(most, length), 0),
  };
}
