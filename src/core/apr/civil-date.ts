/** A date of the proleptic Gregorian calendar, without a time or a zone. */
export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeapYear(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Reads `YYYY-MM-DD` from 1600 on; `undefined` where the text is no such date, or one that never was (2023-02-29). */
export function parseDate(text: string): CivilDate | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  if (year < 1600 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return { year, month, day };
}

/** Days since 1970-01-01, negative before it. */
export function dayNumber({ year, month, day }: CivilDate): number {
  // Years that begin in March put the leap day last, so that the days before a month follow one formula.
  const shifted = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return 365 * shifted + leapDays + dayOfYear - 719_468;
}

export function daysBetween(earlier: CivilDate, later: CivilDate): number {
  return dayNumber(later) - dayNumber(earlier);
}

/**
 * The date `months` earlier (or later, where negative) on the day `anchorDay` of its month, or on that month's last
 * day where it is shorter: a series on the 31st keeps to the last days.
 */
export function monthsBack(date: CivilDate, months: number, anchorDay = date.day): CivilDate {
  const index = date.year * 12 + (date.month - 1) - months;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  return { year, month, day: Math.min(anchorDay, daysInMonth(year, month)) };
}

/** The most whole months that fit when counting back from `later` without passing `earlier`. */
export function wholeMonthsBack(earlier: CivilDate, later: CivilDate, anchorDay = later.day): number {
  const months = (later.year - earlier.year) * 12 + (later.month - earlier.month);
  return dayNumber(monthsBack(later, months, anchorDay)) >= dayNumber(earlier) ? months : months - 1;
}

/**
 * The day of the month that a series of dates means, for each of its dates.
 *
 * A date on the last day of a short month stands for a later day where the series has that day elsewhere (30 January,
 * 28 February, 30 March: the 30th); a series that is always on the last day is on "the 31st".
 */
export function anchorDays(series: readonly CivilDate[]): number[] {
  const isLast = (date: CivilDate): boolean => date.day === daysInMonth(date.year, date.month);
  const latest = series.reduce((most, date) => Math.max(most, date.day), 0);
  const alwaysLast = series.length > 1 && series.every(isLast);
  return series.map((date) => (alwaysLast ? 31 : isLast(date) ? Math.max(date.day, latest) : date.day));
}
