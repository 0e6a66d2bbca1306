import { holderOf } from "./book.ts";
import type { Loan } from "./book.ts";
import { marketOf } from "./entry.ts";
import { unpackMonthlyPayment } from "./monthly-payment.ts";

/** What a borrower owes on one market, as rules of one new loan see it. Amounts are exact `number`s (see book.ts). */
export interface Exposure {
  /** Principal outstanding, charged-off loans included. */
  readonly outstanding: number;
  /** Of it, with the new loan's group. */
  readonly withGroup: number;
  /** Loans open, the draws of one line counted once, without the new one. */
  readonly openLoans: number;
  /** Groups with an open loan, that of the new one included. */
  readonly lenders: number;
  /** The new loan is a draw of a line that has an open draw. */
  readonly lineOpen: boolean;
  /** A loan is open, on whatever market. */
  readonly anyOpen: boolean;
  /** The largest monthly payments of the open loans that have one on record, rounded up. */
  readonly payments: number;
  /** One of them has none. */
  readonly paymentsUnknown: boolean;
}

/** The new loan, as far as it decides what counts together with it. */
export interface Newcomer {
  readonly market: number;
  readonly platform: number;
  readonly group: number;
  readonly line?: { readonly number: number; readonly index: number };
}

/** Sums a borrower's loans up for a new one. `groupOf` gives a platform's licence group. */
export function exposureFor(
  loans: readonly Loan[],
  newcomer: Newcomer,
  groupOf: (platform: number) => number,
): Exposure {
  const { market, group } = newcomer;
  let outstanding = 0;
  let withGroup = 0;
  let openLoans = 0;
  let lineOpen = false;
  let anyOpen = false;
  let payments = 0;
  let paymentsUnknown = false;
  const groups = [group];
  const counted: Loan[] = [];
  for (const loan of loans) {
    if (!loan.chargedOff) anyOpen = true;
    if (marketOf(loan.product) !== market) continue;
    const owedTo = groupOf(holderOf(loan));
    outstanding += loan.outstanding;
    if (owedTo === group) withGroup += loan.outstanding;
    if (loan.chargedOff) continue;
    if (!groups.includes(owedTo)) groups.push(owedTo);
    const payment = loan.detail?.largestPayment ?? 0;
    payments += unpackMonthlyPayment(payment);
    if (payment === 0) paymentsUnknown = true;
    if (loan.line) {
      if (loan.platform === newcomer.platform && isSameLine(loan.line, newcomer.line)) lineOpen = true;
      if (counted.some((other) => other.platform === loan.platform && isSameLine(loan.line, other.line))) continue;
      counted.push(loan);
    }
    openLoans++;
  }
  return { outstanding, withGroup, openLoans, lenders: groups.length, lineOpen, anyOpen, payments, paymentsUnknown };
}

type Line = Newcomer["line"];

function isSameLine(a: Line, b: Line): boolean {
  return a !== undefined && b !== undefined && a.number === b.number && a.index === b.index;
}
