import { NO_CONDUCT } from "./book.ts";
import type { Conduct } from "./book.ts";
import { DAY, localDay, offsetAt } from "./calendar.ts";
import type { Zone } from "./calendar.ts";
import { CONVERSATION } from "./entry.ts";
import type { Contacted } from "./entry.ts";

/** Days of which contacts are counted (design/state.md). */
export const CONTACT_DAYS = NO_CONDUCT.contacts.length;

/** Contacts of a day from which on no more are counted. */
const MOST = 255;

/** A contact among those of other times. */
export interface Counted {
  /** By day, the last day with a contact first; this contact included, as far as they are counted. */
  readonly counts: readonly number[];
  /** This contact's day, before the last day with one; from `CONTACT_DAYS` on it is too long past to be counted. */
  readonly ago: number;
  /** Contacts on its day, with this one; zero if that isn't counted. */
  readonly onDay: number;
}

/** What a contact at `time` makes of the counts. */
export function countContact({ contacts, lastContact }: Conduct, time: number, zone: Zone): Counted {
  const gone = lastContact === 0 ? 0 : localDay(zone, time) - localDay(zone, lastContact);
  const ago = Math.max(-gone, 0);
  const counts = [...Array.from({ length: Math.min(Math.max(gone, 0), CONTACT_DAYS) }, () => 0), ...contacts];
  counts.length = CONTACT_DAYS;
  if (ago >= CONTACT_DAYS) return { counts, ago, onDay: 0 };
  const onDay = counts[ago]! + 1;
  return { counts: counts.with(ago, Math.min(onDay, MOST)), ago, onDay };
}

/** Whether the borrower was spoken to. */
export function isConversation({ channel, party }: Contacted): boolean {
  return party === "borrower" && (channel & CONVERSATION) !== 0;
}

/** The conduct with these counts and a contact at `time`. */
export function withContact(conduct: Conduct, time: number, { counts }: Counted, conversation: boolean): Conduct {
  return {
    ...conduct,
    contacts: counts,
    lastContact: Math.max(conduct.lastContact, time),
    lastConversation: conversation ? Math.max(conduct.lastConversation, time) : conduct.lastConversation,
  };
}

/** Minute of the local day. */
export function minuteOfDay(zone: Zone, time: number): number {
  return Math.floor(((time + offsetAt(zone, time)) % DAY) / 60);
}
