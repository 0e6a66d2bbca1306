import type { Overdue } from "../entry.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Rule, Timed } from "./rule.ts";

/** What rules of `Overdue` judge. */
export interface Default extends Timed {
  readonly entry: Overdue;
  /** Of the loan, minor units. */
  readonly principal: bigint;
  /** All default charges of the loan, this entry's included. */
  readonly total: bigint;
}

const MILLION = 1_000_000n;
/** A rate of 10⁻⁹ a year, uplifted in 10⁻⁶, by days. */
const RATE_UNIT = 365n * 1_000_000_000_000_000n;

/** DEFAULT-CHARGE. Sources: FCA CONC 5A.2.11R (£15 in all); 银发〔2003〕251号 (contract rate and 30 to 50 %); SPC interpretation arts. 28 and 29. */
export const defaultCharge: Rule<Default> = {
  name: "DEFAULT-CHARGE",
  must: "Default charges MUST be at most the flat amount, the share of the amount overdue and the default rate on it for the days past due, and all of a loan's together at most the flat total and the share of the principal.",
  source: "FCA CONC 5A.2.11R; 银发〔2003〕251号; SPC private-lending interpretation arts. 28, 29",
  judge({ entry, principal, total }, limits) {
    const { defaultTotal, defaultTotalShare, defaultFlat, defaultShare, defaultRate, defaultUplift } = limits;
    const { defaultCharges, amountOverdue, contractRate, daysPastDue } = entry;
    const bounded = defaultTotal > 0n || defaultTotalShare > 0;
    if (bounded && total > defaultTotal + (principal * BigInt(defaultTotalShare)) / MILLION) return BREACH;
    const rate = defaultRate * MILLION + BigInt(defaultUplift) * contractRate;
    const byDays = (amountOverdue * rate * BigInt(daysPastDue) + RATE_UNIT - 1n) / RATE_UNIT;
    if (defaultCharges <= defaultFlat + (amountOverdue * BigInt(defaultShare)) / MILLION + byDays) return PASS;
    return contractRate === 0n && defaultUplift > 0 ? UNDETERMINED : BREACH;
  },
};
