import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";

import { toBigInt, toHex } from "../../../src/core/bytes.ts";
import { discountRoot } from "../../../src/core/discount.ts";
import type { Limits } from "../../../src/core/limit-fields.ts";
import { encodeLimits } from "../../../src/core/limits.ts";
import { capDown, exceedsCap, openingBalance } from "../../../src/core/rules/rate.ts";
import { decodeSchedule, encodeSchedule, summarise } from "../../../src/core/schedule.ts";
import type { Leg, Schedule } from "../../../src/core/schedule.ts";
import {
  cases,
  critical,
  HIGHEST_CAP,
  type RateCase,
  rateLimits,
  schedules,
  turning,
} from "../../support/rate-cases.ts";
import { rateVectors } from "../../support/rate-vectors.ts";

const connection = network.create();

async function harness() {
  return (await connection).ethers.deployContract("RateHarness");
}

/** The words that the contract takes of a version: bytes 67 to 87, and the effective discounts. */
function words(limits: Limits): { rate: bigint; discounts: bigint } {
  const bytes = encodeLimits(limits);
  return { rate: toBigInt(bytes.subarray(67, 96)) << 24n, discounts: toBigInt(bytes.subarray(96, 128)) };
}

const call = (schedule: Schedule, opening: bigint, cap: bigint, limits: Limits) => ({
  schedule: toHex(encodeSchedule(schedule)),
  opening,
  cap,
  ...words(limits),
});

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));

/** In runs of 20, so that a call stays within a block's gas. */
function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += 20) yield all.slice(from, from + 20);
}

describe("Rate", () => {
  describe("given random schedules and limits, and openings about the smallest that passes", () => {
    const common = fc.record({
      schedule: turning,
      limits: fc.bigInt(1n, 2_000_000_000n).map((rateCap) => rateLimits({ rateCap, rateUnit: 255 })),
    });
    const drawing: Record<string, fc.Arbitrary<RateCase>> = {
      nominal: cases(0),
      effective: cases(1),
      simple: cases(2),
      "the unit period the most frequent gap": common,
    };
    for (const [name, drawnOf] of Object.entries(drawing))
      it(`decides as the twin, ${name}`, async function () {
        this.timeout(300_000);
        const rate = await harness();
        const one = fc.tuple(drawnOf, fc.integer({ min: -2, max: 2 }), fc.integer({ min: 0, max: 19 }));
        const drawn = fc.sample(one, { numRuns: 1_200, seed: 20_260_801 });
        const capOf = (limits: Limits, lot: number): bigint =>
          lot === 0 && name !== "effective" ? HIGHEST_CAP : limits.rateCap;
        const placed = drawn.map(([{ schedule, limits }, offset, lot]) => {
          const cap = capOf(limits, lot);
          const near = critical((opening) => !exceedsCap(schedule, opening, cap, limits)) + BigInt(offset);
          return { schedule, limits, cap, opening: near < 0n ? 0n : near };
        });
        let over = 0;
        for (const batch of batches(placed)) {
          const decided = await rate.breaches(
            batch.map(({ schedule, opening, cap, limits }) => call(schedule, opening, cap, limits)),
          );
          const expected = batch.map(({ schedule, opening, cap, limits }) =>
            exceedsCap(schedule, opening, cap, limits),
          );
          const differing = batch.filter((_, i) => decided[i] !== expected[i]);
          expect(differing, shown(differing)).to.have.length(0);
          over += expected.filter(Boolean).length;
        }
        expect(over, "both sides of the cap").to.be.within(placed.length / 4, (3 * placed.length) / 4);
      });
  });

  describe("given the vectors", () => {
    it("decides as they say", async () => {
      const rate = await harness();
      const judged = rateVectors().filter(({ verdict }) => verdict !== "undetermined");
      for (const batch of batches(judged)) {
        const decided = await rate.breaches(
          batch.map(({ schedule, principal, cash, limits, reference }) =>
            call(
              schedule,
              openingBalance(cash, principal, summarise(schedule).payments),
              capDown(limits, reference ?? 0n),
              limits,
            ),
          ),
        );
        batch.forEach(({ name, verdict }, i) => expect(decided[i], name).to.equal(verdict === "breach"));
      }
    });
  });

  it("opens with the cash and the tolerance, and takes the cap from the series, as the twin", async () => {
    const rate = await harness();
    for (const [cash, principal, payments] of [
      [1_000n, 999n, 5],
      [1_000n, 4_000n, 5],
      [1_000n, 5_000n, 5],
      [(1n << 38n) - 1n, (1n << 38n) - 1n, 1_200],
    ] as const)
      expect(await rate.opening(cash, principal, payments)).to.equal(openingBalance(cash, principal, payments));
    const rates = [0n, 1n, 30_000_000n, (1n << 64n) - 1n];
    for (const rateSeries of [0, 3])
      for (const rateCap of rates)
        for (const reference of rates) {
          const limits = rateLimits({ rateCap, rateSeries, rateSpread: 12_345n });
          expect(await rate.capDown(words(limits).rate, reference)).to.equal(capDown(limits, reference));
        }
  });

  describe("given a version to publish", () => {
    const valid = async (fields: Partial<Limits>): Promise<boolean> => {
      const { rate, discounts } = words({ ...rateLimits({}), ...fields });
      return (await harness()).isValid(rate, discounts);
    };

    it("takes each convention, year and unit", async () => {
      for (const rateYearBasis of [360, 364, 365, 366])
        for (const rateUnit of [0, 1, 2, 3, 255]) {
          expect(await valid({ rateConvention: 0, rateYearBasis, rateUnit })).to.be.true;
          expect(await valid({ rateConvention: 2, rateYearBasis, rateUnit, rateSeries: 9 })).to.be.true;
        }
      expect(await valid({ rateUnit: 1, rateUnitCount: 12 })).to.be.true;
    });

    it("takes no other", async () => {
      for (const fields of [
        { rateConvention: 3 },
        { rateYearBasis: 363 },
        { rateYearBasis: 0 },
        { rateUnit: 4 },
        { rateUnitCount: 0 },
        { rateUnitCount: 13 },
        { rateUnit: 3, rateUnitCount: 2 },
        { rateUnit: 255, rateUnitCount: 2 },
      ])
        expect(await valid(fields), shown(fields)).to.be.false;
    });

    it("takes effective discounts only if they multiply back, and without a series", async () => {
      const rateCap = 240_000_000n;
      const effective = {
        rateConvention: 1,
        rateCap,
        dayDiscount: discountRoot(365, rateCap),
        monthDiscount: discountRoot(12, rateCap),
      };
      expect(await valid(effective)).to.be.true;
      expect(await valid({ ...effective, rateSeries: 1 })).to.be.false;
      expect(await valid({ ...effective, rateYearBasis: 360 })).to.be.false;
      expect(await valid({ ...effective, dayDiscount: effective.dayDiscount - 2n })).to.be.false;
      expect(await valid({ ...effective, monthDiscount: effective.monthDiscount + 2n })).to.be.false;
      expect(await valid({ ...effective, monthDiscount: 0n })).to.be.false;
    });

    it("knows every root", async () => {
      const rate = await harness();
      for (const n of [12, 360, 364, 365, 366])
        for (const cap of [0n, 1n, 240_000_000n, 10_000_000_000n, 10_000_000_000_000n, (1n << 64n) - 1n])
          expect(await rate.isRoot(discountRoot(n, cap), n, cap), `${n} ${cap}`).to.be.true;
    });
  });

  describe("gas", () => {
    const leg = (count: number, unit: Leg["unit"], gap: number, amount: bigint, step?: bigint): Leg => ({
      count,
      unit,
      gap,
      amount,
      ...(step !== undefined && { step }),
    });
    const gas = async (schedule: Schedule, fields: Partial<Limits>, tolerance: number): Promise<number> => {
      const limits = rateLimits({ rateCap: 240_000_000n, ...fields });
      // Just within the cap, where nothing is cut short, with the tolerance or without.
      const smallest = critical((balance) => !exceedsCap(schedule, balance, limits.rateCap, limits));
      const opening = smallest + BigInt(tolerance);
      const [over, used] = await (await harness()).measure(call(schedule, opening, limits.rateCap, limits));
      expect(over).to.be.false;
      return Number(used);
    };
    const conventions = {
      nominal: { rateUnit: 2 },
      common: { rateUnit: 255 },
      effective: { rateConvention: 1 },
      simple: { rateConvention: 2 },
    };
    const bounds: Record<string, { schedule: Schedule; bound: number; of: Partial<Limits>[]; tolerance?: number }> = {
      "12 equal months": { schedule: [leg(12, "month", 1, 94_560n)], bound: 1_500, of: Object.values(conventions) },
      "360 equal months": { schedule: [leg(360, "month", 1, 10_000n)], bound: 2_200, of: Object.values(conventions) },
      "one payment": { schedule: [leg(1, "day", 14, 55_000n)], bound: 1_700, of: Object.values(conventions) },
      "level principal, 360 months": {
        schedule: [leg(360, "month", 1, 22_778n, 55n * 65_536n + 36_409n)],
        bound: 9_000,
        of: Object.values(conventions),
        tolerance: 360,
      },
      "each of 360 irregular months": {
        schedule: Array.from({ length: 360 }, (_, i) => leg(1, "month", 1, 10_000n + BigInt(i))),
        bound: 600 * 360,
        of: Object.values(conventions),
      },
      "each of 360 payments at any number of days": {
        schedule: Array.from({ length: 360 }, (_, i) => leg(1, "day", 27 + (i % 7), 10_000n + BigInt(i))),
        bound: 600 * 360,
        of: [conventions.nominal, conventions.effective, conventions.simple],
      },
      // Nothing that can be filed costs more than this.
      "1,200 payments, walked": {
        schedule: [leg(1_200, "week", 1, 10_000n, 300_000n + 1n)],
        bound: 1_000_000,
        of: Object.values(conventions),
      },
    };
    for (const [name, { schedule, bound, of, tolerance = 0 }] of Object.entries(bounds))
      it(`stays within ${bound} for ${name}`, async () => {
        for (const fields of of) expect(await gas(schedule, fields, tolerance), shown(fields)).to.be.at.most(bound);
      });
  });
});

describe("Schedule", () => {
  const contractSays = async (all: readonly Uint8Array[]) => {
    const summaries = await (await harness()).summarise(all.map((bytes) => toHex(bytes)));
    return summaries.map(({ payments, total, largest, term }) => ({ payments, total, largest, term }));
  };
  const twinSays = (bytes: Uint8Array) => {
    const schedule = decodeSchedule(bytes);
    const { payments, total, largest, term } = schedule
      ? summarise(schedule)
      : { payments: 0, total: 0n, largest: 0n, term: 0 };
    return { payments: BigInt(payments), total, largest, term: BigInt(term) };
  };

  it("adds up as the twin", async () => {
    for (const batch of batches(fc.sample(schedules, { numRuns: 500, seed: 5 }).map(encodeSchedule)))
      expect(await contractSays(batch)).to.deep.equal(batch.map(twinSays));
  });

  it("finds malformed what the twin does", async () => {
    const damaged = fc
      .tuple(schedules, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.integer({ min: -2, max: 2 }))
      .map(([schedule, changes, longer]) => {
        const bytes = encodeSchedule(schedule);
        for (const [place, value] of changes) bytes[place % Math.min(bytes.length, 24)] = value;
        const resized = new Uint8Array(Math.max(0, bytes.length + longer));
        resized.set(bytes.subarray(0, resized.length));
        return resized;
      });
    let malformed = 0;
    for (const batch of batches(fc.sample(damaged, { numRuns: 800, seed: 6 }))) {
      const expected = batch.map(twinSays);
      expect(await contractSays(batch)).to.deep.equal(expected);
      malformed += expected.filter(({ payments }) => payments === 0n).length;
    }
    expect(malformed).to.be.within(200, 790);
  });

  it("sums up falls as the twin", async () => {
    const step = (1n << 56n) - 1n;
    const rate = await harness();
    for (const [count, by] of [
      [1, step],
      [1_200, step],
      [360, 3_642_089n],
      [65_535, 65_535n],
    ] as const)
      expect(await rate.fallen(count, by)).to.equal(summariseFall(count, by));
  });
});

function summariseFall(count: number, step: bigint): bigint {
  let sum = 0n;
  for (let k = 0n; k < BigInt(count); k++) sum += (k * step) >> 16n;
  return sum;
}
