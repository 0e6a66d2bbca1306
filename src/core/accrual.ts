import type { Detail, Loan } from "./book.ts";
import { DAY } from "./calendar.ts";
import { ruleBit } from "./decision.ts";
import { BITS, ONE, powerDown } from "./discount.ts";
import type { Limits } from "./limit-fields.ts";
import { TICKS_OF_DAY, yearOf } from "./rules/rate/legs.ts";
import { EFFECTIVE, SIMPLE } from "./rules/rate.ts";

/** Stored for a balance or an allowance that isn't known: all bits of its field. */
export const UNKNOWN_BALANCE = 2 ** 40 - 1;
export const UNKNOWN_ALLOWANCE = 2 ** 38 - 1;

/** What a loan may take by the time of a payment, before it. Undefined: not known, or not asked for. */
export interface Accrual {
  /** SETTLEMENT: the balance that the payment may take; of simple interest, what all charges may come to. */
  readonly balance: number | undefined;
  /** DAILY-COST: what all charges may come to. */
  readonly allowance: number | undefined;
}

/** Days since the opening, each begun one counted. */
export function daysSince(opened: number, time: number): number {
  return Math.ceil((time - opened) / DAY);
}

/**
 * @param detail the loan's, before the payment
 * @param cap RATE's a year, 10⁻⁹, at the loan's opening; undefined if its reference rate is missing
 */
export function accrualOf(loan: Loan, detail: Detail, time: number, limits: Limits, cap: bigint | undefined): Accrual {
  const before = detail.lastEvent === 0 ? 0 : daysSince(loan.opened, detail.lastEvent);
  const days = Math.max(daysSince(loan.opened, time) - before, 0);
  return {
    ...{ balance: isOn(limits, "SETTLEMENT") ? balanceOf(loan, detail, days, limits, cap) : undefined },
    ...{ allowance: isOn(limits, "DAILY-COST") ? allowanceOf(loan, detail, days, limits) : undefined },
  };
}

function isOn({ on }: Limits, rule: Parameters<typeof ruleBit>[0]): boolean {
  return (on & ruleBit(rule)) !== 0;
}

function balanceOf(
  loan: Loan,
  detail: Detail,
  days: number,
  limits: Limits,
  cap: bigint | undefined,
): number | undefined {
  const simple = limits.rateConvention === SIMPLE;
  const first = simple ? 0 : Math.max(loan.principal - detail.charges, 0);
  const balance = detail.lastEvent === 0 ? first : detail.settlement;
  if (cap === undefined || balance === UNKNOWN_BALANCE) return undefined;
  if (!simple) return Number(grown(BigInt(balance), cap, days, limits));
  const year = 1_000_000_000n * BigInt(limits.rateYearBasis);
  const interest = BigInt(loan.outstanding) * cap * BigInt(days);
  return held(BigInt(balance) + (interest + year - 1n) / year + 1n, UNKNOWN_BALANCE);
}

function allowanceOf(loan: Loan, detail: Detail, days: number, { dailyShare }: Limits): number | undefined {
  const before = detail.lastEvent === 0 ? 0 : detail.allowance;
  if (before === UNKNOWN_ALLOWANCE) return undefined;
  const more = (BigInt(loan.outstanding) * BigInt(dailyShare) * BigInt(days) + 999_999_999n) / 1_000_000_000n;
  return held(BigInt(before) + more, UNKNOWN_ALLOWANCE);
}

/** At most what can be told from unknown. */
function held(amount: bigint, unknown: number): number {
  return amount >= BigInt(unknown) ? unknown - 1 : Number(amount);
}

/** The balance after so many days, and one minor unit more, because lenders round payments up; rounded up itself. */
function grown(balance: bigint, cap: bigint, days: number, limits: Limits): bigint {
  const most = BigInt(UNKNOWN_BALANCE - 1);
  const upTo = (amount: bigint): bigint => (amount > most ? most : amount);
  const { discount, rest } = growthOf(cap, days, limits);
  let after = balance;
  if (discount !== ONE) after = discount === 0n ? most : upTo(((balance << BITS) + discount - 1n) / discount);
  if (rest !== 0n) {
    const year = yearOf(limits.rateYearBasis);
    after = (after * (year + cap * rest) + year - 1n) / year;
  }
  return upTo(after + 1n);
}

/** The discount of the whole unit periods, 2⁻¹¹², and the ticks beyond them. */
function growthOf(cap: bigint, days: number, limits: Limits): { discount: bigint; rest: bigint } {
  const { rateConvention, rateYearBasis, rateUnit, rateUnitCount, dayDiscount } = limits;
  if (rateConvention === EFFECTIVE) return { discount: powerDown(dayDiscount, days), rest: 0n };
  const units = [TICKS_OF_DAY, 7 * TICKS_OF_DAY, rateYearBasis];
  const year = TICKS_OF_DAY * rateYearBasis;
  // The most frequent gap is that of a schedule; here it is a month.
  const unit = rateUnit === 255 ? rateYearBasis : rateUnit === 3 ? year : units[rateUnit]! * rateUnitCount;
  const ticks = TICKS_OF_DAY * days;
  const v = (yearOf(rateYearBasis) << BITS) / (yearOf(rateYearBasis) + cap * BigInt(unit));
  return { discount: powerDown(v, Math.floor(ticks / unit)), rest: BigInt(ticks % unit) };
}

/** The detail with what the next payment's accrual needs. */
export function afterAccrual(
  detail: Detail,
  time: number,
  limits: Limits | undefined,
  { balance, allowance }: Accrual,
  paid: number,
): Detail {
  if (!limits) return { ...detail, lastEvent: time, settlement: UNKNOWN_BALANCE, allowance: UNKNOWN_ALLOWANCE };
  if (!isOn(limits, "SETTLEMENT") && !isOn(limits, "DAILY-COST")) return detail;
  const taken = limits.rateConvention === SIMPLE ? 0 : paid;
  return {
    ...detail,
    lastEvent: Math.max(detail.lastEvent, time),
    settlement: isOn(limits, "SETTLEMENT")
      ? balance === undefined
        ? UNKNOWN_BALANCE
        : Math.max(balance - taken, 0)
      : 0,
    allowance: isOn(limits, "DAILY-COST") ? (allowance ?? UNKNOWN_ALLOWANCE) : 0,
  };
}
