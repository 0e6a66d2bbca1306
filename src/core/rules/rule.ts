import type { Accrual } from "../accrual.ts";
import type { Conduct, Loan } from "../book.ts";
import type { Calendar } from "../business-days.ts";
import type { Zone } from "../calendar.ts";
import type { Lifetime } from "../chains.ts";
import type { RuleName } from "../decision.ts";
import type { Closed, Opened, Repaid } from "../entry.ts";
import type { Exposure } from "../exposure.ts";
import type { Limits } from "../limit-fields.ts";
import type { Ring } from "../ring.ts";
import type { PilotView } from "../sandbox.ts";
import type { ScheduleSummary } from "../schedule.ts";
import type { Settings } from "../settings.ts";
import type { Streak } from "../streak.ts";
import type { CustomSubject } from "./custom.ts";

/** What one rule makes of one entry. */
export type Verdict = 0 | 1 | 2;
export const PASS = 0;
export const BREACH = 1;
/** An input is missing or stale. */
export const UNDETERMINED = 2;

/** Times of an entry (protocol §6, Time). */
export interface Times {
  /** As stated. */
  readonly stated: number;
  /** Of the block. */
  readonly block: number;
  /** The earliest stated time that isn't late; −∞ if there is no version at the block's time. */
  readonly earliest: number;
  /** The latest that isn't in the future. */
  readonly latest: number;
  readonly founded: boolean;
  /** The stated time, held within the reporting window: what rules go by. */
  readonly effective: number;
}

/** What rules of all entries judge. */
export interface Timed {
  readonly times: Times;
}

/** What rules of origination judge. */
export interface Opening extends Timed, CustomSubject {
  readonly entry: Opened;
  /** That files it. */
  readonly platform: number;
  readonly summary: ScheduleSummary;
  /** Not a request: it has happened. */
  readonly fact: boolean;
  /** A later draw of a known line. */
  readonly laterDraw: boolean;
  /** Of a loan that renews one of the same platform's: how often that was done in its chain, this one included; else 0. */
  readonly renewals: number;
  /** Whether the platform is active and licensed for the product. */
  readonly licensed: boolean;
  /** On the product's market, without what has lapsed. */
  readonly exposure: Exposure;
  readonly lastClosed: number;
  readonly ring: Ring;
  /** Undefined where no opening is on record. */
  readonly streak: Streak | undefined;
  /** Undefined where nothing is known. */
  readonly conduct: Conduct | undefined;
  /** A loan of the borrower's is in default. */
  readonly inDefault: boolean;
  readonly zone: Zone;
  /** Of business days; undefined where none is published. */
  readonly calendar: Calendar | undefined;
  /** Rate a year, 10⁻⁹, of a reference series at the effective time; undefined where none holds. */
  readonly reference: (series: number, maxAgeDays: number) => bigint | undefined;
  /** A pilot as this borrower's loan sees it. */
  readonly pilot: (number: number) => PilotView;
}

/** What rules of payments judge: a `Repaid` or a `Closed`. Amounts are exact `number`s (see book.ts). */
export interface Payment extends Timed {
  readonly entry: Repaid | Closed;
  /** Before the payment. */
  readonly loan: Loan;
  /** With it the loan leaves the state. */
  readonly leaves: boolean;
  /** Principal and charges. */
  readonly paid: number;
  /** Charges are part of it. */
  readonly charged: boolean;
  /** All charges so far, an upfront deduction and this payment's included, default charges not. */
  readonly charges: number;
  /** The same with default charges and those of the loans before, and the largest principal. */
  readonly lifetime: Lifetime;
  /** Days since the opening. */
  readonly days: number;
  /** RATE's cap a year at the loan's opening, 10⁻⁹; undefined if its reference rate is missing. */
  readonly cap: bigint | undefined;
  readonly accrual: Accrual;
  readonly settings: Settings;
}

/** One rule: its name, the sentence that it enforces, and the judgement. */
export interface Rule<Subject> {
  readonly name: RuleName;
  /** One sentence with MUST. */
  readonly must: string;
  /** Where laws have such a rule. */
  readonly source: string;
  readonly judge: (subject: Subject, limits: Limits) => Verdict;
}
