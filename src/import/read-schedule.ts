import { AMOUNT_LIMIT } from "../core/entry.ts";
import { type Leg, MAX_LEGS, MAX_PAYMENTS, type Unit } from "../core/schedule.ts";
import { Columns, type Fields, type Read } from "./columns.ts";
import { RowProblem } from "./loan.ts";
import type { DateSource, ScheduleSource } from "./mapping.ts";

const DAY = 86_400;
/** Clocks that change between contract and due date must not make a day more of it. */
const CLOCK_CHANGE = 7_200;

/** What is left to pay, and when, of a loan opened at a time. */
export type ReadSchedule = (row: Fields, opened: number) => Leg[];

/** Schedules of one leg that are kept to be shared: lenders have few products, and a million loans should not need a gigabyte. */
const SHARED = 10_000;

export function scheduleReader(source: ScheduleSource, columns: Columns): ReadSchedule {
  const read = readerOf(source, columns);
  const shared = new Map<string, Leg[]>();
  return (row, opened) => {
    const legs = read(row, opened);
    const [first, ...others] = legs;
    if (first === undefined || others.length > 0) return legs;
    const name = `${first.count}/${first.unit}/${first.gap}/${first.amount}`;
    const known = shared.get(name);
    if (known === undefined && shared.size < SHARED) shared.set(name, legs);
    return known ?? legs;
  };
}

function readerOf(source: ScheduleSource, columns: Columns): ReadSchedule {
  if ("single" in source) return singleReader(source.single, columns);
  if ("level" in source) return levelReader(source.level, columns);
  return listReader(source.list, columns);
}

function singleReader(
  { amount, due, term, unit }: Extract<ScheduleSource, { single: unknown }>["single"],
  columns: Columns,
): ReadSchedule {
  const readAmount = needed(columns.amount(amount), Columns.nameOf(amount));
  const readGap = due === undefined ? undefined : daysUntil(due, columns);
  const readTerm = term === undefined ? undefined : needed(columns.count(term), Columns.nameOf(term));
  return (row, opened) => {
    const gap = readGap === undefined ? readTerm!(row) : readGap(row, opened);
    if (gap === undefined) throw new RowProblem(Columns.nameOf(due!), "", "is missing");
    return [leg(1, readGap === undefined ? unit : "day", gap, readAmount(row), Columns.nameOf(amount))];
  };
}

function levelReader(
  { count, every, amount, total, last, firstDue }: Extract<ScheduleSource, { level: unknown }>["level"],
  columns: Columns,
): ReadSchedule {
  const readCount = needed(columns.count(count), Columns.nameOf(count));
  const source = (amount ?? total)!;
  const name = Columns.nameOf(source);
  const readAmount = needed(columns.amount(source), name);
  const readLast = last === undefined ? undefined : needed(columns.amount(last), Columns.nameOf(last));
  const readFirst = firstDue === undefined ? undefined : daysUntil(firstDue, columns);
  const [gapText = "1", unitText = "month"] = every.split(" ");
  const gap = Number(gapText);
  const unit = unitText.replace(/s$/u, "") as Unit;
  return (row, opened) => {
    const payments = readCount(row);
    if (payments < 1 || payments > MAX_PAYMENTS)
      throw new RowProblem(
        Columns.nameOf(count),
        String(payments),
        `is no number of instalments (1 to ${MAX_PAYMENTS})`,
      );
    const value = readAmount(row);
    const n = BigInt(payments);
    // Instalments of a total are rounded up, and the last one is what is left.
    const each = total === undefined ? value : (value + n - 1n) / n;
    const final = readLast?.(row) ?? (total === undefined ? each : value - (n - 1n) * each);
    const amounts = [...Array.from({ length: payments - 1 }, () => each), final];
    const first = readFirst?.(row, opened);
    return compressed(
      amounts.map((one, i) =>
        i === 0 && first !== undefined ? leg(1, "day", first, one, name) : leg(1, unit, gap, one, name),
      ),
    );
  };
}

function listReader(
  { from, to, due, amount }: Extract<ScheduleSource, { list: unknown }>["list"],
  columns: Columns,
): ReadSchedule {
  const items = numbered(from, to, { due, amount }).map((one) => ({
    ...one,
    name: Columns.nameOf(one.amount),
    readDays: daysUntil(one.due, columns),
    readAmount: columns.amount(one.amount),
  }));
  return (row, opened) => {
    const byDay = new Map<number, bigint>();
    for (const { due: dueSource, name, readDays, readAmount } of items) {
      const [days, value] = [readDays(row, opened), readAmount(row)];
      if (value === undefined || value === 0n) continue;
      if (days === undefined) throw new RowProblem(Columns.nameOf(dueSource), "", `is missing, and ${name} is not`);
      byDay.set(days, (byDay.get(days) ?? 0n) + value);
    }
    let before = 0;
    const legs = [...byDay]
      .sort(([a], [b]) => a - b)
      .map(([days, value]) => {
        const one = leg(1, "day", days - before, value, Columns.nameOf(amount));
        before = days;
        return one;
      });
    if (legs.length === 0) throw new RowProblem(Columns.nameOf(amount), "", "no instalment is there");
    return compressed(legs);
  };
}

/** The sources of each number from `from` to `to`, which takes the place of {n} in names of columns. */
export function numbered<T>(from: number, to: number, sources: T): T[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => withNumber(sources, from + i));
}

function withNumber<T>(source: T, n: number): T {
  if (typeof source === "string") return source.replaceAll("{n}", String(n)) as T;
  if (Array.isArray(source)) return source.map((one: unknown) => withNumber(one, n)) as T;
  if (typeof source !== "object" || source === null) return source;
  return Object.fromEntries(Object.entries(source).map(([key, one]) => [key, withNumber(one as unknown, n)])) as T;
}

/** Whole days from the opening to a date, at least one. */
function daysUntil(source: DateSource, columns: Columns): (row: Fields, opened: number) => number | undefined {
  const read = columns.date(source);
  return (row, opened) => {
    const due = read(row);
    if (due === undefined) return undefined;
    const days = Math.ceil((due - opened - CLOCK_CHANGE) / DAY);
    if (days < 0) throw new RowProblem(Columns.nameOf(source), isoDay(due), "is before the loan was opened");
    return Math.max(1, days);
  };
}

function leg(count: number, unit: Unit, gap: number, amount: bigint, column: string): Leg {
  if (gap < 1 || gap > 0xffff) throw new RowProblem("", String(gap), `is no distance between payments, in ${unit}s`);
  if (amount < 1n) throw new RowProblem(column, String(amount), "an instalment is not above zero");
  if (amount >= AMOUNT_LIMIT) throw new RowProblem(column, String(amount), "is more than an entry can hold");
  return { count, unit, gap, amount };
}

/** Payments alike that follow each other as one leg. */
function compressed(legs: readonly Leg[]): Leg[] {
  const out: Leg[] = [];
  for (const one of legs) {
    const last = out.at(-1);
    if (last !== undefined && last.unit === one.unit && last.gap === one.gap && last.amount === one.amount)
      out[out.length - 1] = { ...last, count: last.count + one.count };
    else out.push(one);
  }
  if (out.length > MAX_LEGS)
    throw new RowProblem("", String(out.length), `more than ${MAX_LEGS} different instalments`);
  return out;
}

/** A value that must be there. */
export function needed<T>(read: Read<T>, column: string): (row: Fields) => T {
  return (row) => {
    const value = read(row);
    if (value === undefined) throw new RowProblem(column, "", "is missing");
    return value;
  };
}

export const isoDay = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);
