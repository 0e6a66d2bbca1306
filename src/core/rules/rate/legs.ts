import { BITS, fallingDown, levelDown } from "../../discount.ts";
import type { Leg, Schedule } from "../../schedule.ts";

/** Times in ticks, a twelfth of a day, so that a month, one twelfth of a year, has `yearBasis` of them. */
export const TICKS_OF_DAY = 12;

/** The part of a payment below one minor unit, in 2⁻¹⁶. */
export const FRACTION = 0xffffn;

/** A leg's payments in 2⁻¹⁶ minor units, before they are rounded up. */
export interface Payments {
  readonly count: number;
  readonly first: bigint;
  readonly step: bigint;
  /** Whether rounding up changes some of them. */
  readonly fractional: boolean;
}

export function paymentsOf({ count, amount, step = 0n }: Leg): Payments {
  return { count, first: amount << 16n, step, fractional: (step & FRACTION) !== 0n };
}

/** A payment as it is paid. */
export function roundUp(payment: bigint): bigint {
  return (payment + FRACTION) & ~FRACTION;
}

/** Ticks between the payments of a leg. */
export function ticksOf({ unit, gap }: Leg, yearBasis: number): number {
  return gap * (unit === "day" ? TICKS_OF_DAY : unit === "week" ? 7 * TICKS_OF_DAY : yearBasis);
}

/** 10⁹ × ticks of a year. */
export function yearOf(yearBasis: number): bigint {
  return 1_000_000_000n * BigInt(TICKS_OF_DAY * yearBasis);
}

/** What a schedule is worth at the time of the contract, 2⁻¹²⁸ minor units. */
export interface Worth {
  /** Payments of stepped legs that are added up as a whole are taken without their rounding up. */
  readonly value: bigint;
  /** By how much that could make `value` greater, at most. */
  readonly slack: bigint;
}

/** A pass over a schedule: adds up what its legs are worth. */
export class Sum {
  value = 0n;
  slack = 0n;
  /** Of the last boundary or payment, 2⁻¹¹². */
  discount = 1n << BITS;

  /** Adds `count` payments that are one `factor` apart, weighing each with `weight`. */
  add(factor: bigint, { count, first, step, fractional }: Payments, weight?: bigint): void {
    const weighed = (sum: bigint): bigint => {
      const discounted = (sum * this.discount) >> BITS;
      return weight === undefined ? discounted : (discounted * weight) >> BITS;
    };
    const series = step === 0n ? levelDown(factor, count) : fallingDown(factor, count);
    const sum = weighed(series.sum);
    const last = first - BigInt(count - 1) * step;
    this.value += last * sum + (step === 0n ? 0n : step * weighed(series.falling));
    if (fractional) this.slack += FRACTION * sum;
    this.discount = (this.discount * series.factor) >> BITS;
  }
}

/** Calls `take` with each payment of a leg as it is paid. */
export function walk({ count, first, step }: Payments, take: (payment: bigint) => void): void {
  for (let k = 0, payment = first; k < count; k++, payment -= step) take(roundUp(payment));
}

export type Valuation = (schedule: Schedule, exact: boolean) => Worth;
