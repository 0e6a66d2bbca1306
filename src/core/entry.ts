import type { Schedule } from "./schedule.ts";

/**
 * The twelve kinds of entry (protocol §3), as values.
 *
 * Amounts are `bigint` minor units, times UTC seconds, a borrower the 32 bytes of the pseudonym. What is optional on the wire is
 * optional here, and absent rather than `undefined`.
 */

/** Where a loan or an entry was filed, which is also its name. */
export interface Ref {
  readonly platform: number;
  readonly number: number;
  readonly index: number;
}

/** Bytes of a pseudonym. */
export const BORROWER_BYTES = 32;

/** Kinds of entry; the code of each is its place, from 1. */
export const ENTRY_KINDS = [
  "Opened",
  "Disbursed",
  "Repaid",
  "Closed",
  "Extended",
  "Overdue",
  "Contacted",
  "Complained",
  "Answered",
  "Assigned",
  "Corrected",
  "Barred",
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** Why an `Opened` is filed; the code of each is its place, from 0. */
export const BASES = ["request", "outage", "founded", "paidOut"] as const;
export type Basis = (typeof BASES)[number];

/** Why a loan was made during an outage; codes from 1. */
export const OUTAGE_REASONS = ["maintenance", "registry-unreachable", "gateway-unreachable", "other"] as const;
export type OutageReason = (typeof OUTAGE_REASONS)[number];

/** Why a loan was closed; codes from 1. `written-off` is charged off: still owed, no longer open. */
export const CLOSE_REASONS = ["repaid", "refinanced", "withdrawn", "voided", "written-off", "forgiven"] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** What an `Extended` is; codes from 0. */
export const EXTENSIONS = ["extension", "rollover", "deferment", "hardship-relief"] as const;
export type Extension = (typeof EXTENSIONS)[number];

/** What a `Corrected` corrects; codes from 0. */
export const CORRECTIONS = ["outstanding", "reason", "time"] as const;
export type Correction = (typeof CORRECTIONS)[number];

export interface Opened {
  readonly kind: "Opened";
  readonly basis: Basis;
  readonly borrower: Uint8Array;
  /** The contract's time, as stated. */
  readonly time: number;
  readonly product: number;
  readonly principal: bigint;
  /** When the borrower acknowledged the cost table; 0 if not stated. */
  readonly disclosed: number;
  /** Cash the borrower received; absent if it equals the principal. */
  readonly cash?: bigint;
  /** Declared gross monthly income. */
  readonly income?: bigint;
  /** A later draw of the revolving line whose first draw this names. */
  readonly line?: Ref;
  /** This loan is the first draw of a revolving line. */
  readonly firstDraw?: true;
  /** The loan that this one refinances or renews. */
  readonly predecessor?: Ref;
  /** Number of the lead funder's licence; absent if it is the filing platform. */
  readonly lender?: number;
  /** Exactly for the basis outage. */
  readonly outage?: { readonly reason: OutageReason; readonly deadline: number };
  readonly schedule: Schedule;
}

/** What all kinds but `Opened` and `Barred` begin with. */
interface Event {
  /** Judged at its stated time, while the platform's founding window is open. */
  readonly founded?: true;
  /** Hash of the order, on an entry of the authority's: 32 bytes. */
  readonly order?: Uint8Array;
  readonly borrower: Uint8Array;
  /** The loan. */
  readonly ref: Ref;
  readonly time: number;
}

export interface Disbursed extends Event {
  readonly kind: "Disbursed";
  readonly amount: bigint;
}

export interface Repaid extends Event {
  readonly kind: "Repaid";
  /** Not both zero. */
  readonly principal: bigint;
  readonly charges: bigint;
}

export interface Closed extends Event {
  readonly kind: "Closed";
  readonly reason: CloseReason;
  /** The final payment. */
  readonly principal: bigint;
  readonly charges: bigint;
}

export interface Extended extends Event {
  readonly kind: "Extended";
  /** A question asked beforehand, not a fact. */
  readonly asked?: true;
  readonly extension: Extension;
  readonly fee: bigint;
  readonly writeDown: bigint;
  /** Principal paid before it. */
  readonly paid: bigint;
  readonly schedule: Schedule;
}

export interface Overdue extends Event {
  readonly kind: "Overdue";
  readonly daysPastDue: number;
  readonly amountOverdue: bigint;
  /** Since the last `Overdue`. */
  readonly defaultCharges: bigint;
  /** A year, 10⁻⁹; zero if not stated. */
  readonly contractRate: bigint;
}

/** Bit of a channel that says that the person was spoken to. */
export const CONVERSATION = 128;

export interface Contacted extends Event {
  readonly kind: "Contacted";
  /** A code, and with the bit CONVERSATION that the person was spoken to. */
  readonly channel: number;
  readonly party: "borrower" | "third-party";
  readonly agent: "lender" | "outsourcer";
}

export interface Complained extends Event {
  readonly kind: "Complained";
  readonly topic: number;
}

export interface Answered extends Event {
  readonly kind: "Answered";
  readonly complaint: Ref;
  readonly outcome: number;
}

export interface Assigned extends Event {
  readonly kind: "Assigned";
  /** Number of the licence that the loan goes to. */
  readonly to: number;
  readonly side: "assignor" | "assignee";
}

export interface Corrected extends Event {
  readonly kind: "Corrected";
  readonly superseded: Ref;
  readonly what: Correction;
  readonly value: bigint;
  readonly why: number;
}

/** Why a borrower is barred: at their own wish. Every other reason is the authority's. */
export const SELF_EXCLUSION = 1;

export interface Barred {
  readonly kind: "Barred";
  readonly founded?: true;
  readonly order?: Uint8Array;
  readonly borrower: Uint8Array;
  readonly time: number;
  readonly until: number;
  readonly why: number;
}

export type Entry =
  | Opened
  | Disbursed
  | Repaid
  | Closed
  | Extended
  | Overdue
  | Contacted
  | Complained
  | Answered
  | Assigned
  | Corrected
  | Barred;

/** What decoding says of bytes that are no entry. */
export type Undecodable = "MALFORMED" | "WIDTH";

/** Amounts from here on don't fit the state: 2³⁸ minor units. */
export const AMOUNT_LIMIT = 2n ** 38n;
/** 2000-01-01T00:00:00Z: no stated time is earlier. */
export const EARLIEST_TIME = 946_684_800;
export const PLATFORM_LIMIT = 2 ** 18;
export const NUMBER_LIMIT = 2 ** 28;
export const PRODUCT_LIMIT = 2 ** 11;

/** An `Opened` of basis request, or an `Extended` asked for beforehand: what rules can refuse. */
export function isQuestion(entry: Entry): boolean {
  return entry.kind === "Opened" ? entry.basis === "request" : entry.kind === "Extended" && entry.asked === true;
}

/** The market of a product: its high five bits. */
export function marketOf(product: number): number {
  return product >>> 6;
}

/** The loan's name as the wire has it: `platform u24 ‖ number u32 ‖ index u8`, as one number of 64 bits. */
export function refToBigInt({ platform, number, index }: Ref): bigint {
  return (BigInt(platform) << 40n) | (BigInt(number) << 8n) | BigInt(index);
}

/** Text of a ref for people: `platform/number/index`. */
export function refText({ platform, number, index }: Ref): string {
  return `${platform}/${number}/${index}`;
}

export function sameRef(a: Ref, b: Ref): boolean {
  return a.platform === b.platform && a.number === b.number && a.index === b.index;
}
