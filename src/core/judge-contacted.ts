import { NO_CONDUCT } from "./book.ts";
import { localDay } from "./calendar.ts";
import { countContact, isConversation, minuteOfDay, withContact } from "./contacts.ts";
import type { Contacted } from "./entry.ts";
import { decideFact, refusal, verdictsOf } from "./findings.ts";
import { EVENT_RULES } from "./judge-event.ts";
import { locateLoan } from "./locate-loan.ts";
import { contact } from "./rules/contact.ts";
import type { Contacting } from "./rules/contact.ts";
import type { Rule } from "./rules/rule.ts";
import type { Judgement, Position, World } from "./world.ts";

/** The rules of `Contacted` beside those of all events. */
export const CONTACTED_RULES: readonly Rule<Contacting>[] = [contact];

/** Judges a `Contacted` (protocol §6). Every contact is counted, whatever its own loan's version says: another's may ask. */
export function judgeContacted(entry: Contacted, position: Position, world: World): Judgement {
  const located = locateLoan(entry, position, world);
  if (typeof located === "string") return { entry, decision: refusal(located) };
  const { book, limits, times, settings } = located;
  const { zone } = settings;
  // As stated: at what hour the borrower was contacted, nobody knows but who states it.
  const time = Math.min(entry.time, position.blockTime);
  const before = book.conduct ?? NO_CONDUCT;
  const counted = countContact(before, time, zone);
  const conversation = isConversation(entry);
  const { lastContact, lastConversation } = before;
  const contacting: Contacting = {
    times,
    minute: minuteOfDay(zone, time),
    thirdParty: entry.party === "third-party",
    conversation,
    time,
    day: localDay(zone, time),
    ...counted,
    lastContact,
    talked: lastConversation === 0 ? undefined : { time: lastConversation, day: localDay(zone, lastConversation) },
  };
  const verdicts = limits && verdictsOf([...EVENT_RULES, ...CONTACTED_RULES], contacting, limits);
  return {
    entry,
    decision: decideFact(limits, 0, verdicts),
    book: { ...book, conduct: withContact(before, time, counted, conversation) },
  };
}
