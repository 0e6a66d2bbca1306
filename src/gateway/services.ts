import type { Receipt } from "../core/receipt.ts";
import type { Database } from "../store/database.ts";
import type { Alarms } from "./alarms.ts";
import type { Budget } from "./budget.ts";
import type { CheckLog } from "./checks.ts";
import type { Config } from "./config.ts";
import type { Intake } from "./intake.ts";
import type { DecisionLaw } from "./law.ts";
import type { Ledger } from "./ledger.ts";
import type { Metrics } from "./metrics.ts";
import type { Operator } from "./operator.ts";
import type { Positions } from "./positions.ts";
import type { RecordKeys } from "./record-keys.ts";
import type { Submitter } from "./submit.ts";

/** What the chain adds to a receipt: the block's header and a proof of the seal, where the node gives them. */
export type Evidence = (filing: {
  /** The registry that took it. */
  readonly registry: Uint8Array;
  readonly platform: number;
  readonly number: number;
  readonly seal: Uint8Array;
  readonly block: { readonly number: number; readonly hash: Uint8Array };
}) => Promise<{ readonly header?: Uint8Array; readonly proof?: NonNullable<Receipt["anchor"]["proof"]> }>;

/** Why the gateway can't do its work just now. */
export interface Lack {
  readonly code: string;
  readonly message: string;
}

/** What routes work with. */
export interface Services {
  readonly db: Database;
  readonly config: Config;
  readonly ledger: () => Ledger;
  readonly positions: Positions;
  readonly recordKeys: RecordKeys;
  readonly intake: Intake;
  readonly submitter: Submitter;
  readonly budget: Budget;
  readonly checkLog: CheckLog;
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  readonly operator: Operator;
  readonly law: DecisionLaw;
  readonly evidence: Evidence;
  /** What is missing; nothing if all is well. */
  readonly lacks: () => Promise<readonly Lack[]>;
  /** Whether it has ever been ready since its start. */
  readonly started: () => boolean;
  /** Figures that are read when they are asked for. */
  readonly gauges: () => void;
}
