import { DAY, localDay } from "../calendar.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** STREAK, in local civil days. Source: 815 ILCS 122/2-5 (45 days, then seven off). */
export const streak: Rule<Opening> = {
  name: "STREAK",
  must: "A loan MUST NOT keep the borrower in debt for more days without a break than allowed, nor be opened in the days off that follow as many.",
  source: "815 ILCS 122/2-5",
  judge({ times: { effective }, summary, laterDraw, streak, zone }, { streakDays, streakOff }) {
    const days = Math.ceil(summary.term / DAY);
    if (days > streakDays) return BREACH;
    // A later draw is judged by its own length alone.
    if (laterDraw || !streak) return PASS;
    const { goesOn, first, lastDay } = streak;
    const day = localDay(zone, effective);
    if (goesOn) {
      if (first === undefined || day < first) return UNDETERMINED;
      return day - first + days > streakDays ? BREACH : PASS;
    }
    if (day > lastDay + streakOff) return PASS;
    if (first === undefined) return UNDETERMINED;
    return lastDay >= first + streakDays ? BREACH : PASS;
  },
};
