import { unpackComplaint } from "../core/complaint.ts";
import { ruleBit } from "../core/decision.ts";
import { NOTE_TAGS } from "../core/notes.ts";
import type { Registry } from "../core/registry.ts";

/** Complaints on record, counted. */
export interface ComplaintCounts {
  readonly made: number;
  readonly answered: number;
  /** Answered too late. */
  readonly answered_late: number;
  /** Not answered, though the time for it is over: nothing was filed of these that a rule could judge. */
  readonly overdue: number;
}

/** How many complaints there are, and how many of them are late by the clock at `now`, by the versions that bind their loans. */
export function countComplaints(twin: Registry, now: number): ComplaintCounts {
  const counts = { made: 0, answered: 0, answered_late: 0, overdue: 0 };
  for (const { borrower, tag, value } of twin.notes()) {
    const complaint = tag === NOTE_TAGS.complaint ? unpackComplaint(value) : undefined;
    if (!complaint) continue;
    const { complained, answered, product, opened } = complaint;
    counts.made++;
    if (answered !== undefined) counts.answered++;
    const limits = twin.rulebook.limitsAt(product, borrower[0]!, opened);
    if (!limits || (limits.on & ruleBit("COMPLAINT")) === 0) continue;
    if ((answered ?? now) <= complained + limits.answerWithin) continue;
    if (answered === undefined) counts.overdue++;
    else counts.answered_late++;
  }
  return counts;
}
