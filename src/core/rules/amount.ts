import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** AMOUNT. Sources: Fla. Stat. §560.404 ($500); MCL 487.2153 ($600); RCW 31.45.073 ($700). */
export const amount: Rule<Opening> = {
  name: "AMOUNT",
  must: "The principal MUST be at least the least amount and, where there is a greatest, at most that.",
  source: "Fla. Stat. §560.404; MCL 487.2153; RCW 31.45.073",
  judge({ entry: { principal } }, { amountMin, amountMax }) {
    return principal < amountMin || (amountMax !== 0n && principal > amountMax) ? BREACH : PASS;
  },
};
