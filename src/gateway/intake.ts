import { createHash } from "node:crypto";
import { fromHex, toHex, type Hex } from "../core/bytes.ts";
import type { AppError } from "../core/errors.ts";
import type { Database } from "../store/database.ts";
import {
  addSubmissions,
  findByLeaves,
  findCollisions,
  type NewSubmission,
  type SubmissionStatus,
} from "../store/submissions.ts";
import type { CrashPoint } from "./crash-points.ts";
import { gatewayError } from "./errors.ts";
import type { VerifiedRecord } from "./intake-record.ts";
import type { Waiting } from "./open-filing.ts";
import type { Positions } from "./positions.ts";

/** A verified record under the platform's idempotency key. */
export interface Offer {
  readonly record: VerifiedRecord;
  readonly idempotencyKey: string;
}

/** The answer to an offer: the promise, or why there is none. */
export type Taken =
  | { readonly status: SubmissionStatus; /** Whether it had been promised before. */ readonly again: boolean }
  | { readonly error: AppError };

export interface IntakeOptions {
  readonly db: Database;
  readonly positions: Positions;
  /** Seconds within which a promise is to be broadcast. */
  readonly deadlineSeconds: number;
  /** Hands what was stored to the sequencer, in sequence. */
  readonly onStored: (items: readonly Waiting[]) => void;
  /** The database may have stored something of which we don't know. */
  readonly onUncertain: () => void;
  readonly crashPoint: CrashPoint;
}

/** Most submissions of one statement. */
const GROUP = 512;

interface Pending extends Offer {
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores submissions in groups: while one group is being written, the next gathers, so that a thousand of them a second cost the
 * database a few dozen transactions. One group at a time, hence sequences come in the order in which offers came.
 */
export class Intake {
  readonly #options: IntakeOptions;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Answers once the submission is durable, or can't be taken. Rejects if that can't be known (the database is away). */
  async offer(offer: Offer): Promise<Taken> {
    const answer = new Promise<Taken>((resolve, reject) => this.#pending.push({ ...offer, resolve, reject }));
    this.#writing ??= this.#write();
    return answer;
  }

  /** Ends when all that was offered is answered. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    // Offers of the same turn, and of the requests that are being read, join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const group = this.#pending.splice(0, GROUP);
      try {
        await this.#store(group);
      } catch (error) {
        for (const one of group) one.reject(error);
        this.#options.onUncertain();
      }
    }
    this.#writing = undefined;
  }

  async #store(group: readonly Pending[]): Promise<void> {
    const { db, positions, crashPoint, onStored, deadlineSeconds } = this.#options;
    await positions.load(group.flatMap(({ record }) => record.references.map(({ leaf }) => leaf)));
    const receivedAt = new Date();
    const deadlineAt = new Date(receivedAt.getTime() + deadlineSeconds * 1000);
    const { known, orphans } = this.#sort(group);
    for (const orphan of orphans) orphan.resolve({ error: orphanError(orphan.record) });
    if (known.length === 0) return;

    const rows = known.map((one) => rowOf(one, receivedAt, deadlineAt));
    await crashPoint("received:before");
    const sequences = await addSubmissions(db, rows);
    await crashPoint("received:after");

    const stored: Waiting[] = [];
    const collided: { offer: Pending; row: NewSubmission }[] = [];
    const answers: (() => void)[] = [];
    for (const [i, one] of known.entries()) {
      const sequence = sequences.get(one.record.id.slice(2));
      // A second offer of the same record in one group finds the first one's sequence: that was its collision.
      if (sequence === undefined || !sequences.delete(one.record.id.slice(2))) {
        collided.push({ offer: one, row: rows[i]! });
        continue;
      }
      const { platform, question, id } = one.record;
      positions.set(id, { platform, question, state: "waiting" });
      stored.push({ ...one.record, sequence, receivedAt: receivedAt.getTime() });
      answers.push(() => one.resolve({ status: freshStatus(rows[i]!, sequence), again: false }));
    }
    onStored(stored);
    for (const answer of answers) answer();
    if (collided.length > 0) await this.#answerCollisions(collided);
  }

  /** Those whose references are known, be it from before or from earlier in the group, and the others. */
  #sort(group: readonly Pending[]): { known: Pending[]; orphans: Pending[] } {
    const here = new Set<Hex>();
    const known: Pending[] = [];
    const orphans: Pending[] = [];
    for (const one of group) {
      const found = one.record.references.every(
        ({ leaf }) => here.has(leaf) || this.#options.positions.get(leaf) !== undefined,
      );
      (found ? known : orphans).push(one);
      if (found) here.add(one.record.id);
    }
    return { known, orphans };
  }

  async #answerCollisions(collided: readonly { offer: Pending; row: NewSubmission }[]): Promise<void> {
    const found = await findCollisions(
      this.#options.db,
      collided.map(({ row }) => row),
    );
    for (const { offer, row } of collided) offer.resolve(collision(row, found));
  }

  /** Statuses by id, of those that there are. */
  async statuses(ids: readonly Hex[]): Promise<Map<Hex, SubmissionStatus>> {
    const rows = await findByLeaves(
      this.#options.db,
      ids.map((id) => fromHex(id, 32)),
    );
    return new Map(rows.map((row) => [toHex(row.leaf), row]));
  }
}

/** What a submission that was not stored ran into. */
function collision(row: NewSubmission, found: readonly SubmissionStatus[]): Taken {
  const own = found.filter((status) => status.platform === row.platform);
  const byKey = own.find((status) => status.idempotencyKey === row.idempotencyKey);
  if (byKey !== undefined) {
    if (byKey.bodyHash.equals(row.bodyHash)) return { status: byKey, again: true };
    return {
      error: gatewayError(
        "idempotency-conflict",
        `The idempotency key "${row.idempotencyKey}" belongs to another record.`,
        {
          details: { submission: toHex(byKey.leaf) },
        },
      ),
    };
  }
  const byLeaf = own.find((status) => status.leaf.equals(row.leaf));
  if (byLeaf !== undefined) return { status: byLeaf, again: true };
  const byEvent = own.find((status) => status.jti === row.jti);
  return {
    error: gatewayError("event-duplicate", `Another record has the event id "${row.jti}".`, {
      details: byEvent === undefined ? {} : { submission: toHex(byEvent.leaf) },
    }),
  };
}

function orphanError(record: VerifiedRecord): AppError {
  const roles = record.references.map(({ role }) => role).join(", ");
  return gatewayError(
    "opening-unknown",
    `Record ${record.jti} refers to a record (${roles}) that was not submitted here.`,
  );
}

function rowOf({ record, idempotencyKey }: Offer, receivedAt: Date, deadlineAt: Date): NewSubmission {
  const opening = record.references.find(({ role }) => role === "loan");
  return {
    platform: record.platform,
    leaf: record.leaf,
    idempotencyKey,
    bodyHash: createHash("sha256").update(record.record).digest(),
    jti: record.jti,
    kind: record.kind,
    borrower: fromHex(record.borrower, 32),
    question: record.question,
    opening: opening === undefined ? undefined : fromHex(opening.leaf, 32),
    record: record.record,
    receivedAt,
    deadlineAt,
  };
}

/** The status of what was stored a moment ago. */
function freshStatus(row: NewSubmission, sequence: number): SubmissionStatus {
  const { platform, leaf, idempotencyKey, bodyHash, jti, kind, question, receivedAt, deadlineAt } = row;
  return {
    ...{ sequence, platform, idempotencyKey, jti, kind, question, receivedAt, deadlineAt },
    leaf: Buffer.from(leaf),
    bodyHash: Buffer.from(bodyHash),
    ...{ placement: null, reason: null, number: null, index: null, filingState: null, blockTime: null, decision: null },
  };
}
