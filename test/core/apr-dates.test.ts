import { expect } from "chai";
import fc from "fast-check";

import {
  anchorDays,
  dayNumber,
  daysBetween,
  daysInMonth,
  monthsBack,
  parseDate,
  wholeMonthsBack,
  type CivilDate,
} from "../../src/core/apr/civil-date.ts";
import { euInterval, euPeriodOf, type EuPeriod } from "../../src/core/apr/eu-interval.ts";
import { add, rational, type Rational } from "../../src/core/apr/rational.ts";
import {
  unitPeriodOf,
  unitPeriodsBetween,
  unitPeriodsPerYear,
  type UnitPeriod,
} from "../../src/core/apr/unit-period.ts";

function date(text: string): CivilDate {
  const parsed = parseDate(text);
  if (parsed === undefined) throw new Error(`no date: ${text}`);
  return parsed;
}

function dates(...texts: string[]): CivilDate[] {
  return texts.map(date);
}

/** `count` dates, `months` apart, from `first`. */
function monthly(first: string, count: number, months = 1): CivilDate[] {
  return Array.from({ length: count }, (_, k) => monthsBack(date(first), -k * months));
}

function show({ num, den }: Rational): string {
  return den === 1n ? `${num}` : `${num}/${den}`;
}

describe("civil dates", () => {
  const someDate = fc
    .tuple(fc.integer({ min: 1600, max: 2400 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
    .map(([year, month, day]) => ({ year, month, day: Math.min(day, daysInMonth(year, month)) }));

  it("counts days as the platform's UTC calendar does", () => {
    fc.assert(
      fc.property(someDate, (day) => {
        expect(dayNumber(day)).to.equal(Date.UTC(day.year, day.month - 1, day.day) / 86_400_000);
      }),
      { seed: 21 },
    );
  });

  it("counts the most whole months that fit, counting back", () => {
    fc.assert(
      fc.property(someDate, someDate, (a, b) => {
        const [earlier, later] = dayNumber(a) <= dayNumber(b) ? [a, b] : [b, a];
        const months = wholeMonthsBack(earlier, later);
        expect(daysBetween(earlier, monthsBack(later, months))).to.be.at.least(0);
        expect(daysBetween(earlier, monthsBack(later, months + 1))).to.be.below(0);
      }),
      { seed: 22 },
    );
  });

  it("refuses dates that never were, and other spellings", () => {
    for (const text of ["2023-02-29", "2023-13-01", "2023-00-10", "23-01-01", "2023-1-1", "01.02.2023", ""]) {
      expect(parseDate(text), text).to.equal(undefined);
    }
  });

  it("knows what day a series means where months are too short for it", () => {
    expect(anchorDays(dates("2023-01-30", "2023-02-28", "2023-03-30"))).to.deep.equal([30, 30, 30]);
    expect(anchorDays(dates("2023-01-31", "2023-02-28", "2023-04-30"))).to.deep.equal([31, 31, 31]);
    expect(anchorDays(dates("2023-02-28"))).to.deep.equal([28]);
    expect(anchorDays(dates("2023-02-28", "2023-03-28"))).to.deep.equal([28, 28]);
  });
});

describe("unit-periods of Regulation Z, Appendix J (b)(3)-(5)", () => {
  const cases: readonly {
    readonly what: string;
    readonly start: string;
    readonly payments: readonly CivilDate[];
    readonly advances?: readonly CivilDate[];
    readonly unit: UnitPeriod;
    readonly perYear: string;
    /** Full unit-periods and odd days to the first payment. */
    readonly first: string;
  }[] = [
    {
      what: "monthly payments from a month on, example (c)(1)(i)",
      start: "1978-01-10",
      payments: monthly("1978-02-10", 24),
      unit: { kind: "month", count: 1 },
      perYear: "12",
      first: "1 + 0",
    },
    {
      what: "a long first period, 19 days over, example (c)(1)(ii)",
      start: "1978-02-10",
      payments: monthly("1978-04-01", 36),
      unit: { kind: "month", count: 1 },
      perYear: "12",
      first: "1 + 19/30",
    },
    {
      what: "semimonthly payments on the 1st and 16th, a short first period of 6 days, example (c)(1)(iii)",
      start: "1978-02-23",
      payments: Array.from({ length: 24 }, (_, k) =>
        monthsBack(date(k % 2 === 0 ? "1978-03-01" : "1978-03-16"), -Math.floor(k / 2)),
      ),
      unit: { kind: "semimonth" },
      perYear: "24",
      first: "0 + 2/5",
    },
    {
      what: "one payment after 255 days, example (c)(5)(i)",
      start: "1978-01-03",
      payments: dates("1978-09-15"),
      unit: { kind: "term", days: 255, months: undefined },
      perYear: "73/51",
      first: "1 + 0",
    },
    {
      what: "one payment after six whole months",
      start: "2024-01-15",
      payments: dates("2024-07-15"),
      unit: { kind: "term", days: 182, months: 6 },
      perYear: "2",
      first: "1 + 0",
    },
    {
      what: "one payment after a year and a half",
      start: "2024-01-15",
      payments: dates("2025-07-15"),
      unit: { kind: "year" },
      perYear: "1",
      first: "1 + 1/2",
    },
    {
      what: "one payment after a year and 20 days",
      start: "2024-01-15",
      payments: dates("2025-02-04"),
      unit: { kind: "year" },
      perYear: "1",
      first: "1 + 4/73",
    },
    {
      what: "fortnightly payments with an odd first period of 17 days",
      start: "2024-01-01",
      payments: dates("2024-01-18", "2024-02-01", "2024-02-15", "2024-02-29", "2024-03-14"),
      unit: { kind: "week", count: 2 },
      perYear: "26",
      first: "1 + 3/14",
    },
    {
      what: "quarterly payments after two months and ten days",
      start: "2024-01-05",
      payments: monthly("2024-03-15", 8, 3),
      unit: { kind: "month", count: 3 },
      perYear: "4",
      first: "0 + 7/9",
    },
    {
      what: "payments at the month's end, from a month's end",
      start: "2023-01-31",
      payments: dates("2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"),
      unit: { kind: "month", count: 1 },
      perYear: "12",
      first: "1 + 0",
    },
    {
      what: "two common periods equally frequent: the smaller",
      start: "2024-01-01",
      payments: dates("2024-01-15", "2024-01-29", "2024-02-19", "2024-03-11"),
      unit: { kind: "week", count: 2 },
      perYear: "26",
      first: "1 + 0",
    },
    {
      what: "no period twice: the standard interval nearest to the average of 50 days, seven weeks",
      start: "2024-01-01",
      payments: dates("2024-02-15", "2024-04-10"),
      unit: { kind: "week", count: 7 },
      perYear: "52/7",
      first: "0 + 45/49",
    },
    {
      what: "periods of more than a year: the year",
      start: "2020-01-01",
      payments: dates("2022-01-01", "2024-01-01", "2026-01-01"),
      unit: { kind: "year" },
      perYear: "1",
      first: "2 + 0",
    },
    {
      what: "advances more frequent than payments: the period between advances",
      start: "2024-01-01",
      advances: monthly("2024-02-01", 5),
      payments: monthly("2024-12-01", 2, 6),
      unit: { kind: "month", count: 1 },
      perYear: "12",
      first: "11 + 0",
    },
  ];
  for (const { what, start, payments, advances = [], unit, perYear, first } of cases) {
    it(what, () => {
      const found = unitPeriodOf({ start: date(start), payments, advances });
      expect(found).to.deep.equal(unit);
      expect(show(unitPeriodsPerYear(found))).to.equal(perYear);
      const [payment] = payments;
      if (payment === undefined) throw new Error("a case without payments");
      const anchor = anchorDays(payments)[0];
      const { whole, fraction } = unitPeriodsBetween(date(start), payment, found, anchor);
      expect(`${whole} + ${show(fraction)}`).to.equal(first);
    });
  }

  it("gives every payment of a series the same odd days", () => {
    const start = date("1978-02-10");
    monthly("1978-04-01", 36).forEach((payment, k) => {
      const { whole, fraction } = unitPeriodsBetween(start, payment, { kind: "month", count: 1 });
      expect([whole, show(fraction)]).to.deep.equal([BigInt(k + 1), "19/30"]);
    });
  });

  it("takes 30 odd days for the month that they are", () => {
    const month: UnitPeriod = { kind: "month", count: 1 };
    const { whole, fraction } = unitPeriodsBetween(date("2024-01-01"), date("2024-01-31"), month);
    expect([whole, show(fraction)]).to.deep.equal([1n, "0"]);
  });
});

describe("intervals of 2008/48/EC, Annex I, remark (c)", () => {
  const expected = (months: number, days: number, yearDays: number): string =>
    show(add(rational(BigInt(months), 12n), rational(BigInt(days), BigInt(yearDays))));
  const cases: readonly [string, string, string, EuPeriod, string][] = [
    ["a month and three days in a common year", "2012-01-12", "2012-02-15", "month", expected(1, 3, 365)],
    ["three days whose year, counted back, has a leap day", "2013-01-12", "2013-02-15", "month", expected(1, 3, 366)],
    ["years and days where payments are yearly", "2012-01-12", "2014-02-15", "year", expected(24, 34, 365)],
    ["days alone", "1994-01-01", "1995-07-01", "day", expected(0, 546, 365)],
    ["30 days in the year after 29 February", "2024-02-01", "2024-03-02", "day", expected(0, 30, 366)],
    ["whole weeks", "2023-01-02", "2023-03-13", "week", show(rational(10n, 52n))],
    ["weeks and days", "2023-01-02", "2023-03-15", "week", show(add(rational(10n, 52n), rational(2n, 365n)))],
    ["the end of February, from the end of January", "2023-01-31", "2023-02-28", "month", expected(0, 28, 365)],
  ];
  for (const [what, first, later, period, years] of cases) {
    it(what, () => expect(show(euInterval(date(first), date(later), period))).to.equal(years));
  }

  it("counts a series on the last days of months in whole months", () => {
    expect(show(euInterval(date("2023-01-31"), date("2023-02-28"), "month", 31))).to.equal("1/12");
  });

  it("chooses the period that a schedule keeps", () => {
    const choose = (first: string, later: readonly CivilDate[]): EuPeriod =>
      euPeriodOf(date(first), later, anchorDays(later));
    expect(choose("2012-01-15", monthly("2012-02-15", 6))).to.equal("month");
    expect(choose("2012-01-12", monthly("2012-02-15", 6))).to.equal("month");
    expect(choose("2012-01-12", monthly("2012-02-15", 3, 12))).to.equal("year");
    expect(choose("2023-01-02", dates("2023-01-09", "2023-01-16"))).to.equal("week");
    expect(choose("2023-01-02", dates("2023-01-12", "2023-01-19", "2023-01-26"))).to.equal("week");
    expect(choose("2023-01-02", dates("2023-01-12", "2023-01-20"))).to.equal("month");
    expect(choose("2023-01-02", dates("2023-02-12"))).to.equal("month");
  });
});
