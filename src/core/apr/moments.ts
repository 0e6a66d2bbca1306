import { anchorDays, daysBetween, type CivilDate } from "./civil-date.ts";
import type { Convention } from "./conventions.ts";
import { rateError } from "./errors.ts";
import { euInterval, euPeriodOf } from "./eu-interval.ts";
import { add, compare, divide, floor, multiply, rational, subtract, ZERO, type Rational } from "./rational.ts";
import { unitPeriodOf, unitPeriodsBetween, unitPeriodsPerYear, type UnitPeriod } from "./unit-period.ts";
import { orZero, type RawFlow, type RawVector } from "./vector-schema.ts";

/** When a flow moves, in units of time from the first drawdown; see `CashFlow` in `present-value.ts`. */
export interface Moment {
  readonly whole: Rational;
  readonly fraction: Rational;
}

/** The moments of a vector's flows, and how many of their units a year has. */
export interface Timeline {
  readonly perYear: Rational;
  readonly payments: readonly Moment[];
  readonly drawdowns: readonly Moment[];
}

const MONTHS_A_YEAR = rational(12n);

/** Reads when each flow moves, as the convention counts time. @throws AppError `rate-vector-malformed` */
export function timelineOf(raw: RawVector, convention: Convention): Timeline {
  const dates = datesOf(raw);
  if (convention === "US_REGZ_ACTUARIAL") return unitPeriodTimeline(raw, dates);
  const inYears = yearsReader(raw, dates);
  // IRR x 12 and the ratio count months, the effective rate years.
  const perYear = convention === "EU_ANNUAL_EFFECTIVE" ? rational(1n) : MONTHS_A_YEAR;
  const moment = (flow: RawFlow, where: string): Moment => ({
    whole: multiply(inYears(flow, where), perYear),
    fraction: ZERO,
  });
  return { perYear, ...each(raw, moment) };
}

function each(raw: RawVector, moment: (flow: RawFlow, where: string) => Moment): Omit<Timeline, "perYear"> {
  const of = (name: "payments" | "further_drawdowns"): Moment[] =>
    (raw[name] ?? []).map((flow, k) => moment(flow, `${name}[${k}]`));
  return { payments: of("payments"), drawdowns: of("further_drawdowns") };
}

const CALENDAR = ["years", "months", "weeks", "days"] as const;

function hasCalendarOffset(flow: RawFlow): boolean {
  return CALENDAR.some((name) => flow[name] !== undefined);
}

function hasUnitOffset(flow: RawFlow): boolean {
  return flow.unit_periods !== undefined || flow.fraction !== undefined;
}

function noMoment(where: string): Error {
  return rateError("rate-vector-malformed", `${where}: nothing says when it moves`, {
    fix: "Give months and days (and yearDays), unitPeriods and fraction, or a date with the vector's advance_date.",
  });
}

/** Dates that stand for the end of a longer month, by flow; the first drawdown; all of them, for the unit-period. */
interface Dates {
  readonly start: CivilDate | undefined;
  readonly anchor: ReadonlyMap<RawFlow, number>;
  readonly payments: readonly CivilDate[];
  readonly drawdowns: readonly CivilDate[];
}

function datesOf(raw: RawVector): Dates {
  const anchor = new Map<RawFlow, number>();
  const list = (flows: readonly RawFlow[]): CivilDate[] => {
    const dated = flows.filter((flow) => flow.date !== undefined);
    const dates = dated.flatMap((flow) => flow.date ?? []);
    anchorDays(dates).forEach((day, k) => {
      const flow = dated[k];
      if (flow !== undefined) anchor.set(flow, day);
    });
    return dates;
  };
  const payments = list(raw.payments ?? []);
  const drawdowns = list(raw.further_drawdowns ?? []);
  return { start: raw.advance_date, anchor, payments, drawdowns };
}

/** The first drawdown's date, checked against a flow's. */
function startFor(date: CivilDate, dates: Dates, where: string): CivilDate {
  if (dates.start === undefined) {
    throw rateError("rate-vector-malformed", `${where}: a date, but the vector has no advance_date to count from`);
  }
  if (daysBetween(dates.start, date) < 0) {
    throw rateError("rate-vector-malformed", `${where}: its date is before the advance_date`, {
      fix: "Let the vector begin with its first drawdown; what is paid before it is taken off net_amount.",
    });
  }
  return dates.start;
}

/** Offsets in years: remark (c) of the EU annexes, or unit-periods divided by their number a year. */
function yearsReader(raw: RawVector, dates: Dates): (flow: RawFlow, where: string) => Rational {
  const { start } = dates;
  const all = [...dates.payments, ...dates.drawdowns];
  const anchors = [...dates.anchor.values()];
  const period = raw.interval ?? (start === undefined ? "month" : euPeriodOf(start, all, anchors));
  return (flow, where) => {
    if (hasCalendarOffset(flow)) {
      const days = divide(orZero(flow.days), flow.year_days ?? rational(365n));
      const weeks = divide(orZero(flow.weeks), rational(52n));
      const months = divide(orZero(flow.months), MONTHS_A_YEAR);
      return [orZero(flow.years), months, weeks, days].reduce(add);
    }
    if (hasUnitOffset(flow)) {
      const perYear = raw.unit_periods_per_year ?? perYearOf(namedUnit(raw));
      if (perYear === undefined) throw unknownUnit(where);
      return divide(add(orZero(flow.unit_periods), orZero(flow.fraction)), perYear);
    }
    if (flow.date === undefined) throw noMoment(where);
    return euInterval(startFor(flow.date, dates, where), flow.date, period, dates.anchor.get(flow));
  };
}

function unknownUnit(where: string): Error {
  return rateError("rate-vector-malformed", `${where}: counted in unit-periods, but nothing says how long one is`, {
    fix: 'Give unit_periods_per_year, such as [12, 1] or [365, 14], or a unit_period such as "month" or "4 weeks".',
  });
}

function unitPeriodTimeline(raw: RawVector, dates: Dates): Timeline {
  const flows = [...(raw.payments ?? []), ...(raw.further_drawdowns ?? [])];
  const calendar = flows.filter((flow) => !hasUnitOffset(flow) && hasCalendarOffset(flow));
  const unit =
    namedUnit(raw) ??
    (raw.unit_periods_per_year !== undefined
      ? unitOfFrequency(raw.unit_periods_per_year)
      : calendar.length > 0
        ? unitOfOffsets(flows)
        : unitOfDates(dates));
  const perYear = raw.unit_periods_per_year ?? perYearOf(unit);
  const moment = (flow: RawFlow, where: string): Moment => {
    if (hasUnitOffset(flow)) {
      const odd = add(orZero(flow.unit_periods), orZero(flow.fraction));
      return split(odd);
    }
    if (hasCalendarOffset(flow)) return split(offsetInUnits(flow, unit, where));
    if (flow.date === undefined) throw noMoment(where);
    const start = startFor(flow.date, dates, where);
    if (unit === undefined) throw unknownUnit(where);
    const { whole, fraction } = unitPeriodsBetween(start, flow.date, unit, dates.anchor.get(flow));
    return { whole: rational(whole), fraction };
  };
  const moments = each(raw, moment);
  if (perYear === undefined) {
    if (flows.length > 0) throw unknownUnit("unit_periods_per_year");
    return { perYear: rational(12n), ...moments };
  }
  return { perYear, ...moments };
}

/** Full unit-periods and the fraction below one: 30/30 of a month is a month. */
function split(units: Rational): Moment {
  const whole = rational(floor(units));
  return { whole, fraction: subtract(units, whole) };
}

function perYearOf(unit: UnitPeriod | undefined): Rational | undefined {
  return unit === undefined ? undefined : unitPeriodsPerYear(unit);
}

/** The unit-period that a stated number of them a year means: 12 months, 26 fortnights, 365/14 terms of 14 days. */
function unitOfFrequency(perYear: Rational): UnitPeriod | undefined {
  const standard: UnitPeriod[] = [
    { kind: "year" },
    { kind: "semimonth" },
    ...[1, 2, 3, 4, 6].map((count) => ({ kind: "month" as const, count })),
    ...[1, 2, 4].map((count) => ({ kind: "week" as const, count })),
  ];
  const known = standard.find((unit) => compare(unitPeriodsPerYear(unit), perYear) === 0);
  if (known !== undefined) return known;
  const days = divide(rational(365n), perYear);
  return days.den === 1n && days.num <= 365n ? { kind: "day", count: Number(days.num) } : undefined;
}

function unitOfDates(dates: Dates): UnitPeriod | undefined {
  const { start, payments, drawdowns } = dates;
  if (start === undefined || payments.length === 0) return undefined;
  return unitPeriodOf({ start, payments, advances: drawdowns });
}

/** Offsets without a named unit-period: the term of a single payment in days, months otherwise. */
function unitOfOffsets(flows: readonly RawFlow[]): UnitPeriod {
  const [only] = flows;
  const days = only === undefined ? ZERO : add(orZero(only.days), multiply(orZero(only.weeks), rational(7n)));
  const inDays = only !== undefined && orZero(only.years).num === 0n && orZero(only.months).num === 0n;
  if (flows.length === 1 && inDays && days.den === 1n && days.num > 0n && days.num < 365n) {
    return { kind: "term", days: Number(days.num), months: undefined };
  }
  return { kind: "month", count: 1 };
}

/** Months and days in unit-periods, Appendix J (b)(5): a month has 30 days where odd days meet it. */
function offsetInUnits(flow: RawFlow, unit: UnitPeriod | undefined, where: string): Rational {
  const months = add(orZero(flow.months), multiply(orZero(flow.years), MONTHS_A_YEAR));
  const days = add(orZero(flow.days), multiply(orZero(flow.weeks), rational(7n)));
  const over = (size: number): Rational => divide(add(multiply(months, rational(30n)), days), rational(BigInt(size)));
  switch (unit?.kind) {
    case "month":
      return over(30 * unit.count);
    case "semimonth":
      return over(15);
    case "year":
      return add(divide(months, MONTHS_A_YEAR), divide(days, rational(365n)));
    case "term":
    case "day":
    case "week": {
      if (months.num !== 0n) {
        throw rateError("rate-vector-malformed", `${where}: months can't be counted in unit-periods of days or weeks`);
      }
      const size = unit.kind === "term" ? unit.days : unit.kind === "week" ? 7 * unit.count : unit.count;
      return divide(days, rational(BigInt(size)));
    }
    case undefined:
      throw unknownUnit(where);
  }
}

const NAMED: Readonly<Record<string, UnitPeriod>> = {
  day: { kind: "day", count: 1 },
  daily: { kind: "day", count: 1 },
  week: { kind: "week", count: 1 },
  weekly: { kind: "week", count: 1 },
  biweekly: { kind: "week", count: 2 },
  fortnight: { kind: "week", count: 2 },
  fortnightly: { kind: "week", count: 2 },
  semimonth: { kind: "semimonth" },
  semimonthly: { kind: "semimonth" },
  month: { kind: "month", count: 1 },
  monthly: { kind: "month", count: 1 },
  bimonthly: { kind: "month", count: 2 },
  quarter: { kind: "month", count: 3 },
  quarterly: { kind: "month", count: 3 },
  semiannual: { kind: "month", count: 6 },
  year: { kind: "year" },
  yearly: { kind: "year" },
  annual: { kind: "year" },
};

/** `month`, `4 weeks`, `14 days`, `term 255 days`…; `undefined` where the vector names none that is known. */
function namedUnit(raw: RawVector): UnitPeriod | undefined {
  const name = raw.unit_period?.trim().toLowerCase() ?? "";
  const known = NAMED[name.replace(/[^a-z]/g, "")];
  const match = /^(term)?\s*(\d{1,3})[\s-]*(day|week|month|year)s?$/.exec(name);
  if (match === null) return /\d/.test(name) ? undefined : known;
  const [, term, digits = "", kind = ""] = match;
  const count = Number(digits);
  if (count === 0) return undefined;
  if (term !== undefined) {
    if (kind === "day") return { kind: "term", days: count, months: undefined };
    if (kind === "week") return { kind: "term", days: 7 * count, months: undefined };
  }
  if (kind === "year") return count === 1 ? { kind: "year" } : undefined;
  if (kind === "month") return count === 12 ? { kind: "year" } : { kind, count };
  return kind === "day" || kind === "week" ? { kind, count } : undefined;
}
