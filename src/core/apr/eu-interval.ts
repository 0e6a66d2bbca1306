import { daysBetween, monthsBack, wholeMonthsBack, type CivilDate } from "./civil-date.ts";
import { add, rational, type Rational } from "./rational.ts";

/** The period that an interval counts whole ones of before its days, remark (c) of Annex I to 2008/48/EC. */
export type EuPeriod = "day" | "week" | "month" | "year";

/** A year has so many of them: 365 days or, where counted, 366; 52 weeks; 12 equal months of 30.41666 days. */
const PER_YEAR = { week: 52n, month: 12n, year: 1n } as const;

/**
 * The interval between two dates in years, remark (c): whole periods and then days are counted back from the later date
 * to the first drawdown; the days exclude the first and include the last; and they are divided by the days (365 or 366)
 * of the year that ends on their last day.
 */
export function euInterval(first: CivilDate, later: CivilDate, period: EuPeriod, anchorDay = later.day): Rational {
  if (period === "day" || period === "week") {
    const days = daysBetween(first, later);
    const weeks = period === "week" ? Math.floor(days / 7) : 0;
    // Counting weeks back from the later date leaves the odd days at the beginning.
    const odd = days - 7 * weeks;
    const lastOddDay = period === "week" ? daysAfter(first, odd) : later;
    return add(rational(BigInt(weeks), PER_YEAR.week), days === 7 * weeks ? rational(0n) : fraction(odd, lastOddDay));
  }
  const months = wholeMonthsBack(first, later, anchorDay);
  const counted = period === "year" ? months - (months % 12) : months;
  const lastOddDay = monthsBack(later, counted, anchorDay);
  const odd = daysBetween(first, lastOddDay);
  return add(rational(BigInt(counted), PER_YEAR.month), odd === 0 ? rational(0n) : fraction(odd, lastOddDay));
}

/** Days over the days of the year that ends on `lastDay`, counted back to the same day of the year before. */
function fraction(days: number, lastDay: CivilDate): Rational {
  return rational(BigInt(days), BigInt(daysBetween(monthsBack(lastDay, 12), lastDay)));
}

function daysAfter(date: CivilDate, days: number): CivilDate {
  const moved = new Date(Date.UTC(date.year, date.month - 1, date.day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/**
 * The period to count a schedule in, where the file names none: one that makes every interval whole, months before
 * weeks; else the longest that lies between all dates, so that each has the same odd days (yearly payments that begin
 * 34 days after the drawdown are years and 34 days); else months.
 */
export function euPeriodOf(first: CivilDate, dates: readonly CivilDate[], anchors: readonly number[]): EuPeriod {
  const months = dates.map((date, k) => {
    const anchor = anchors[k] ?? date.day;
    const whole = wholeMonthsBack(first, date, anchor);
    return { whole, odd: daysBetween(first, monthsBack(date, whole, anchor)) };
  });
  const days = dates.map((date) => daysBetween(first, date));
  if (months.every(({ odd }) => odd === 0)) return "month";
  if (days.every((count) => count % 7 === 0)) return "week";
  const [firstMonths] = months;
  const [firstDays = 0] = days;
  if (dates.length < 2 || firstMonths === undefined) return "month";
  if (months.every(({ odd }) => odd === firstMonths.odd)) {
    return months.every(({ whole }) => (whole - firstMonths.whole) % 12 === 0) ? "year" : "month";
  }
  return days.every((count) => (count - firstDays) % 7 === 0) ? "week" : "month";
}
