/** What the sample's loans are written in. */
import type { CloseReason, Extension, OutageReason } from "../../core/entry.ts";

/** How a loan was meant to be paid back. */
export type SampleTerms =
  { readonly days: number; readonly charge: number } | { readonly months: number; readonly payment: number };

export interface SampleLoan {
  /** Place in the list of platforms. */
  readonly platform: number;
  readonly borrower: string;
  readonly product: "payday" | "instalment" | "private" | "emergency";
  /** Minor units. */
  readonly principal: number;
  /** What the borrower got, where that is less. */
  readonly cash?: number;
  readonly terms: SampleTerms;
  /** UTC seconds; undefined for what is made when it is filed, a request or a loan paid out in an outage. */
  readonly opened: number | undefined;
  readonly outage?: OutageReason;
  readonly disclosed: boolean;
  /** What somebody who looks at the sample can see in its opening. */
  readonly shows?: string;
  /** The loan that this one refinances or renews. */
  readonly renews?: SampleLoan;
  readonly events: readonly SampleEvent[];
}

/** How a schedule is set anew. */
type NewTerms =
  { readonly days: number; readonly payment: number } | { readonly months: number; readonly payment: number };

interface Paid {
  readonly principal: number;
  readonly charges: number;
}

/** What comes after the opening, as a record says it. */
export type SampleEvent = {
  /** UTC seconds; of a loan that is made when it is filed, seconds after it. */
  readonly at: number;
  /** Place of the platform that files it, where it isn't the loan's. */
  readonly by?: number;
  /** What somebody who looks at the sample can see in it. */
  readonly shows?: string;
} & (
  | { readonly kind: "Disbursed"; readonly amount: number }
  | ({ readonly kind: "Repaid" } & Paid)
  | ({ readonly kind: "Closed"; readonly reason: CloseReason } & Paid)
  | ({
      readonly kind: "Extended";
      readonly extension: Extension;
      readonly fee: number;
      readonly writeDown: number;
      readonly paid: number;
    } & NewTerms)
  | {
      readonly kind: "Overdue";
      readonly daysPastDue: number;
      readonly amountOverdue: number;
      readonly defaultCharges: number;
      /** A year, 10⁻⁹. */
      readonly contractRate: number;
    }
  | {
      readonly kind: "Contacted";
      readonly channel: number;
      readonly party: "borrower" | "third-party";
      readonly agent: "lender" | "outsourcer";
    }
  | { readonly kind: "Complained"; readonly topic: number }
  /** Answers the loan's last complaint. */
  | { readonly kind: "Answered"; readonly outcome: number }
  | { readonly kind: "Assigned"; readonly to: number; readonly side: "assignor" | "assignee" }
  /** What is outstanding after the entry before it. */
  | { readonly kind: "Corrected"; readonly value: number }
  /** At the borrower's own wish. */
  | { readonly kind: "Barred"; readonly until: number }
);

export const DAY = 86_400;
export const HOUR = 3_600;
/** 2025-01-06T01:00:00Z, a Monday morning in the sample's zone. */
export const BEGIN = 1_736_125_200;
/** 2025-10-18T01:00:00Z: the last reference rate known holds beyond it. */
export const END = 1_760_749_200;

/** A daily charge of 0.06 % keeps a short loan below 24 % a year. */
export const fairCharge = (principal: number, days: number): number => Math.floor((principal * days * 6) / 10_000);

/** The level payment that repays `principal` in `months` at `monthly` thousandths a month, rounded up: in integers, so that it is equal everywhere. */
export function levelPayment(principal: number, monthly: number, months: number): number {
  const scale = 10n ** 18n;
  let growth = scale;
  for (let i = 0; i < months; i++) growth = (growth * BigInt(1_000 + monthly)) / 1_000n;
  const interest = BigInt(principal) * BigInt(monthly) * growth;
  const share = 1_000n * (growth - scale);
  return Number((interest + share - 1n) / share);
}
