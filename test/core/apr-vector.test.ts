import { expect } from "chai";

import { annualRate } from "../../src/core/apr/annual-rate.ts";
import { CONVENTIONS, conventionOf } from "../../src/core/apr/conventions.ts";
import { divide, formatDecimal, multiply, rational, subtract, type Rational } from "../../src/core/apr/rational.ts";
import { readVectors } from "../../src/core/apr/read-vectors.ts";
import { AppError } from "../../src/core/errors.ts";

type Json = Readonly<Record<string, unknown>>;

/** The rate rounded to so many decimals, as figures in laws and tables are. */
function rounded(vector: Json, decimals: number): string {
  return Number(annualRate(vector).percent).toFixed(decimals);
}

function errorOf(vector: unknown): AppError {
  try {
    annualRate(vector);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("the vector has a rate, and should not have");
}

const MONTHLY = Array.from({ length: 12 }, (_, k) => k + 1);

/** The level payment that repays `principal` in `count` periods at `perPeriod`, to 20 decimals. */
function level(principal: number, count: number, perPeriod: Rational): string {
  let discount = rational(1n);
  let annuity = rational(0n);
  for (let k = 0; k < count; k++) {
    discount = divide(discount, rational(perPeriod.num + perPeriod.den, perPeriod.den));
    annuity = subtract(annuity, multiply(discount, rational(-1n)));
  }
  return formatDecimal(divide(rational(BigInt(principal)), annuity), 20);
}

const PAYDAY = { convention: "US", net_amount: 100, unit_periods_per_year: [365, 14] };

describe("annual rates of loans", () => {
  describe("given a loan of 10,000 in twelve level payments (three cost structures)", () => {
    const withoutFee = { amount: 10_000, payment: level(10_000, 12, rational(2n, 100n)) };
    const deducted = { amount: 10_000, net_amount: 9_500, payment: level(10_000, 12, rational(1n, 100n)) };
    const feeFirst = { amount: 10_000, payment: level(10_000, 12, rational(15n, 1000n)) };
    const vector = (loan: { payment: string }, convention: string, fee = 0): Json => ({
      ...loan,
      convention,
      payments: MONTHLY.map((months) => ({
        months,
        amount: months === 1 && fee > 0 ? String(Number(loan.payment) + fee) : loan.payment,
        ...(months === 1 && fee > 0 ? { charges: fee } : {}),
      })),
    });
    const table: readonly [string, Json, string][] = [
      ["2 % a month, IRR x 12", vector(withoutFee, "IRR_TIMES_12"), "24.00"],
      ["2 % a month, effective", vector(withoutFee, "EU_ANNUAL_EFFECTIVE"), "26.82"],
      ["2 % a month, ratio", vector(withoutFee, "PBOC_2021_3_RATIO"), "24.00"],
      ["1 % and 5 % deducted, IRR x 12", vector(deducted, "IRR_TIMES_12"), "21.86"],
      ["1 % and 5 % deducted, effective", vector(deducted, "EU_ANNUAL_EFFECTIVE"), "24.18"],
      ["1 % and 5 % deducted, ratio", vector(deducted, "PBOC_2021_3_RATIO"), "21.07"],
      ["1.5 % and 300 at first, IRR x 12", vector(feeFirst, "IRR_TIMES_12", 300), "23.79"],
      ["1.5 % and 300 at first, effective", vector(feeFirst, "EU_ANNUAL_EFFECTIVE", 300), "26.57"],
      ["1.5 % and 300 at first, ratio", vector(feeFirst, "PBOC_2021_3_RATIO", 300), "23.39"],
    ];
    for (const [what, loan, expected] of table) {
      it(`is ${expected} % for ${what}`, () => expect(rounded(loan, 2)).to.equal(expected));
    }
  });

  describe("given short loans as several laws allow them", () => {
    const single = (net: number, paid: number, days: number, convention: string): Json => ({
      convention,
      net_amount: net,
      payments: [{ days, amount: paid }],
    });
    const cases: readonly [string, Json, number, string][] = [
      ["Florida, $500 at 10 % for 14 days", single(500, 550, 14, "REGZ"), 1, "260.7"],
      ["Florida, with a $5 verification fee", single(500, 555, 14, "REGZ"), 1, "286.8"],
      ["Florida, for 7 days", single(500, 550, 7, "REGZ"), 1, "521.4"],
      ["Florida, for 31 days", single(500, 550, 31, "REGZ"), 1, "117.7"],
      ["United Kingdom, 0.8 % a day for 30 days, nominal", single(100, 124, 30, "REGZ"), 0, "292"],
      ["United Kingdom, 0.8 % a day for 30 days, effective", single(100, 124, 30, "UK_APR"), -1, "1270"],
      [
        "Australia, $1,000 over 12 months, 20 % and 4 % a month",
        { convention: "IRR12", net_amount: 1000, payments: MONTHLY.map((months) => ({ months, amount: 140 })) },
        1,
        "108.6",
      ],
      [
        "Virginia, $1,000 over 6 months at 36 % and $25 a month",
        {
          convention: "US",
          net_amount: 1000,
          unit_period: "month",
          payments: MONTHLY.slice(0, 6).map((unitPeriods) => ({
            unitPeriods,
            amount: String(Number(level(1000, 6, rational(3n, 100n))) + 25),
          })),
        },
        1,
        "83.6",
      ],
    ];
    for (const [what, loan, decimals, expected] of cases) {
      it(`is ${expected} % in ${what}`, () => {
        const rate = Number(annualRate(loan).percent);
        const shown =
          decimals < 0 ? String(Math.round(rate / 10 ** -decimals) * 10 ** -decimals) : rate.toFixed(decimals);
        expect(shown).to.equal(expected);
      });
    }
  });

  describe("given dates instead of offsets", () => {
    const dated = (convention: string, rest: Json = {}): Json => ({
      convention,
      net_amount: 6000,
      advance_date: "1978-02-10",
      payments: Array.from({ length: 36 }, (_, k) => ({
        date: `${1978 + Math.floor((k + 3) / 12)}-${String(((k + 3) % 12) + 1).padStart(2, "0")}-01`,
        amount: 200,
      })),
      ...rest,
    });
    const counted = (offset: Json): Json => ({
      net_amount: 6000,
      unit_periods_per_year: [12, 1],
      payments: Array.from({ length: 36 }, (_, k) => ({ ...offset, unitPeriods: k + 1, months: k + 1, amount: 200 })),
    });

    it("counts unit-periods as Appendix J does", () => {
      const offsets = { ...counted({ fraction: "19/30" }), convention: "US" };
      expect(annualRate(dated("US")).percent).to.equal(annualRate(offsets).percent);
    });

    it("counts months and days as remark (c) does", () => {
      const offsets = { ...counted({ days: 19, yearDays: 365 }), convention: "EU" };
      expect(annualRate(dated("EU")).percent).to.equal(annualRate(offsets).percent);
    });

    it("counts in days where it is told to", () => {
      expect(annualRate(dated("EU", { interval: "day" })).percent).to.not.equal(annualRate(dated("EU")).percent);
    });
  });

  describe("given one loan written in many ways", () => {
    const plain = annualRate({ ...PAYDAY, payments: [{ unitPeriods: 1, fraction: [0, 1], amount: 115 }] }).percent;
    const ways: readonly [string, Json][] = [
      ["decimal strings", { ...PAYDAY, net_amount: "100.00", payments: [{ unitPeriods: "1", amount: "115.0" }] }],
      ["an exponent", { ...PAYDAY, net_amount: "1e2", payments: [{ unitPeriods: 1, amount: 1.15e2 }] }],
      [
        "amount without net_amount",
        { ...PAYDAY, net_amount: null, amount: 100, payments: [{ unitPeriods: 1, amount: 115 }] },
      ],
      ["snake case", { ...PAYDAY, payments: [{ unit_periods: 1, amount: 115 }] }],
      [
        "camel case",
        { convention: "US", netAmount: 100, unitPeriodsPerYear: "365/14", payments: [{ unitPeriods: 1, amount: 115 }] },
      ],
      ["nulls", { ...PAYDAY, further_drawdowns: null, payments: [{ unitPeriods: 1, fraction: null, amount: 115 }] }],
      [
        "a unit-period by name",
        { convention: "US", net_amount: 100, unit_period: "14 days", payments: [{ unitPeriods: 1, amount: 115 }] },
      ],
      ["a whole fraction", { ...PAYDAY, payments: [{ unitPeriods: 0, fraction: [14, 14], amount: 115 }] }],
      ["unit-periods with decimals", { ...PAYDAY, payments: [{ unitPeriods: 0.5, fraction: 0.5, amount: 115 }] }],
      ["days", { convention: "US", net_amount: 100, payments: [{ days: 14, amount: 115 }] }],
      ["weeks", { convention: "US", net_amount: 100, payments: [{ weeks: 2, amount: 115 }] }],
      ["days and a frequency", { ...PAYDAY, payments: [{ days: 14, amount: 115 }] }],
      [
        "dates",
        {
          convention: "US",
          net_amount: 100,
          advance_date: "2024-02-20",
          payments: [{ date: "2024-03-05", amount: 115 }],
        },
      ],
      [
        "two payments at once",
        {
          ...PAYDAY,
          payments: [
            { unitPeriods: 1, amount: 15 },
            { unitPeriods: 1, amount: 100 },
          ],
        },
      ],
      [
        "a charge paid at once",
        {
          ...PAYDAY,
          net_amount: 110,
          payments: [
            { unitPeriods: 0, amount: 10 },
            { unitPeriods: 1, amount: 115 },
          ],
        },
      ],
      [
        "a drawdown at once",
        {
          ...PAYDAY,
          net_amount: 60,
          further_drawdowns: [{ unitPeriods: 0, amount: 40 }],
          payments: [{ unitPeriods: 1, amount: 115 }],
        },
      ],
    ];
    for (const [what, vector] of ways) {
      it(`reads ${what}`, () => expect(annualRate(vector).percent).to.equal(plain));
    }
  });

  describe("given further drawdowns", () => {
    it("has the rate that each half has, when two equal loans overlap", () => {
      const loan = (from: number): Json[] => MONTHLY.map((months) => ({ months: months + from, amount: "90.25" }));
      const one = annualRate({ convention: "EU", net_amount: 1000, payments: loan(0) }).percent;
      const both = annualRate({
        convention: "EU",
        net_amount: 1000,
        further_drawdowns: [{ months: 5, days: 0, yearDays: 365, amount: 1000 }],
        payments: [...loan(0), ...loan(5)],
      }).percent;
      expect(both).to.equal(one);
    });
  });

  describe("given the principal that each payment repays", () => {
    const payments = [
      { months: 1, amount: 520, principal: 500 },
      { months: 2, amount: 510, interest: 5, charges: 5 },
    ];
    it("takes cost over principal and time exactly: 30 over 1000 and 500 a month each", () => {
      expect(annualRate({ convention: "PBOC", amount: 1000, payments }).percent).to.equal("24");
    });

    it("refuses principal that is stated for some payments, or does not add up", () => {
      const some = [payments[0], { months: 2, amount: 510 }];
      expect(errorOf({ convention: "PBOC", amount: 1000, payments: some }).message).to.include("1 of 2 payments");
      const less = errorOf({ convention: "PBOC", amount: 2000, payments });
      expect(less.message).to.include("do not repay all");
      const more = errorOf({ convention: "PBOC", amount: 900, payments });
      expect(more.message).to.include("more principal than was lent");
    });

    it("counts the principal of a bullet loan for its whole term, without interest on interest", () => {
      const bullet = { convention: "PBOC", amount: 1000, payments: [{ months: 24, amount: 1400 }] };
      expect(annualRate(bullet).percent).to.equal("20");
    });
  });

  describe("given what was published", () => {
    const printed = (expected: Json): boolean | undefined =>
      annualRate({ ...PAYDAY, payments: [{ unitPeriods: 1, amount: 115 }], ...expected }).printed?.agrees;

    it("compares at the decimals that the file names, or that are printed", () => {
      expect(printed({ expected_apr_percent: 391, rounding: "0 decimals" })).to.equal(true);
      expect(printed({ expected_apr_percent: 391, rounding: "1 decimals" })).to.equal(false);
      expect(printed({ expected_apr_percent: 391.07 })).to.equal(true);
      expect(printed({ expected_apr_percent: 391.08 })).to.equal(false);
      expect(printed({ expected_apr_percent: 391, expected_apr_percent_long: 391.0714 })).to.equal(true);
      expect(printed({ expected_apr_percent: 391, expected_apr_percent_long: 391.07 })).to.equal(true);
      expect(printed({ expected_apr_percent: 391, expected_apr_percent_long: 391.08 })).to.equal(true);
      expect(printed({ expected_apr_percent: 391, expected_apr_percent_long: 391.0731 })).to.equal(false);
      expect(printed({})).to.equal(undefined);
    });
  });
});

describe("vectors without one rate", () => {
  it("lists several rates in the message and as numbers", () => {
    const error = errorOf({
      convention: "IRR_TIMES_12",
      net_amount: 10_000,
      further_drawdowns: [{ months: 2, amount: 10_302 }],
      payments: [{ months: 1, amount: 20_300 }],
    });
    expect(error.code).to.equal("rate-several");
    expect(error.details["rates"]).to.deep.equal([12, 24]);
    expect(error.message).to.include("12 %, 24 %");
  });

  const cases: readonly [string, Json, string, RegExp][] = [
    ["no payments", { ...PAYDAY, payments: [] }, "rate-none", /only receives/],
    [
      "nothing received",
      { ...PAYDAY, net_amount: -4, payments: [{ unitPeriods: 1, amount: 5 }] },
      "rate-none",
      /only pays/,
    ],
    ["nothing at all", { ...PAYDAY, net_amount: 0, payments: [] }, "rate-none", /nothing is lent/],
    [
      "a present value that is never zero",
      {
        convention: "EU",
        net_amount: 100,
        further_drawdowns: [{ months: 24, amount: 100 }],
        payments: [{ months: 12, amount: 100 }],
      },
      "rate-none",
      /no rate above -100 %/,
    ],
    [
      "a rate that no number holds",
      { convention: "EU", net_amount: 1, payments: [{ days: 1, amount: 1e10 }] },
      "rate-none",
      /10\^300/,
    ],
    ["no payments to amortise", { convention: "PBOC", amount: 100, payments: [] }, "rate-none", /no payments/],
    [
      "no time on the books",
      { convention: "PBOC", amount: 100, payments: [{ months: 0, amount: 101, principal: 100 }] },
      "rate-none",
      /no principal is outstanding/,
    ],
  ];
  for (const [what, vector, code, message] of cases) {
    it(`says so for ${what}`, () => {
      const error = errorOf(vector);
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
      expect(error.fix).to.not.equal("");
    });
  }
});

describe("vectors that are malformed", () => {
  const payment = { months: 1, amount: 105 };
  const eu = { convention: "EU", net_amount: 100, payments: [payment] };
  const cases: readonly [string, unknown, RegExp][] = [
    ["no object", [1], /the vector/],
    ["no convention", { net_amount: 100, payments: [payment] }, /^convention: missing/],
    ["an unknown convention", { ...eu, convention: "APY" }, /^convention: "APY"/],
    ["no amount", { convention: "EU", payments: [payment] }, /^net_amount: missing/],
    ["an amount that is no decimal", { ...eu, net_amount: "1,000" }, /^net_amount: "1,000"/],
    ["an amount beyond reason", { ...eu, net_amount: 1e300 }, /^net_amount: 1e\+300 is larger/],
    ["an amount missing", { ...eu, payments: [{ months: 1 }] }, /^payments\[0\]\.amount/],
    ["a negative offset", { ...eu, payments: [payment, { months: -1, amount: 5 }] }, /^payments\[1\]\.months/],
    ["a year of no days", { ...eu, payments: [{ ...payment, yearDays: 0 }] }, /^payments\[0\]\.year_days/],
    ["a misspelt offset", { ...eu, payments: [{ months: 1, day: 3, amount: 105 }] }, /"day"/],
    ["a misspelt list", { ...eu, further_drawdown: [payment] }, /^further_drawdown: /],
    ["a flow without a time", { ...eu, payments: [{ amount: 105 }] }, /^payments\[0\]: nothing says when/],
    ["a date without a start", { ...eu, payments: [{ date: "2024-01-01", amount: 105 }] }, /no advance_date/],
    [
      "a date before the start",
      { ...eu, advance_date: "2024-02-01", payments: [{ date: "2024-01-01", amount: 105 }] },
      /before the advance_date/,
    ],
    ["a date that never was", { ...eu, advance_date: "2023-02-29" }, /^advance_date: "2023-02-29"/],
    [
      "unit-periods of unknown length",
      { ...eu, convention: "US", payments: [{ unitPeriods: 1, amount: 105 }] },
      /unit-periods/,
    ],
    [
      "a fraction over zero",
      { ...PAYDAY, payments: [{ unitPeriods: 1, fraction: [1, 0], amount: 115 }] },
      /^payments\[0\]\.fraction/,
    ],
    [
      "months in unit-periods of days",
      { ...PAYDAY, payments: [{ months: 1, amount: 115 }] },
      /months can't be counted/,
    ],
  ];
  for (const [what, vector, message] of cases) {
    it(`names the field for ${what}`, () => {
      const error = errorOf(vector);
      expect(error.code).to.equal("rate-vector-malformed");
      expect(error.message).to.match(message);
    });
  }
});

describe("names of conventions", () => {
  it("has each name and alias once, spelt as one likes", () => {
    const all = CONVENTIONS.flatMap(({ name, aliases }) => [name, ...aliases].map((known) => [known, name] as const));
    for (const [known, name] of all) {
      expect(conventionOf(known), known).to.equal(name);
      expect(conventionOf(known.toLowerCase().replaceAll("_", " ")), known).to.equal(name);
    }
    expect(conventionOf("IRR×12")).to.equal("IRR_TIMES_12");
    expect(conventionOf("")).to.equal(undefined);
  });
});

describe("files of vectors", () => {
  const found = (text: string): (string | number)[] => readVectors(text).map(({ id }) => id);

  it("are an object with vectors, an array, one vector or a vector a line", () => {
    expect(found('{"note": "x", "vectors": [{"id": "a"}, {}]}')).to.deep.equal(["a", "vectors[1]"]);
    expect(found('[{"id": 7}, 5]')).to.deep.equal([7, "[1]"]);
    expect(found('{"id": "a", "payments": []}')).to.deep.equal(["a"]);
    expect(found('\uFEFF{"id": "a", "payments": []}\r\n\r\n{"id": "b"}\r\n')).to.deep.equal(["a", "b"]);
  });

  it("keep a bad line apart from the others", () => {
    const [first, second, third] = readVectors('{"id": "a"}\nnot json\n{"id": "c"}');
    expect([first?.id, second?.id, third?.id]).to.deep.equal(["a", "line 2", "c"]);
    expect(second).to.have.property("problem").that.includes("line 2 is no JSON");
  });

  for (const text of ["", "  \n", "{", "nonsense\nmore", '{"a": 1}', "[]", '{"vectors": 1}', "5", "null"]) {
    it(`are refused when they are ${JSON.stringify(text)}`, () => {
      expect(() => readVectors(text))
        .to.throw(AppError)
        .with.property("code", "rate-file-unreadable");
    });
  }
});
