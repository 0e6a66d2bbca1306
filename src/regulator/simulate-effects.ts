import { byBorrower, isNewlyLetThrough, isNewlyRefused, isRefused, type JudgedLoan } from "./simulate-judged.ts";
import { isCutShort, spiralsUnder, type Spiral, type SpiralTerms } from "./simulate-spirals.ts";
import type { SimulatedLoan, Timeline } from "./simulate-timeline.ts";

/** Seconds after the last payment was due in which a repayment still is on time: to the end of that day, wherever it began. */
const ON_TIME = 86_400;
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

/** The loans of borrowers who are refused everything by one law, and not by the other; a list a borrower. */
export interface AccessChange {
  readonly losing: readonly (readonly JudgedLoan[])[];
  readonly gaining: readonly (readonly JudgedLoan[])[];
}

/** What the effects are counted from. */
export interface Affected {
  readonly access: AccessChange;
  /** Under the law, and under the draft. */
  readonly spirals: { readonly before: readonly Spiral[]; readonly after: readonly Spiral[] };
}

export function affectedBy(judged: readonly JudgedLoan[], terms: SpiralTerms): Affected {
  const borrowers = [...byBorrower(judged).values()];
  const all = (loans: readonly JudgedLoan[], side: "before" | "after"): boolean =>
    loans.every((one) => isRefused(one[side]));
  return {
    access: {
      losing: borrowers.filter((loans) => all(loans, "after") && !all(loans, "before")),
      gaining: borrowers.filter((loans) => all(loans, "before") && !all(loans, "after")),
    },
    spirals: { before: spiralsUnder("before", borrowers, terms), after: spiralsUnder("after", borrowers, terms) },
  };
}

export function effectsOf(
  judged: readonly JudgedLoan[],
  { access, spirals }: Affected,
  timeline: Timeline,
  terms: SpiralTerms,
): Effects {
  const newlyRefused = judged.filter(isNewlyRefused);
  const newlyLetThrough = judged.filter(isNewlyLetThrough);
  const unpunctual = unpunctualBorrowers(timeline);
  const first = firstLoans(timeline);
  const cut = spirals.before.filter(isCutShort);
  const refusedLoans = cut.reduce((sum, { loans }) => sum + loans.filter(isNewlyRefused).length, 0);
  return {
    newly_refused: tally(newlyRefused),
    newly_let_through: tally(newlyLetThrough),
    never_made: tally(newlyLetThrough.filter(({ loan }) => !loan.made)),
    losing_access: tally(access.losing.flat()),
    gaining_access: tally(access.gaining.flat()),
    spirals: {
      terms,
      before: summed(spirals.before),
      after: summed(spirals.after),
      cut_short: { ...summed(cut), refused_loans: refusedLoans },
    },
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

function summed(spirals: readonly Spiral[]): Spirals {
  return {
    spirals: spirals.length,
    borrowers: new Set(spirals.map(({ loans }) => loans[0]!.loan.borrower)).size,
    loans: spirals.reduce((sum, { loans }) => sum + loans.length, 0),
    longest: spirals.reduce((most, { loans }) => Math.max(most, loans.length), 0),
  };
}
