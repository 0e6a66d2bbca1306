import type { ByteReader, ByteWriter } from "./bytes.ts";

/** Which days are worked, of those that are known. Days are civil days of the deployment's zone, from 1970-01-01 = 0. */
export interface Calendar {
  /** Bits of the weekdays on which nobody works, bit 0 Monday. */
  readonly rest: number;
  /** The first day that is known. */
  readonly from: number;
  /** The first day after it that isn't. */
  readonly until: number;
  /** Days that are the other thing than their weekday says, ascending: holidays, and rest days that are worked. */
  readonly exceptions: readonly number[];
}

/** Of Monday to Sunday; the first day of 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (day + 3) % 7;

/** Whether a day's weekday is one of rest. */
export const isRestDay = ({ rest }: Pick<Calendar, "rest">, day: number): boolean =>
  ((rest >> weekdayOf(day)) & 1) !== 0;

/** Business days, as far as they are known, and days of which nothing is. */
export interface CountedDays {
  readonly known: number;
  readonly unknown: number;
}

/** The business days in (since, upTo]: those known, up to `enough`; and how many of these days the calendar doesn't know. */
export function countBusinessDays(
  calendar: Calendar | undefined,
  since: number,
  upTo: number,
  enough: number,
): CountedDays {
  if (upTo <= since) return { known: 0, unknown: 0 };
  const all = upTo - since;
  if (!calendar) return { known: 0, unknown: all };
  const first = Math.max(since + 1, calendar.from);
  const end = Math.min(upTo + 1, calendar.until);
  if (first >= end) return { known: 0, unknown: all };
  const exceptions = new Set(calendar.exceptions);
  let known = 0;
  for (let day = first; day < end && known < enough; day++)
    if (isRestDay(calendar, day) === exceptions.has(day)) known++;
  return { known, unknown: all - (end - first) };
}

/** The bytes in which settings hold it (protocol §5). */
export function writeCalendar(writer: ByteWriter, { rest, from, until, exceptions }: Calendar): void {
  writer.uint(rest, 1).uint(from, 2).uint(until, 2).uint(exceptions.length, 2);
  for (const day of exceptions) writer.uint(day, 2);
}

export function readCalendar(reader: ByteReader): Calendar {
  const [rest, from, until] = [reader.uint(1), reader.uint(2), reader.uint(2)];
  return { rest, from, until, exceptions: Array.from({ length: reader.uint(2) }, () => reader.uint(2)) };
}

/** Whether a calendar says all that another one says, and is known for longer. */
export function prolongs(calendar: Calendar, before: Calendar): boolean {
  const { rest, from, until, exceptions } = before;
  return (
    calendar.rest === rest &&
    calendar.from === from &&
    calendar.until > until &&
    exceptions.every((day, i) => calendar.exceptions[i] === day) &&
    (calendar.exceptions[exceptions.length] ?? until) >= until
  );
}
