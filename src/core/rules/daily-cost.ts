import { exceedsSimple } from "./rate/simple.ts";
import type { Priced } from "./rate.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Payment, Rule } from "./rule.ts";

/** Shares are a day: the cap of a year is so many of them. */
export const DAYS = 365;

/** DAILY-COST by schedule: simple interest at the share a day, nothing for rounding. Source: CONC 5A.2.3R (0.8 % a day). */
export const dailyCost: Rule<Priced> = {
  name: "DAILY-COST",
  must: "What a loan costs MUST NOT be more than the share a day of what is outstanding that day: by schedule when it is opened, and with every payment.",
  source: "CONC 5A.2.3R",
  judge({ entry: { cash, principal, schedule } }, { dailyShare }) {
    return exceedsSimple(schedule, cash ?? principal, BigInt(dailyShare) * BigInt(DAYS), DAYS) ? BREACH : PASS;
  },
};

/** The same with every payment: all charges so far against what each day's outstanding allowed. */
export const dailyCostPaid: Rule<Payment> = {
  ...dailyCost,
  judge({ charged, charges, leaves, accrual: { allowance } }) {
    if (allowance === undefined) return UNDETERMINED;
    // A deduction may come before what it pays for.
    return charges > allowance && (leaves || charged) ? BREACH : PASS;
  },
};
