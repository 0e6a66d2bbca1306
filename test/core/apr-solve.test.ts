import { expect } from "chai";
import fc from "fast-check";

import type { CashFlow } from "../../src/core/apr/present-value.ts";
import {
  add,
  compare,
  divide,
  formatDecimal,
  multiply,
  negate,
  rational,
  subtract,
  ZERO,
  type Rational,
} from "../../src/core/apr/rational.ts";
import { solveRate } from "../../src/core/apr/solve.ts";

const ONE = rational(1n);

/** A flow of `amount` after `whole` units and a fraction of one. */
function at(amount: Rational | number, whole: number | Rational, fraction: Rational = ZERO): CashFlow {
  return {
    amount: typeof amount === "number" ? rational(BigInt(amount)) : amount,
    whole: typeof whole === "number" ? rational(BigInt(whole)) : whole,
    fraction,
  };
}

/** The rates found, in per cent to 25 decimals: one, several or none. */
function ratesOf(flows: readonly CashFlow[]): string[] {
  const solution = solveRate(flows);
  const rates = solution.kind === "one" ? [solution.rate] : solution.kind === "several" ? solution.rates : [];
  return rates.map((rate) => formatDecimal(multiply(rate, rational(100n)), 25));
}

function percent(rate: Rational): string {
  return formatDecimal(multiply(rate, rational(100n)), 25);
}

function power(base: Rational, exponent: number): Rational {
  let result = ONE;
  for (let k = 0; k < exponent; k++) result = multiply(result, base);
  return result;
}

/** 1 / ((1 + f i)(1 + i)^t), exactly. */
function discount(rate: Rational, whole: number, fraction: Rational): Rational {
  return divide(ONE, multiply(add(ONE, multiply(fraction, rate)), power(add(ONE, rate), whole)));
}

/** Rates per period from -90 % to 5,000 %, in hundredths of a per cent. */
const rate = fc.integer({ min: -9_000, max: 500_000 }).map((n) => rational(BigInt(n), 10_000n));
const money = fc.integer({ min: 1, max: 10_000_000 }).map((cents) => rational(BigInt(cents), 100n));
const fraction = fc
  .tuple(fc.integer({ min: 0, max: 29 }), fc.constantFrom(30, 31, 365))
  .map(([num, den]) => rational(BigInt(num), BigInt(den)));

describe("the equation of a rate", () => {
  describe("given a loan whose last payment was made exact for a rate", () => {
    it("finds that rate, with balances grown forwards period by period", () => {
      const loan = fc.record({
        rate,
        principal: money,
        steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 99 })), { maxLength: 20 }),
      });
      fc.assert(
        fc.property(loan, ({ rate, principal, steps }) => {
          const growth = add(ONE, rate);
          const flows = [at(negate(principal), 0)];
          let balance = principal;
          let time = 0;
          for (const [gap, share] of steps) {
            time += gap;
            balance = multiply(balance, power(growth, gap));
            const payment = multiply(balance, rational(BigInt(share), 100n));
            flows.push(at(payment, time));
            balance = subtract(balance, payment);
          }
          flows.push(at(multiply(balance, growth), time + 1));
          expect(ratesOf(flows)).to.deep.equal([percent(rate)]);
        }),
        { seed: 1, numRuns: 150 },
      );
    });

    it("finds it with advances between payments, as long as the borrower owes at all times", () => {
      const loan = fc.record({
        rate: fc.integer({ min: 0, max: 3_000 }).map((n) => rational(BigInt(n), 10_000n)),
        principal: money,
        steps: fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 90 })), { minLength: 3, maxLength: 40 }),
      });
      fc.assert(
        fc.property(loan, ({ rate, principal, steps }) => {
          const flows = [at(negate(principal), 0)];
          let balance = principal;
          steps.forEach(([advance, share], k) => {
            balance = multiply(balance, add(ONE, rate));
            const amount = multiply(balance, rational(BigInt(share), 100n));
            balance = advance ? add(balance, amount) : subtract(balance, amount);
            flows.push(at(advance ? negate(amount) : amount, k + 1));
          });
          flows.push(at(multiply(balance, add(ONE, rate)), steps.length + 1));
          expect(ratesOf(flows)).to.deep.equal([percent(rate)]);
        }),
        { seed: 2, numRuns: 100 },
      );
    });

    it("finds it with odd days that earn simple interest, each payment its own", () => {
      const loan = fc.record({
        rate,
        payments: fc.array(fc.tuple(money, fc.integer({ min: 0, max: 40 }), fraction), {
          minLength: 1,
          maxLength: 20,
        }),
      });
      fc.assert(
        fc.property(loan, ({ rate, payments }) => {
          const later = payments.filter(([, whole, odd]) => whole > 0 || odd.num > 0n);
          fc.pre(later.length > 0);
          const worth = later.map(([amount, whole, odd]) => multiply(amount, discount(rate, whole, odd))).reduce(add);
          const flows = [at(negate(worth), 0), ...later.map(([amount, whole, odd]) => at(amount, whole, odd))];
          expect(ratesOf(flows)).to.deep.equal([percent(rate)]);
        }),
        { seed: 3, numRuns: 150 },
      );
    });
  });

  describe("given cash flows made to fit two rates", () => {
    /** The amounts at three moments that are worth nothing at two rates: the cross product of their discount factors. */
    function fitting(rates: readonly [Rational, Rational], moments: readonly [number, Rational][]): CashFlow[] {
      const [u, v] = rates.map((rate) => moments.map(([whole, odd]) => discount(rate, whole, odd)));
      const minor = (a: number, b: number): Rational =>
        subtract(multiply(u?.[a] ?? ZERO, v?.[b] ?? ZERO), multiply(u?.[b] ?? ZERO, v?.[a] ?? ZERO));
      const amounts = [minor(1, 2), minor(2, 0), minor(0, 1)];
      return moments.map(([whole, odd], k) => at(amounts[k] ?? ZERO, whole, odd));
    }

    it("finds both, and nothing else, with whole periods and with odd days", () => {
      const moments = fc
        .tuple(fc.integer({ min: 0, max: 3 }), fraction, fc.integer({ min: 1, max: 20 }), fraction)
        .map(([gap, oddA, more, oddB]): [number, Rational][] => [
          [0, ZERO],
          [gap + 1, oddA],
          [gap + 1 + more, oddB],
        ]);
      const pair = fc.tuple(rate, rate).filter(([a, b]) => compare(a, b) < 0);
      fc.assert(
        fc.property(pair, moments, (rates, when) => {
          expect(ratesOf(fitting(rates, when))).to.deep.equal(rates.map(percent));
        }),
        { seed: 4, numRuns: 120 },
      );
    });
  });

  describe("given a polynomial with chosen roots", () => {
    it("finds all of them, up to eight, in order", () => {
      const roots = fc.uniqueArray(fc.integer({ min: -50, max: 300 }), { minLength: 2, maxLength: 8 });
      fc.assert(
        fc.property(roots, (chosen) => {
          // Π (1 + i - (1 + r)), whose coefficients fall on whole periods from the last to the first.
          let coefficients = [1n];
          for (const root of chosen) {
            const next = Array.from({ length: coefficients.length + 1 }, () => 0n);
            coefficients.forEach((coefficient, k) => {
              next[k] = (next[k] ?? 0n) + coefficient * 100n;
              next[k + 1] = (next[k + 1] ?? 0n) - coefficient * BigInt(100 + root);
            });
            coefficients = next;
          }
          const flows = coefficients.map((coefficient, k) => at(rational(-coefficient), k));
          expect(ratesOf(flows)).to.deep.equal([...chosen].sort((a, b) => a - b).map(String));
        }),
        { seed: 5, numRuns: 60 },
      );
    });

    it("finds a rate that the present value touches without crossing it", () => {
      expect(ratesOf([at(-100, 0), at(220, 1), at(-121, 2)])).to.deep.equal(["10"]);
    });

    it("finds none where the present value stays away from zero", () => {
      expect(solveRate([at(-100, 0), at(219, 1), at(-121, 2)])).to.deep.equal({ kind: "none", reason: "no-root" });
    });
  });

  describe("given the scale and order of the flows changed", () => {
    it("gives the same rate", () => {
      const loan = fc.tuple(money, fc.array(fc.tuple(money, fc.integer({ min: 1, max: 60 })), { minLength: 1 }), money);
      fc.assert(
        fc.property(loan, ([principal, payments, scale]) => {
          const flows = [at(negate(principal), 0), ...payments.map(([amount, whole]) => at(amount, whole))];
          const scaled = flows.map((flow) => ({ ...flow, amount: multiply(flow.amount, scale) }));
          expect(ratesOf(scaled.reverse())).to.deep.equal(ratesOf(flows));
        }),
        { seed: 6, numRuns: 60 },
      );
    });
  });

  describe("given flows of one direction or none", () => {
    it("says which", () => {
      expect(solveRate([])).to.deep.equal({ kind: "none", reason: "nothing-flows" });
      expect(solveRate([at(-5, 0), at(5, 0)])).to.deep.equal({ kind: "none", reason: "nothing-flows" });
      expect(solveRate([at(-5, 0), at(6, 0)])).to.deep.equal({ kind: "none", reason: "one-direction" });
      expect(solveRate([at(-5, 0), at(-5, 3)])).to.deep.equal({ kind: "none", reason: "one-direction" });
    });
  });

  describe("given extreme rates", () => {
    it("is exact at zero, near -100 %, at a million and at 10^60 per cent", () => {
      expect(ratesOf([at(-100, 0), at(50, 1), at(50, 2)])).to.deep.equal(["0"]);
      expect(ratesOf([at(-1_000_000, 0), at(1, 1)])).to.deep.equal(["-99.9999"]);
      expect(ratesOf([at(-1, 0), at(10_001, 1)])).to.deep.equal(["1000000"]);
      expect(ratesOf([at(-1, 0), at(rational(10n ** 58n + 1n), 1)])).to.deep.equal([(10n ** 60n).toString()]);
    });

    it("compounds a day's tenth to a year exactly: 1.1^365 - 1", () => {
      const [found] = ratesOf([at(-10, 0), at(11, rational(1n, 365n))]);
      const exact = subtract(power(rational(11n, 10n), 365), ONE);
      expect(found).to.equal(percent(exact));
    });

    it("gives up above 10^300 per cent instead of printing what no reader takes", () => {
      const flows = [at(-1, 0), at(1_000_000, rational(1n, 365n))];
      expect(solveRate(flows)).to.deep.equal({ kind: "none", reason: "beyond-number" });
    });
  });

  describe("given hundreds of changes of direction", () => {
    it("still tells one rate from several", () => {
      const drawAndPay = Array.from({ length: 120 }, (_, k) => at(k % 2 === 0 ? -100 : 101, k));
      expect(ratesOf(drawAndPay)).to.deep.equal(["1"]);
    });
  });
});
