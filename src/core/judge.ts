import { decodeEntry, hasRightLength } from "./decode-entry.ts";
import { ENTRY_KINDS } from "./entry.ts";
import type { Entry } from "./entry.ts";
import { refusal } from "./findings.ts";
import { judgeEvent } from "./judge-event.ts";
import { judgeOpened } from "./judge-opened.ts";
import type { Judgement, Position, World } from "./world.ts";

/** Kinds of entry that this registry judges. It knows the length of all others, and refuses them as UNSUPPORTED. */
export const SERVED_KINDS = ["Opened", "Disbursed", "Repaid", "Closed"] as const satisfies readonly Entry["kind"][];

/** Judges the bytes of one entry where it stands, exactly as the Registry does. Nothing is changed. */
export function judgeBytes(bytes: Uint8Array, position: Position, world: World): Judgement {
  if (bytes[0] !== undefined && bytes[0] > SERVED_KINDS.length && bytes[0] <= ENTRY_KINDS.length)
    return { entry: undefined, decision: refusal(hasRightLength(bytes) ? "UNSUPPORTED" : "MALFORMED") };
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
    default:
      return { entry, decision: refusal("UNSUPPORTED") };
  }
}
