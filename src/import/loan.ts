import type { Hex } from "../core/bytes.ts";
import type { CloseReason, Contacted, Extension } from "../core/entry.ts";
import type { Leg } from "../core/schedule.ts";

/** A loan of the file, in the registry's words. Amounts are minor units, times UTC seconds. */
export interface Loan {
  readonly line: number;
  readonly platform: number;
  /** The platform's own number of it. */
  readonly loan: string;
  /** Pseudonym. */
  readonly borrower: Hex;
  readonly product: number;
  readonly opened: number;
  readonly principal: bigint;
  /** Absent if it is the principal. */
  readonly cash?: bigint;
  readonly disclosed?: number;
  readonly income?: bigint;
  readonly schedule: readonly Leg[];
  /** In the order of time. */
  readonly repaid: readonly Payment[];
  /** All else that happened to it, in the order of time. */
  readonly happened: readonly Happening[];
  readonly closed?: Closing;
}

export interface Payment {
  readonly at: number;
  readonly principal: bigint;
  readonly charges: bigint;
}

export interface Closing extends Payment {
  readonly reason: CloseReason;
}

/** What may happen to a loan besides payments and its end. */
export type Happening =
  | { readonly kind: "Disbursed"; readonly at: number; readonly amount: bigint }
  | {
      readonly kind: "Extended";
      readonly at: number;
      readonly extension: Extension;
      readonly fee: bigint;
      readonly writeDown: bigint;
      /** Principal paid before it. */
      readonly paid: bigint;
      readonly schedule: readonly Leg[];
    }
  | {
      readonly kind: "Overdue";
      readonly at: number;
      readonly daysPastDue: number;
      readonly amountOverdue: bigint;
      readonly defaultCharges: bigint;
      /** A year, 10⁻⁹; 0 if not stated. */
      readonly contractRate: bigint;
    }
  | {
      readonly kind: "Contacted";
      readonly at: number;
      readonly channel: number;
      readonly party: Contacted["party"];
      readonly agent: Contacted["agent"];
    };

/** Why a row is no loan. Thrown inside the reader; a row's problem never ends an import. */
export class RowProblem extends Error {
  override readonly name = "RowProblem";
  /** The column's name; empty where it is the whole row. */
  readonly column: string;
  /** What stands there; undefined where it must not be shown. */
  readonly value: string | undefined;

  constructor(column: string, value: string | undefined, reason: string) {
    super(reason);
    this.column = column;
    this.value = value;
  }
}
