import { anchorDays, dayNumber, daysBetween, monthsBack, wholeMonthsBack, type CivilDate } from "./civil-date.ts";
import { rational, type Rational } from "./rational.ts";

/**
 * A unit-period of Regulation Z, Appendix J (b)(3)-(5): `count` days, weeks or months, a semimonth, a year, or the
 * term of a single payment, which is its own unit-period.
 */
export type UnitPeriod =
  | { readonly kind: "day" | "week" | "month"; readonly count: number }
  | { readonly kind: "semimonth" | "year" }
  | { readonly kind: "term"; readonly days: number; readonly months: number | undefined };

/** A moment in unit-periods: full ones, and the odd days as a fraction of one, at least 0 and below 1. */
export interface UnitPeriods {
  readonly whole: bigint;
  readonly fraction: Rational;
}

/**
 * How many unit-periods a year has, Appendix J (b)(5)(ii)-(vii).
 *
 * A term of whole months has 12 / months, though (vi) allows 365 / days as well. A multiple of a day is no standard
 * interval; where a schedule recurs every 10 days all the same, a year has 36.5 of them.
 */
export function unitPeriodsPerYear(unit: UnitPeriod): Rational {
  switch (unit.kind) {
    case "day":
      return rational(365n, BigInt(unit.count));
    case "week":
      return rational(52n, BigInt(unit.count));
    case "month":
      return rational(12n, BigInt(unit.count));
    case "semimonth":
      return rational(24n);
    case "year":
      return rational(1n);
    case "term":
      return unit.months === undefined ? rational(365n, BigInt(unit.days)) : rational(12n, BigInt(unit.months));
  }
}

/**
 * The number of unit-periods between two dates, Appendix J (b)(5): full ones are measured back from the later date,
 * and the odd days are those left over at the beginning.
 *
 * @param anchorDay the day of the month that the later date stands for, where it is the end of a shorter month
 */
export function unitPeriodsBetween(
  earlier: CivilDate,
  later: CivilDate,
  unit: UnitPeriod,
  anchorDay = later.day,
): UnitPeriods {
  const days = daysBetween(earlier, later);
  switch (unit.kind) {
    case "day":
      return divided(days, unit.count);
    case "week":
      return divided(days, unit.count * 7);
    case "term":
      return divided(days, unit.days);
    case "month":
      return divided(thirtyDayMonths(earlier, later, anchorDay), 30 * unit.count);
    case "semimonth":
      return divided(thirtyDayMonths(earlier, later, anchorDay), 15);
    case "year": {
      const months = wholeMonthsBack(earlier, later, anchorDay);
      const years = Math.floor(months / 12);
      const odd = daysBetween(earlier, monthsBack(later, months, anchorDay));
      if (odd === 0) return divided(months, 12);
      const { whole, fraction } = divided(daysBetween(earlier, monthsBack(later, years * 12, anchorDay)), 365);
      return { whole: BigInt(years) + whole, fraction };
    }
  }
}

/** The days between two dates where a full month, measured back from the later date, counts as 30 of them. */
function thirtyDayMonths(earlier: CivilDate, later: CivilDate, anchorDay: number): number {
  const months = wholeMonthsBack(earlier, later, anchorDay);
  return 30 * months + daysBetween(earlier, monthsBack(later, months, anchorDay));
}

function divided(amount: number, by: number): UnitPeriods {
  const whole = Math.floor(amount / by);
  return { whole: BigInt(whole), fraction: rational(BigInt(amount - whole * by), BigInt(by)) };
}

/** The dates of a transaction, each list in any order. */
export interface TransactionDates {
  /** When the finance charge begins to be earned: the first advance, as a rule. */
  readonly start: CivilDate;
  /** Advances after the start. */
  readonly advances: readonly CivilDate[];
  readonly payments: readonly CivilDate[];
}

/**
 * The unit-period of a transaction, Appendix J (b)(3)-(4): the period between advances or between payments that occurs
 * most often, at most a year; the smaller of two equally frequent ones; where none occurs twice, the standard interval
 * nearest to the average; and in a single-advance, single-payment transaction its term, at most a year.
 */
export function unitPeriodOf({ start, advances, payments }: TransactionDates): UnitPeriod {
  const [only] = payments;
  if (advances.length === 0 && payments.length === 1 && only !== undefined) return termOf(start, only);
  const series = [advances, payments].filter((dates) => dates.length > 0).map((dates) => periodsOf(start, dates));
  const periods = series.flat();
  const counted = new Map<string, { unit: UnitPeriod; count: number }>();
  for (const { units } of periods) {
    for (const unit of units) {
      const name = JSON.stringify(unit);
      counted.set(name, { unit, count: (counted.get(name)?.count ?? 0) + 1 });
    }
  }
  const common = [...counted.values()]
    .filter(({ count }) => count > 1)
    .sort((a, b) => b.count - a.count || lengthInDays(a.unit) - lengthInDays(b.unit));
  if (common[0] !== undefined) return common[0].unit;
  const days = periods.reduce((sum, period) => sum + period.days, 0);
  return nearestStandard(days / Math.max(1, periods.length));
}

function termOf(start: CivilDate, end: CivilDate): UnitPeriod {
  const months = wholeMonthsBack(start, end);
  const days = daysBetween(start, end);
  const wholeMonths = daysBetween(start, monthsBack(end, months)) === 0;
  // A year or more, or nothing at all: the year, which both have zero or more of.
  if (months >= 12 || days === 0) return { kind: "year" };
  return { kind: "term", days, months: wholeMonths ? months : undefined };
}

interface Period {
  readonly days: number;
  /** Every way to name its length: 1 February to 1 March may be a month, 4 weeks, or both. */
  readonly units: readonly UnitPeriod[];
}

function periodsOf(start: CivilDate, dates: readonly CivilDate[]): Period[] {
  const sorted = [...dates].sort((a, b) => dayNumber(a) - dayNumber(b));
  const anchors = anchorDays(sorted);
  const moments = [start, ...sorted];
  const half = semimonths(sorted, anchors);
  return sorted.flatMap((date, k) => {
    const before = moments[k] ?? start;
    const days = daysBetween(before, date);
    if (days === 0) return [];
    const anchor = anchors[k] ?? date.day;
    const months = wholeMonthsBack(before, date, anchor);
    const units: UnitPeriod[] = [];
    if (months > 0 && daysBetween(before, monthsBack(date, months, anchor)) === 0) {
      units.push(months >= 12 ? { kind: "year" } : { kind: "month", count: months });
    }
    if (half.has(k)) units.push({ kind: "semimonth" });
    if (days >= 365) units.push({ kind: "year" });
    else if (days % 7 === 0) units.push({ kind: "week", count: days / 7 });
    else units.push({ kind: "day", count: days });
    return [{ days, units: units.filter((unit, at) => at === 0 || unit.kind !== units[0]?.kind) }];
  });
}

/** Which dates end a half month: every second date a month apart, and the one between in the middle of it. */
function semimonths(sorted: readonly CivilDate[], anchors: readonly number[]): ReadonlySet<number> {
  const ends = new Set<number>();
  for (let k = 2; k < sorted.length; k++) {
    const [a, b, c] = [sorted[k - 2], sorted[k - 1], sorted[k]];
    if (a === undefined || b === undefined || c === undefined) continue;
    if (daysBetween(a, monthsBack(c, 1, anchors[k] ?? c.day)) !== 0) continue;
    if ([daysBetween(a, b), daysBetween(b, c)].some((days) => days < 13 || days > 18)) continue;
    ends.add(k - 1).add(k);
  }
  return ends;
}

/** A length to order unit-periods by; all months are equal. */
function lengthInDays(unit: UnitPeriod): number {
  switch (unit.kind) {
    case "day":
      return unit.count;
    case "week":
      return 7 * unit.count;
    case "month":
      return (365 / 12) * unit.count;
    case "semimonth":
      return 365 / 24;
    case "year":
      return 365;
    case "term":
      return unit.days;
  }
}

/** Appendix J (b)(4)(i)(B): the standard interval nearest to an average, the lower of two equally near. */
function nearestStandard(average: number): UnitPeriod {
  const standard: UnitPeriod[] = [
    { kind: "day", count: 1 },
    ...Array.from({ length: 52 }, (_, k) => ({ kind: "week" as const, count: k + 1 })),
    { kind: "semimonth" },
    ...Array.from({ length: 11 }, (_, k) => ({ kind: "month" as const, count: k + 1 })),
    { kind: "year" },
  ];
  const distance = (unit: UnitPeriod): number => Math.abs(lengthInDays(unit) - average);
  return standard.sort((a, b) => distance(a) - distance(b) || lengthInDays(a) - lengthInDays(b))[0] ?? { kind: "year" };
}
