import { toHex, type Hex } from "../core/bytes.ts";
import { isNewlyLetThrough, isNewlyRefused, type JudgedLoan } from "./simulate-judged.ts";
import type { AccessChange } from "./simulate-effects.ts";
import { isCutShort, type Spiral } from "./simulate-spirals.ts";
import type { Timeline } from "./simulate-timeline.ts";

/** So many borrowers or spirals are in each list of the report at most, those with the most loans first. The table of loans has all. */
export const LISTED = 100;

/** A borrower who loses access or gains it, with all loans of the period. */
export interface ListedBorrower {
  readonly borrower: Hex;
  readonly loans: number;
  readonly amount: bigint;
}

/** A spiral under the law that the draft cuts short. */
export interface ListedSpiral {
  /** As in the table of loans. */
  readonly spiral: number;
  readonly borrower: Hex;
  readonly loans: number;
  readonly amount: bigint;
  /** Loans of it that the draft refuses and the law does not. */
  readonly refused_loans: number;
  /** When its first and its last loan were asked for. */
  readonly first: string;
  readonly last: string;
  readonly platforms: readonly number[];
}

/** Whom a draft concerns, by pseudonym. */
export interface Lists {
  readonly at_most: number;
  readonly losing_access: readonly ListedBorrower[];
  readonly gaining_access: readonly ListedBorrower[];
  readonly cut_short: readonly ListedSpiral[];
}

/** What a draft does to one loan or its borrower, for the table of loans. */
export interface LoanEffects {
  readonly effects: readonly string[];
  /** Number of the spiral under the law that it belongs to. */
  readonly spiral: number | undefined;
}

export function listsOf(access: AccessChange, spirals: readonly Spiral[], { borrowers }: Timeline): Lists {
  const pseudonym = (one: JudgedLoan): Hex => toHex(borrowers[one.loan.borrower]!);
  const listed = (all: readonly (readonly JudgedLoan[])[]): ListedBorrower[] =>
    worst(all, (loans) => loans).map((loans) => ({
      borrower: pseudonym(loans[0]!),
      loans: loans.length,
      amount: sumOf(loans),
    }));
  return {
    at_most: LISTED,
    losing_access: listed(access.losing),
    gaining_access: listed(access.gaining),
    cut_short: worst(spirals.filter(isCutShort), ({ loans }) => loans).map(({ number, loans }) => ({
      spiral: number,
      borrower: pseudonym(loans[0]!),
      loans: loans.length,
      amount: sumOf(loans),
      refused_loans: loans.filter(isNewlyRefused).length,
      first: isoOf(loans[0]!),
      last: isoOf(loans.at(-1)!),
      platforms: [...new Set(loans.map(({ loan }) => loan.act.ref.platform))].sort((a, b) => a - b),
    })),
  };
}

/** By number of the loan; what nothing is to be said of is not among them. */
export function loanEffects(
  judged: readonly JudgedLoan[],
  access: AccessChange,
  spirals: readonly Spiral[],
): ReadonlyMap<number, LoanEffects> {
  const found = new Map<number, { effects: string[]; spiral: number | undefined }>();
  const of = ({ number }: JudgedLoan): { effects: string[]; spiral: number | undefined } => {
    const known = found.get(number) ?? { effects: [], spiral: undefined };
    found.set(number, known);
    return known;
  };
  for (const one of judged) {
    if (isNewlyRefused(one)) of(one).effects.push("newly-refused");
    if (isNewlyLetThrough(one)) of(one).effects.push("newly-let-through");
  }
  for (const one of access.losing.flat()) of(one).effects.push("loses-access");
  for (const one of access.gaining.flat()) of(one).effects.push("gains-access");
  for (const spiral of spirals) {
    const cut = isCutShort(spiral);
    for (const one of spiral.loans) {
      of(one).spiral = spiral.number;
      if (cut) of(one).effects.push("spiral-cut-short");
    }
  }
  return found;
}

/** Those with the most loans, then with the most principal, then as they stand on the chain. */
function worst<T>(all: readonly T[], loansOf: (one: T) => readonly JudgedLoan[]): T[] {
  const measured = all.map((one) => {
    const loans = loansOf(one);
    return { one, count: loans.length, amount: sumOf(loans), first: loans[0]!.number };
  });
  measured.sort(
    (a, b) => b.count - a.count || (a.amount === b.amount ? a.first - b.first : a.amount < b.amount ? 1 : -1),
  );
  return measured.slice(0, LISTED).map(({ one }) => one);
}

const sumOf = (loans: readonly JudgedLoan[]): bigint =>
  loans.reduce((sum, { loan }) => sum + loan.opened.principal, 0n);

const isoOf = ({ loan }: JudgedLoan): string => new Date(loan.moment * 1_000).toISOString().replace(".000Z", "Z");
