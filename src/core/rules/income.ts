import { monthlyPayment } from "../monthly-payment.ts";
import type { Limits } from "../limit-fields.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** `incomeMode`. */
export const INCOME_MODES = { payment: 0, principal: 1, allPayments: 2, allPrincipal: 3 } as const;

/** INCOME. Sources: RCW 31.45.073 (principal, 30 % of the gross monthly income); 815 ILCS 122/2-5 (payments, 25 and 22.5 %). */
export const income: Rule<Opening> = {
  name: "INCOME",
  must: "The loan's monthly payment or its principal, by itself or together with those of all loans open in the market, MUST NOT be more than the share of the income declared.",
  source: "RCW 31.45.073; 815 ILCS 122/2-5; NCCP Regulations reg. 28LCA; SE OJK 19/SEOJK.06/2023",
  judge(opening, limits) {
    const { entry, exposure } = opening;
    if (entry.income === undefined) return UNDETERMINED;
    const most = (entry.income * BigInt(limits.incomeShare)) / 1_000_000n;
    if (owed(opening, limits) > most) return BREACH;
    return limits.incomeMode === INCOME_MODES.allPayments && exposure.paymentsUnknown ? UNDETERMINED : PASS;
  },
};

/** What is compared with the income, minor units. */
function owed({ entry, summary, exposure }: Opening, { incomeMode }: Limits): bigint {
  switch (incomeMode) {
    case INCOME_MODES.principal:
      return entry.principal;
    case INCOME_MODES.allPrincipal:
      return BigInt(exposure.outstanding) + entry.principal;
    case INCOME_MODES.allPayments:
      return BigInt(exposure.payments) + monthlyPayment(summary);
    default:
      return monthlyPayment(summary);
  }
}
