import { expect } from "chai";
import fc from "fast-check";

import { exp, expNegative, ln, ln2 } from "../../src/core/apr/fixed-point.ts";
import { formatDecimal, parseDecimal, rational, roundHalfUp, floor } from "../../src/core/apr/rational.ts";

const BITS = 256n;
const ONE = 1n << BITS;

function digits(value: bigint, bits = BITS): string {
  return formatDecimal(rational(value, 1n << bits), 60);
}

describe("fixed-point exponential and logarithm", () => {
  it("has e and ln 2 right to 60 places", () => {
    expect(digits(exp(ONE, BITS))).to.equal("2.718281828459045235360287471352662497757247093699959574966968");
    expect(digits(ln2(BITS))).to.equal("0.69314718055994530941723212145817656807550013436025525412068");
  });

  it("is 1 at 0, and 0 far out", () => {
    expect(expNegative(0n, BITS)).to.equal(ONE);
    expect(expNegative(1000n * ONE, BITS)).to.equal(0n);
  });

  it("multiplies where exponents add", () => {
    const exponent = fc.bigInt({ min: 0n, max: 20n * ONE });
    fc.assert(
      fc.property(exponent, exponent, (a, b) => {
        const product = (expNegative(a, BITS) * expNegative(b, BITS)) >> BITS;
        const difference = product - expNegative(a + b, BITS);
        expect(difference >= -4n && difference <= 4n).to.equal(true);
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  it("undoes itself: ln(e^x) = x", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -10n * ONE, max: 10n * ONE }), (x) => {
        const difference = ln(exp(x, BITS), BITS) - x;
        // e^-10 has lost 15 of its bits.
        expect(difference > -(1n << 20n) && difference < 1n << 20n).to.equal(true);
      }),
      { seed: 12, numRuns: 100 },
    );
  });
});

describe("exact decimals", () => {
  it("reads numerals of every form and nothing else", () => {
    expect(parseDecimal("1432.86")).to.deep.equal({ num: 71643n, den: 50n });
    expect(parseDecimal("-0.50")).to.deep.equal({ num: -1n, den: 2n });
    expect(parseDecimal("1.5e3")).to.deep.equal({ num: 1500n, den: 1n });
    expect(parseDecimal("1e-7")).to.deep.equal({ num: 1n, den: 10_000_000n });
    for (const text of ["", "1,5", "1 000", "abc", "0x10", "NaN", "Infinity", ".5", "1e99999"]) {
      expect(parseDecimal(text), text).to.equal(undefined);
    }
  });

  it("writes them back without exponent or idle zeros, rounding halves away from zero", () => {
    const written = (text: string, places: number): string => formatDecimal(parseDecimal(text) ?? rational(0n), places);
    expect(written("1e21", 10)).to.equal("1000000000000000000000");
    expect(written("-0.00000000001", 10)).to.equal("0");
    expect(written("0.15", 1)).to.equal("0.2");
    expect(written("-0.15", 1)).to.equal("-0.2");
    expect(written("0.1449", 1)).to.equal("0.1");
    expect(roundHalfUp(rational(5n, 2n), 0)).to.equal(3n);
    expect(floor(rational(-5n, 2n))).to.equal(-3n);
  });
});
