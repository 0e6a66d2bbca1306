import type { Limits } from "../limit-fields.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Rule, Timed, Verdict } from "./rule.ts";

/** What the rule on contacts judges. */
export interface Contacting extends Timed {
  /** Of the local day. */
  readonly minute: number;
  readonly thirdParty: boolean;
  /** A conversation with the borrower. */
  readonly conversation: boolean;
  /** When it was, as stated but not after the block, and its local day. */
  readonly time: number;
  readonly day: number;
  /** Contacts by day, this one included, the last day with one first. */
  readonly counts: readonly number[];
  /** The place of its own day among them; beyond them if that is too long past to be counted. */
  readonly ago: number;
  /** Contacts on its own day, this one included. */
  readonly onDay: number;
  /** When the last contact before this entry was; 0 for none. */
  readonly lastContact: number;
  /** When the last conversation before it was, and its local day; undefined for none. */
  readonly talked: { readonly time: number; readonly day: number } | undefined;
}

/** CONTACT. Sources: GB/T 45251-2025 (three calls a day, none from 22:00 to 08:00); 12 CFR 1006.14(b) (seven in seven days, seven days after a conversation). */
export const contact: Rule<Contacting> = {
  name: "CONTACT",
  must: "A borrower MUST NOT be contacted about debts more often in a local day or in a window of days than allowed, by all lenders and their agents together, nor in the silence after a conversation, nor in quiet hours, nor through others where that is forbidden.",
  source: "GB/T 45251-2025; 12 CFR 1006.14(b); SE OJK 19/SEOJK.06/2023",
  judge(contacting, limits) {
    const { minute, thirdParty, times } = contacting;
    if (thirdParty && (limits.contactFlags & 1) !== 0) return BREACH;
    if (isQuiet(minute, limits)) return BREACH;
    const verdicts = [tooMany(contacting, limits), inSilence(contacting, limits)];
    if (verdicts.includes(BREACH)) return BREACH;
    // A late contact has its day and hour by the collector's word alone.
    const untimely = times.stated > times.latest || (!times.founded && times.stated < times.earliest);
    return untimely || verdicts.includes(UNDETERMINED) ? UNDETERMINED : PASS;
  },
};

/** From the one minute until before the other, across midnight if that is earlier; the same minute twice is never. */
function isQuiet(minute: number, { quietFrom, quietTo }: Limits): boolean {
  if (quietFrom <= quietTo) return quietFrom <= minute && minute < quietTo;
  return quietFrom <= minute || minute < quietTo;
}

function tooMany({ counts, ago, onDay }: Contacting, limits: Limits): Verdict {
  const { contactsPerDay, contactCount } = limits;
  const window = contactCount === 0 ? 0 : limits.contactWindow;
  if (ago >= counts.length) return contactsPerDay > 0 || window > 0 ? UNDETERMINED : PASS;
  if (contactsPerDay > 0 && onDay > contactsPerDay) return BREACH;
  if (window === 0) return PASS;
  const beyond = onDay > 255 ? 1 : 0;
  const exceeds = (from: number): boolean =>
    counts.slice(from, from + window).reduce((sum, count) => sum + count, beyond) > contactCount;
  if (exceeds(ago)) return BREACH;
  // Days that aren't counted any more could decide it, and so could contacts that were filed before this one and are later.
  if (ago + window > counts.length) return UNDETERMINED;
  for (let later = 1; later < window && later <= ago; later++) if (exceeds(ago - later)) return UNDETERMINED;
  return PASS;
}

function inSilence({ time, day, talked, conversation, lastContact }: Contacting, { contactSilence }: Limits): Verdict {
  if (contactSilence === 0) return PASS;
  if (talked && time > talked.time && day < talked.day + contactSilence) return BREACH;
  // Whether there was a conversation before the last one isn't known any more; and contacts after this one were passed without it.
  const unknown = (talked && time <= talked.time) || (conversation && time < lastContact);
  return unknown ? UNDETERMINED : PASS;
}
