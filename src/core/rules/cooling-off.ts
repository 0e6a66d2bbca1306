import { countBusinessDays } from "../business-days.ts";
import { localDay } from "../calendar.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule, Verdict } from "./rule.ts";

/** Codes of `coolingMode`. */
export const COOLING_MODES = { seconds: 0, businessDays: 1, days: 2 } as const;

/** COOLING-OFF. Sources: Fla. Stat. §560.404 (24 hours); S.C. Code §34-39-270 (the next business day). */
export const coolingOff: Rule<Opening> = {
  name: "COOLING-OFF",
  must: "A loan MUST NOT begin before the cooling-off since the borrower's last loan closed, anywhere, has passed: seconds, or days of which the last begins at its local midnight.",
  source: "Fla. Stat. §560.404; S.C. Code §34-39-270",
  judge(opening, { coolingOff, coolingMode }) {
    const { times, fact, laterDraw, lastClosed } = opening;
    const { effective } = times;
    if (laterDraw || lastClosed === 0) return PASS;
    // A fact from before the last close: what was last closed when it happened is no longer known.
    if (effective < lastClosed) return fact ? UNDETERMINED : BREACH;
    if (coolingMode === COOLING_MODES.seconds) return effective < lastClosed + coolingOff ? BREACH : PASS;
    return byDays(opening, coolingMode === COOLING_MODES.businessDays, coolingOff);
  },
};

function byDays({ times, lastClosed, zone, calendar }: Opening, business: boolean, wanted: number): Verdict {
  const [closed, day] = [localDay(zone, lastClosed), localDay(zone, times.effective)];
  const { known, unknown } = business
    ? countBusinessDays(calendar, closed, day, wanted)
    : { known: Math.max(day - closed, 0), unknown: 0 };
  if (known >= wanted) return PASS;
  return known + unknown < wanted ? BREACH : UNDETERMINED;
}
