import type { MoneyFormat } from "./mapping.ts";

/** Amounts of a file as a fraction: whole units of 10^−places. */
export interface Decimal {
  readonly value: bigint;
  readonly places: number;
}

/** Digits of an amount: more can't fit 2³⁸ minor units. */
const MAX_DIGITS = 40;
const GROUPED: Readonly<Record<MoneyFormat["grouping"], RegExp | undefined>> = {
  "": undefined,
  ",": /^\d{1,3}(,\d{2,3})*$/u,
  ".": /^\d{1,3}(\.\d{2,3})*$/u,
  " ": /^\d{1,3}([ \u00a0\u202f]\d{2,3})*$/u,
  "'": /^\d{1,3}(['’]\d{2,3})*$/u,
};

/** Reads an amount; undefined if it is none. No exponent, no currency sign: what stands there must be plain. */
export function readDecimal(text: string, { decimal, grouping }: MoneyFormat): Decimal | undefined {
  const negative = text.startsWith("-");
  const unsigned = negative || text.startsWith("+") ? text.slice(1) : text;
  if (unsigned.length > MAX_DIGITS) return undefined;
  const [whole = "", fraction = "", ...more] = unsigned.split(decimal);
  if (more.length > 0 || (whole === "" && fraction === "")) return undefined;
  const grouped = GROUPED[grouping];
  const digits = grouped?.test(whole) === true ? whole.replaceAll(/\D/gu, "") : whole;
  if (!/^\d*$/u.test(digits) || !/^\d*$/u.test(fraction)) return undefined;
  const value = BigInt(`${digits}${fraction}` || "0");
  return { value: negative ? -value : value, places: fraction.length };
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  return { value: scaled(a, places) + scaled(b, places), places };
}

export function negated({ value, places }: Decimal): Decimal {
  return { value: -value, places };
}

function scaled({ value, places }: Decimal, to: number): bigint {
  return value * 10n ** BigInt(to - places);
}

/** Minor units; undefined if the amount has a fraction of one and `rounding` is exact. */
export function minorUnits(
  { value, places }: Decimal,
  factor: number,
  rounding: MoneyFormat["rounding"],
): bigint | undefined {
  const unit = 10n ** BigInt(places);
  const whole = value * BigInt(factor);
  let down = whole / unit;
  let rest = whole % unit;
  if (rest < 0n) {
    down -= 1n;
    rest += unit;
  }
  if (rest === 0n) return down;
  const twice = 2n * rest;
  switch (rounding) {
    case "exact":
      return undefined;
    case "down":
      return down;
    case "up":
      return down + 1n;
    case "half-up":
      return twice >= unit ? down + 1n : down;
    case "half-even":
      return twice > unit || (twice === unit && down % 2n !== 0n) ? down + 1n : down;
  }
}
