import { presentValue, signChanges, signOf, type Equation, type EquationTerm } from "./present-value.ts";
import { gcd, ZERO } from "./rational.ts";
import { beyond, plainSum, refine, signAtInfinity, signAtMinusOne } from "./roots.ts";

/**
 * Every real root x of `Σ c_j e^(-x k_j / unit)`, in ascending order, found by descent.
 *
 * Take a sign change between two neighbouring terms and a moment m strictly between them. `g(x) = e^(x m / unit) f(x)`
 * has the roots of f, and its derivative multiplies every coefficient by `(m - k_j) / unit`: positive before m, negative
 * after. So g' is a sum of the same kind with exactly one sign change less. With no sign change left there is no
 * root, and between two neighbouring roots of g', g is strictly monotone and has at most one. Working back up from
 * there, the signs at those points tell where the roots are, and that there are no others.
 *
 * A point where the value is zero within its error is a root too (a graze, counted once). Points that are needlessly
 * in the list do no harm: they only divide an interval that is monotone anyway. So what can go wrong is one thing only:
 * two roots closer than 2^(-bits/3) are one.
 */
export function allRoots(equation: Equation, bits: bigint): bigint[] {
  const ladder: Equation[] = [equation];
  for (let at = equation; signChanges(at.terms) > 0;) {
    at = derivative(at);
    ladder.push(at);
  }
  let points: bigint[] = [];
  for (const rung of ladder.reverse()) points = rootsBetween(rung, points, bits);
  return points;
}

/** The derivative of g as described above, scaled to small whole coefficients. */
function derivative(equation: Equation): Equation {
  const { terms, unit } = equation;
  const before = terms.findIndex((term, k) => {
    const next = terms[k + 1];
    return next !== undefined && signOf(next.coefficient) !== signOf(term.coefficient);
  });
  const twiceMoment = (terms[before]?.step ?? 0n) + (terms[before + 1]?.step ?? 0n);
  const scaled = terms.map((term) => ({
    ...term,
    coefficient: term.coefficient * (twiceMoment - 2n * term.step),
  }));
  const common = scaled.reduce((divisor, term) => gcd(divisor, term.coefficient), 0n);
  return {
    terms: scaled.map((term) => ({ ...term, coefficient: term.coefficient / common })),
    unit,
  };
}

/** The roots of an equation that is strictly monotone, but for a positive factor, between neighbouring `points`. */
function rootsBetween(equation: Equation, points: readonly bigint[], bits: bigint): bigint[] {
  if (signChanges(equation.terms) === 0) return [];
  // Zero divides an interval, since the present value is scaled differently on its two sides.
  const inner = [...new Set([...points, 0n])].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const sign = (x: bigint): -1 | 0 | 1 =>
    x === 0n ? signOf(plainSum(equation)) : presentValue(equation, x, bits).sign;
  const lowest = inner[0] ?? 0n;
  const highest = inner.at(-1) ?? 0n;
  const partition: { x: bigint; sign: -1 | 0 | 1 }[] = [
    { x: beyond(equation, lowest, -1n, bits), sign: signAtMinusOne(equation) },
    ...inner.map((x) => ({ x, sign: sign(x) })),
    { x: beyond(equation, highest, 1n, bits), sign: signAtInfinity(equation) },
  ];
  const roots: bigint[] = [];
  partition.forEach((point, k) => {
    if (point.sign === 0) roots.push(point.x);
    const next = partition[k + 1];
    if (next !== undefined && point.sign * next.sign < 0) {
      roots.push(refine(equation, point.x, next.x === 0n ? -1n : next.x, bits));
    }
  });
  return withoutTwins(roots, bits);
}

/** Several points at which the value is zero within its error, next to each other, are one root seen twice. */
function withoutTwins(roots: readonly bigint[], bits: bigint): bigint[] {
  const resolution = 1n << (bits - bits / 3n);
  const kept: bigint[] = [];
  for (const root of roots) {
    const last = kept.at(-1);
    if (last === undefined || root - last > resolution) kept.push(root);
  }
  return kept;
}

/** More fractions than this make the polynomial of {@link withoutSimpleFactors} too large to be worth it. */
export const MOST_FRACTIONS = 64;

/**
 * The same roots without simple factors: the equation times all its `(1 + f i)`, a polynomial in y = 1 / (1 + i).
 *
 * `1 + f i = ((1-f) y + f) / y`, positive for every rate above -100 %, so multiplying by it neither adds nor removes a
 * root there. `undefined` where there are more than {@link MOST_FRACTIONS} different fractions.
 */
export function withoutSimpleFactors(equation: Equation): Equation | undefined {
  const fractions = new Map<string, { num: bigint; den: bigint }>();
  for (const { fraction } of equation.terms) {
    if (fraction.num !== 0n) fractions.set(`${fraction.num}/${fraction.den}`, fraction);
  }
  if (fractions.size > MOST_FRACTIONS) return undefined;
  const steps = [...fractions.values()];
  const total = new Map<bigint, bigint>();
  for (const own of [undefined, ...steps]) {
    const part = new Map<bigint, bigint>();
    for (const { fraction, coefficient, step } of equation.terms) {
      const mine = own === undefined ? fraction.num === 0n : same(fraction, own);
      // 1 / (1 + f i) = y den / ((den - num) y + num)
      if (!mine) continue;
      const exponent = own === undefined ? step : step + equation.unit;
      part.set(exponent, (part.get(exponent) ?? 0n) + coefficient * (own?.den ?? 1n));
    }
    let product = part;
    for (const other of steps) {
      if (own !== undefined && same(other, own)) continue;
      product = timesLinear(product, other, equation.unit);
    }
    for (const [step, coefficient] of product) {
      total.set(step, (total.get(step) ?? 0n) + coefficient);
    }
  }
  const terms: EquationTerm[] = [...total]
    .filter(([, coefficient]) => coefficient !== 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([step, coefficient]) => ({ step, coefficient, fraction: ZERO }));
  return { terms, unit: equation.unit };
}

function same(a: { num: bigint; den: bigint }, b: { num: bigint; den: bigint }): boolean {
  return a.num === b.num && a.den === b.den;
}

/** A polynomial in y times `(den - num) y + num`. */
function timesLinear(
  polynomial: ReadonlyMap<bigint, bigint>,
  fraction: { num: bigint; den: bigint },
  unit: bigint,
): Map<bigint, bigint> {
  const product = new Map<bigint, bigint>();
  const put = (step: bigint, coefficient: bigint): void => {
    product.set(step, (product.get(step) ?? 0n) + coefficient);
  };
  for (const [step, coefficient] of polynomial) {
    put(step + unit, coefficient * (fraction.den - fraction.num));
    put(step, coefficient * fraction.num);
  }
  return product;
}
