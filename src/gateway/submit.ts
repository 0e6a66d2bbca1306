import { setImmediate as nextTurn } from "node:timers/promises";
import { toHex, type Hex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { SubmissionStatus } from "../store/submissions.ts";
import { isSettled, submissionView } from "./http/views.ts";
import type { Intake, Taken } from "./intake.ts";
import { type VerifiedRecord, verifyRecord } from "./intake-record.ts";
import type { Metrics } from "./metrics.ts";
import type { RecordKeys } from "./record-keys.ts";
import type { Waiters } from "./waiters.ts";

export interface NewRecord {
  readonly idempotencyKey: string;
  readonly record: string;
}

/** Records verified without letting anybody else's request have a turn: a few milliseconds. */
const STRETCH = 12;

/** Takes records in and answers for them: what the routes of submissions share. */
export class Submitter {
  readonly #intake: Intake;
  readonly #keys: RecordKeys;
  readonly #waiters: Waiters;
  readonly #metrics: Metrics;

  constructor(intake: Intake, keys: RecordKeys, waiters: Waiters, metrics: Metrics) {
    this.#intake = intake;
    this.#keys = keys;
    this.#waiters = waiters;
    this.#metrics = metrics;
  }

  /**
   * Takes the records of one platform, in their order. Each has its own answer; only where nothing can be known (the database is
   * away) does it throw.
   */
  async take(platform: number, records: readonly NewRecord[]): Promise<Taken[]> {
    const answers: Promise<Taken>[] = [];
    const since = performance.now();
    for (const [i, { record, idempotencyKey }] of records.entries()) {
      if (i % STRETCH === STRETCH - 1) await nextTurn();
      let verified: VerifiedRecord;
      try {
        verified = await this.#verify(record, platform, since);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        answers.push(Promise.resolve({ error }));
        continue;
      }
      const answer = this.#intake.offer({ record: verified, idempotencyKey });
      // All are awaited below; one that fails meanwhile must not count as unheard.
      answer.catch(() => undefined);
      answers.push(answer);
    }
    const taken = await Promise.all(answers);
    for (const one of taken) this.#count(one);
    return taken;
  }

  /** Waits until the submissions are settled, at most so long, and reads what they are then. */
  async wait(
    statuses: readonly SubmissionStatus[],
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<Map<Hex, SubmissionStatus>> {
    const ids = statuses.map((status) => toHex(status.leaf));
    if (milliseconds <= 0) return new Map(statuses.map((status) => [toHex(status.leaf), status]));
    const watch = this.#waiters.watch(ids);
    try {
      // Some may have been settled before we began to watch.
      for (const [id, status] of await this.#intake.statuses(ids))
        if (isSettled(submissionView(status))) watch.settle(id);
      await watch.all(milliseconds, signal);
    } finally {
      this.#waiters.forget(ids, watch);
    }
    return this.#intake.statuses(ids);
  }

  async #verify(record: string, platform: number, since: number): Promise<VerifiedRecord> {
    const lookup = (of: number, kid: string) => this.#keys.find(of, kid);
    try {
      return verifyRecord(record, platform, lookup);
    } catch (error) {
      // The key may have been registered a moment ago, by another process.
      if (!(error instanceof AppError && error.code === "record-key")) throw error;
      await this.#keys.refresh(since);
      return verifyRecord(record, platform, lookup);
    }
  }

  #count(taken: Taken): void {
    const result = "error" in taken ? "rejected" : taken.again ? "again" : "promised";
    this.#metrics.submissions.inc({ result });
  }
}
