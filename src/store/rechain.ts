import { sql, type Transaction } from "kysely";
import { equal } from "../core/bytes.ts";
import { type FilingDomain, headOf, isSignedBy } from "../core/filing.ts";
import { type Database, reaching } from "./database.ts";
import type { Schema } from "./schema.ts";

/** How many filings on their way got a new head, and how many lost a signature that no longer counts. */
export interface Rechained {
  readonly heads: number;
  readonly signatures: number;
}

interface UnminedRow {
  readonly ordinal: number;
  readonly platform: number;
  readonly number: number;
  readonly previous: Buffer;
  readonly head: Buffer;
  readonly records_root: Buffer;
  readonly entries: Buffer;
  readonly signature: Buffer | null;
}

/**
 * Chains what is not mined to what is, for the registry in service and the keys that are licensed now: after a succession heads are
 * bound to another registry, after a rotation signatures are by a key that counts no more. Numbers, entries and places stay as they are, so
 * that nothing promised changes. What lost its signature is signed anew; its nonce is remembered, since the transaction that had it may
 * still be in a node's pool.
 */
export async function rechain(
  db: Database,
  domain: FilingDomain,
  licensedKey: (platform: number) => Uint8Array | undefined,
): Promise<Rechained> {
  return reaching(() =>
    db.transaction().execute(async (trx) => {
      const rows = await trx
        .selectFrom("filings")
        .select(["ordinal", "platform", "number", "previous", "head", "records_root", "entries", "signature"])
        .where("state", "in", ["cut", "signed", "broadcast"])
        .orderBy("platform")
        .orderBy("number")
        .execute();
      const done = { heads: 0, signatures: 0 };
      if (rows.length === 0) return done;
      const last = await lastMined(trx);
      for (const row of rows) {
        const previous = last.get(row.platform) ?? NO_HEAD;
        const head = headOfRow(row, previous, domain);
        last.set(row.platform, head);
        const key = licensedKey(row.platform);
        const moved = !equal(head, row.head);
        const signed = row.signature !== null;
        const counts = !moved && signed && key !== undefined && isSignedBy(key, row.head, row.signature!);
        if (!moved && (counts || !signed)) continue;
        if (moved) done.heads++;
        if (signed) done.signatures++;
        await trx
          .updateTable("filings")
          .set({ previous: Buffer.from(previous), head: Buffer.from(head), state: "cut", ...UNSIGNED })
          .where("ordinal", "=", row.ordinal)
          .execute();
      }
      return done;
    }),
  );
}

const NO_HEAD = Buffer.alloc(32);
const UNSIGNED = { signature: null, gas_limit: null, transaction_hash: null, transaction: null } as const;

const headOfRow = (row: UnminedRow, previous: Uint8Array, domain: FilingDomain): Uint8Array =>
  headOf(
    { platform: row.platform, number: row.number, previous, recordsRoot: row.records_root, entries: row.entries },
    domain,
  );

async function lastMined(trx: Transaction<Schema>): Promise<Map<number, Uint8Array>> {
  const { rows } = await sql<{ platform: number; head: Buffer }>`
    select distinct on (platform) platform, head from filings
    where state in ('mined', 'final') order by platform, number desc`.execute(trx);
  return new Map(rows.map(({ platform, head }) => [platform, head]));
}

/**
 * Undoes every cut that no block holds: what was placed waits again, in its sequence, and is cut anew under the same numbers. For filings
 * that outgrew a transaction after they were cut; all of them, since entries name the places of others. Returns how many filings it undid.
 */
export async function uncut(db: Database): Promise<number> {
  return reaching(() =>
    db.transaction().execute(async (trx) => {
      const filings = await trx
        .deleteFrom("filings")
        .where("state", "in", ["cut", "signed", "broadcast"])
        .returning("sequences")
        .execute();
      const sequences = filings.flatMap((row) => row.sequences);
      await sql`delete from placements where state = 'filed' and sequence = any(${sequences}::bigint[])`.execute(trx);
      const first = sequences.reduce((least, sequence) => Math.min(least, sequence), Number.MAX_SAFE_INTEGER);
      await sql`update marks set value = least(value, ${first - 1}) where name = 'waiting-after'`.execute(trx);
      return filings.length;
    }),
  );
}
