import type { Loan } from "./loan.ts";

/** The events of all loans in the order in which they happened. Kept in typed arrays: there may be millions. */
export interface Timeline {
  readonly length: number;
  readonly loans: readonly Loan[];
  /** Place in `loans`. */
  readonly loanAt: (place: number) => number;
  /** 0 for the opening, then the payments from 1, {@link HAPPENED} and on for what else happened, and {@link CLOSING}. */
  readonly stepAt: (place: number) => number;
}

/** The step of the first of what else happened: far behind any payment, so that steps keep their names when a mapping tells more. */
export const HAPPENED = 0x8000;

/** The step of an event that closes its loan. */
export const CLOSING = 0xffff;

/**
 * Orders the events of loans by their time. At the same second what ends comes before what begins: a payment, then a close, then an
 * opening, then what happens to a loan opened in that very second. Beyond that, the order of the file decides.
 */
export function timelineOf(loans: readonly Loan[]): Timeline {
  const count = loans.reduce(
    (sum, { repaid, happened, closed }) => sum + 1 + repaid.length + happened.length + (closed ? 1 : 0),
    0,
  );
  const loanOf = new Uint32Array(count);
  const stepOf = new Uint16Array(count);
  const times = new Float64Array(count);
  const ranks = new Uint8Array(count);
  let n = 0;
  for (const [i, { opened, repaid, happened, closed }] of loans.entries()) {
    const add = (step: number, at: number, rank: number): void => {
      loanOf[n] = i;
      stepOf[n] = step;
      times[n] = at;
      ranks[n] = rank;
      n++;
    };
    add(0, opened, 2);
    for (const [k, { at }] of repaid.entries()) add(k + 1, at, at === opened ? 3 : 0);
    for (const [k, { at }] of happened.entries()) add(HAPPENED + k, at, at === opened ? 3 : 0);
    if (closed) add(CLOSING, closed.at, closed.at === opened ? 4 : 1);
  }
  const order = Uint32Array.from({ length: count }, (_, place) => place).sort(
    (a, b) => times[a]! - times[b]! || ranks[a]! - ranks[b]! || a - b,
  );
  return {
    length: count,
    loans,
    loanAt: (place) => loanOf[order[place]!]!,
    stepAt: (place) => stepOf[order[place]!]!,
  };
}
