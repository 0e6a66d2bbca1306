import { NO_CONDUCT } from "./book.ts";
import type { Conduct } from "./book.ts";
import { SELF_EXCLUSION } from "./entry.ts";
import type { Barred } from "./entry.ts";
import { refusal } from "./findings.ts";
import { notBy } from "./locate-loan.ts";
import type { Judgement, Position, World } from "./world.ts";

/** Judges a `Barred` (protocol §6). It names no loan, so that no version judges it. */
export function judgeBarred(entry: Barred, position: Position, world: World): Judgement {
  const ordered = entry.order !== undefined;
  const finding = notBy(entry, position) ?? (ordered || entry.why === SELF_EXCLUSION ? undefined : "NO-AUTHORITY");
  if (finding) return { entry, decision: refusal(finding) };
  const decision = { outcome: "accepted", findings: 0, breaches: 0, undetermined: 0 } as const;
  const book = world.book(entry.borrower);
  const before = book.conduct ?? NO_CONDUCT;
  const from = Math.min(entry.time, position.blockTime);
  const conduct = ordered
    ? { ...before, barredFrom: from, barredUntil: entry.until }
    : longer(before, from, entry.until);
  return conduct ? { entry, decision, book: { ...book, conduct } } : { entry, decision };
}

/** Whoever isn't the authority can make a bar longer, and no shorter; undefined if it isn't longer. */
function longer(conduct: Conduct, from: number, until: number): Conduct | undefined {
  const { barredFrom, barredUntil } = conduct;
  if (until <= barredUntil || until <= from) return undefined;
  // One that goes on began when it began.
  return { ...conduct, barredFrom: from <= barredUntil ? Math.min(barredFrom, from) : from, barredUntil: until };
}
