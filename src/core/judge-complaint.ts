import { holderOf } from "./book.ts";
import { packComplaint, unpackComplaint } from "./complaint.ts";
import { sameRef } from "./entry.ts";
import type { Answered, Complained } from "./entry.ts";
import { decideFact, refusal, verdictsOf } from "./findings.ts";
import type { RefusingFinding } from "./findings.ts";
import { EVENT_RULES } from "./judge-event.ts";
import { locateLoan, notBy } from "./locate-loan.ts";
import { NOTE_TAGS } from "./notes.ts";
import { isPilot } from "./pilot-change.ts";
import { complaint as complaintRule } from "./rules/complaint.ts";
import type { Answering } from "./rules/complaint.ts";
import type { Rule } from "./rules/rule.ts";
import { timesOf } from "./times.ts";
import type { Judgement, Position, World } from "./world.ts";

/** The rules of `Answered` beside those of all events. */
export const ANSWERED_RULES: readonly Rule<Answering>[] = [complaintRule];

/** Judges a `Complained` (protocol §6): a note of it is kept until it is answered. */
export function judgeComplained(entry: Complained, position: Position, world: World): Judgement {
  const located = locateLoan(entry, position, world);
  if (typeof located === "string") return { entry, decision: refusal(located) };
  const { loan, limits, times } = located;
  const { platform, number, index } = position;
  const value = packComplaint({
    // As stated, however late it is filed: who files late shouldn't gain time to answer.
    complained: Math.min(entry.time, position.blockTime),
    loan: entry.ref,
    opened: loan.opened,
    product: loan.product,
    platform: holderOf(loan),
  });
  return {
    entry,
    decision: decideFact(limits, 0, limits && verdictsOf(EVENT_RULES, { times }, limits)),
    note: { ref: { platform, number, index }, tag: NOTE_TAGS.complaint, value },
    ...(isPilot(limits) && { pilot: { number: limits.pilot, complained: true, outstanding: 0, loss: 0 } }),
  };
}

/** Judges an `Answered` (protocol §6), by what its complaint's note says. */
export function judgeAnswered(entry: Answered, position: Position, world: World): Judgement {
  const refused = (finding: RefusingFinding): Judgement => ({ entry, decision: refusal(finding) });
  const finding = notBy(entry, position);
  if (finding) return refused(finding);
  const { borrower, complaint: ref } = entry;
  const { blockTime, platform } = position;
  const note = unpackComplaint(world.note(borrower, ref, NOTE_TAGS.complaint));
  if (!note || note.platform !== platform || !sameRef(note.loan, entry.ref)) return refused("NO-LOAN");
  if (note.answered !== undefined) return refused("FORBIDDEN");

  const { complained, opened, product } = note;
  const kind = borrower[0]!;
  const stated = { stated: entry.time, founded: entry.founded === true, notBefore: opened };
  const times = timesOf(stated, blockTime, world.limitsAt(product, kind, blockTime));
  const limits = world.limitsAt(product, kind, opened);
  const verdicts = limits && verdictsOf([...EVENT_RULES, ...ANSWERED_RULES], { times, complained }, limits);
  return {
    entry,
    decision: decideFact(limits, 0, verdicts),
    note: { ref, tag: NOTE_TAGS.complaint, value: packComplaint({ ...note, answered: times.effective }) },
  };
}
