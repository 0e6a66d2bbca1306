import { BITS, fallingDown, levelDown } from "../../discount.ts";
import type { Schedule } from "../../schedule.ts";
import { FRACTION, paymentsOf, roundUp, ticksOf, yearOf } from "./legs.ts";
import type { Payments } from "./legs.ts";

/** How payments of stepped legs are taken: without their rounding up, at the most that they can be, or as they are. */
type Taking = "low" | "high" | "exact";

/** Below 2⁻¹² a discount factor is too coarse to divide by. */
const FINE = 1n << (BITS - 12n);

/**
 * Simple rates: interest accrues on the principal alone and earns none; a payment goes to interest first. Whether the
 * payments ever take more than is owed.
 *
 * @param opening minor units
 * @param cap a year, 10⁻⁹
 */
export function exceedsSimple(schedule: Schedule, opening: bigint, cap: bigint, yearBasis: number): boolean {
  const takes = (taking: Taking): boolean => new Balance(opening, cap, yearBasis).takesTooMuch(schedule, taking);
  if (takes("low")) return true;
  if (!schedule.some((leg) => paymentsOf(leg).fractional)) return false;
  return takes("high") && takes("exact");
}

/** Both in 2⁻⁶⁴ minor units. */
class Balance {
  #principal: bigint;
  /** Principal and interest. */
  #owed: bigint;
  readonly #cap: bigint;
  readonly #yearBasis: number;
  readonly #year: bigint;

  constructor(opening: bigint, cap: bigint, yearBasis: number) {
    this.#principal = this.#owed = opening << 64n;
    this.#cap = cap;
    this.#yearBasis = yearBasis;
    this.#year = yearOf(yearBasis);
  }

  takesTooMuch(schedule: Schedule, taking: Taking): boolean {
    return schedule.some((leg, i) => {
      const payments = paymentsOf(leg);
      const growth = this.#cap * BigInt(ticksOf(leg, this.#yearBasis));
      if (payments.count === 1) return this.#pay(payments.first, this.#interest(growth));
      return this.#takeLeg(payments, growth, taking, i === schedule.length - 1);
    });
  }

  /** Several payments. */
  #takeLeg(payments: Payments, growth: bigint, taking: Taking, last: boolean): boolean {
    const { step, fractional } = payments;
    let { count, first } = payments;
    if (fractional && taking === "high") first += FRACTION;
    let walks = fractional && taking === "exact";
    while (count > 0) {
      const interest = this.#interest(growth);
      const reaches = first << 48n > interest;
      if (!reaches && !walks) {
        // No payment reaches the principal, so that all accrue the same interest.
        const n = BigInt(count);
        this.#owed += n * interest - ((n * first - ((n * (n - 1n)) / 2n) * step) << 48n);
        return false;
      }
      const arrears = this.#owed - this.#principal;
      if (arrears === 0n && count > 1 && reaches && !walks) {
        const over = this.#takeAll({ count, first, step, fractional }, growth, last);
        if (over !== undefined) return over;
        walks = true;
      } else if (step === 0n && reaches) {
        // Equal payments take equal parts off the arrears, as long as there are any.
        const part = (first << 48n) - interest;
        const most = arrears / part;
        const reducing = most > BigInt(count) ? count : Number(most);
        this.#owed -= BigInt(reducing) * part;
        count -= reducing;
        if (reducing !== 0) continue;
      }
      if (this.#pay(taking === "exact" ? roundUp(first) : first, interest)) return true;
      count--;
      first -= step;
    }
    return false;
  }

  /**
   * Payments of which the first pays all that has accrued and some principal. As long as the others do too, what is owed
   * falls as if interest were compounded; compounding only ever leaves more owed, and once a payment does not reach the
   * principal, the principal stays. So they take too much exactly if they do when compounded. Undefined: they must be walked.
   */
  #takeAll({ count, first, step }: Payments, growth: bigint, last: boolean): boolean | undefined {
    const v = (this.#year << BITS) / (this.#year + growth);
    const { factor, sum, falling } = step === 0n ? levelDown(v, count) : fallingDown(v, count);
    const smallest = first - BigInt(count - 1) * step;
    const left = (this.#principal << 64n) - (smallest * sum + step * falling);
    if (left < 0n) return true;
    if (last) return false;
    if (factor < FINE) return undefined;
    const grown = ((left << 48n) + factor - 1n) / factor;
    // What payments take off the principal grows all along or shrinks all along: the first and the last tell.
    if (step !== 0n && smallest << 48n < (grown * growth + this.#year - 1n) / this.#year) return undefined;
    this.#principal = this.#owed = grown;
    return false;
  }

  #pay(payment: bigint, interest: bigint): boolean {
    this.#owed += interest - (payment << 48n);
    if (this.#owed < 0n) return true;
    if (this.#owed < this.#principal) this.#principal = this.#owed;
    return false;
  }

  /** What the principal accrues in a gap, rounded up, which favours the lender. */
  #interest(growth: bigint): bigint {
    return (this.#principal * growth + this.#year - 1n) / this.#year;
  }
}
