/**
 * The legal holidays of a state by the rule of its statute, as the `calendar` of a rule pack: `node scripts/holidays.ts us-sc` prints it.
 * The packs hold what this prints, and a test compares them: nobody copies a list of days by hand.
 */
import { fileURLToPath } from "node:url";

type Rule = (year: number) => Date | undefined;
interface State {
  readonly holidays: Readonly<Record<string, Rule>>;
  /** Whether a holiday on a Saturday is kept on the Friday before; one on a Sunday is kept on the Monday after. */
  readonly saturdays: boolean;
}

const [MONDAY, THURSDAY, SATURDAY] = [1, 4, 6];
const civil = (year: number, month: number, day: number): Date => new Date(Date.UTC(year, month - 1, day));
const shifted = (date: Date, days: number): Date => new Date(date.getTime() + days * 86_400_000);

/** A fixed day, from a year on. */
const on =
  (month: number, day: number, since = 0): Rule =>
  (year) =>
    year < since ? undefined : civil(year, month, day);

/** The n-th such weekday of a month. */
const nth =
  (n: number, weekday: number, month: number): Rule =>
  (year) => {
    const first = civil(year, month, 1);
    return shifted(first, ((weekday - first.getUTCDay() + 7) % 7) + 7 * (n - 1));
  };

const lastMonday =
  (month: number): Rule =>
  (year) => {
    const end = civil(year, month + 1, 0);
    return shifted(end, -((end.getUTCDay() - MONDAY + 7) % 7));
  };

const dayAfter =
  (rule: Rule): Rule =>
  (year) => {
    const date = rule(year);
    return date && shifted(date, 1);
  };

const THANKSGIVING = nth(4, THURSDAY, 11);
const COMMON = {
  "New Year's Day": on(1, 1),
  "Martin Luther King, Jr. Day": nth(3, MONDAY, 1),
  "Presidents' Day": nth(3, MONDAY, 2),
  "Memorial Day": lastMonday(5),
  "Independence Day": on(7, 4),
  "Labor Day": nth(1, MONDAY, 9),
  "Veterans Day": on(11, 11),
  "Thanksgiving Day": THANKSGIVING,
};

export const STATES: Readonly<Record<string, State>> = {
  // S.C. Code §53-5-10, as amended with effect from 2 June 2009; §53-5-30.
  "us-sc": {
    holidays: {
      ...COMMON,
      "Confederate Memorial Day": on(5, 10),
      "Day after Thanksgiving": dayAfter(THANKSGIVING),
      "Christmas Eve": on(12, 24),
      "Christmas Day": on(12, 25),
      "Day after Christmas": on(12, 26),
    },
    saturdays: true,
  },
  // RCW 1.16.050, with Juneteenth by Laws of 2021 ch. 295.
  "us-wa": {
    holidays: {
      ...COMMON,
      Juneteenth: on(6, 19, 2022),
      "Native American Heritage Day": dayAfter(THANKSGIVING),
      "Christmas Day": on(12, 25),
    },
    saturdays: true,
  },
};

/** By name, the days on which holidays are kept, of years in [first, last]. One whose day is another one's already is kept on the next day that is free. */
export function holidaysOf({ holidays, saturdays }: State, first: number, last: number): Record<string, string[]> {
  const kept: Record<string, string[]> = {};
  const all = Object.entries(holidays).flatMap(([name, rule]) => {
    kept[name] = [];
    // The next New Year's Day may be kept in this year.
    return years(first, last + 1).flatMap((year) => {
      const date = rule(year);
      return date === undefined ? [] : [{ name, date }];
    });
  });
  const taken = new Set(all.map(({ date }) => date.getTime()));
  for (const { name, date } of all.sort((a, b) => a.date.getTime() - b.date.getTime())) {
    const day = keptOn(date, saturdays, taken);
    taken.add(day.getTime());
    if (day.getUTCFullYear() >= first && day.getUTCFullYear() <= last) kept[name]!.push(day.toISOString().slice(0, 10));
  }
  return kept;
}

function keptOn(date: Date, saturdays: boolean, taken: ReadonlySet<number>): Date {
  const weekday = date.getUTCDay();
  if (weekday !== 0 && (weekday !== SATURDAY || !saturdays)) return date;
  const step = weekday === 0 ? 1 : -1;
  let day = shifted(date, step);
  while (taken.has(day.getTime())) day = shifted(day, step);
  return day;
}

const years = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** The lines that a pack has them in. */
export function holidayLines(state: string, first: number, last: number): string[] {
  return Object.entries(holidaysOf(STATES[state]!, first, last)).flatMap(([name, days]) => [
    `    ${name}:`,
    ...Array.from({ length: Math.ceil(days.length / 6) }, (_, i) => days.slice(6 * i, 6 * i + 6)).map(
      (row, i, all) => `      ${i === 0 ? "[" : " "}${row.join(", ")}${i === all.length - 1 ? "]" : ","}`,
    ),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [state = "us-sc", first = "2010", last = "2027"] = process.argv.slice(2);
  process.stdout.write(`${holidayLines(state, Number(first), Number(last)).join("\n")}\n`);
}
