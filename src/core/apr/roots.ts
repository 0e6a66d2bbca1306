import { presentValue, signOf, type Equation, type Valuation } from "./present-value.ts";

/** The last bits of a root that are left open: evaluation error makes them meaningless. */
const OPEN_BITS = 48n;

/** The sign that the present value takes as the rate grows without bound: that of the first flow. */
export function signAtInfinity(equation: Equation): -1 | 0 | 1 {
  return signOf(equation.terms[0]?.coefficient ?? 0n);
}

/** The sign as the rate falls towards -100 %: that of the last flow. */
export function signAtMinusOne(equation: Equation): -1 | 0 | 1 {
  return signOf(equation.terms.at(-1)?.coefficient ?? 0n);
}

/** The present value at x = 0, which needs no rounding: the plain sum of all amounts. */
export function plainSum(equation: Equation): bigint {
  return equation.terms.reduce((sum, term) => sum + term.coefficient, 0n);
}

/**
 * The one root between `low` and `high`, at which the present value is known to have opposite signs.
 *
 * Secant steps with Illinois' halving keep the bracket; a step that did not halve the bracket within three is followed
 * by a bisection, so the work is bounded whatever the shape of the function.
 */
export function refine(equation: Equation, low: bigint, high: bigint, bits: bigint): bigint {
  const tolerance = 1n << OPEN_BITS;
  const value = (x: bigint): Valuation => presentValue(equation, x, bits);
  // Values are valued at the first moment for x >= 0 and at the last below: a bracket never straddles zero.
  let a = low;
  let b = high;
  let atA = value(a);
  let atB = value(b);
  let fa = atA.value;
  let fb = atB.value;
  const signB = atB.sign;
  if (atA.sign === 0) return a;
  if (atB.sign === 0) return b;
  let kept: "a" | "b" | undefined;
  let stalled = 0;
  while (b - a > tolerance) {
    const width = b - a;
    let c = stalled >= 3 || fb === fa ? a + width / 2n : b - (fb * width) / (fb - fa);
    const margin = tolerance / 2n;
    if (c < a + margin) c = a + margin;
    if (c > b - margin) c = b - margin;
    const at = value(c);
    if (at.sign === 0) return c;
    if (at.sign === signB) {
      b = c;
      atB = at;
      fb = at.value;
      if (kept === "a") fa /= 2n;
      kept = "a";
    } else {
      a = c;
      atA = at;
      fa = at.value;
      if (kept === "b") fb /= 2n;
      kept = "b";
    }
    if (stalled >= 3 || (b - a) * 2n <= width) {
      stalled = 0;
      fa = atA.value;
      fb = atB.value;
      kept = undefined;
    } else stalled++;
  }
  return (a + b) / 2n;
}

/**
 * A point beyond `from`, in the given direction, where the present value has the sign it keeps from there to the end.
 *
 * The step doubles. It ends: far enough out, all terms but the dominating one are below the last place.
 */
export function beyond(equation: Equation, from: bigint, direction: 1n | -1n, bits: bigint): bigint {
  const limit = direction > 0n ? signAtInfinity(equation) : signAtMinusOne(equation);
  const first = equation.terms[0]?.step ?? 0n;
  const last = equation.terms.at(-1)?.step ?? 1n;
  let step = (equation.unit << bits) / (last - first + equation.unit) / 16n + 1n;
  for (;;) {
    const point = from + direction * step;
    if (presentValue(equation, point, bits).sign === limit) return point;
    step *= 2n;
  }
}

/** The root of an equation whose first and last flow differ in sign; `undefined` where they do not. */
export function anyRoot(equation: Equation, bits: bigint): bigint | undefined {
  const above = signAtInfinity(equation);
  const below = signAtMinusOne(equation);
  if (above === 0 || above === below) return undefined;
  const atZero = signOf(plainSum(equation));
  if (atZero === 0) return 0n;
  return atZero === below
    ? refine(equation, 0n, beyond(equation, 0n, 1n, bits), bits)
    : refine(equation, beyond(equation, 0n, -1n, bits), -1n, bits);
}
