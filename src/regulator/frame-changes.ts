import type { Calendar } from "../core/business-days.ts";
import type { Zone } from "../core/calendar.ts";
import type { MarketSettings } from "../core/settings.ts";
import { calendarInWords } from "./pack-calendar.ts";
import { localTime, type RatePoint } from "./plan.ts";
import { currencyInWords, daysInWords, durationInWords, plural, sameCurrency, type Currency } from "./value-words.ts";

/** What holds for all products of a law: its money, its days, its markets' windows and its reference rates. */
export interface Frame {
  /** Undefined where nobody says it: the chain doesn't. */
  readonly currency: Currency | undefined;
  readonly zoneName: string | undefined;
  readonly markets: ReadonlyMap<number, MarketSettings>;
  readonly calendar: Calendar | undefined;
  readonly series: ReadonlyMap<number, readonly RatePoint[]>;
}

/** How numbers are called, and the zone in which days are said. */
export interface FrameNames {
  readonly market: (number: number) => string;
  readonly series: (number: number) => string;
  readonly zone: Zone;
}

/** More days than that tell less than the first and the last. */
const DAYS_NAMED = 4;
const NOTHING: MarketSettings = { confirmationWindow: 0, graceDays: 0 };

/** What turns one frame into the other, in sentences. */
export function frameChanges(before: Frame, after: Frame, names: FrameNames): string[] {
  return [
    ...currencyChange(before.currency, after.currency),
    ...(before.zoneName !== undefined && after.zoneName !== undefined && before.zoneName !== after.zoneName
      ? [`days are those of ${after.zoneName} instead of ${before.zoneName}`]
      : []),
    ...[...after.markets].flatMap(([number, is]) =>
      marketChanges(names.market(number), before.markets.get(number), is),
    ),
    ...calendarChange(before.calendar, after.calendar),
    ...[...new Set([...before.series.keys(), ...after.series.keys()])].flatMap((number) =>
      pointChanges(before.series.get(number) ?? [], after.series.get(number) ?? [], names.series(number), names.zone),
    ),
  ];
}

function currencyChange(was: Currency | undefined, is: Currency | undefined): string[] {
  if (was === undefined || is === undefined || sameCurrency(was, is)) return [];
  return [`amounts are ${currencyInWords(is)} instead of ${currencyInWords(was)}`];
}

function marketChanges(name: string, was: MarketSettings = NOTHING, is: MarketSettings): string[] {
  const changes: string[] = [];
  if (was.confirmationWindow !== is.confirmationWindow)
    changes.push(
      `the time to confirm or void a loan of market ${name} changes from ${durationInWords(was.confirmationWindow)} to ${durationInWords(is.confirmationWindow)}`,
    );
  if (was.graceDays !== is.graceDays)
    changes.push(
      `loans of market ${name} that nobody closed are stale ${daysInWords(is.graceDays)} after they were due instead of ${daysInWords(was.graceDays)}`,
    );
  return changes;
}

function calendarChange(was: Calendar | undefined, is: Calendar | undefined): string[] {
  if (JSON.stringify(was) === JSON.stringify(is)) return [];
  const say = (one: Calendar | undefined): string => (one === undefined ? "none is known" : calendarInWords(one));
  const [from, to] = [say(was), say(is)];
  return [`business days change: ${from === to ? `other days are holidays (${to})` : `${to}; instead of ${from}`}`];
}

function pointChanges(was: readonly RatePoint[], is: readonly RatePoint[], name: string, zone: Zone): string[] {
  const known = new Map(was.map(({ publishedAt, rate }) => [publishedAt, rate]));
  const now = new Set(is.map(({ publishedAt }) => publishedAt));
  const day = ({ publishedAt }: RatePoint): string => localTime(publishedAt, zone);
  const told = (what: string, points: readonly RatePoint[]): string[] => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    const days = points.length > DAYS_NAMED ? `from ${day(first)} to ${day(last)}` : points.map(day).join(", ");
    return [`series ${name} ${what} ${plural(points.length, "point")}: ${days}`];
  };
  return [
    ...told(
      "gains",
      is.filter(({ publishedAt }) => !known.has(publishedAt)),
    ),
    ...told(
      "loses",
      was.filter(({ publishedAt }) => !now.has(publishedAt)),
    ),
    ...told(
      "says another rate for",
      is.filter(({ publishedAt, rate }) => (known.get(publishedAt) ?? rate) !== rate),
    ),
  ];
}
