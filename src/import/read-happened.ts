import { Columns, type Fields, type Read } from "./columns.ts";
import { type Happening, type Payment, RowProblem } from "./loan.ts";
import type { AmountSource, ContactedSource, DateSource, ExtendedSource, Mapping, OverdueSource } from "./mapping.ts";
import { needed, numbered, scheduleReader } from "./read-schedule.ts";
import { day, held, within } from "./widths.ts";

/** What is known of the loan when its further events are read. */
interface Known {
  readonly opened: number;
  readonly cash: bigint;
  readonly repaid: readonly Payment[];
}

type ReadHappenings = (row: Fields, loan: Known) => Happening[];

const MAX_DAYS = 65_535;
/** Rates a year in 10⁻⁹ have 64 bits on the wire. */
const RATES = 2n ** 64n;
const PER_CENT = 10_000_000;

/** Readers of everything a mapping tells of besides openings, payments and ends. */
export function happeningReaders(mapping: Mapping, columns: Columns): ReadHappenings[] {
  const readers: ReadHappenings[] = [];
  if (mapping.disbursed !== undefined) readers.push(disbursedReader(mapping.disbursed, columns));
  for (const one of mapping.extended.flatMap(spread)) readers.push(extendedReader(one, columns));
  for (const one of mapping.overdue.flatMap(spread)) readers.push(overdueReader(one, columns));
  for (const one of mapping.contacted.flatMap(spread)) readers.push(contactedReader(one, columns));
  return readers;
}

/** An event that the mapping numbers, once for each number. */
function spread<T extends { from?: number | undefined; to?: number | undefined }>(source: T): Omit<T, "from" | "to">[] {
  const { from, to, ...one } = source;
  return from === undefined || to === undefined ? [one] : numbered(from, to, one);
}

/** The time of an event, if the row has one; never before the opening. */
function timeReader(source: DateSource, columns: Columns): (row: Fields, opened: number) => number | undefined {
  const read = columns.date(source);
  const column = Columns.nameOf(source);
  return (row, opened) => {
    const at = read(row);
    if (at === undefined) return undefined;
    if (at < opened) throw new RowProblem(column, day(at), "is before the loan was opened");
    return within(at, column);
  };
}

function amountReader(source: AmountSource | undefined, columns: Columns): Read<bigint> {
  if (source === undefined) return () => undefined;
  const read = columns.amount(source);
  const column = Columns.nameOf(source);
  return (row) => {
    const value = read(row);
    return value === undefined ? undefined : held(value, column);
  };
}

type OneOf<T extends string | number> =
  T | { readonly column: string; readonly values: Readonly<Record<string, T>>; readonly default?: T | undefined };

function oneOfReader<T extends string | number>(source: OneOf<T>, columns: Columns): (row: Fields) => T {
  if (typeof source !== "object") return () => source;
  return needed(columns.oneOf<T>(source.column, source.values, source.default), source.column);
}

function disbursedReader(source: NonNullable<Mapping["disbursed"]>, columns: Columns): ReadHappenings {
  const readTime = timeReader(source.date, columns);
  const readAmount = amountReader(source.amount, columns);
  return (row, { opened, cash }) => {
    const at = readTime(row, opened);
    return at === undefined ? [] : [{ kind: "Disbursed", at, amount: readAmount(row) ?? cash }];
  };
}

function extendedReader(source: Omit<ExtendedSource, "from" | "to">, columns: Columns): ReadHappenings {
  const readTime = timeReader(source.date, columns);
  const readKind = oneOfReader(source.kind, columns);
  const readFee = amountReader(source.fee, columns);
  const readWriteDown = amountReader(source.writeDown, columns);
  const readSchedule = scheduleReader(source.schedule, columns);
  return (row, { opened, repaid }) => {
    const at = readTime(row, opened);
    if (at === undefined) return [];
    const paid = repaid.reduce((sum, one) => (one.at <= at ? sum + one.principal : sum), 0n);
    const amounts = { fee: readFee(row) ?? 0n, writeDown: readWriteDown(row) ?? 0n, paid };
    return [{ kind: "Extended", at, extension: readKind(row), ...amounts, schedule: readSchedule(row, at) }];
  };
}

function overdueReader(source: Omit<OverdueSource, "from" | "to">, columns: Columns): ReadHappenings {
  const readTime = timeReader(source.date, columns);
  const { daysPastDue } = source;
  const readDays = typeof daysPastDue === "number" ? () => daysPastDue : columns.whole(daysPastDue);
  const daysColumn = typeof daysPastDue === "number" ? "" : daysPastDue;
  const readAmount = needed(amountReader(source.amount, columns), Columns.nameOf(source.amount));
  const readCharges = amountReader(source.charges, columns);
  const { contractRate: rate } = source;
  const readRate = rate === undefined ? () => 0n : columns.amount({ column: rate, factor: PER_CENT });
  return (row, { opened }) => {
    const at = readTime(row, opened);
    if (at === undefined) return [];
    const days = readDays(row);
    if (days === undefined) throw new RowProblem(daysColumn, "", "is missing");
    if (days > MAX_DAYS) throw new RowProblem(daysColumn, String(days), `is more than ${MAX_DAYS} days`);
    const contractRate = readRate(row) ?? 0n;
    if (contractRate >= RATES) throw new RowProblem(rate ?? "", String(contractRate), "is no rate a year");
    const amounts = { amountOverdue: readAmount(row), defaultCharges: readCharges(row) ?? 0n, contractRate };
    return [{ kind: "Overdue", at, daysPastDue: days, ...amounts }];
  };
}

function contactedReader(source: Omit<ContactedSource, "from" | "to">, columns: Columns): ReadHappenings {
  const readTime = timeReader(source.date, columns);
  const readChannel = oneOfReader(source.channel, columns);
  const readParty = oneOfReader(source.party, columns);
  const readAgent = oneOfReader(source.agent, columns);
  return (row, { opened }) => {
    const at = readTime(row, opened);
    if (at === undefined) return [];
    return [{ kind: "Contacted", at, channel: readChannel(row), party: readParty(row), agent: readAgent(row) }];
  };
}
