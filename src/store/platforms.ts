import type { Selectable } from "kysely";
import { type Database, reaching } from "./database.ts";
import type { PlatformTable, RecordKeyTable } from "./schema.ts";

export type PlatformRow = Selectable<PlatformTable>;
export type RecordKeyRow = Selectable<RecordKeyTable>;

/** Adds a platform, or gives it another name or signer. */
export async function savePlatform(
  db: Database,
  platform: { number: number; name: string; signer: unknown },
): Promise<void> {
  const row = { ...platform, signer: JSON.stringify(platform.signer) };
  await reaching(() =>
    db
      .insertInto("platforms")
      .values(row)
      .onConflict((conflict) => conflict.column("number").doUpdateSet({ name: row.name, signer: row.signer }))
      .execute(),
  );
}

export async function listPlatforms(db: Database): Promise<PlatformRow[]> {
  return reaching(() => db.selectFrom("platforms").selectAll().orderBy("number").execute());
}

/** Stops a platform's queue, or lets it go on (null). */
export async function haltPlatform(db: Database, number: number, reason: string | null): Promise<void> {
  await reaching(() => db.updateTable("platforms").set({ halted: reason }).where("number", "=", number).execute());
}

export interface NewRecordKey {
  readonly platform: number;
  readonly thumbprint: Uint8Array;
  readonly jwk: unknown;
  readonly validFrom: number;
  readonly validTo: number;
  readonly certification: Uint8Array;
}

/** Adds a record key's certificate. Those of before stay, for the receipts of their time; the same one again becomes the newest. */
export async function saveRecordKey(db: Database, key: NewRecordKey): Promise<void> {
  const row = {
    platform: key.platform,
    thumbprint: Buffer.from(key.thumbprint),
    jwk: JSON.stringify(key.jwk),
    valid_from_time: key.validFrom,
    valid_to_time: key.validTo,
    certification: Buffer.from(key.certification),
  };
  await reaching(() =>
    db.transaction().execute(async (trx) => {
      await trx
        .deleteFrom("record_keys")
        .where("platform", "=", row.platform)
        .where("thumbprint", "=", row.thumbprint)
        .where("certification", "=", row.certification)
        .execute();
      await trx.insertInto("record_keys").values(row).execute();
    }),
  );
}

/** All certificates, the oldest first. */
export async function listRecordKeys(db: Database): Promise<RecordKeyRow[]> {
  return reaching(() => db.selectFrom("record_keys").selectAll().orderBy("ordinal").execute());
}
