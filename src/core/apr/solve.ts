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

/** Fixed-point precision: 77 decimal places, of which a dozen are asked for. */
const BITS = 256n;

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
  const found = anyRoot(equation, BITS);
  if (found !== undefined && (changes === 1 || presentValue(equation, found, BITS).oneSided)) {
    const rate = precise(equation, found);
    return rate === undefined ? { kind: "none", reason: "beyond-number" } : { kind: "one", rate };
  }
  return every(equation);
}

/** The rate at a root; a very large one is found again with as many more bits as it has doublings. */
function precise(equation: Equation, root: bigint): Rational | undefined {
  if (root === 0n) return ZERO;
  const doublings = root / ln2(BITS);
  if (doublings > MOST_DOUBLINGS) return undefined;
  if (doublings < 32n) return rateAt(root, BITS);
  const bits = BITS + 2n * doublings;
  return rateAt(anyRoot(equation, bits) ?? root << (bits - BITS), bits);
}

function every(equation: Equation): Solution {
  const compound = withoutSimpleFactors(equation);
  if (compound === undefined || signChanges(compound.terms) > MOST_SIGN_CHANGES) {
    return { kind: "none", reason: "undecided" };
  }
  const bits = 2n * BITS + 2n * spreadBits(compound);
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
  const sizes = equation.terms.map(({ coefficient }) => coefficient.toString(16).length * 4);
  return BigInt(Math.max(...sizes) - Math.min(...sizes));
}
