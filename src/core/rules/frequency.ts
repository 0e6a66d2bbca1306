import { localDay, yearStart } from "../calendar.ts";
import { DELTAS, FAR, MAX_GAP, knownDeltas } from "../ring.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** FREQUENCY, in local civil days. Sources: RCW 31.45.073 (eight in twelve months); S.C. Code §34-39-270 (by calendar year). */
export const frequency: Rule<Opening> = {
  name: "FREQUENCY",
  must: "The loans that the borrower opened in the window, anywhere and this one included, MUST be at most as many as allowed.",
  source: "RCW 31.45.073; S.C. Code §34-39-270; NRS 604A.303",
  judge({ times: { effective }, laterDraw, ring, zone }, { frequencyCount, frequencyWindow, frequencyMode }) {
    if (laterDraw || ring.newest === 0) return PASS;
    const day = localDay(zone, effective);
    const before = frequencyMode === 1 ? yearStart(day) - 1 : day - frequencyWindow;
    const known = knownDeltas(ring);
    let opening = localDay(zone, ring.newest);
    let inside = 1;
    let later = 0;
    for (let i = 0; ; i++) {
      if (opening > day) later++;
      else if (opening > before) inside++;
      if (i === known) break;
      opening -= ring.deltas[i]! - 1;
    }
    if (inside > frequencyCount) return BREACH;
    if (later > 0 && inside + later > frequencyCount) return UNDETERMINED;
    const marker = ring.deltas[known];
    if (known < DELTAS && marker === undefined) return PASS;
    const lost = marker === FAR ? opening - MAX_GAP - 1 : opening;
    return lost > before ? UNDETERMINED : PASS;
  },
};
