/**
 * Exponential and logarithm on fixed-point bigints.
 *
 * A fixed-point number `z` at `bits` stands for `z / 2^bits`. Results are within a few units in the last place of the
 * true value, so a caller picks `bits` with room to spare (`src/core/apr/roots.ts` adds its error bound on top).
 */

/** Extra bits carried inside a computation so that its own roundings do not reach the result. */
const GUARD = 32n;

const ln2Cache = new Map<bigint, bigint>();

/** ln 2 = Σ 1 / (k 2^k), summed to the last place. */
export function ln2(bits: bigint): bigint {
  const known = ln2Cache.get(bits);
  if (known !== undefined) return known;
  let power = 1n << (bits + GUARD);
  let sum = 0n;
  for (let k = 1n; power > 0n; k++) {
    power >>= 1n;
    sum += power / k;
  }
  const value = sum >> GUARD;
  ln2Cache.set(bits, value);
  return value;
}

/**
 * e^(-z) for `z >= 0`, as a fixed-point number in (0, 1].
 *
 * `z = m ln 2 + r` with `0 <= r < ln 2`; then r is halved 8 times, the series summed, and the result squared 8 times.
 */
export function expNegative(z: bigint, bits: bigint): bigint {
  if (z < 0n) throw new RangeError("expNegative takes a number that is not negative");
  const inner = bits + GUARD;
  const one = 1n << inner;
  const logOfTwo = ln2(inner);
  const m = (z << GUARD) / logOfTwo;
  if (m > bits) return 0n;
  const r = ((z << GUARD) - m * logOfTwo) >> 8n;
  let term = one;
  let sum = one;
  for (let k = 1n; ; k++) {
    term = -((term * r) >> inner) / k;
    if (term === 0n) break;
    sum += term;
  }
  for (let squaring = 0; squaring < 8; squaring++) sum = (sum * sum) >> inner;
  return sum >> (GUARD + m);
}

/** e^z for any `z`, as a fixed-point number: `1 / e^(-z)` where z is positive, computed with as many more bits. */
export function exp(z: bigint, bits: bigint): bigint {
  if (z <= 0n) return expNegative(-z, bits);
  const more = (z / ln2(bits) + 2n) * 2n + GUARD;
  const wide = bits + more;
  return (1n << (wide + bits)) / expNegative(z << more, wide);
}

/**
 * ln z for a fixed-point `z > 0`: Newton's iteration on e^y = z from a double, which doubles the correct bits each time.
 */
export function ln(z: bigint, bits: bigint): bigint {
  if (z <= 0n) throw new RangeError("only a positive number has a logarithm");
  const one = 1n << bits;
  // z = mantissa 2^shift with the mantissa in [1, 2): no step leaves the range where doubles are a good start.
  const shift = BigInt(z.toString(2).length - 1) - bits;
  const mantissa = shift >= 0n ? z >> shift : z << -shift;
  let y = BigInt(Math.round(Math.log(Number(mantissa >> (bits - 52n)) / 2 ** 52) * 2 ** 52)) << (bits - 52n);
  for (let correct = 48; correct < Number(bits) + 8; correct *= 2) {
    // y - 1 + mantissa e^-y
    y += ((mantissa * exp(-y, bits)) >> bits) - one;
  }
  return y + shift * ln2(bits);
}
