import type { Logger } from "pino";
import type { Database } from "../store/database.ts";
import { addAlarm, clearAlarms, openAlarms } from "../store/watch.ts";

/** What needs a person. Each stops /readyz from saying that all is well. */
export const ALARMS = {
  /** The twin, replaying a filing at its true position and block time, decided otherwise than the registry. */
  "twin-diverged": { lasting: true },
  /** Somebody else filed under a platform's next number: its queue stands still. */
  "queue-overtaken": { lasting: true },
  /** A filing's transaction reverts again and again: its platform's queue stands still. */
  "filing-reverts": { lasting: true },
  /** The chain took back what it had called final. */
  "final-taken-back": { lasting: true },
  /** The pipeline fails again and again: nothing is filed (no funds for gas, a chain or database that refuses). */
  "pipeline-failing": { lasting: false },
  /** A platform's signer does not answer: its filings wait. */
  "signer-unavailable": { lasting: false },
  /** A platform's signer does not certify its record keys anew: receipts of what is filed now lack a certificate that counts. */
  "certificate-missing": { lasting: false },
} as const;
export type AlarmCode = keyof typeof ALARMS;

export interface Alarm {
  readonly code: AlarmCode;
  readonly message: string;
  readonly platform: number | undefined;
}

/** Raises alarms: to the log at once, and the lasting ones to the database, until an operator clears them. */
export class Alarms {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #onChange: (open: readonly Alarm[]) => void;
  #open: readonly Alarm[] = [];

  constructor(db: Database, log: Logger, onChange: (open: readonly Alarm[]) => void = () => undefined) {
    this.#db = db;
    this.#log = log;
    this.#onChange = onChange;
  }

  get open(): readonly Alarm[] {
    return this.#open;
  }

  /** Takes up the alarms that nobody has cleared. */
  async load(): Promise<void> {
    const rows = await openAlarms(this.#db);
    this.#set(rows.map(({ code, message }) => ({ code: code as AlarmCode, message, platform: undefined })));
  }

  /** Raises an alarm; the same one again is not repeated. */
  raise(code: AlarmCode, message: string, { platform, cause }: { platform?: number; cause?: unknown } = {}): void {
    if (this.#open.some((alarm) => alarm.code === code && alarm.message === message)) return;
    this.#log.error({ alarm: code, platform, err: cause }, message);
    this.#set([...this.#open, { code, message, platform }]);
    if (!ALARMS[code].lasting) return;
    addAlarm(this.#db, code, message).catch((error: unknown) => {
      this.#log.error({ err: error, alarm: code }, "The alarm could not be written down.");
    });
  }

  /** An alarm that ended by itself. */
  lower(code: AlarmCode, platform?: number): void {
    const still = this.#open.filter((alarm) => alarm.code !== code || alarm.platform !== platform);
    if (still.length === this.#open.length) return;
    this.#log.info({ alarm: code, platform }, "The alarm has ended.");
    this.#set(still);
  }

  /** Clears all alarms of a code, on an operator's word. */
  async clear(code: AlarmCode): Promise<number> {
    const cleared = await clearAlarms(this.#db, code);
    this.#set(this.#open.filter((alarm) => alarm.code !== code));
    return cleared;
  }

  #set(open: readonly Alarm[]): void {
    this.#open = open;
    this.#onChange(open);
  }
}
