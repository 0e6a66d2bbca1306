import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** DISCLOSURE, by the times as stated. Source: 金规〔2026〕2号 (综合融资成本明示表). */
export const disclosure: Rule<Opening> = {
  name: "DISCLOSURE",
  must: "The borrower MUST have acknowledged the cost table at least the reflection time before the contract.",
  source: "NFRA rules on disclosing the overall cost of financing (金规〔2026〕2号)",
  judge({ entry: { disclosed, time } }, { reflection }) {
    if (disclosed === 0) return UNDETERMINED;
    // Also in breach when acknowledged after the contract: the difference is then negative.
    return disclosed > time || time - disclosed < reflection ? BREACH : PASS;
  },
};
