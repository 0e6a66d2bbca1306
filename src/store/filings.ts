import { type Insertable, type Selectable, sql, type Transaction } from "kysely";
import { type Database, reaching } from "./database.ts";
import type { FilingState, FilingTable, Schema } from "./schema.ts";
import { raiseMark } from "./marks.ts";

export type FilingRow = Selectable<FilingTable>;

/** A filing as the sequencer closed it. */
export interface CutFiling {
  readonly platform: number;
  readonly number: number;
  readonly previous: Uint8Array;
  readonly head: Uint8Array;
  readonly recordsRoot: Uint8Array;
  readonly entries: Uint8Array;
  /** Sequences of its submissions, in the order of entries. */
  readonly sequences: readonly number[];
}

/** A submission that will not be filed, and why. */
export interface Unfiled {
  readonly sequence: number;
  readonly platform: number;
  readonly state: "not_filed" | "quarantined";
  readonly reason: string;
}

/** A filing as a block brought it. */
export interface MinedFiling {
  readonly platform: number;
  readonly number: number;
  readonly previous: Uint8Array;
  readonly head: Uint8Array;
  readonly recordsRoot: Uint8Array;
  readonly entries: Uint8Array;
  readonly signature: Uint8Array;
  readonly decisions: Uint8Array;
  readonly transactionHash: Uint8Array;
  readonly blockNumber: number;
  readonly blockHash: Uint8Array;
  readonly blockTime: number;
  readonly logIndex: number;
}

/** The mark under which no submission waits any more. */
export const WAITING_AFTER = "waiting-after";

/**
 * Stores what one pass of the sequencer decided, all of it or nothing: filings in the order in which they were closed, the
 * places of their submissions, what will not be filed, and from where the next start looks for what waits.
 * Returns the ordinals of the filings.
 */
export async function storeCut(
  db: Database,
  filings: readonly CutFiling[],
  unfiled: readonly Unfiled[],
  waitingAfter: number,
): Promise<number[]> {
  return reaching(() =>
    db.transaction().execute(async (trx) => {
      const ordinals = filings.length === 0 ? [] : await insertFilings(trx, filings);
      await insertPlacements(trx, filings);
      await insertUnfiled(trx, unfiled);
      await raiseMark(trx, WAITING_AFTER, waitingAfter);
      return ordinals;
    }),
  );
}

async function insertUnfiled(trx: Transaction<Schema>, unfiled: readonly Unfiled[]): Promise<void> {
  if (unfiled.length === 0) return;
  await sql`
    insert into placements (sequence, state, platform, reason)
    select * from unnest(
      ${unfiled.map((one) => one.sequence)}::bigint[], ${unfiled.map((one) => one.state)}::text[],
      ${unfiled.map((one) => one.platform)}::integer[], ${unfiled.map((one) => one.reason)}::text[])`.execute(trx);
}

async function insertFilings(trx: Transaction<Schema>, filings: readonly CutFiling[]): Promise<number[]> {
  const ordinals: number[] = [];
  // One by one: there are few, and their ordinals must be in this order.
  for (const { platform, number, previous, head, recordsRoot, entries, sequences } of filings) {
    const row: Insertable<FilingTable> = {
      platform,
      number,
      state: "cut",
      previous: Buffer.from(previous),
      head: Buffer.from(head),
      records_root: Buffer.from(recordsRoot),
      entries: Buffer.from(entries),
      sequences: [...sequences],
    };
    const { ordinal } = await trx.insertInto("filings").values(row).returning("ordinal").executeTakeFirstOrThrow();
    ordinals.push(ordinal);
  }
  return ordinals;
}

async function insertPlacements(trx: Transaction<Schema>, filings: readonly CutFiling[]): Promise<void> {
  const rows = filings.flatMap(({ platform, number, sequences }) =>
    sequences.map((sequence, index) => ({ sequence, platform, number, index })),
  );
  if (rows.length === 0) return;
  await sql`
    insert into placements (sequence, state, platform, number, index)
    select sequence, 'filed', platform, number, index from unnest(
      ${rows.map((row) => row.sequence)}::bigint[], ${rows.map((row) => row.platform)}::integer[],
      ${rows.map((row) => row.number)}::bigint[], ${rows.map((row) => row.index)}::smallint[]
    ) as given(sequence, platform, number, index)`.execute(trx);
}

/** A signed filing's transaction, before it is sent for the first time. */
export interface SignedRow {
  readonly ordinal: number;
  readonly signature: Uint8Array;
  readonly nonce: number;
  readonly gasLimit: number;
  readonly transactionHash: Uint8Array;
  readonly transaction: Uint8Array;
}

/** Stores signatures and transactions. A filing that was signed before gets the new transaction (its old one was used up). */
export async function storeSigned(db: Database, rows: readonly SignedRow[]): Promise<void> {
  await reaching(() =>
    db.transaction().execute(async (trx) => {
      for (const row of rows) {
        await trx
          .updateTable("filings")
          .set({
            state: "signed",
            signature: Buffer.from(row.signature),
            nonce: row.nonce,
            gas_limit: row.gasLimit,
            transaction_hash: Buffer.from(row.transactionHash),
            transaction: Buffer.from(row.transaction),
          })
          .where("ordinal", "=", row.ordinal)
          .where("state", "in", ["cut", "signed", "broadcast"])
          .execute();
      }
    }),
  );
}

/** Notes that a node has taken these transactions. What is mined meanwhile stays mined. */
export async function markBroadcast(db: Database, ordinals: readonly number[]): Promise<void> {
  if (ordinals.length === 0) return;
  await reaching(() =>
    db
      .updateTable("filings")
      .set({ state: "broadcast" })
      .where("ordinal", "in", [...ordinals])
      .where("state", "=", "signed")
      .execute(),
  );
}

/** Filings in one of these states, in the order in which they were closed. */
export async function findByState(db: Database, states: readonly FilingState[]): Promise<FilingRow[]> {
  return reaching(() =>
    db
      .selectFrom("filings")
      .selectAll()
      .where("state", "in", [...states])
      .orderBy("ordinal")
      .execute(),
  );
}

/** A platform's filing of that number, unless it was overtaken. */
export async function findFiling(db: Database, platform: number, number: number): Promise<FilingRow | undefined> {
  return reaching(() =>
    db
      .selectFrom("filings")
      .selectAll()
      .where("platform", "=", platform)
      .where("number", "=", number)
      .where("state", "<>", "overtaken")
      .executeTakeFirst(),
  );
}

/** What a filing that was mined holds. */
export interface FilingEntries {
  readonly platform: number;
  readonly number: number;
  readonly entries: Buffer;
  /** Of the block that mined it; null before. */
  readonly time: number | null;
}

/** The entries of filings, of those that there are, in no particular order. */
export async function findEntries(
  db: Database,
  places: readonly { readonly platform: number; readonly number: number }[],
): Promise<FilingEntries[]> {
  const platforms = places.map(({ platform }) => platform);
  const numbers = places.map(({ number }) => number);
  const statement = sql<FilingEntries>`select platform, number, entries, block_time as time from filings
    where state <> 'overtaken'
      and (platform, number) in (select * from unnest(${platforms}::integer[], ${numbers}::integer[]))`;
  const { rows } = await reaching(() => statement.execute(db));
  return rows;
}

/** A platform's filings from a number on. */
export async function listFilings(db: Database, platform: number, from: number, limit: number): Promise<FilingRow[]> {
  return reaching(() =>
    db
      .selectFrom("filings")
      .selectAll()
      .where("platform", "=", platform)
      .where("number", ">=", from)
      .where("state", "<>", "overtaken")
      .orderBy("number")
      .limit(limit)
      .execute(),
  );
}

/** The last filing of each platform that has one: what the next is chained to. */
export async function lastFilings(db: Database): Promise<Map<number, { number: number; head: Buffer }>> {
  const statement = sql<{ platform: number; number: number; head: Buffer }>`
    select distinct on (platform) platform, number, head from filings
    where state <> 'overtaken' order by platform, number desc`;
  const { rows } = await reaching(() => statement.execute(db));
  return new Map(rows.map(({ platform, number, head }) => [platform, { number, head }]));
}
