import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** OPEN-LOANS. Sources: Fla. Stat. §560.404 (one); MCL 487.2153 (two); SE OJK 19/SEOJK.06/2023 (three platforms). */
export const openLoans: Rule<Opening> = {
  name: "OPEN-LOANS",
  must: "The borrower's open loans, the draws of one line counted once, and the groups they are with MUST, this loan included, be at most as many as allowed.",
  source: "Fla. Stat. §560.404; MCL 487.2153; SE OJK 19/SEOJK.06/2023",
  judge({ exposure }, { maxLoans, maxLenders }) {
    const loans = exposure.openLoans + (exposure.lineOpen ? 0 : 1);
    if (maxLoans !== 0 && loans > maxLoans) return BREACH;
    return maxLenders !== 0 && exposure.lenders > maxLenders ? BREACH : PASS;
  },
};
