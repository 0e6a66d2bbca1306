import { sql } from "kysely";
import { type Database, reaching } from "./database.ts";

/** How many submissions after sequence `after` wait, by platform. */
export async function countWaiting(db: Database, after: number): Promise<Map<number, number>> {
  const statement = sql<{ platform: number; waiting: number }>`
    select s.platform, count(*) as waiting from submissions s
    where s.sequence > ${after} and not exists (select from placements p where p.sequence = s.sequence)
    group by s.platform`;
  const { rows } = await reaching(() => statement.execute(db));
  return new Map(rows.map(({ platform, waiting }) => [platform, waiting]));
}

/** How many filings are in each state, by platform. */
export async function countFilings(db: Database): Promise<Map<number, Record<string, number>>> {
  const statement = sql<{ platform: number; state: string; filings: number }>`
    select platform, state, count(*) as filings from filings group by platform, state`;
  const { rows } = await reaching(() => statement.execute(db));
  const counts = new Map<number, Record<string, number>>();
  for (const { platform, state, filings } of rows) {
    counts.set(platform, { ...counts.get(platform), [state]: filings });
  }
  return counts;
}
