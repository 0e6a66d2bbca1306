import { HEAD, SLOTS, holderOf, moveHead, replaceLoan } from "./book.ts";
import type { Book, Loan } from "./book.ts";
import { findingBit } from "./decision.ts";
import type { Assigned } from "./entry.ts";
import { decideFact, refusal, verdictsOf } from "./findings.ts";
import type { RefusingFinding } from "./findings.ts";
import { EVENT_RULES } from "./judge-event.ts";
import { locateLoan } from "./locate-loan.ts";
import { NOTE_OVER, NOTE_TAGS } from "./notes.ts";
import type { Judgement, Position, World } from "./world.ts";

/** Of a note: filed by the assignee. Below it, to whom. */
const BY_ASSIGNEE = 1n << 18n;

/** Judges an `Assigned` (protocol §6): the loan goes to its new holder when both sides say the same. */
export function judgeAssigned(entry: Assigned, position: Position, world: World): Judgement {
  const refused = (finding: RefusingFinding): Judgement => ({ entry, decision: refusal(finding) });
  const { to } = entry;
  const assignee = entry.side === "assignee";
  const located = locateLoan(entry, position, world, assignee && to === position.platform);
  if (typeof located === "string") return refused(located);
  const { book, place, loan, limits, times } = located;
  if (to === holderOf(loan) || !world.isActive(to)) return refused("FORBIDDEN");

  const verdicts = limits && verdictsOf(EVENT_RULES, { times }, limits);
  const note = world.note(entry.borrower, entry.ref, NOTE_TAGS.assignment);
  const waiting = note !== 0n && note !== NOTE_OVER;
  const noteWith = (value: bigint): Judgement["note"] => ({ ref: entry.ref, tag: NOTE_TAGS.assignment, value });
  if (entry.order === undefined) {
    if (assignee !== (to === position.platform)) return refused("FORBIDDEN");
    const byOther = waiting && ((note & BY_ASSIGNEE) !== 0n) !== assignee;
    const matches = byOther && (note & (BY_ASSIGNEE - 1n)) === BigInt(to);
    if (byOther && !matches && assignee) return refused("FORBIDDEN");
    if (!matches) {
      const decision = decideFact(limits, findingBit("PENDING"), verdicts);
      return { entry, decision, note: noteWith(BigInt(to) | (assignee ? BY_ASSIGNEE : 0n)) };
    }
  }
  if (place === HEAD && book.slots.length === SLOTS) return refused("FULL");
  return {
    entry,
    decision: decideFact(limits, 0, verdicts),
    book: handed(book, place, loan, to),
    ...(waiting && { note: noteWith(NOTE_OVER) }),
  };
}

/** The book with the loan owed to another platform. The head has no place for a holder. */
function handed(book: Book, place: number, loan: Loan, to: number): Book {
  const after = { ...loan, holder: to === loan.platform ? 0 : to };
  if (place !== HEAD) return replaceLoan(book, place, after);
  return replaceLoan(moveHead(book), book.slots.length, after);
}
