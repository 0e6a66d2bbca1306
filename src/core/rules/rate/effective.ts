import { BITS, powerDown } from "../../discount.ts";
import type { Leg } from "../../schedule.ts";
import { paymentsOf, Sum, walk } from "./legs.ts";
import type { Valuation } from "./legs.ts";

/**
 * Effective annual rates: interest is compounded all along, a day's or a month's growth being a root of the year's.
 *
 * @param dayDiscount (1 + cap)^(−1/yearBasis), 2⁻¹¹²
 * @param monthDiscount (1 + cap)^(−1/12), 2⁻¹¹²
 */
export function effective(dayDiscount: bigint, monthDiscount: bigint): Valuation {
  const factorOf = ({ unit, gap }: Leg): bigint =>
    unit === "month" ? powerDown(monthDiscount, gap) : powerDown(dayDiscount, unit === "day" ? gap : 7 * gap);

  return (schedule, exact) => {
    const sum = new Sum();
    let before: Leg | undefined;
    let factor = 0n;
    for (const leg of schedule) {
      if (leg.unit !== before?.unit || leg.gap !== before.gap) factor = factorOf(leg);
      before = leg;
      const payments = paymentsOf(leg);
      if (payments.count > 1 && !(payments.fractional && exact)) sum.add(factor, payments);
      else
        walk(payments, (payment) => {
          sum.discount = (sum.discount * factor) >> BITS;
          sum.value += sum.discount * payment;
        });
    }
    return sum;
  };
}
