import { allRoots, withoutSimpleFactors } from "./all-roots.ts";
import { ln2 } from "./fixed-point.ts";
import { equationOf, presentValue, rateAt, signChanges, type CashFlow, type Equation } from "./present-value.ts";
import { ZERO, type Rational } from "./rational.ts";
import { anyRoot } from "./roots.ts";

/** Why there is not exactly one rate. */
export type NoRateReason = "nothing-flows" | "one-direction" | "no-root" | "beyond-number" | "undecided";

/** What an equation says about its rate per unit of time. */
export type Solution =
  | { readonly kind: "one"; readonly rate: Rational }
  | { readonly kind: "several"; readonly rates: readonly Rational[] }
  | { readonly kind: "none"; readonly reason: NoRateReason };

/** Fixed-point precision: 77 decimal places, of which a dozen are asked for; more where amounts differ much in size. */
const LEAST_BITS = 256n;

/** e^x at this many doublings is about 10^301: the end of what a JSON reader can take for a number. */
const MOST_DOUBLINGS = 1000n;

/** Beyond this many sign changes the descent would take minutes; no schedule of a real loan comes near. */
const MOST_SIGN_CHANGES = 400;

/**
 * All rates in (-100 %, ∞) per unit of time at which the flows are worth nothing.
 *
 * How one is told from several, cheapest argument first (proofs in `docs/spec/apr.md`):
 * 1. No sign change along the flows: no rate. One: exactly one (Descartes; the ratio of two later-to-earlier discount
 *    factors falls as the rate rises, with simple factors too).
 * 2. At a root, the flows still to come are worth something positive before every payment, so that the borrower owes
 *    at all times: no other root (Abel summation).
 * 3. All roots, isolated by descent.
 */
export function solveRate(flows: readonly CashFlow[]): Solution {
  const equation = equationOf(flows);
  if (equation.terms.length === 0) return { kind: "none", reason: "nothing-flows" };
  const changes = signChanges(equation.terms);
  if (changes === 0) return { kind: "none", reason: "one-direction" };
  const bits = LEAST_BITS + spreadBits(equation);
  const found = anyRoot(equation, bits);
  if (found !== undefined && (changes === 1 || presentValue(equation, found, bits).oneSided)) {
    const rate = precise(equation, found, bits);
    return rate === undefined ? { kind: "none", reason: "beyond-number" } : { kind: "one", rate };
  }
  return every(equation);
}

/** The rate at a root; a very large one is found again with as many more bits as it has doublings. */
function precise(equation: Equation, root: bigint, bits: bigint): Rational | undefined {
  if (root === 0n) return ZERO;
  const doublings = root / ln2(bits);
  if (doublings > MOST_DOUBLINGS) return undefined;
  if (doublings < 32n) return rateAt(root, bits);
  const more = bits + 2n * doublings;
  return rateAt(anyRoot(equation, more) ?? root << (more - bits), more);
}

function every(equation: Equation): Solution {
  const compound = withoutSimpleFactors(equation);
  if (compound === undefined || signChanges(compound.terms) > MOST_SIGN_CHANGES) {
    return { kind: "none", reason: "undecided" };
  }
  const bits = 2n * (LEAST_BITS + spreadBits(compound));
  const roots = allRoots(compound, bits);
  const largest = roots.at(-1);
  if (largest === undefined) return { kind: "none", reason: "no-root" };
  if (largest / ln2(bits) > MOST_DOUBLINGS) return { kind: "none", reason: "beyond-number" };
  const rates = roots.map((root) => rateAt(root, bits));
  const [only] = rates;
  return rates.length === 1 && only !== undefined ? { kind: "one", rate: only } : { kind: "several", rates };
}

/** How many bits the coefficients differ by in size: what a sum of them may lose. */
function spreadBits(equation: Equation): bigint {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const { coefficient } of equation.terms) {
    const size = coefficient.toString(16).length * 4;
    smallest = Math.min(smallest, size);
    largest = Math.max(largest, size);
  }
  return BigInt(Math.max(0, largest - smallest));
}
