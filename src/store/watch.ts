import type { Selectable } from "kysely";
import { type Database, reaching } from "./database.ts";
import type { AlarmTable } from "./schema.ts";

export type AlarmRow = Selectable<AlarmTable>;

/** Writes an alarm down, so that it outlives the process until an operator clears it. */
export async function addAlarm(db: Database, code: string, message: string): Promise<void> {
  await reaching(() => db.insertInto("alarms").values({ code, message }).execute());
}

/** Alarms that nobody has cleared. */
export async function openAlarms(db: Database): Promise<AlarmRow[]> {
  return reaching(() => db.selectFrom("alarms").selectAll().where("cleared_at", "is", null).orderBy("id").execute());
}

/** Clears all open alarms of a code; returns how many there were. */
export async function clearAlarms(db: Database, code: string): Promise<number> {
  const { numUpdatedRows } = await reaching(() =>
    db
      .updateTable("alarms")
      .set({ cleared_at: new Date() })
      .where("code", "=", code)
      .where("cleared_at", "is", null)
      .executeTakeFirst(),
  );
  return Number(numUpdatedRows);
}

/** A check that a platform made about somebody, for the account of enquiries. */
export interface MadeCheck {
  readonly platform: number;
  readonly consent: string;
  readonly outcome: string;
}

export async function addChecks(db: Database, checks: readonly MadeCheck[]): Promise<void> {
  if (checks.length === 0) return;
  await reaching(() =>
    db
      .insertInto("checks")
      .values([...checks])
      .execute(),
  );
}
