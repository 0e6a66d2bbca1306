/**
 * Exact fractions of bigints: times and amounts enter the rate equation without a rounding.
 *
 * A rational is kept in lowest terms with a positive denominator, so two equal values are equal field by field.
 */
export interface Rational {
  readonly num: bigint;
  /** Always positive. */
  readonly den: bigint;
}

/** The greatest common divisor; `gcd(0, n)` is `|n|`. */
export function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The least common multiple of two positive numbers. */
export function lcm(a: bigint, b: bigint): bigint {
  return (a / gcd(a, b)) * b;
}

/**
 * `num / den` in lowest terms.
 *
 * @throws RangeError if `den` is zero: a caller that reads foreign data checks that first.
 */
export function rational(num: bigint, den = 1n): Rational {
  if (den === 0n) throw new RangeError("a fraction's denominator is zero");
  const divisor = gcd(num, den) * (den < 0n ? -1n : 1n);
  return { num: num / divisor, den: den / divisor };
}

export const ZERO: Rational = { num: 0n, den: 1n };

export function add(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den + b.num * a.den, a.den * b.den);
}

export function subtract(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den - b.num * a.den, a.den * b.den);
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.num * b.num, a.den * b.den);
}

/** @throws RangeError if `b` is zero. */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den, a.den * b.num);
}

export function negate(a: Rational): Rational {
  return { num: -a.num, den: a.den };
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.num * b.den - b.num * a.den;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The largest whole number not above `a`. */
export function floor(a: Rational): bigint {
  const quotient = a.num / a.den;
  return a.num < 0n && quotient * a.den !== a.num ? quotient - 1n : quotient;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * The exact value of a decimal numeral such as `1432.86`, `-5` or `1.5e3`; `undefined` where the text is none.
 *
 * A JavaScript number is passed as `String(n)`, which is the shortest numeral that means it: 1432.86 and not
 * 1432.85999999999989996446646….
 */
export function parseDecimal(text: string): Rational | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const power = Number(exponent) - fraction.length;
  return power >= 0 ? rational(digits * 10n ** BigInt(power)) : rational(digits, 10n ** BigInt(-power));
}

/** `a` rounded to `decimals` places, halves away from zero, as a whole number of 10^-decimals. */
export function roundHalfUp(a: Rational, decimals: number): bigint {
  const scaled = (a.num < 0n ? -a.num : a.num) * 10n ** BigInt(decimals) * 2n + a.den;
  const magnitude = scaled / (2n * a.den);
  return a.num < 0n ? -magnitude : magnitude;
}

/** `a` as a decimal numeral without exponent and without trailing zeros: `-12.5`, `0`, `1000000`. */
export function formatDecimal(a: Rational, decimals: number): string {
  const rounded = roundHalfUp(a, decimals);
  const digits = (rounded < 0n ? -rounded : rounded).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${rounded < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}
