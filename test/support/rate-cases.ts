import fc from "fast-check";
import { discountRoot } from "../../src/core/discount.ts";
import { emptyLimits } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { EFFECTIVE } from "../../src/core/rules/rate.ts";
import { MAX_PAYMENTS, UNITS } from "../../src/core/schedule.ts";
import type { Leg, Schedule } from "../../src/core/schedule.ts";

/** Terms of a loan and the limits that it is tested against, as fast-check draws them. */
export interface RateCase {
  readonly schedule: Schedule;
  readonly limits: Limits;
}

const unit = fc.constantFrom(...UNITS);
const money = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(1n, 5_000_000n) },
  { weight: 1, arbitrary: fc.bigInt(1n, 40n) },
  { weight: 1, arbitrary: fc.bigInt(1n, (1n << 38n) - 1n) },
);
const count = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 36 }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 12, 24, 52, 360, 400) },
);
const gap = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1, 1, 1, 2, 3, 7, 14, 28, 30, 31) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 800 }) },
);

const level: fc.Arbitrary<Leg> = fc.record({ count, unit, gap, amount: money });

/** A step of at most what leaves the last payment above zero; often with a fraction. */
const stepped: fc.Arbitrary<Leg> = fc
  .tuple(level, fc.integer({ min: 0, max: 1_000 }), fc.boolean())
  .map(([leg, share, whole]) => {
    const most = leg.count === 1 ? leg.amount << 16n : ((leg.amount << 16n) - 1n) / BigInt(leg.count - 1);
    const step = (most * BigInt(share)) / 1_000n;
    return { ...leg, step: whole ? step & ~0xffffn : step };
  });

const monthly = (count: number, amount: bigint, step?: bigint): Leg => ({
  count,
  unit: "month",
  gap: 1,
  amount,
  ...(step !== undefined && { step }),
});

/** What lenders write: level, interest first, balloon, level principal, single, an odd first period, irregular. */
const usual: fc.Arbitrary<Schedule> = fc.oneof(
  fc.tuple(count, money).map(([n, amount]) => [monthly(n, amount)]),
  fc
    .tuple(count, money, fc.integer({ min: 1, max: 200 }))
    .map(([n, amount, times]) => [
      monthly(n, amount),
      monthly(1, ((amount * BigInt(times)) % ((1n << 38n) - 1n)) + 1n),
    ]),
  fc
    .tuple(fc.integer({ min: 2, max: 400 }), fc.bigInt(100_000n, 100_000_000n), fc.integer({ min: 1, max: 60 }))
    .map(([n, principal, mille]) => {
      const interest = (principal * BigInt(mille)) / 1_000n + 1n;
      const step = (interest << 16n) / BigInt(n);
      return [monthly(n, principal / BigInt(n) + interest + 1n, step)];
    }),
  fc
    .tuple(fc.integer({ min: 1, max: 400 }), money)
    .map(([gap, amount]) => [{ count: 1, unit: "day" as const, gap, amount }]),
  fc
    .tuple(fc.integer({ min: 1, max: 70 }), count, money)
    .map(([gap, n, amount]) => [{ count: 1, unit: "day" as const, gap, amount }, monthly(n, amount)]),
  fc.array(fc.record({ count: fc.constant(1), unit, gap, amount: money }), { minLength: 2, maxLength: 60 }),
);

const anything: fc.Arbitrary<Schedule> = fc.array(fc.oneof(level, stepped), { minLength: 1, maxLength: 8 });

export const schedules: fc.Arbitrary<Schedule> = fc
  .oneof({ weight: 3, arbitrary: usual }, { weight: 2, arbitrary: anything })
  .filter((schedule) => schedule.reduce((sum, leg) => sum + leg.count, 0) <= MAX_PAYMENTS);

const caps = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(1_000_000n, 4_000_000_000n) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      0n,
      1n,
      240_000_000n,
      360_000_000n,
      10_000_000_000n,
      10_000_000_000_000n,
      (1n << 64n) - 1n,
    ),
  },
);

/** Caps beyond any of them come only as a multiple of a reference rate. */
export const HIGHEST_CAP = (((1n << 64n) - 1n) * ((1n << 64n) - 1n)) / 1_000_000_000n + (1n << 40n) - 1n;

const roots = new Map<string, bigint>();
function root(n: number, cap: bigint): bigint {
  const key = `${n}/${cap}`;
  const known = roots.get(key) ?? discountRoot(n, cap);
  roots.set(key, known);
  return known;
}

export function rateLimits(fields: Partial<Limits>): Limits {
  const limits = { ...emptyLimits(), rateUnitCount: 1, rateUnit: 2, rateYearBasis: 365, ...fields };
  if (limits.rateConvention !== EFFECTIVE) return limits;
  const { rateCap, rateYearBasis } = limits;
  return { ...limits, dayDiscount: root(rateYearBasis, rateCap), monthDiscount: root(12, rateCap) };
}

export const limitsOf = (convention: number): fc.Arbitrary<Limits> =>
  fc
    .record({
      rateConvention: fc.constant(convention),
      rateYearBasis: fc.constantFrom(360, 364, 365, 366),
      rateUnit: fc.constantFrom(0, 1, 2, 2, 2, 3, 255, 255),
      units: fc.oneof(
        { weight: 3, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 12 }) },
      ),
      // Roots are dear to find; few are enough.
      rateCap:
        convention === EFFECTIVE ? caps.map((cap) => (cap > 9_999_999n ? cap - (cap % 10_000_000n) : cap)) : caps,
    })
    .map(({ units, ...fields }) => rateLimits({ ...fields, rateUnitCount: fields.rateUnit > 2 ? 1 : units }));

/** Few gaps that take turns, some of them as long in one unit as in another: which is the most frequent, and are there more than eight? */
export const turning: fc.Arbitrary<Schedule> = fc
  .uniqueArray(
    fc.oneof(
      fc.record({ unit: fc.constant("day" as const), gap: fc.constantFrom(7, 14, 27, 28, 29, 30, 31, 35, 365) }),
      fc.record({ unit: fc.constant("week" as const), gap: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ unit: fc.constant("month" as const), gap: fc.constantFrom(1, 12) }),
    ),
    { minLength: 1, maxLength: 11, selector: ({ unit, gap }) => `${unit} ${gap}` },
  )
  .chain((gaps) =>
    fc
      .array(fc.tuple(fc.constantFrom(...gaps), fc.integer({ min: 1, max: 3 }), money), {
        minLength: gaps.length,
        maxLength: 30,
      })
      .map((legs) => legs.map(([gap, count, amount]) => ({ ...gap, count, amount }))),
  );

export const cases = (convention: number): fc.Arbitrary<RateCase> =>
  fc.record({ schedule: schedules, limits: limitsOf(convention) });

/** The smallest opening balance that `passes`, which all greater ones do too. */
export function critical(passes: (opening: bigint) => boolean): bigint {
  let above = 1n << 52n;
  let below = -1n;
  while (above - below > 1n) {
    const middle = (above + below) >> 1n;
    if (passes(middle)) above = middle;
    else below = middle;
  }
  return above;
}
