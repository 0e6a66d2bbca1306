import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** PLATFORM-CAP. Source: 网络借贷信息中介机构业务活动管理暂行办法 art. 17. */
export const platformCap: Rule<Opening> = {
  name: "PLATFORM-CAP",
  must: "What the borrower owes the platform's group on the market, this loan included, MUST be at most the platform cap.",
  source:
    "Interim measures for online lending intermediaries (2016) art. 17; CBIRC order on internet loans (2020) art. 6",
  judge({ entry: { principal }, exposure }, { platformCap }) {
    return exposure.withGroup + Number(principal) > platformCap ? BREACH : PASS;
  },
};
