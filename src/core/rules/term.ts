import { DAY } from "../calendar.ts";
import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** TERM: from the contract to the last payment, in seconds, a month being 2,629,746. Sources: Fla. Stat. §560.404 (7 to 31 days); 815 ILCS 122/2-5 (13 days at least). */
export const term: Rule<Opening> = {
  name: "TERM",
  must: "The time from the contract to the last payment MUST be at least the shortest term and, where there is a longest, at most that.",
  source: "Fla. Stat. §560.404; MCL 487.2153; 815 ILCS 122/2-5",
  judge({ summary }, { termMinDays, termMaxDays }) {
    const { term } = summary;
    return term < termMinDays * DAY || (termMaxDays !== 0 && term > termMaxDays * DAY) ? BREACH : PASS;
  },
};
