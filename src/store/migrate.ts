import { type Migration, Migrator } from "kysely/migration";
import { type Database, reaching } from "./database.ts";
import { storeError } from "./errors.ts";
import { initial } from "./migrations/001-initial.ts";
import { certificates } from "./migrations/002-certificates.ts";

/** In order; one that was released is never edited or removed. */
const migrations: Record<string, Migration> = { "001-initial": initial, "002-certificates": certificates };

/** Brings the database to this version's layout. Two at once wait for each other. Returns the names of what was applied. */
export async function migrate(db: Database): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await reaching(() => migrator.migrateToLatest());
  if (error !== undefined) {
    if (error instanceof Error && /corrupted migrations/u.test(error.message)) {
      throw storeError("database-newer", "The database holds migrations that this version does not know.", {
        cause: error,
      });
    }
    await reaching(() => Promise.reject(error as Error));
  }
  return (results ?? []).filter(({ status }) => status === "Success").map(({ migrationName }) => migrationName);
}
