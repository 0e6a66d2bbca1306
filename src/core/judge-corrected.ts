import { replaceLoan } from "./book.ts";
import { findingBit } from "./decision.ts";
import type { Corrected } from "./entry.ts";
import { decideFact, refusal, unjudged, verdictsOf } from "./findings.ts";
import { EVENT_RULES } from "./judge-event.ts";
import { detailWith } from "./judge-opened.ts";
import { locateLoan, notBy } from "./locate-loan.ts";
import { changedInPilot } from "./pilot-change.ts";
import type { Judgement, Position, World } from "./world.ts";

/** Judges a `Corrected` (protocol §6). It changes no past decision; what it changes is flagged. */
export function judgeCorrected(entry: Corrected, position: Position, world: World): Judgement {
  if (entry.what === "time") return correctClose(entry, position, world);
  const located = locateLoan(entry, position, world);
  if (typeof located === "string") return { entry, decision: refusal(located) };
  const { book, place, loan, limits, times } = located;
  const verdicts = limits && verdictsOf(EVENT_RULES, { times }, limits);
  const corrected = decideFact(limits, findingBit("CORRECTED"), verdicts);
  // A reason is on record; what it did when it was filed stays.
  if (entry.what === "reason") return { entry, decision: corrected };
  const value = Number(entry.value);
  const tooLate = !times.founded && times.stated < times.earliest;
  if (value < loan.outstanding && tooLate && entry.order === undefined)
    return { entry, decision: decideFact(limits, findingBit("PENDING"), verdicts) };
  // What is outstanding is in the detail.
  const detail = loan.detail ?? detailWith(0);
  const pilot = changedInPilot(limits, loan, value, false);
  return {
    entry,
    decision: corrected,
    book: replaceLoan(book, place, { ...loan, detail, outstanding: value }),
    ...(pilot && { pilot }),
  };
}

/** The last close was at another time: only the authority says so, and only of the one that the entry's time names. */
function correctClose(entry: Corrected, position: Position, world: World): Judgement {
  const finding = notBy(entry, position) ?? (entry.order === undefined ? "NO-AUTHORITY" : undefined);
  if (finding) return { entry, decision: refusal(finding) };
  const book = world.book(entry.borrower);
  const value = Number(entry.value);
  if (book.lastClosed !== entry.time || value > position.blockTime) return { entry, decision: refusal("FORBIDDEN") };
  const { outcome, breaches, undetermined } = unjudged(0);
  const decision = { outcome, breaches, undetermined, findings: findingBit("CORRECTED") };
  return { entry, decision, book: { ...book, lastClosed: value } };
}
