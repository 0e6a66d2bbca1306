import type { Logger } from "pino";
import { toHex } from "../core/bytes.ts";
import type { Database } from "../store/database.ts";
import { findWaiting, type WaitingRow } from "../store/submissions.ts";
import type { Cutter, Ended } from "./cutter.ts";
import { rereadRecord } from "./intake-record.ts";
import type { Waiting } from "./open-filing.ts";

/** Submissions that the sequencer holds in memory at most; what comes beyond waits in the database. */
const MOST = 50_000;
/** Below so many it takes more from the database. */
const LOW = 5_000;
/** Records read again in one go: each costs some tenth of a millisecond. */
const PAGE = 500;

/**
 * Feeds the sequencer: with what was just stored, as long as it keeps up, and otherwise, or after a start, with what waits in the
 * database, in sequence.
 */
export class Backlog {
  readonly #db: Database;
  readonly #cutter: Cutter;
  readonly #log: Logger;
  #last: number;
  /** Whether everything that waits in the database is in memory. */
  #complete = false;
  #passedOver = 0;

  constructor(db: Database, cutter: Cutter, after: number, log: Logger) {
    this.#db = db;
    this.#cutter = cutter;
    this.#last = after;
    this.#log = log;
  }

  /** Takes what was just stored. */
  push(items: readonly Waiting[]): void {
    if (!this.#complete || this.#cutter.waiting + items.length > MOST) {
      this.#complete = false;
      this.#passedOver++;
      return;
    }
    this.#cutter.add(items);
    this.#last = items.at(-1)?.sequence ?? this.#last;
  }

  /** Reads on where memory ends. Returns what can't be filed because its record can't be read. */
  async refill(): Promise<Ended[]> {
    if (this.#complete || this.#cutter.queued > LOW || this.#cutter.waiting > MOST - PAGE) return [];
    const passedOver = this.#passedOver;
    const rows = await findWaiting(this.#db, this.#last, PAGE);
    const unreadable: Ended[] = [];
    this.#cutter.add(rows.flatMap((row) => this.#read(row, unreadable)));
    this.#last = rows.at(-1)?.sequence ?? this.#last;
    // What was stored while the query ran was passed over and may not be in it.
    this.#complete = rows.length < PAGE && passedOver === this.#passedOver;
    return unreadable;
  }

  get complete(): boolean {
    return this.#complete;
  }

  #read(row: WaitingRow, unreadable: Ended[]): Waiting[] {
    const { sequence, platform, leaf, record, received_at: receivedAt } = row;
    try {
      return [{ ...rereadRecord(record), sequence, receivedAt: receivedAt.getTime() }];
    } catch (error) {
      this.#log.error({ err: error, sequence }, "A stored record can't be read any more; it is quarantined.");
      unreadable.push({
        id: toHex(leaf),
        sequence,
        platform,
        state: "quarantined",
        reason: "its record can't be read any more",
      });
      return [];
    }
  }
}
