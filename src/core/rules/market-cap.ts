import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** MARKET-CAP. Sources: 网络借贷信息中介机构业务活动管理暂行办法 art. 17; RCW 31.45.073; 59 O.S. §3150. */
export const marketCap: Rule<Opening> = {
  name: "MARKET-CAP",
  must: "What the borrower owes on the market, anywhere and this loan included, MUST be at most the market cap.",
  source: "Interim measures for online lending intermediaries (2016) art. 17; RCW 31.45.073; 59 O.S. §3150 ff.",
  judge({ entry: { principal }, exposure }, { marketCap }) {
    return exposure.outstanding + Number(principal) > marketCap ? BREACH : PASS;
  },
};
