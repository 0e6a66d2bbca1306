import { sql, type Kysely } from "kysely";
import { reaching } from "./database.ts";
import type { Schema } from "./schema.ts";

/** A mark's value; 0 if it was never set. */
export async function readMark(db: Kysely<Schema>, name: string): Promise<number> {
  const row = await reaching(() => db.selectFrom("marks").select("value").where("name", "=", name).executeTakeFirst());
  return row?.value ?? 0;
}

/** Moves a mark forward; one that is further already stays. */
export async function raiseMark(db: Kysely<Schema>, name: string, value: number): Promise<void> {
  await db
    .insertInto("marks")
    .values({ name, value })
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet({ value: sql<number>`greatest(marks.value, excluded.value)` }),
    )
    .execute();
}
