import { DateTime } from "luxon";
import type { Zone, ZoneOffset } from "../core/calendar.ts";

const FROM = Date.UTC(2000, 0, 1) / 1_000;
/** Laws about summer time change; a regulator publishes new settings when they do. */
const YEARS_AHEAD = 10;
const STEP = 7 * 86_400;

/**
 * The offsets of a zone from 2000 to ten years after `now` (UTC seconds), from the tz database that comes with the runtime: what the
 * Rulebook's settings hold, since a contract knows no zones.
 */
export function zoneOffsets(zone: string, now: number): Zone {
  const offset = (at: number): number => DateTime.fromSeconds(at, { zone }).offset * 60;
  const offsets: ZoneOffset[] = [{ from: 0, offset: offset(FROM) }];
  const end = now + YEARS_AHEAD * 366 * 86_400;
  for (let from = FROM; from < end; from += STEP) {
    const to = from + STEP;
    if (offset(from) !== offset(to)) offsets.push({ from: changeWithin(offset, from, to), offset: offset(to) });
  }
  return offsets;
}

/** The first second in (from, to] at which the offset is that of `to`. No zone changes twice within a week. */
function changeWithin(offset: (at: number) => number, from: number, to: number): number {
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offset(middle) === offset(to)) after = middle;
    else before = middle;
  }
  return after;
}
