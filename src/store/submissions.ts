import { sql } from "kysely";
import { type Database, reaching } from "./database.ts";
import type { FilingState, SubmissionTable } from "./schema.ts";

/** A submission before it is stored. */
export interface NewSubmission {
  readonly platform: number;
  readonly leaf: Uint8Array;
  readonly idempotencyKey: string;
  readonly bodyHash: Uint8Array;
  readonly jti: string;
  /** Code of the entry's kind. */
  readonly kind: number;
  readonly borrower: Uint8Array;
  /** An opening that rules can refuse. */
  readonly question: boolean;
  readonly opening: Uint8Array | undefined;
  readonly record: string;
  readonly receivedAt: Date;
  readonly deadlineAt: Date;
}

/** A row that waits for its place in a filing. */
export type WaitingRow = Pick<SubmissionTable, "platform" | "leaf" | "record" | "received_at"> & { sequence: number };

/** A submission with what became of it: all that its status says. */
export interface SubmissionStatus {
  readonly sequence: number;
  readonly platform: number;
  readonly leaf: Buffer;
  readonly idempotencyKey: string;
  readonly bodyHash: Buffer;
  readonly jti: string;
  readonly kind: number;
  readonly question: boolean;
  readonly receivedAt: Date;
  readonly deadlineAt: Date;
  readonly placement: "filed" | "not_filed" | "quarantined" | null;
  readonly reason: string | null;
  readonly number: number | null;
  readonly index: number | null;
  readonly filingState: FilingState | null;
  readonly blockTime: number | null;
  /** The 12 bytes of its decision, once mined. */
  readonly decision: Buffer | null;
}

const bytea = (values: readonly Uint8Array[]): Buffer[] => values.map((value) => Buffer.from(value));

/**
 * Stores a group of submissions in one statement, in their order, and returns the sequence of each that was new by the
 * hexadecimal digits of its leaf. What collided (idempotency key, jti or leaf) is left out, and nothing else is hurt by it.
 */
export async function addSubmissions(db: Database, group: readonly NewSubmission[]): Promise<Map<string, number>> {
  const column = <T>(of: (one: NewSubmission) => T): T[] => group.map(of);
  const statement = sql<{ sequence: number; leaf: Buffer }>`
    insert into submissions (platform, leaf, idempotency_key, body_hash, jti, kind, borrower, question, opening, record, received_at, deadline_at)
    select platform, leaf, idempotency_key, body_hash, jti, kind, borrower, question, opening, record, received_at, deadline_at
    from unnest(
      ${column((one) => one.platform)}::integer[], ${bytea(column((one) => one.leaf))}::bytea[],
      ${column((one) => one.idempotencyKey)}::text[], ${bytea(column((one) => one.bodyHash))}::bytea[],
      ${column((one) => one.jti)}::text[], ${column((one) => one.kind)}::smallint[],
      ${bytea(column((one) => one.borrower))}::bytea[],
      ${column((one) => one.question)}::boolean[],
      ${column((one) => (one.opening === undefined ? null : Buffer.from(one.opening)))}::bytea[],
      ${column((one) => one.record)}::text[], ${column((one) => one.receivedAt)}::timestamptz[],
      ${column((one) => one.deadlineAt)}::timestamptz[]
    ) with ordinality
      as given(platform, leaf, idempotency_key, body_hash, jti, kind, borrower, question, opening, record, received_at, deadline_at, place)
    order by place
    on conflict do nothing
    returning sequence, leaf`;
  const { rows } = await reaching(() => statement.execute(db));
  return new Map(rows.map(({ sequence, leaf }) => [leaf.toString("hex"), sequence]));
}

/** What a group of submissions may have collided with: rows with one of its leaves, keys or jtis. */
export async function findCollisions(db: Database, group: readonly NewSubmission[]): Promise<SubmissionStatus[]> {
  const platforms = group.map((one) => one.platform);
  const keys = group.map((one) => one.idempotencyKey);
  const jtis = group.map((one) => one.jti);
  return statusWhere(
    db,
    sql`s.leaf = any(${bytea(group.map((one) => one.leaf))}::bytea[])
      or (s.platform, s.idempotency_key) in (select * from unnest(${platforms}::integer[], ${keys}::text[]))
      or (s.platform, s.jti) in (select * from unnest(${platforms}::integer[], ${jtis}::text[]))`,
  );
}

/** Statuses of the submissions with these leaves, in no particular order. */
export async function findByLeaves(db: Database, leaves: readonly Uint8Array[]): Promise<SubmissionStatus[]> {
  if (leaves.length === 0) return [];
  return statusWhere(db, sql`s.leaf = any(${bytea(leaves)}::bytea[])`);
}

async function statusWhere(db: Database, condition: ReturnType<typeof sql>): Promise<SubmissionStatus[]> {
  const statement = sql<SubmissionStatus>`
    select s.sequence, s.platform, s.leaf, s.idempotency_key as "idempotencyKey", s.body_hash as "bodyHash", s.jti, s.kind, s.question,
      s.received_at as "receivedAt", s.deadline_at as "deadlineAt", p.state as placement, p.reason, p.number, p.index,
      f.state as "filingState", f.block_time as "blockTime",
      case when f.decisions is not null then substring(f.decisions from p.index * 12 + 1 for 12) end as decision
    from submissions s
    left join placements p on p.sequence = s.sequence
    left join filings f on f.platform = p.platform and f.number = p.number and f.state <> 'overtaken'
    where ${condition}`;
  const { rows } = await reaching(() => statement.execute(db));
  return rows;
}

/** The record of a submission; undefined if there is none with this leaf. */
export async function findRecord(db: Database, leaf: Uint8Array): Promise<string | undefined> {
  const row = await reaching(() =>
    db.selectFrom("submissions").select("record").where("leaf", "=", Buffer.from(leaf)).executeTakeFirst(),
  );
  return row?.record;
}

/** Leaves of the given sequences, in their order. */
export async function leavesOf(db: Database, sequences: readonly number[]): Promise<Buffer[]> {
  const statement = sql<{ leaf: Buffer }>`
    select s.leaf from unnest(${[...sequences]}::bigint[]) with ordinality as given(sequence, place)
    join submissions s using (sequence) order by place`;
  const { rows } = await reaching(() => statement.execute(db));
  return rows.map(({ leaf }) => leaf);
}

/** At most `limit` submissions after sequence `after` that have no place yet, in the order of promises. */
export async function findWaiting(db: Database, after: number, limit: number): Promise<WaitingRow[]> {
  return reaching(() =>
    db
      .selectFrom("submissions as s")
      .select(["s.sequence", "s.platform", "s.leaf", "s.record", "s.received_at"])
      .where("s.sequence", ">", after)
      .where((eb) =>
        eb.not(
          eb.exists(eb.selectFrom("placements as p").select("p.sequence").whereRef("p.sequence", "=", "s.sequence")),
        ),
      )
      .orderBy("s.sequence")
      .limit(limit)
      .execute(),
  );
}
