import type { CostBracket, Limits } from "../limit-fields.ts";
import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** Shares are in 10⁻⁶. */
const WHOLE = 1_000_000n;

/** COST. Sources: Fla. Stat. §560.404 (10 % and a verification fee); MCL 487.2153 (15, 14, 13, 12, 11, 11 % of each $100); RCW 31.45.073. */
export const cost: Rule<Opening> = {
  name: "COST",
  must: "What the schedule costs beyond the cash received MUST be at most the flat amount and the marginal shares of the principal.",
  source: "Fla. Stat. §560.404; MCL 487.2153; RCW 31.45.073",
  judge({ entry: { principal, cash }, summary }, { costFlat, costBrackets }) {
    const charges = summary.total - (cash ?? principal);
    return exceedsCost(charges, principal, { costFlat, costBrackets }) ? BREACH : PASS;
  },
};

/** Whether charges are more than a loan of this principal may cost. */
export function exceedsCost(
  charges: bigint,
  principal: bigint,
  { costFlat, costBrackets }: Pick<Limits, "costFlat" | "costBrackets">,
): boolean {
  return charges > costFlat + sharesOf(principal, costBrackets);
}

/** The marginal shares of the principal, rounded down once, in the borrower's favour. */
function sharesOf(principal: bigint, brackets: readonly CostBracket[]): bigint {
  let sum = 0n;
  let from = 0n;
  for (const { upTo, share } of brackets) {
    sum += ((principal < upTo ? principal : upTo) - from) * BigInt(share);
    if (principal <= upTo) break;
    from = upTo;
  }
  return sum / WHOLE;
}
