import { BREACH, PASS } from "./rule.ts";
import type { Rule, Timed } from "./rule.ts";

/** LATE. Source: FAC 69V-560.901 to .913 (entry before payout, later only after an outage). */
export const late: Rule<Timed> = {
  name: "LATE",
  must: "An entry that isn't founded MUST be filed within the reporting window of the time that it states.",
  source: "FAC 69V-560.901 to .913",
  judge({ times: { founded, stated, earliest } }) {
    return !founded && stated < earliest ? BREACH : PASS;
  },
};
