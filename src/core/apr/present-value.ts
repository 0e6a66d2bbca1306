import { exp, expNegative } from "./fixed-point.ts";
import { compare, lcm, rational, ZERO, type Rational } from "./rational.ts";

/**
 * The equation of a rate, made of whole numbers: `Σ c_j / ((1 + f_j i)(1 + i)^(k_j / unit)) = 0`.
 *
 * Positive coefficients are paid by the borrower, negative ones received. The terms are in order of time, no two are
 * at the same time, none is zero.
 */
export interface Equation {
  readonly terms: readonly EquationTerm[];
  /** How many steps `k` make the one unit of time that the rate `i` is for. */
  readonly unit: bigint;
}

export interface EquationTerm {
  /** Money, in whole multiples of some common fraction of the currency's unit. */
  readonly coefficient: bigint;
  /** Compounded time, in steps of `1 / unit`. */
  readonly step: bigint;
  /** The part of a unit that earns simple interest (Regulation Z), at least 0 and below 1. */
  readonly fraction: Rational;
}

/** One amount and when it moves, counted in units of time from the first drawdown. */
export interface CashFlow {
  /** Positive: paid by the borrower. Negative: received by the borrower. */
  readonly amount: Rational;
  /** The time that compounds. */
  readonly whole: Rational;
  /** The time after that which earns simple interest: at least 0, below 1; 0 but for Regulation Z. */
  readonly fraction: Rational;
}

/** Brings cash flows to common denominators, sums those of one moment and drops what cancels. */
export function equationOf(flows: readonly CashFlow[]): Equation {
  const money = flows.reduce((common, flow) => lcm(common, flow.amount.den), 1n);
  const unit = flows.reduce((common, flow) => lcm(common, flow.whole.den), 1n);
  const moments = new Map<string, EquationTerm>();
  for (const flow of flows) {
    const step = flow.whole.num * (unit / flow.whole.den);
    const key = `${step}+${flow.fraction.num}/${flow.fraction.den}`;
    const coefficient = flow.amount.num * (money / flow.amount.den) + (moments.get(key)?.coefficient ?? 0n);
    moments.set(key, { coefficient, step, fraction: flow.fraction });
  }
  const terms = [...moments.values()]
    .filter((term) => term.coefficient !== 0n)
    .sort((a, b) => (a.step < b.step ? -1 : a.step > b.step ? 1 : compare(a.fraction, b.fraction)));
  return { terms, unit };
}

/** How often the sign changes along the terms: Descartes' bound on the number of rates. */
export function signChanges(terms: readonly EquationTerm[]): number {
  let changes = 0;
  let previous = 0;
  for (const { coefficient } of terms) {
    const sign = signOf(coefficient);
    if (previous !== 0 && sign !== previous) changes++;
    previous = sign;
  }
  return changes;
}

export function signOf(value: bigint): -1 | 0 | 1 {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

/** What the present value is at one rate. */
export interface Valuation {
  /**
   * The sum, valued at the first moment for x >= 0 and at the last for x < 0 (so that every factor is at most 1), in
   * fixed point. Only its sign and its ratio to other values nearby mean anything.
   */
  readonly value: bigint;
  /** The sign of the true sum, or 0 where the value is within its own error of zero. */
  readonly sign: -1 | 0 | 1;
  /** Whether all partial sums but the complete one had, beyond doubt, one and the same sign. */
  readonly oneSided: boolean;
}

/**
 * The left side of the equation at `x = ln(1 + i)`, in fixed point at `bits`, by Horner's scheme over the gaps.
 *
 * Error: each step multiplies by a factor that is at most one and at most two units off, and adds an exact or a
 * quotient within `spread` units, so after n terms the sum is off by less than `4 (n + 1) spread (Σ|c| + 1)` units in
 * the last place. Where the value is not larger than that, its sign is reported as 0 and never guessed.
 */
export function presentValue(equation: Equation, x: bigint, bits: bigint): Valuation {
  const { terms, unit } = equation;
  const forward = x >= 0n;
  const distance = forward ? x : -x;
  const factors = new Map<bigint, bigint>();
  const simple = simpleFactors(terms, x, bits);
  let sum = 0n;
  let magnitude = 0n;
  let spread = 1n;
  let at: bigint | undefined;
  let side: -1 | 0 | 1 = 0;
  let oneSided = true;
  const partial: bigint[] = [];
  for (let k = 0; k < terms.length; k++) {
    const term = terms[forward ? terms.length - 1 - k : k];
    if (term === undefined) break;
    if (at !== undefined) {
      const gap = forward ? at - term.step : term.step - at;
      if (gap !== 0n) {
        let factor = factors.get(gap);
        if (factor === undefined) {
          factor = expNegative((distance * gap) / unit, bits);
          factors.set(gap, factor);
        }
        sum = (sum * factor) >> bits;
      }
    }
    at = term.step;
    if (term.fraction.num === 0n) {
      sum += term.coefficient << bits;
    } else {
      sum += term.coefficient * (simple.get(key(term.fraction)) ?? 0n);
      const worst = rationalSpread(term.fraction);
      if (worst > spread) spread = worst;
    }
    magnitude += term.coefficient < 0n ? -term.coefficient : term.coefficient;
    if (k < terms.length - 1) partial.push(sum);
  }
  const error = 4n * BigInt(terms.length + 1) * spread * (magnitude + 1n);
  const certain = (value: bigint): -1 | 0 | 1 => ((value < 0n ? -value : value) <= error ? 0 : signOf(value));
  for (const value of partial) {
    const sign = certain(value);
    if (side === 0) side = sign;
    if (sign === 0 || sign !== side) {
      oneSided = false;
      break;
    }
  }
  return { value: sum, sign: certain(sum), oneSided };
}

function key(fraction: Rational): string {
  return `${fraction.num}/${fraction.den}`;
}

/** How much a division by the simple factor may magnify one unit's error: 1/f or 1/(1-f), whichever is larger. */
function rationalSpread(fraction: Rational): bigint {
  const rest = fraction.den - fraction.num;
  const smaller = fraction.num < rest ? fraction.num : rest;
  return 4n * (fraction.den / smaller + 1n);
}

/**
 * 1 / (1 + f i) for each fraction f among the terms.
 *
 * With i = e^x - 1 this is `e^-x / ((1-f) e^-x + f)` for x >= 0 and `1 / ((1-f) + f e^x)` for x < 0: neither overflows.
 */
function simpleFactors(terms: readonly EquationTerm[], x: bigint, bits: bigint): ReadonlyMap<string, bigint> {
  const factors = new Map<string, bigint>();
  let discount: bigint | undefined;
  for (const { fraction } of terms) {
    if (fraction.num === 0n || factors.has(key(fraction))) continue;
    discount ??= expNegative(x >= 0n ? x : -x, bits);
    const one = 1n << bits;
    const rest = fraction.den - fraction.num;
    factors.set(
      key(fraction),
      x >= 0n
        ? (fraction.den * discount * one) / (rest * discount + fraction.num * one)
        : (fraction.den * one * one) / (rest * one + fraction.num * discount),
    );
  }
  return factors;
}

/** The rate per unit of time, `e^x - 1`, as an exact fraction of the fixed-point `x`. */
export function rateAt(x: bigint, bits: bigint): Rational {
  return x === 0n ? ZERO : rational(exp(x, bits) - (1n << bits), 1n << bits);
}
