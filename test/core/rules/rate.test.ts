import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { capDown, exceedsCap, openingBalance, rate } from "../../../src/core/rules/rate.ts";
import { BREACH, PASS, UNDETERMINED } from "../../../src/core/rules/rule.ts";
import type { Opening } from "../../../src/core/rules/rule.ts";
import { summarise } from "../../../src/core/schedule.ts";
import type { Schedule } from "../../../src/core/schedule.ts";
import { critical, rateLimits } from "../../support/rate-cases.ts";
import { FINE, goesBelowZero } from "../../support/rate-reference.ts";
import { rateVectors } from "../../support/rate-vectors.ts";

const VERDICTS = { pass: PASS, breach: BREACH, undetermined: UNDETERMINED };
const PUBLISHED = new URL("../../../../shared/data/apr_examples.json", import.meta.url);

describe("RATE", () => {
  describe("given the vectors", () => {
    for (const { name, limits, reference, principal, cash, schedule, verdict } of rateVectors())
      it(name, () => {
        const opening = {
          entry: { principal, cash, schedule },
          summary: summarise(schedule),
          reference: () => reference,
        };
        expect(rate.judge(opening as unknown as Opening, limits)).to.equal(VERDICTS[verdict]);
      });

    it("says what a clerk with exact fractions says", () => {
      for (const { name, limits, reference, principal, cash, schedule, verdict } of rateVectors()) {
        if (verdict === "undetermined") continue;
        const opening = openingBalance(cash, principal, summarise(schedule).payments) << FINE;
        const over = goesBelowZero(schedule, opening, capDown(limits, reference ?? 0n), limits);
        expect(over, name).to.equal(verdict === "breach");
      }
    });
  });

  describe("given 10,000.00 for twelve equal months", () => {
    const loan = (amount: bigint): Schedule => [{ count: 12, unit: "month", gap: 1, amount }];
    /** The cap at which a loan without tolerance begins to pass, 10⁻⁹. */
    const capOf = (schedule: Schedule, convention: number, cash = 1_000_000n): bigint =>
      critical((cap) => {
        const held = cap > 9_000_000_000n ? 9_000_000_000n : cap;
        return !exceedsCap(schedule, cash, held, rateLimits({ rateConvention: convention, rateCap: held }));
      });

    it("finds 24 % nominal to be 26.82 % effective", () => {
      expect(Number(capOf(loan(94_560n), 0)) / 1e7).to.be.closeTo(24.0, 0.001);
      expect(Number(capOf(loan(94_560n), 1)) / 1e7).to.be.closeTo(26.82, 0.01);
    });

    it("finds 1 % a month and 5 % deducted upfront to be 21.86 % nominal and 24.18 % effective", () => {
      expect(Number(capOf(loan(88_849n), 0, 950_000n)) / 1e7).to.be.closeTo(21.86, 0.01);
      expect(Number(capOf(loan(88_849n), 1, 950_000n)) / 1e7).to.be.closeTo(24.18, 0.01);
    });
  });

  describe("given published examples", () => {
    interface Example {
      readonly id: string;
      readonly convention: string;
      readonly net_amount: number;
      readonly unit_period?: string;
      readonly expected_apr_percent: number;
      readonly expected_apr_percent_long: number | null;
      readonly payments: readonly {
        months: number;
        days: number;
        unitPeriods: number;
        fraction: [number, number];
        amount: number;
      }[];
    }
    // Not part of the repository: present where the shared data is laid beside it.
    const examples = existsSync(PUBLISHED)
      ? (JSON.parse(readFileSync(PUBLISHED, "utf8")) as { vectors: Example[] }).vectors
      : [];
    before(function () {
      if (examples.length > 0) return;
      console.log("      skipped: no ../shared/data/apr_examples.json beside this checkout");
      this.skip();
    });
    const cents = (amount: number): bigint => BigInt(Math.round(amount * 100));
    const nano = (percent: number): bigint => BigInt(Math.round(percent * 1e7));

    /** Payments on days; several on one day are one, and what is negative is no payment. */
    function legs(times: readonly { at: number; amount: bigint }[], unit: "day" | "month"): Schedule {
      const sums = new Map<number, bigint>();
      for (const { at, amount } of times) sums.set(at, (sums.get(at) ?? 0n) + amount);
      const sorted = [...sums].sort(([a], [b]) => a - b);
      return sorted.map(([at, amount], i) => ({ count: 1, unit, gap: at - (sorted[i - 1]?.[0] ?? 0), amount }));
    }

    it("changes from breach to pass at the printed rate, US Regulation Z", () => {
      const units: Record<string, { days: number; basis: number }> = {
        month: { days: 30, basis: 360 },
        semimonth: { days: 15, basis: 360 },
        "4 weeks": { days: 28, basis: 364 },
        "term 255 days": { days: 255, basis: 365 },
        "14 days": { days: 14, basis: 365 },
      };
      const regz = examples.filter(({ convention }) => convention === "US_REGZ_ACTUARIAL");
      expect(regz).to.have.length(9);
      for (const { id, net_amount, unit_period, payments, expected_apr_percent } of regz) {
        const { days, basis } = units[unit_period!]!;
        const schedule = legs(
          payments.map(({ unitPeriods, fraction: [part, of], amount }) => ({
            at: Math.round((unitPeriods + part / of) * days),
            amount: cents(amount),
          })),
          "day",
        );
        const limits = rateLimits({ rateUnit: 255, rateYearBasis: basis });
        const within = unit_period === "14 days" ? 0.5 : 0.0051;
        expect(exceedsCap(schedule, cents(net_amount), nano(expected_apr_percent - within), limits), id).to.be.true;
        expect(exceedsCap(schedule, cents(net_amount), nano(expected_apr_percent + within), limits), id).to.be.false;
      }
    });

    it("changes from breach to pass at the printed rate, EU 2008/48", () => {
      const eu = examples.filter(
        ({ convention, payments }) =>
          convention === "EU_ANNUAL_EFFECTIVE" &&
          (payments.every(({ days }) => days === 0) || payments.every(({ months }) => months === 0)),
      );
      expect(eu.length).to.be.at.least(8);
      for (const { id, net_amount, payments, expected_apr_percent, expected_apr_percent_long: long } of eu) {
        const unit = payments.every(({ days }) => days === 0) ? "month" : "day";
        const schedule = legs(
          payments.map(({ months, days, amount }) => ({ at: months + days, amount: cents(amount) })),
          unit,
        );
        const rate = long ?? expected_apr_percent;
        const within = long === null ? 0.051 : 0.00002;
        const breaches = (percent: number): boolean => {
          const limits = rateLimits({ rateConvention: 1, rateCap: nano(percent) });
          return exceedsCap(schedule, cents(net_amount), limits.rateCap, limits);
        };
        expect(breaches(rate - within), id).to.be.true;
        expect(breaches(rate + within), id).to.be.false;
      }
    });
  });
});
