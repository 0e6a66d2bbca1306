import type { ScheduleSummary } from "./schedule.ts";

/** Seconds of a month, one twelfth of 365.2425 days. */
const MONTH = 2_629_746;
const MANTISSA_BITS = 18;

/** A loan's largest payment, times the payments that a month has, rounded up and one at least. Below 2⁴⁹. */
export function monthlyPayment({ largest, payments, term }: ScheduleSummary): bigint {
  const times = (BigInt(payments) * BigInt(MONTH) + BigInt(term) - 1n) / BigInt(term);
  return largest * (times < BigInt(payments) ? times : BigInt(payments));
}

/** As a detail keeps it: `mantissa (18) · exponent (6)` from the lowest bit, rounded up. */
export function packMonthlyPayment(amount: bigint): number {
  const value = Number(amount);
  let exponent = 0;
  while (value / 2 ** exponent >= 2 ** MANTISSA_BITS) exponent++;
  const mantissa = Math.ceil(value / 2 ** exponent);
  // Rounded up to one bit more.
  if (mantissa === 2 ** MANTISSA_BITS) return 2 ** (MANTISSA_BITS - 1) + (exponent + 1) * 2 ** MANTISSA_BITS;
  return mantissa + exponent * 2 ** MANTISSA_BITS;
}

export function unpackMonthlyPayment(packed: number): number {
  return (packed % 2 ** MANTISSA_BITS) * 2 ** Math.floor(packed / 2 ** MANTISSA_BITS);
}
