import type { Zone } from "./calendar.ts";
import type { Ref } from "./entry.ts";
import { EMPTY_RING, removeOpening } from "./ring.ts";
import type { Ring } from "./ring.ts";
import { streakAfterRemoval } from "./streak.ts";

/**
 * A borrower's state (design/state.md), decoded. Books and loans are values: what changes one returns another, so that whoever
 * keeps the old one has undone the change.
 *
 * Amounts in here are `number`s, exact because all are below 2³⁸ and sums over a book below 2⁴⁴: a book is judged tens of
 * thousands of times a second. Everything that leaves core carries `bigint`.
 */
export interface Loan extends Ref {
  readonly product: number;
  readonly outstanding: number;
  /** Days, rounded up, saturating at `MAX_TERM`. */
  readonly term: number;
  /** Time of opening; of the head loan always the ring's newest opening. */
  readonly opened: number;
  /** Without a detail, the same is outstanding. */
  readonly principal: number;
  readonly unconfirmed: boolean;
  readonly chargedOff: boolean;
  readonly inRing: boolean;
  /** Number and index of the line's first draw, if this is a draw (of this platform's). */
  readonly line?: { readonly number: number; readonly index: number };
  /** It was found stale, and counted. Never of the head loan. */
  readonly stale?: true;
  /** Platform that holds it after an assignment; 0 if that is the one that opened it. */
  readonly holder: number;
  readonly detail?: Detail;
}

/** What a loan has beside: kept in a word of its own, from the first payment on. Fields that no served rule uses are zero. */
export interface Detail {
  /** Charges borne so far; an upfront deduction is one. */
  readonly charges: number;
  readonly defaultCharges: number;
  readonly extensions: number;
  readonly settlement: number;
  readonly lastEvent: number;
  readonly allowance: number;
  /** The largest monthly payment: the float of 24 bits, as it is stored; 0 if it isn't kept. */
  readonly largestPayment: number;
  /** The loan names one before it, and has a word of its chain. */
  readonly linked: boolean;
  /** It was 90 days past due once. */
  readonly inDefault: boolean;
}

export interface Book {
  /** The most recently opened loan, if it is still there and no draw of a line. */
  readonly head?: Loan;
  /** All others. */
  readonly slots: readonly Loan[];
  /** Time of the last close that counts; 0 for none. */
  readonly lastClosed: number;
  readonly ring: Ring;
  /** The streak of debt began with the last opening but so many; 7: not known. */
  readonly streak: number;
  readonly conduct?: Conduct;
}

/** What is known of the borrower beside loans: in a word of its own, from the first default, bar or contact on. */
export interface Conduct {
  /** When the borrower was last known to be in default; 0 for never. */
  readonly defaultAt: number;
  /** From when and until when new loans are barred; 0 for never. */
  readonly barredFrom: number;
  readonly barredUntil: number;
  /** When a collector last contacted the borrower, and when they last spoke; 0 for never. */
  readonly lastContact: number;
  readonly lastConversation: number;
  /** Contacts of ten local days, that of the last contact first; 255 of a day are as many or more. */
  readonly contacts: readonly number[];
}

export const NO_CONDUCT: Conduct = {
  defaultAt: 0,
  barredFrom: 0,
  barredUntil: 0,
  lastContact: 0,
  lastConversation: 0,
  contacts: Array.from({ length: 10 }, () => 0),
};

export const EMPTY_BOOK: Book = { slots: [], lastClosed: 0, ring: EMPTY_RING, streak: 0 };

/** Slots beside the head loan. */
export const SLOTS = 31;

/** Days at which a term saturates. */
export const MAX_TERM = 16_383;

/** Place of a loan in a book: a slot's number, or this. */
export const HEAD = -1;

/** The platform that a loan is owed to. */
export function holderOf(loan: Loan): number {
  return loan.holder === 0 ? loan.platform : loan.holder;
}

/** All loans of a book, the head loan first. */
export function loansOf({ head, slots }: Book): readonly Loan[] {
  return head ? [head, ...slots] : slots;
}

/** The loan of that name: its place, or undefined. */
export function findLoan({ head, slots }: Book, ref: Ref): number | undefined {
  if (head && isNamed(head, ref)) return HEAD;
  const at = slots.findIndex((loan) => isNamed(loan, ref));
  return at === -1 ? undefined : at;
}

function isNamed(loan: Loan, { platform, number, index }: Ref): boolean {
  return loan.number === number && loan.index === index && loan.platform === platform;
}

export function loanAt({ head, slots }: Book, place: number): Loan {
  return (place === HEAD ? head : slots[place])!;
}

/** The book with another state of the loan at `place`. */
export function replaceLoan(book: Book, place: number, loan: Loan): Book {
  if (place === HEAD) return { ...book, head: loan };
  return { ...book, slots: book.slots.with(place, loan) };
}

/** The book without the loan at `place`; the last slot's loan takes a slot's place. */
export function takeOut(book: Book, place: number): Book {
  if (place === HEAD) return headless(book, book.slots);
  const last = book.slots.length - 1;
  const slots = place === last ? book.slots.slice(0, last) : book.slots.with(place, book.slots[last]!).slice(0, last);
  return { ...book, slots };
}

/** The book with its head loan in a slot; the same if there is none. The caller has seen that there is room. */
export function moveHead(book: Book): Book {
  return book.head ? headless(book, [...book.slots, book.head]) : book;
}

/** The book without a head loan and with these slots. */
export function headless({ head: _head, ...rest }: Book, slots: readonly Loan[]): Book {
  return { ...rest, slots };
}

/** The book without the opening at `time`, which leaves no trace. */
export function withoutOpening(book: Book, time: number, zone: Zone): Book {
  const streak = streakAfterRemoval(book.streak, time, book.ring, zone);
  return { ...withRing(book, removeOpening(book.ring, time, zone)), streak };
}

/** The book with another ring. Its newest opening is the head loan's. */
export function withRing(book: Book, ring: Ring): Book {
  if (!book.head || book.head.opened === ring.newest) return { ...book, ring };
  return { ...book, head: { ...book.head, opened: ring.newest }, ring };
}

/** Whether a loan is there that was written off, or once 90 days past due: a default is over with its loan. */
export function isInDefault(book: Book): boolean {
  return loansOf(book).some(({ chargedOff, detail }) => chargedOff || detail?.inDefault === true);
}

/** The book of a borrower who was in default at `time`. */
export function withDefault(book: Book, time: number): Book {
  const conduct = book.conduct ?? NO_CONDUCT;
  if (book.conduct && time <= conduct.defaultAt) return book;
  return { ...book, conduct: { ...conduct, defaultAt: Math.max(conduct.defaultAt, time) } };
}

/** A borrower's exposure on one market or all, in minor units. */
export function outstandingOf(book: Book, market?: number): bigint {
  let sum = 0;
  for (const loan of loansOf(book)) if (market === undefined || loan.product >>> 6 === market) sum += loan.outstanding;
  return BigInt(sum);
}
