import { localDay } from "./calendar.ts";
import type { Zone } from "./calendar.ts";
import { FAR, knownDeltas } from "./ring.ts";
import type { Ring } from "./ring.ts";

/**
 * A streak of debt is kept as the place of its first opening among the borrower's last ones, the newest being 0
 * (design/state.md).
 */
export const UNKNOWN_STREAK = 7;

/** The streak on record, as one new loan sees it. */
export interface Streak {
  /** The loan is opened in it. */
  readonly goesOn: boolean;
  /** Its first day; undefined where that isn't known. */
  readonly first: number | undefined;
  /** Day of the last close; 0 for none. */
  readonly lastDay: number;
}

/** Day of the opening at a place of a ring that isn't empty; undefined where it isn't known. */
function dayAt(ring: Ring, place: number, zone: Zone): number | undefined {
  if (place === UNKNOWN_STREAK || place > knownDeltas(ring)) return undefined;
  return ring.deltas.slice(0, place).reduce((day, delta) => day - (delta - 1), localDay(zone, ring.newest));
}

/** What a loan that is opened at `time` finds. Undefined where no opening is on record. */
export function streakAt(
  book: { readonly ring: Ring; readonly streak: number; readonly lastClosed: number },
  time: number,
  anyOpen: boolean,
  zone: Zone,
): Streak | undefined {
  const { ring, lastClosed } = book;
  if (ring.newest === 0) return undefined;
  const lastDay = lastClosed === 0 ? 0 : localDay(zone, lastClosed);
  const goesOn = anyOpen || localDay(zone, time) <= lastDay + 1 || time < ring.newest;
  return { goesOn, first: dayAt(ring, book.streak, zone), lastDay };
}

/** The first opening's place after another opening at `time`, which found `streak`. */
export function streakAfterOpening(
  place: number,
  streak: Streak | undefined,
  time: number,
  ring: Ring,
  zone: Zone,
): number {
  if (!streak?.goesOn) return 0;
  // Out of order it is part of the streak only if that is known to have begun before.
  const known = time >= ring.newest || (streak.first !== undefined && localDay(zone, time) >= streak.first);
  return known ? Math.min(place + 1, UNKNOWN_STREAK) : UNKNOWN_STREAK;
}

/** The first opening's place after the opening at `time` was removed from the ring, which it may not have been in. */
export function streakAfterRemoval(place: number, time: number, ring: Ring, zone: Zone): number {
  if (ring.newest === 0) return place;
  const day = localDay(zone, time);
  const newestDay = localDay(zone, ring.newest);
  const found = lastPlaceOf(day, newestDay, ring);
  if (found === undefined) return place;
  if (found === 0) {
    const next = ring.deltas[0];
    if (next === undefined) return 0;
    if (next >= FAR) return UNKNOWN_STREAK;
  }
  if (place === UNKNOWN_STREAK) return place;
  if (day === newestDay && place !== 0) return place - 1;
  // Without one inside, or the first, it may have had a break.
  return found > place ? place : UNKNOWN_STREAK;
}

/** The last known opening of a day: its place, or undefined. */
function lastPlaceOf(day: number, newestDay: number, ring: Ring): number | undefined {
  const known = knownDeltas(ring);
  let found: number | undefined;
  for (let place = 0, at = newestDay; place <= known; at -= (ring.deltas[place++] ?? 1) - 1)
    if (at === day) found = place;
  return found;
}
