/** Seconds of a civil day. */
export const DAY = 86_400;

/** From `from` on, local time is UTC plus `offset` seconds. */
export interface ZoneOffset {
  readonly from: number;
  readonly offset: number;
}

/** The deployment's zone: offsets ascending by `from`, the first binding from the beginning of time. Empty is UTC. */
export type Zone = readonly ZoneOffset[];

/** Seconds by which local time is ahead of UTC at `time`. */
export function offsetAt(zone: Zone, time: number): number {
  for (let i = zone.length - 1; i > 0; i--) {
    const { from, offset } = zone[i]!;
    if (from <= time) return offset;
  }
  return zone[0]?.offset ?? 0;
}

/** Number of the civil day, from 1970-01-01 = 0, that it locally is at `time`. */
export function localDay(zone: Zone, time: number): number {
  return Math.floor((time + offsetAt(zone, time)) / DAY);
}

/** Number of the 1 January of the year that civil day `day` is in. */
export function yearStart(day: number): number {
  return day - dayOfYear(day);
}

/** Days since 1 January, in the proleptic Gregorian calendar. Years are counted from March, so that leap days come last. */
function dayOfYear(day: number): number {
  const sinceMarch0 = day + 719_468;
  const era = Math.floor(sinceMarch0 / 146_097);
  const dayOfEra = sinceMarch0 - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const sinceMarch = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  if (sinceMarch >= 306) return sinceMarch - 306; // January and February belong to the year that began last March.
  const leap = yearOfEra % 4 === 0 && (yearOfEra % 100 !== 0 || yearOfEra % 400 === 0);
  return sinceMarch + 59 + (leap ? 1 : 0);
}
