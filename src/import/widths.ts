/** What an entry can hold. */
import { AMOUNT_LIMIT, EARLIEST_TIME } from "../core/entry.ts";
import { RowProblem } from "./loan.ts";

export const day = (seconds: number): string => new Date(seconds * 1_000).toISOString();

/** A time that an entry can hold. Throws RowProblem. */
export function within(seconds: number, column: string): number {
  if (seconds >= EARLIEST_TIME && seconds < 2 ** 32) return seconds;
  throw new RowProblem(column, day(seconds), "is before 2000 or after 2106");
}

/** An amount that an entry can hold. Throws RowProblem. */
export function held(amount: bigint, column: string): bigint {
  if (amount < AMOUNT_LIMIT) return amount;
  throw new RowProblem(column, String(amount), "is more than an entry can hold, in minor units");
}
