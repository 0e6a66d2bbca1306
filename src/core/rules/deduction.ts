import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** DEDUCTION. Sources: Civil Code of the PRC art. 670; SPC private-lending interpretation (2020) art. 26. */
export const deduction: Rule<Opening> = {
  name: "DEDUCTION",
  must: "The cash that the borrower received MUST equal the principal.",
  source: "Civil Code of the PRC art. 670; SPC private-lending interpretation (2020, second amendment) art. 26",
  judge({ entry: { cash, principal } }) {
    return cash !== undefined && cash !== principal ? BREACH : PASS;
  },
};
