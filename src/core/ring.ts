import { DAY, localDay, offsetAt } from "./calendar.ts";
import type { Zone } from "./calendar.ts";

/**
 * The borrower's last openings: the newest as a time, up to seven before it as distances in local days (design/state.md).
 *
 * `deltas` are the stored values up to the first 0: 1 to 509 are 0 to 508 days, then perhaps one FAR or UNKNOWN. A ring is a
 * value: what changes it returns another.
 */
export interface Ring {
  /** Time of the newest opening; 0 if none is known. */
  readonly newest: number;
  readonly deltas: readonly number[];
}

/** One or more openings at least 509 days before the one above. */
export const FAR = 510;
/** Something may have been lost here. */
export const UNKNOWN = 511;
/** Most days between neighbours that are told apart. */
export const MAX_GAP = 508;
/** Deltas that have a place. */
export const DELTAS = 7;

export const EMPTY_RING: Ring = { newest: 0, deltas: [] };

/** Deltas that are days: all but a FAR or UNKNOWN at the end. */
export function knownDeltas({ deltas }: Ring): number {
  const last = deltas.at(-1);
  return last !== undefined && last >= FAR ? deltas.length - 1 : deltas.length;
}

/** The ring with one more opening, at `time`. */
export function insertOpening(ring: Ring, time: number, zone: Zone): Ring {
  const { newest, deltas } = ring;
  if (newest === 0) return { newest: time, deltas: [] };
  const newestDay = localDay(zone, newest);
  if (time >= newest) {
    const gap = Math.max(localDay(zone, time) - newestDay, 0);
    return { newest: time, deltas: gap > MAX_GAP ? [FAR] : [gap + 1, ...deltas.slice(0, DELTAS - 1)] };
  }
  const day = Math.min(localDay(zone, time), newestDay);
  const known = knownDeltas(ring);
  let above = newestDay;
  let i = 0;
  while (i < known && above - (deltas[i]! - 1) >= day) above -= deltas[i++]! - 1;
  const gap = above - day;
  const before = deltas.slice(0, i);
  if (i < known) {
    const below = deltas[i]! - 1 - gap;
    return { newest, deltas: [...before, gap + 1, below + 1, ...deltas.slice(i + 1)].slice(0, DELTAS) };
  }
  if (i === DELTAS) return ring;
  // What is lost may lie on either side of the new one, so that it is lost as well.
  if (deltas[known] === UNKNOWN) return ring;
  const marked = deltas.length > known;
  if (gap > MAX_GAP) return marked ? ring : { newest, deltas: [...before, FAR] };
  return { newest, deltas: (marked ? [...before, gap + 1, UNKNOWN] : [...before, gap + 1]).slice(0, DELTAS) };
}

/** The ring without the opening at `time`: the last known one of that local day; the same ring if there is none. */
export function removeOpening(ring: Ring, time: number, zone: Zone): Ring {
  const { newest, deltas } = ring;
  if (newest === 0) return ring;
  const day = localDay(zone, time);
  const known = knownDeltas(ring);
  let found = -1;
  for (let i = 0, at = localDay(zone, newest); ; at -= deltas[i++]! - 1) {
    if (at === day) found = i;
    if (at < day || i === known) break;
  }
  if (found === -1) return ring;
  const end = known === DELTAS ? [UNKNOWN] : [];
  if (found === 0) {
    if (known === 0) return deltas.length === 0 ? EMPTY_RING : ring;
    const next = localDay(zone, newest) - (deltas[0]! - 1);
    return { newest: next * DAY + DAY / 2 - offsetAt(zone, newest), deltas: [...deltas.slice(1), ...end] };
  }
  const before = deltas.slice(0, found - 1);
  if (found === known) return { newest, deltas: [...before, ...deltas.slice(known), ...end] };
  const joined = deltas[found - 1]! + deltas[found]! - 2;
  return {
    newest,
    deltas: joined > MAX_GAP ? [...before, FAR] : [...before, joined + 1, ...deltas.slice(found + 1), ...end],
  };
}

/** The 63 bits of `head` that hold the deltas, the newest lowest. */
export function packDeltas({ deltas }: Ring): bigint {
  return deltas.reduceRight((bits, delta) => (bits << 9n) | BigInt(delta), 0n);
}

export function unpackDeltas(bits: bigint): number[] {
  const deltas: number[] = [];
  for (let rest = bits; rest > 0n && deltas.length < DELTAS; rest >>= 9n) deltas.push(Number(rest & 511n));
  return deltas;
}
