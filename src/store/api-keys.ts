import type { Selectable } from "kysely";
import { type Database, reaching } from "./database.ts";
import type { ApiKeyTable } from "./schema.ts";

export type ApiKeyRow = Selectable<ApiKeyTable>;

export interface NewApiKey {
  readonly prefix: string;
  readonly hash: Uint8Array;
  readonly role: ApiKeyTable["role"];
  readonly platform: number | null;
  readonly label: string;
}

export async function addApiKey(db: Database, key: NewApiKey): Promise<void> {
  await reaching(() =>
    db
      .insertInto("api_keys")
      .values({ ...key, hash: Buffer.from(key.hash) })
      .execute(),
  );
}

/** The key with this prefix, unless it was revoked. */
export async function findApiKey(db: Database, prefix: string): Promise<ApiKeyRow | undefined> {
  return reaching(() =>
    db
      .selectFrom("api_keys")
      .selectAll()
      .where("prefix", "=", prefix)
      .where("revoked_at", "is", null)
      .executeTakeFirst(),
  );
}

/** Every key that was ever made, without its hash. */
export async function listApiKeys(db: Database): Promise<Omit<ApiKeyRow, "hash">[]> {
  return reaching(() =>
    db
      .selectFrom("api_keys")
      .select(["prefix", "role", "platform", "label", "added_at", "revoked_at"])
      .orderBy("added_at")
      .execute(),
  );
}

/** Revokes a key; returns whether there was one to revoke. */
export async function revokeApiKey(db: Database, prefix: string): Promise<boolean> {
  const { numUpdatedRows } = await reaching(() =>
    db
      .updateTable("api_keys")
      .set({ revoked_at: new Date() })
      .where("prefix", "=", prefix)
      .where("revoked_at", "is", null)
      .executeTakeFirst(),
  );
  return numUpdatedRows > 0n;
}
