/** Dates of a file as UTC seconds. */
import { DateTime, IANAZone } from "luxon";

export function isZone(name: string): boolean {
  return name === "UTC" || IANAZone.isValidZone(name);
}

/** Reads one text; undefined if it is no date of the format. */
type Reader = (text: string) => number | undefined;

const TOKENS: Readonly<Record<string, readonly [keyof Parts, string]>> = {
  yyyy: ["year", "(\\d{4})"],
  MM: ["month", "(\\d{2})"],
  M: ["month", "(\\d{1,2})"],
  dd: ["day", "(\\d{2})"],
  d: ["day", "(\\d{1,2})"],
  HH: ["hour", "(\\d{2})"],
  H: ["hour", "(\\d{1,2})"],
  mm: ["minute", "(\\d{2})"],
  ss: ["second", "(\\d{2})"],
  SSS: ["fraction", "(\\d{3})"],
  SSSSSS: ["fraction", "(\\d{6})"],
};

interface Parts {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  fraction?: number;
}

/** Unix time, which Luxon writes and does not read. */
const UNIX: Readonly<Record<string, Reader>> = {
  X: (text) => (/^\d{1,11}(\.\d+)?$/u.test(text) ? Math.floor(Number(text)) : undefined),
  x: (text) => (/^\d{1,14}$/u.test(text) ? Math.floor(Number(text) / 1_000) : undefined),
};

/** Seconds of time for which one offset of a zone holds: no zone has changed between quarters of an hour since 2000. */
const QUARTER = 900;
const DAY = 86_400;

/**
 * Reads dates in any of `formats` (Luxon's tokens), tried in turn. Formats of nothing but digits, which nearly all files have, are
 * read without Luxon, some fifty times as fast. A time that the zone skips in spring is taken an hour later.
 *
 * @param zone of texts that name none
 * @param at time of day, `HH:mm`, of formats that have none
 */
export class DateReader {
  readonly #readers: readonly Reader[];
  readonly #zone: string;
  readonly #offsets = new Map<number, number>();

  constructor(formats: readonly string[], zone: string, at: string) {
    this.#zone = zone;
    const [hour = 0, minute = 0, second = 0] = at.split(":").map(Number);
    const timeOfDay = hour * 3_600 + minute * 60 + second;
    this.#readers = formats.map(
      (format) => UNIX[format] ?? this.#plain(format, timeOfDay) ?? this.#luxon(format, timeOfDay),
    );
  }

  read(text: string): number | undefined {
    for (const read of this.#readers) {
      const found = read(text);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #plain(format: string, timeOfDay: number): Reader | undefined {
    const fields: (keyof Parts)[] = [];
    let pattern = "";
    for (const [part] of format.matchAll(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']/gu)) {
      const token = TOKENS[part];
      if (token !== undefined) {
        fields.push(token[0]);
        pattern += token[1];
      } else if (part.startsWith("'")) pattern += escaped(part.slice(1, -1));
      else if (/^[A-Za-z]/u.test(part)) return undefined;
      else pattern += escaped(part);
    }
    if (new Set(fields).size !== fields.length || !fields.includes("year")) return undefined;
    const regex = new RegExp(`^${pattern}$`, "u");
    const timed = fields.includes("hour");
    return (text) => {
      const match = regex.exec(text);
      if (match === null) return undefined;
      const parts: Parts = {};
      for (const [i, field] of fields.entries()) parts[field] = Number(match[i + 1]);
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
      const local = Date.UTC(year, month - 1, day) / 1_000;
      const back = new Date(local * 1_000);
      if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return undefined;
      if (hour > 23 || minute > 59 || second > 59) return undefined;
      return this.#toUtc(local + (timed ? hour * 3_600 + minute * 60 + second : timeOfDay));
    };
  }

  /** UTC seconds of seconds counted on a clock on the wall. */
  #toUtc(local: number): number {
    if (this.#zone === "UTC") return local;
    // On nearly every day the zone has one offset.
    const day = Math.floor(local / DAY) * DAY;
    const offset = this.#offsetAt(day);
    if (offset === this.#offsetAt(day + DAY)) return local - offset;
    return local - this.#offsetAt(Math.floor(local / QUARTER) * QUARTER);
  }

  #offsetAt(local: number): number {
    let offset = this.#offsets.get(local);
    if (offset === undefined) {
      const wall = DateTime.fromSeconds(local, { zone: "UTC" });
      offset = local - wall.setZone(this.#zone, { keepLocalTime: true }).toUnixInteger();
      this.#offsets.set(local, offset);
    }
    return offset;
  }

  #luxon(format: string, timeOfDay: number): Reader {
    const timed = /[HhSXxTtFf]/u.test(format.replaceAll(/'[^']*'/gu, ""));
    return (text) => {
      const found = DateTime.fromFormat(text, format, { zone: this.#zone, locale: "en-US" });
      if (!found.isValid) return undefined;
      const at = timed ? found : found.startOf("day").plus({ seconds: timeOfDay });
      return Math.floor(at.toSeconds());
    };
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
}
