import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** COOLING-OFF. Sources: Fla. Stat. §560.404 (24 hours); S.C. Code §34-39-270. */
export const coolingOff: Rule<Opening> = {
  name: "COOLING-OFF",
  must: "A loan MUST NOT begin before the cooling-off since the borrower's last loan closed, anywhere, has passed.",
  source: "Fla. Stat. §560.404; S.C. Code §34-39-270",
  judge({ times: { effective }, fact, laterDraw, lastClosed }, { coolingOff }) {
    if (laterDraw || lastClosed === 0 || effective >= lastClosed + coolingOff) return PASS;
    // A fact from before the last close: what was last closed when it happened is no longer known.
    return fact && effective < lastClosed ? UNDETERMINED : BREACH;
  },
};
