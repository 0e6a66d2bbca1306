import { BITS, ONE, powerDown } from "../../discount.ts";
import type { Schedule } from "../../schedule.ts";
import { paymentsOf, Sum, ticksOf, TICKS_OF_DAY, walk, yearOf } from "./legs.ts";
import type { Payments, Valuation } from "./legs.ts";

/** `rateUnit`: the most frequent gap of the schedule itself. */
export const COMMON_GAP = 255;

/** More different gaps than this are no common gap. */
const MOST_GAPS = 8;

/** What decides the length of a unit period. */
export interface UnitTerms {
  readonly rateYearBasis: number;
  readonly rateUnit: number;
  readonly rateUnitCount: number;
}

/** Ticks of the unit period, after which interest is added to the balance. */
export function unitPeriod(schedule: Schedule, { rateYearBasis, rateUnit, rateUnitCount }: UnitTerms): number {
  const year = TICKS_OF_DAY * rateYearBasis;
  if (rateUnit === COMMON_GAP) return Math.min(commonGap(schedule, rateYearBasis) ?? year, year);
  const unit = [TICKS_OF_DAY, 7 * TICKS_OF_DAY, rateYearBasis][rateUnit];
  return unit === undefined ? year : unit * rateUnitCount;
}

/** The most frequent gap; of equally frequent ones the shortest; none if there are more than eight. */
function commonGap(schedule: Schedule, yearBasis: number): number | undefined {
  const counts = new Map<number, number>();
  let common = 0;
  let most = 0;
  for (const leg of schedule) {
    const gap = ticksOf(leg, yearBasis);
    const count = (counts.get(gap) ?? 0) + leg.count;
    counts.set(gap, count);
    if (counts.size > MOST_GAPS) return undefined;
    if (count > most || (count === most && gap < common)) {
      most = count;
      common = gap;
    }
  }
  return common;
}

/**
 * Nominal rates: interest is simple within a unit period and is added to the balance at its end; unit periods are counted
 * from the contract. So the discount factor is a power of the unit period's at each boundary, and falls in a straight line
 * from one to the next, and from the last one to the last payment.
 *
 * @param cap a year, 10⁻⁹
 */
export function nominal(cap: bigint, terms: UnitTerms): Valuation {
  const { rateYearBasis } = terms;
  return (schedule, exact) => {
    const pass = new Pass(cap, yearOf(rateYearBasis), unitPeriod(schedule, terms));
    for (const leg of schedule) pass.take(paymentsOf(leg), ticksOf(leg, rateYearBasis), exact);
    pass.end();
    return pass;
  };
}

class Pass extends Sum {
  readonly #cap: bigint;
  readonly #year: bigint;
  readonly #unit: number;
  readonly #v: bigint;
  /** Ticks since the last boundary. */
  #phase = 0;
  /** Payments since then, and each times the ticks since then. */
  #paid = 0n;
  #moment = 0n;

  constructor(cap: bigint, year: bigint, unit: number) {
    super();
    this.#cap = cap;
    this.#year = year;
    this.#unit = unit;
    this.#v = (year << BITS) / (year + cap * BigInt(unit));
  }

  take(payments: Payments, gap: number, exact: boolean): void {
    const whole = Math.floor(gap / this.#unit);
    const rest = gap % this.#unit;
    const factor = whole === 0 ? undefined : powerDown(this.#v, whole);
    const { count, first, step, fractional } = payments;
    if (count === 1 || rest !== 0 || factor === undefined || (fractional && exact)) {
      this.#walk(payments, factor, rest);
    } else if (this.#phase === 0) {
      this.add(factor, payments);
    } else {
      // All as far into a unit period as the payment before. The last one may be the schedule's last.
      this.#toBoundary();
      const unit = BigInt(this.#unit);
      const phase = BigInt(this.#phase);
      this.add(factor, { ...payments, count: count - 1 }, ((unit - phase) * ONE + phase * this.#v) / unit);
      this.#walk({ count: 1, first: first - BigInt(count - 1) * step, step, fractional }, factor, rest);
    }
  }

  /** Values the payments after the last boundary. Interest of this stretch alone is added when it ends with the last payment. */
  end(): void {
    if (this.#paid === 0n) return;
    const phase = BigInt(this.#phase);
    const worth = this.#paid * this.#year + this.#cap * (this.#paid * phase - this.#moment);
    this.value += (((worth << 64n) / (this.#year + this.#cap * phase)) * this.discount) >> 64n;
  }

  #walk(payments: Payments, factor: bigint | undefined, rest: number): void {
    walk(payments, (payment) => {
      this.#phase += rest;
      if (factor !== undefined || this.#phase >= this.#unit) this.#toBoundary();
      if (factor !== undefined) this.discount = (this.discount * factor) >> BITS;
      if (this.#phase >= this.#unit) {
        this.discount = (this.discount * this.#v) >> BITS;
        this.#phase -= this.#unit;
      }
      if (this.#phase === 0) this.value += payment * this.discount;
      else {
        this.#paid += payment;
        this.#moment += payment * BigInt(this.#phase);
      }
    });
  }

  /** Values the payments since the last boundary between it and the next. */
  #toBoundary(): void {
    if (this.#paid === 0n) return;
    const unit = BigInt(this.#unit);
    const next = (this.discount * this.#v) >> BITS;
    this.value += ((this.#paid * unit - this.#moment) * this.discount + this.#moment * next) / unit;
    this.#paid = 0n;
    this.#moment = 0n;
  }
}
