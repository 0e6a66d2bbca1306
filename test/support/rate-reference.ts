import type { Limits } from "../../src/core/limit-fields.ts";
import { EFFECTIVE, NOMINAL } from "../../src/core/rules/rate.ts";
import type { Leg, Schedule } from "../../src/core/schedule.ts";

/**
 * The rate cap as the law would have a clerk work it out: payment by payment, with exact fractions (for effective rates: 400
 * binary digits), and nothing in common with the code under test.
 */

/** A rational number; the denominator is positive. */
interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

const whole = (n: bigint): Fraction => ({ n, d: 1n });
/** Denominators here are powers of one number, so the less one divides the other. */
const plus = (a: Fraction, b: Fraction): Fraction => {
  if (a.d === b.d) return { n: a.n + b.n, d: a.d };
  const [less, more] = a.d < b.d ? [a, b] : [b, a];
  return { n: less.n * (more.d / less.d) + more.n, d: more.d };
};
const times = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
const least = (a: Fraction, b: Fraction): Fraction => (a.n * b.d < b.n * a.d ? a : b);

/** Opening balances in 2⁻³⁰ minor units. */
export const FINE = 30n;

interface Payment {
  /** Days and months since the payment before, or the contract. */
  readonly days: number;
  readonly months: number;
  readonly amount: bigint;
}

function paymentsOf(schedule: Schedule): Payment[] {
  return schedule.flatMap((leg) => Array.from({ length: leg.count }, (_, k) => paymentOf(leg, BigInt(k))));
}

function paymentOf({ unit, gap, amount, step = 0n }: Leg, k: bigint): Payment {
  const exact = (amount << 16n) - k * step;
  return {
    days: unit === "month" ? 0 : unit === "week" ? 7 * gap : gap,
    months: unit === "month" ? gap : 0,
    amount: (exact + 65_535n) / 65_536n,
  };
}

/** How often a clerk has to work out interest: beyond some hundreds, exact fractions grow too long. */
export function effort(schedule: Schedule, limits: Limits): number {
  const payments = paymentsOf(schedule);
  if (limits.rateConvention !== NOMINAL) return payments.length;
  const length = payments.reduce((sum, payment) => sum + ticks(payment, limits.rateYearBasis), 0);
  return payments.length + length / unitPeriod(payments, limits);
}

/** Whether the balance is ever below zero. `opening` in 2⁻³⁰ minor units. */
export function goesBelowZero(schedule: Schedule, opening: bigint, cap: bigint, limits: Limits): boolean {
  const payments = paymentsOf(schedule);
  const start: Fraction = { n: opening, d: 1n << FINE };
  if (limits.rateConvention === NOMINAL) return nominal(payments, start, cap, limits);
  if (limits.rateConvention === EFFECTIVE) return effective(payments, start, limits);
  return simple(payments, start, cap, limits.rateYearBasis);
}

const BILLION = 1_000_000_000n;
const ticks = ({ days, months }: Payment, basis: number): number => 12 * days + basis * months;
/** A twelfth of a day's interest on 1. */
const perTick = (cap: bigint, basis: number): Fraction => ({ n: cap, d: BILLION * 12n * BigInt(basis) });

function nominal(payments: Payment[], opening: Fraction, cap: bigint, limits: Limits): boolean {
  const basis = limits.rateYearBasis;
  const unit = unitPeriod(payments, limits);
  const rate = perTick(cap, basis);
  let principal = opening;
  let accrued = whole(0n);
  let intoUnit = 0;
  for (const payment of payments) {
    for (let left = ticks(payment, basis); left > 0;) {
      const run = Math.min(left, unit - intoUnit);
      accrued = plus(accrued, times(principal, { n: rate.n * BigInt(run), d: rate.d }));
      left -= run;
      intoUnit = (intoUnit + run) % unit;
      if (intoUnit === 0) {
        principal = plus(principal, accrued);
        accrued = whole(0n);
      }
    }
    principal = plus(principal, whole(-payment.amount));
    if (plus(principal, accrued).n < 0n) return true;
  }
  return false;
}

function unitPeriod(payments: Payment[], { rateYearBasis: basis, rateUnit, rateUnitCount }: Limits): number {
  if (rateUnit !== 255) return [12, 84, basis, 12 * basis][rateUnit]! * rateUnitCount;
  const gaps = payments.map((payment) => ticks(payment, basis));
  const distinct = [...new Set(gaps)].map((gap) => ({ gap, count: gaps.filter((other) => other === gap).length }));
  if (distinct.length > 8) return 12 * basis;
  distinct.sort((a, b) => b.count - a.count || a.gap - b.gap);
  return Math.min(distinct[0]!.gap, 12 * basis);
}

function simple(payments: Payment[], opening: Fraction, cap: bigint, basis: number): boolean {
  const rate = perTick(cap, basis);
  let principal = opening;
  let interest = whole(0n);
  for (const payment of payments) {
    interest = plus(interest, times(principal, { n: rate.n * BigInt(ticks(payment, basis)), d: rate.d }));
    const toInterest = least(interest, whole(payment.amount));
    interest = plus(interest, { n: -toInterest.n, d: toInterest.d });
    principal = plus(principal, plus(whole(-payment.amount), toInterest));
    if (principal.n < 0n) return true;
  }
  return false;
}

const DIGITS = 400n;
const growths = new Map<string, bigint>();

/** (1 + cap)^(1/n), 2⁻⁴⁰⁰. */
function growth(n: number, cap: bigint): bigint {
  const key = `${n}/${cap}`;
  const known = growths.get(key);
  if (known !== undefined) return known;
  const target = ((BILLION + cap) << (DIGITS * BigInt(n))) / BILLION;
  // Newton from just above the root: the power is convex, so that it comes down to it and never undershoots.
  const guess = Math.exp(Math.log1p(Number(cap) / 1e9) / n) * (1 + 1e-9);
  let root = BigInt(Math.ceil(guess * 2 ** 40)) << (DIGITS - 40n);
  for (;;) {
    const next = ((BigInt(n) - 1n) * root + target / root ** BigInt(n - 1)) / BigInt(n);
    if (next >= root) break;
    root = next;
  }
  growths.set(key, root);
  return root;
}

function effective(payments: Payment[], opening: Fraction, { rateCap, rateYearBasis }: Limits): boolean {
  const day = growth(rateYearBasis, rateCap);
  const month = growth(12, rateCap);
  let balance = opening.n << (DIGITS - FINE);
  for (const { days, months, amount } of payments) {
    balance = grow(grow(balance, day, days), month, months) - (amount << DIGITS);
    if (balance < 0n) return true;
  }
  return false;
}

function grow(balance: bigint, factor: bigint, periods: number): bigint {
  let rest = periods;
  let power = factor;
  let grown = balance;
  for (; rest > 0; rest >>= 1) {
    if (rest & 1) grown = (grown * power) >> DIGITS;
    power = (power * power) >> DIGITS;
  }
  return grown;
}
