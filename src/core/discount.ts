import { coreError } from "./errors.ts";

/**
 * Powers and series of a discount factor `v`, 0 ≤ v ≤ 1, as 112-bit binary fractions, to the bit as `Discount.sol` has
 * them. Everything is rounded down: a smaller present value favours the lender (`docs/spec/rate.md` bounds by how much).
 */
export const BITS = 112n;
export const ONE = 1n << BITS;

const BILLION = 1_000_000_000n;

/** v to the power of `exponent`, rounded down. */
export function powerDown(v: bigint, exponent: number): bigint {
  let rest = exponent;
  let base = v;
  let product = rest % 2 === 0 ? ONE : v;
  for (rest = Math.floor(rest / 2); rest !== 0; rest = Math.floor(rest / 2)) {
    base = (base * base) >> BITS;
    if (rest % 2 === 1) product = (product * base) >> BITS;
  }
  return product;
}

/** What equal payments are worth, and what is left of 1 after the last of them. */
export interface Series {
  /** vⁿ */
  readonly factor: bigint;
  /** v + v² + … + vⁿ */
  readonly sum: bigint;
  /** (n−1)·v + (n−2)·v² + … + 0·vⁿ */
  readonly falling: bigint;
}

/** What `count` payments of 1 are worth one gap before the first of them, rounded down. */
export function levelDown(v: bigint, count: number): Series {
  let factor = v;
  let sum = v;
  for (let bit = topBit(count) >> 1; bit !== 0; bit >>= 1) {
    sum += (sum * factor) >> BITS;
    factor = (factor * factor) >> BITS;
    if ((count & bit) !== 0) {
      factor = (factor * v) >> BITS;
      sum += factor;
    }
  }
  return { factor, sum, falling: 0n };
}

/** As {@link levelDown}, and what payments falling by 1 from `count − 1` to 0 are worth. */
export function fallingDown(v: bigint, count: number): Series {
  let factor = v;
  let sum = v;
  let falling = 0n;
  let done = 1n;
  for (let bit = topBit(count) >> 1; bit !== 0; bit >>= 1) {
    falling += done * sum + ((falling * factor) >> BITS);
    sum += (sum * factor) >> BITS;
    factor = (factor * factor) >> BITS;
    done <<= 1n;
    if ((count & bit) !== 0) {
      falling += sum;
      factor = (factor * v) >> BITS;
      sum += factor;
      done++;
    }
  }
  return { factor, sum, falling };
}

function topBit(count: number): number {
  return 2 ** (31 - Math.clz32(count));
}

/**
 * (1 + cap)^(−1/n), rounded down: the discount of an n-th of a year at an effective annual rate.
 *
 * @param n 1 to 366
 * @param cap a year, 10⁻⁹
 */
export function discountRoot(n: number, cap: bigint): bigint {
  if (!Number.isInteger(n) || n < 1 || n > 366 || cap < 0n || cap >> 64n !== 0n)
    throw coreError("invalid-input", `no discount for a ${n}th of a year at a cap of ${cap}`);
  const root = BigInt(n);
  const above = BILLION << (BITS * root);
  const whole = BILLION + cap;
  const fits = (v: bigint): boolean => v ** root * whole <= above;
  // A first guess by logarithm, right to some 50 bits; each Newton step doubles what is right.
  let v = BigInt(Math.round(Math.exp(-Math.log1p(Number(cap) / 1e9) / n) * 2 ** 52)) << (BITS - 52n);
  for (let i = 0; i < 3; i++) v += (v - (v ** (root + 1n) * whole) / above) / root;
  while (!fits(v)) v--;
  while (fits(v + 1n)) v++;
  return v;
}

/**
 * Whether `v` is {@link discountRoot}, found by multiplying back as the Rulebook does: the root itself always passes, and
 * what passes is off by its last bit at most (`docs/spec/rate.md`).
 */
export function isRoot(v: bigint, n: number, cap: bigint): boolean {
  if (v > ONE || cap >> 64n !== 0n) return false;
  const target = (BILLION << 127n) / (BILLION + cap);
  return power127(v << 15n, n, 0n) <= target + 1n && power127((v + 1n) << 15n, n, (1n << 127n) - 1n) > target;
}

function power127(v: bigint, exponent: number, rounding: bigint): bigint {
  let product = 1n << 127n;
  let base = v;
  for (let rest = exponent; ; base = (base * base + rounding) >> 127n) {
    if ((rest & 1) !== 0) product = (product * base + rounding) >> 127n;
    rest >>= 1;
    if (rest === 0) return product;
  }
}
