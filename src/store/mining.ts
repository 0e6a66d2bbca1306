import { type RawBuilder, type Selectable, sql, type Transaction } from "kysely";
import { type Database, reaching } from "./database.ts";
import type { MinedFiling } from "./filings.ts";
import { raiseMark } from "./marks.ts";
import type { FilingTable, Schema } from "./schema.ts";

/** The mark of the last block that the chain called final. */
export const FINAL_BLOCK = "final-block";

/** What a mined filing turned out to be. */
export type MinedAs =
  /** Ours, as it was cut. */
  | "ours"
  /** Ours, but under another head than it was last meant for: a reorganisation took a change of registries back, and did it again. */
  | "moved"
  /** The same filing as the row already says. */
  | "again"
  /** Filed by somebody else (the platform itself, or another gateway with its key), with nothing of ours in its way. */
  | "foreign"
  /** Somebody else's, under a number that ours was to have: the platform's queue is overtaken and now stands still. */
  | "overtaking";

/** Stores what blocks say about filings, in one transaction; the answers are in the order of the filings. */
export async function storeMined(db: Database, filings: readonly MinedFiling[]): Promise<MinedAs[]> {
  return reaching(() =>
    db.transaction().execute(async (trx) => {
      const answers: MinedAs[] = [];
      for (const filing of filings) answers.push(await storeOne(trx, filing));
      return answers;
    }),
  );
}

const KNOWN = ["ordinal", "head", "records_root", "entries", "state", "block_hash", "log_index"] as const;
type KnownRow = Pick<Selectable<FilingTable>, (typeof KNOWN)[number]>;

async function storeOne(trx: Transaction<Schema>, filing: MinedFiling): Promise<MinedAs> {
  const known = await trx
    .selectFrom("filings")
    .select(KNOWN)
    .where("platform", "=", filing.platform)
    .where("number", "=", filing.number)
    .where("state", "<>", "overtaken")
    .executeTakeFirst();
  if (known === undefined) {
    await insertForeign(trx, filing);
    return "foreign";
  }
  const moved = !known.head.equals(filing.head);
  if (moved && !isSameContent(known, filing)) {
    await overtake(trx, filing);
    await insertForeign(trx, filing);
    return "overtaking";
  }
  if (!moved && isSame(known, filing)) return "again";
  await trx
    .updateTable("filings")
    .set({
      ...minedColumns(filing),
      ...{ previous: Buffer.from(filing.previous), head: Buffer.from(filing.head), state: "mined" },
    })
    .where("ordinal", "=", known.ordinal)
    .execute();
  return moved ? "moved" : "ours";
}

/** The same entries on the same records: only the registry, and so the head, is another. */
const isSameContent = (row: KnownRow, filing: MinedFiling): boolean =>
  row.records_root.equals(filing.recordsRoot) && row.entries.equals(filing.entries);

const isSame = (row: KnownRow, filing: MinedFiling): boolean =>
  (row.state === "mined" || row.state === "final") &&
  row.block_hash?.equals(filing.blockHash) === true &&
  row.log_index === filing.logIndex;

function minedColumns(filing: MinedFiling) {
  return {
    // Whoever relayed it: the transaction that took effect, not the one we may have built.
    transaction_hash: Buffer.from(filing.transactionHash),
    signature: Buffer.from(filing.signature),
    block_number: filing.blockNumber,
    block_hash: Buffer.from(filing.blockHash),
    block_time: filing.blockTime,
    log_index: filing.logIndex,
    decisions: Buffer.from(filing.decisions),
  };
}

async function insertForeign(trx: Transaction<Schema>, filing: MinedFiling): Promise<void> {
  await trx
    .insertInto("filings")
    .values({
      ...minedColumns(filing),
      platform: filing.platform,
      number: filing.number,
      state: "mined",
      previous: Buffer.from(filing.previous),
      head: Buffer.from(filing.head),
      records_root: Buffer.from(filing.recordsRoot),
      entries: Buffer.from(filing.entries),
      sequences: [],
    })
    .execute();
}

/** Our filing of that number can't be mined any more, and neither can those chained to it. */
async function overtake(trx: Transaction<Schema>, { platform, number }: MinedFiling): Promise<void> {
  await trx
    .updateTable("filings")
    .set({
      state: "overtaken",
      block_number: null,
      block_hash: null,
      block_time: null,
      log_index: null,
      decisions: null,
    })
    .where("platform", "=", platform)
    .where("number", ">=", number)
    .where("state", "<>", "overtaken")
    .execute();
  await trx
    .updateTable("platforms")
    .set({ halted: `somebody else filed number ${number} with this platform's key` })
    .where("number", "=", platform)
    .execute();
}

/** Takes back what was mined above `block`: ours are to be sent again, what others filed is forgotten. Returns how many were ours. */
export async function takeBack(db: Database, block: number): Promise<number> {
  return reaching(() =>
    db.transaction().execute(async (trx) => {
      const ours = await unmine(trx, sql<boolean>`state in ('mined', 'final') and block_number > ${block}`);
      await trx
        .updateTable("marks")
        .set({ value: block })
        .where("name", "=", FINAL_BLOCK)
        .where("value", ">", block)
        .execute();
      return ours;
    }),
  );
}

/**
 * Takes back what an earlier run saw mined and this one, having read the whole chain, has not: the chain has lost it meanwhile. `seen`
 * are the heads of all filings beyond the last block that was final. Returns how many were ours.
 */
export async function takeBackUnseen(db: Database, seen: readonly Uint8Array[]): Promise<number> {
  const heads = seen.map((head) => Buffer.from(head));
  return reaching(() =>
    db.transaction().execute((trx) => unmine(trx, sql<boolean>`state = 'mined' and not head = any(${heads}::bytea[])`)),
  );
}

/**
 * Takes back every filing beyond what the chain has of its platform, though it was final: the chain has lost it. `numbers` are the
 * chain's last numbers by platform. Returns how many were ours.
 */
export async function takeBackBeyond(db: Database, numbers: ReadonlyMap<number, number>): Promise<number> {
  return reaching(() =>
    db.transaction().execute(async (trx) => {
      const ours = await unmine(
        trx,
        sql<boolean>`state in ('mined', 'final') and number > coalesce((
          select given.number from unnest(${[...numbers.keys()]}::integer[], ${[...numbers.values()]}::bigint[])
            as given(platform, number) where given.platform = filings.platform), 0)`,
      );
      // Which blocks are stored is no longer known: the next start looks at all of them.
      if (ours > 0) await trx.updateTable("marks").set({ value: 0 }).where("name", "=", FINAL_BLOCK).execute();
      return ours;
    }),
  );
}

async function unmine(trx: Transaction<Schema>, condition: RawBuilder<boolean>): Promise<number> {
  await trx
    .deleteFrom("filings")
    .where(condition)
    .where(sql<boolean>`sequences = '{}' and transaction is null`)
    .execute();
  const ours = await trx
    .updateTable("filings")
    .set({
      state: sql`case when transaction is null then 'cut' else 'signed' end`,
      ...{ block_number: null, block_hash: null, block_time: null, log_index: null, decisions: null },
    })
    .where(condition)
    .executeTakeFirst();
  return Number(ours.numUpdatedRows);
}

/** Filings mined up to `block` are final. Returns which became so now. */
export async function markFinal(db: Database, block: number): Promise<{ platform: number; number: number }[]> {
  return reaching(() =>
    db.transaction().execute(async (trx) => {
      await raiseMark(trx, FINAL_BLOCK, block);
      return trx
        .updateTable("filings")
        .set({ state: "final" })
        .where("state", "=", "mined")
        .where("block_number", "<=", block)
        .returning(["platform", "number"])
        .execute();
    }),
  );
}

/**
 * On the operator's word: what was overtaken waits again, to be filed under new numbers behind the chain's head. The submissions
 * keep their sequence, so the borrower's order holds. Returns how many wait again.
 */
export async function refileOvertaken(db: Database, platform: number): Promise<number> {
  return reaching(() =>
    db.transaction().execute(async (trx) => {
      const overtaken = await trx
        .selectFrom("filings")
        .select("sequences")
        .where("platform", "=", platform)
        .where("state", "=", "overtaken")
        .execute();
      const sequences = overtaken.flatMap((row) => row.sequences);
      const freed = await sql<{ sequence: number }>`
        delete from placements p where p.sequence = any(${sequences}::bigint[]) and p.state = 'filed'
          and not exists (select from filings f where f.platform = p.platform and f.number = p.number
            and f.state <> 'overtaken' and p.sequence = any(f.sequences))
        returning p.sequence`.execute(trx);
      const first = freed.rows.reduce((least, { sequence }) => Math.min(least, sequence), Number.MAX_SAFE_INTEGER);
      await sql`update marks set value = least(value, ${first - 1}) where name = 'waiting-after'`.execute(trx);
      await trx.updateTable("platforms").set({ halted: null }).where("number", "=", platform).execute();
      return freed.rows.length;
    }),
  );
}
