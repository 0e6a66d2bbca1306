import { z } from "zod";
import { isRestDay, type Calendar } from "../core/business-days.ts";
import { law } from "./law.ts";
import { civilDay } from "./units.ts";
import { plural } from "./value-words.ts";

/** How a rule pack writes a calendar of business days: each holiday by its name, with its days. */

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

const named = z.record(z.string().min(1).max(100), z.array(civilDay).max(1_000)).default({});

export const calendar = z.strictObject({
  rest: z.array(z.enum(WEEKDAYS)).max(6).describe("Weekdays on which nobody works, such as `[saturday, sunday]`"),
  from: civilDay.describe("The first day of which it is known whether it is a business day"),
  until: civilDay.describe("The first day of which it isn't known any more: rules that depend on it are undetermined"),
  holidays: named.describe("By name, the days that are holidays: `Labor Day: [2025-09-01, 2026-09-07]`"),
  workdays: named.describe("By name, days of rest that are worked all the same"),
  law: law.optional().describe("Where its days come from, as `law` of a rule"),
});

export type PackCalendar = z.infer<typeof calendar>;

/** What the Rulebook's settings hold of it. A holiday on a day of rest changes nothing. Throws an `Error` for a day outside of it. */
export function compileCalendar({ rest, from, until, holidays, workdays }: PackCalendar): Calendar {
  if (until <= from) throw new Error("the calendar ends where it begins");
  const bits = rest.reduce((sum, name) => sum | (1 << WEEKDAYS.indexOf(name)), 0);
  const daysOf = (all: PackCalendar["holidays"], onRest: boolean): number[] =>
    Object.entries(all).flatMap(([name, days]) => {
      const outside = days.find((day) => day < from || day >= until);
      if (outside !== undefined) throw new Error(`${name}, ${dayText(outside)}, is outside of what the calendar knows`);
      return days.filter((day) => isRestDay({ rest: bits }, day) === onRest);
    });
  const exceptions = [...new Set([...daysOf(holidays, false), ...daysOf(workdays, true)])].sort((a, b) => a - b);
  return { rest: bits, from, until, exceptions };
}

/** The way back; the names of its days are not on the chain. */
export function plainCalendar(given: Calendar): Readonly<Record<string, unknown>> {
  const { from, until, exceptions } = given;
  const days = (onRest: boolean): string[] =>
    exceptions.filter((day) => isRestDay(given, day) === onRest).map((day) => dayText(day));
  const [holidays, workdays] = [days(false), days(true)];
  return {
    ...{ rest: restDays(given), from: dayText(from), until: dayText(until) },
    ...(holidays.length > 0 && { holidays: { [NO_NAME]: holidays } }),
    ...(workdays.length > 0 && { workdays: { [NO_NAME]: workdays } }),
  };
}

const NO_NAME = "Not said: the chain keeps days, and no names";

/** A pack's own calendar as YAML has it. */
export function writtenCalendar(pack: PackCalendar): Readonly<Record<string, unknown>> {
  const byName = (all: PackCalendar["holidays"]) =>
    Object.fromEntries(Object.entries(all).map(([name, days]) => [name, days.map(dayText)]));
  return {
    ...{ ...pack, from: dayText(pack.from), until: dayText(pack.until) },
    ...{ holidays: byName(pack.holidays), workdays: byName(pack.workdays) },
  };
}

/** What is known of business days, in one sentence without its full stop. */
export function calendarInWords(given: Calendar): string {
  const rest = restDays(given).map((name) => name[0]!.toUpperCase() + name.slice(1));
  const worked = given.exceptions.filter((day) => isRestDay(given, day)).length;
  const parts = [
    rest.length === 0 ? "all days of the week" : `all days but ${rest.join(" and ")}`,
    plural(given.exceptions.length - worked, "holiday"),
    ...(worked === 0 ? [] : [`${plural(worked, "day")} of rest that ${worked === 1 ? "is" : "are"} worked`]),
  ];
  return `${parts.join(", ")}; known from ${dayText(given.from)} to ${dayText(given.until - 1)}`;
}

const restDays = ({ rest }: Calendar): string[] => WEEKDAYS.filter((_, i) => ((rest >> i) & 1) !== 0);

const dayText = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
