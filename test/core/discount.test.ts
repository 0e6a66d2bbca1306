import { expect } from "chai";
import fc from "fast-check";
import { BITS, discountRoot, fallingDown, isRoot, levelDown, ONE, powerDown } from "../../src/core/discount.ts";

const factors = fc.bigInt(0n, ONE);

/** What is wrong in the last place of a sum of so many powers. */
const last = (count: number): bigint => BigInt(count) ** 3n + 1n;

describe("discount factors", () => {
  it("have powers and series that are right but for their last places, and never too great", () => {
    fc.assert(
      fc.property(factors, fc.integer({ min: 1, max: 120 }), (v, count) => {
        const level = levelDown(v, count);
        const falling = fallingDown(v, count);
        expect(falling.factor).to.equal(level.factor);
        expect(falling.sum).to.equal(level.sum);
        // The exact ones, as fractions of 2^(112·count).
        const scale = BITS * BigInt(count);
        let sum = 0n;
        let weighted = 0n;
        for (let k = 1; k <= count; k++) {
          const power = (v ** BigInt(k)) << (scale - BITS * BigInt(k));
          sum += power;
          weighted += BigInt(count - k) * power;
        }
        const power = v ** BigInt(count);
        for (const [rounded, exact] of [
          [level.factor, power],
          [powerDown(v, count), power],
          [level.sum, sum],
          [falling.falling, weighted],
        ] as const) {
          const rest = (exact >> (scale - BITS)) - rounded;
          expect(rest >= 0n && rest <= last(count)).to.be.true;
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it("are one to any power, and zero to any but the first zero", () => {
    expect(powerDown(ONE, 65_535)).to.equal(ONE);
    expect(powerDown(7n, 0)).to.equal(ONE);
    expect(levelDown(ONE, 1_200)).to.deep.equal({ factor: ONE, sum: 1_200n * ONE, falling: 0n });
    expect(levelDown(0n, 1_200)).to.deep.equal({ factor: 0n, sum: 0n, falling: 0n });
  });
});

describe("discount roots", () => {
  const caps = fc.oneof(fc.bigInt(0n, 5_000_000_000n), fc.bigInt(0n, (1n << 64n) - 1n));

  it("are the greatest factors whose power is at most 1 / (1 + cap)", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 12, 52, 360, 365, 366), caps, (n, cap) => {
        const v = discountRoot(n, cap);
        const fits = (x: bigint): boolean =>
          x ** BigInt(n) * (1_000_000_000n + cap) <= 1_000_000_000n << (BITS * BigInt(n));
        expect(fits(v)).to.be.true;
        expect(fits(v + 1n)).to.be.false;
        expect(isRoot(v, n, cap)).to.be.true;
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it("are known from their neighbours by multiplying back", () => {
    for (const n of [12, 365])
      for (const cap of [1n, 240_000_000n, 10_000_000_000n]) {
        const v = discountRoot(n, cap);
        for (const other of [v + 2n, v - 2n, v + (1n << 40n), 0n]) expect(isRoot(other, n, cap)).to.be.false;
      }
  });

  it("are one for a cap of zero", () => {
    expect(discountRoot(365, 0n)).to.equal(ONE);
    expect(isRoot(ONE, 365, 0n)).to.be.true;
    expect(isRoot(ONE + 1n, 365, 0n)).to.be.false;
  });

  it("are refused for what no law has", () => {
    for (const [n, cap] of [
      [0, 1n],
      [367, 1n],
      [1.5, 1n],
      [12, -1n],
      [12, 1n << 64n],
    ] as const)
      expect(() => discountRoot(n, cap)).to.throw("no discount");
  });
});
