import { BREACH, PASS } from "./rule.ts";
import type { Payment, Rule } from "./rule.ts";

/** LIFETIME-COST. Source: CONC 5A.2.2R (100 % of the credit, over connected agreements). */
export const lifetimeCost: Rule<Pick<Payment, "lifetime">> = {
  name: "LIFETIME-COST",
  must: "All charges that the borrower ever bore for a loan and those that it is linked to, default charges included, MUST NOT be more than the share of the largest principal.",
  source: "CONC 5A.2.2R",
  judge({ lifetime: { charges, principal } }, { lifetimeShare }) {
    return BigInt(charges) > (BigInt(principal) * BigInt(lifetimeShare)) / 1_000_000n ? BREACH : PASS;
  },
};
