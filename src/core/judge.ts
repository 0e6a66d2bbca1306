import { decodeEntry } from "./decode-entry.ts";
import type { Entry } from "./entry.ts";
import { refusal } from "./findings.ts";
import { judgeAssigned } from "./judge-assigned.ts";
import { judgeBarred } from "./judge-barred.ts";
import { judgeAnswered, judgeComplained } from "./judge-complaint.ts";
import { judgeContacted } from "./judge-contacted.ts";
import { judgeCorrected } from "./judge-corrected.ts";
import { judgeEvent } from "./judge-event.ts";
import { judgeExtended } from "./judge-extended.ts";
import { judgeOpened } from "./judge-opened.ts";
import { judgeOverdue } from "./judge-overdue.ts";
import type { Judgement, Position, World } from "./world.ts";

/** Judges the bytes of one entry where it stands, exactly as the Registry does. Nothing is changed. */
export function judgeBytes(bytes: Uint8Array, position: Position, world: World): Judgement {
  const entry = decodeEntry(bytes);
  if (typeof entry === "string") return { entry, decision: refusal(entry) };
  return judgeEntry(entry, position, world);
}

/** Judges an entry that is well-formed, as `decodeEntry` gives it. */
export function judgeEntry(entry: Entry, position: Position, world: World): Judgement {
  switch (entry.kind) {
    case "Opened":
      return judgeOpened(entry, position, world);
    case "Disbursed":
    case "Repaid":
    case "Closed":
      return judgeEvent(entry, position, world);
    case "Extended":
      return judgeExtended(entry, position, world);
    case "Contacted":
      return judgeContacted(entry, position, world);
    case "Complained":
      return judgeComplained(entry, position, world);
    case "Answered":
      return judgeAnswered(entry, position, world);
    case "Assigned":
      return judgeAssigned(entry, position, world);
    case "Corrected":
      return judgeCorrected(entry, position, world);
    case "Overdue":
      return judgeOverdue(entry, position, world);
    case "Barred":
      return judgeBarred(entry, position, world);
  }
}
