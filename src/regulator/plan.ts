import { equal, toHex } from "../core/bytes.ts";
import { prolongs, type Calendar } from "../core/business-days.ts";
import { offsetAt, type Zone } from "../core/calendar.ts";
import type { Limits } from "../core/limit-fields.ts";
import { decodeLimits } from "../core/limits.ts";
import { encodeSettings, type Settings } from "../core/settings.ts";
import { noticeFor, strictnessOf, type Notices, type Strictness } from "../core/strictness.ts";
import type { CompiledRulePack, CompiledVersion } from "./compile-rule-pack.ts";
import { currencyConflict, type KnownCurrency } from "./known-currency.ts";
import { durationInWords } from "./value-words.ts";

/** One transaction that publishing a pack takes. */
export type PublishStep =
  | {
      readonly kind: "settings";
      readonly effectiveFrom: number;
      readonly settings: Uint8Array;
      readonly first: boolean;
    }
  | { readonly kind: "series"; readonly series: number; readonly title: string; readonly points: readonly RatePoint[] }
  | ({ readonly kind: "rate"; readonly series: number; readonly title: string } & RatePoint)
  | PlannedVersion
  | {
      /** All versions of a product and kind of borrower that has none: its history. */
      readonly kind: "history";
      readonly product: number;
      readonly productName: string;
      readonly borrower: 1 | 2;
      readonly versions: readonly { readonly effectiveFrom: number; readonly bytes: Uint8Array }[];
    }
  | { readonly kind: "pack"; readonly name: string; readonly hash: Uint8Array };

/** One version after others, or the only one. */
export interface PlannedVersion extends Omit<CompiledVersion, "limits" | "kind"> {
  readonly kind: "version";
  readonly borrower: 1 | 2;
  readonly first: boolean;
  /** What it does to the version that it follows; neither for a first one. */
  readonly change: Strictness;
  /** The notice that it needs, seconds. */
  readonly notice: number;
}

export interface RatePoint {
  readonly publishedAt: number;
  /** A year, 10⁻⁹. */
  readonly rate: bigint;
}

/** What the Rulebook holds of the things that a pack speaks of. */
export interface RulebookState {
  /** UTC seconds, by the chain. */
  readonly now: number;
  readonly notices: Notices;
  /** The last settings published, binding or not; undefined if there are none. */
  readonly settings: Settings | undefined;
  readonly points: ReadonlyMap<number, readonly RatePoint[]>;
  /** Versions that were not withdrawn, ascending, by `versionKey`. */
  readonly versions: ReadonlyMap<string, readonly HeldVersion[]>;
  /** Packs that were noted: name, and hash in hexadecimal. */
  readonly packs: readonly { readonly name: string; readonly hash: string }[];
  /** The money that the law is in, if somebody knows: the chain doesn't. */
  readonly money?: KnownCurrency | undefined;
}

interface HeldVersion {
  readonly effectiveFrom: number;
  readonly limits: Uint8Array;
}

/** What it takes to publish a pack. */
export interface PublishPlan {
  readonly steps: readonly PublishStep[];
  /** What the chain holds already, to the byte. */
  readonly same: number;
  /** Remarks for whoever decides, one sentence each. */
  readonly remarks: readonly string[];
  /** Why it can't be published as it stands; with any, nothing may be. */
  readonly conflicts: readonly string[];
}

export const versionKey = ({ product, kind }: { readonly product: number; readonly kind: number }): string =>
  `${product}/${kind}`;

/** Room between the plan and the block that mines it, so that what is planned for the earliest moment isn't too soon. */
const MARGIN = 120;
const DAY = 86_400;
/** The Rulebook takes a point so long after its publication. */
const POINT_DAYS = 10;
/** More points would not fit one transaction, and a series is opened in one. */
const POINTS_AT_ONCE = 400;
/** The same of versions, and a history is published in one. */
const VERSIONS_AT_ONCE = 40;
/** Zones that agree until then are the same: every pack looks ten years ahead of its own day. */
const HORIZON = 366 * DAY;

/** Compares a pack with the Rulebook. Pure: nothing is sent. With `hash`, the text that it comes from is noted as well. */
export function planPublication(pack: CompiledRulePack, state: RulebookState, hash?: Uint8Array): PublishPlan {
  const plan = new Plan(state, pack.settings.zone);
  plan.currency(pack);
  plan.settings(pack);
  for (const one of pack.series) plan.series(one);
  for (const versions of Map.groupBy(pack.versions, versionKey).values()) plan.versions(versions);
  if (hash !== undefined) plan.pack(pack.pack, hash);
  return plan;
}

class Plan implements PublishPlan {
  readonly steps: PublishStep[] = [];
  readonly remarks: string[] = [];
  readonly conflicts: string[] = [];
  same = 0;
  readonly #state: RulebookState;
  readonly #zone: Zone;

  constructor(state: RulebookState, zone: Zone) {
    this.#state = state;
    this.#zone = zone;
  }

  /** The chain holds minor units, of whatever money: a pack in another one would have all amounts mean something else. */
  currency({ currency }: CompiledRulePack): void {
    const conflict = currencyConflict(this.#state.money, currency);
    if (conflict !== undefined)
      this.conflicts.push(`${conflict}; another currency needs a deployment of its own (\`tally deploy\`)`);
  }

  settings({ settings, zone }: CompiledRulePack): void {
    const { settings: held, now, notices } = this.#state;
    if (held === undefined) {
      this.steps.push({ kind: "settings", effectiveFrom: 0, settings: encodeSettings(settings), first: true });
      return;
    }
    if (!sameZone(held, settings, now)) {
      this.conflicts.push(`the deployment keeps another time zone than ${zone}; one deployment is one zone`);
      return;
    }
    const markets = new Map([...held.markets, ...settings.markets].sort(([a], [b]) => a - b));
    const wanted: Settings = { ...held, markets, ...calendarAfter(held.calendar, settings.calendar) };
    if (areEqual(wanted, held)) {
      this.same++;
      return;
    }
    if (held.calendar && wanted.calendar && areEqual({ ...wanted, calendar: held.calendar }, held)) {
      if (prolongs(wanted.calendar, held.calendar)) {
        // The zone stays to the byte: then all that is new is days that weren't known, which needs no notice.
        this.#settings(wanted, 0);
        return;
      }
    }
    // Zones, windows and days have no direction: the longer notice.
    this.#settings({ ...wanted, zone: settings.zone }, Math.max(notices.tightening, notices.relaxation));
  }

  #settings(settings: Settings, notice: number): void {
    const effectiveFrom = this.#state.now + notice + MARGIN;
    this.steps.push({ kind: "settings", effectiveFrom, settings: encodeSettings(settings), first: false });
  }

  series({ number, title, points }: CompiledRulePack["series"][number]): void {
    const { now } = this.#state;
    const held = this.#state.points.get(number) ?? [];
    const due = points.filter(({ publishedAt }) => publishedAt <= now);
    if (due.length < points.length)
      this.remarks.push(
        `Points of series ${number} that lie in the future: ${points.length - due.length}. Publish the pack again when they are due.`,
      );
    if (held.length === 0) {
      if (due.length > POINTS_AT_ONCE)
        this.conflicts.push(`series ${number} has ${due.length} points; it can be opened with ${POINTS_AT_ONCE}`);
      else if (due.length > 0) this.steps.push({ kind: "series", series: number, title, points: due });
      return;
    }
    const known = new Map(held.map(({ publishedAt, rate }) => [publishedAt, rate]));
    const last = held.at(-1)?.publishedAt ?? 0;
    for (const { publishedAt, rate } of due) {
      const day = localTime(publishedAt, this.#zone);
      if (known.get(publishedAt) === rate) this.same++;
      else if (known.has(publishedAt)) this.conflicts.push(`series ${number} holds another rate for ${day}`);
      else if (publishedAt <= last)
        this.conflicts.push(`series ${number} has no point of ${day}, and one can't be put in before its last`);
      else if (publishedAt < now - POINT_DAYS * DAY)
        this.conflicts.push(`the point of ${day} in series ${number} is more than ${POINT_DAYS} days old: too late`);
      else this.steps.push({ kind: "rate", series: number, title, publishedAt, rate });
    }
  }

  /** All versions of a product and kind of borrower, ascending. */
  versions(versions: readonly CompiledVersion[]): void {
    const [first] = versions;
    if (first === undefined) return;
    const { product, productName, kind } = first;
    const held = this.#state.versions.get(versionKey(first)) ?? [];
    if (held.length === 0 && versions.length > 1) {
      if (versions.length > VERSIONS_AT_ONCE)
        this.conflicts.push(
          `${productName} has ${versions.length} versions; its history is published at once, with ${VERSIONS_AT_ONCE} at most`,
        );
      const history = versions.map(({ effectiveFrom, bytes }) => ({ effectiveFrom, bytes }));
      this.steps.push({ kind: "history", product, productName, borrower: kind, versions: history });
      return;
    }
    let last = held.at(-1);
    for (const version of versions) {
      if (held.some(({ effectiveFrom }) => effectiveFrom === version.effectiveFrom)) this.#again(version, held);
      else if (this.#version(version, last)) last = { effectiveFrom: version.effectiveFrom, limits: version.bytes };
    }
  }

  /** A version from a moment that the Rulebook has one from. */
  #again(version: CompiledVersion, held: readonly HeldVersion[]): void {
    const { effectiveFrom, limits, bytes } = version;
    // The last of one moment is the one that binds.
    const twin = held.findLast((one) => one.effectiveFrom === effectiveFrom);
    if (twin !== undefined && equal(twin.limits, bytes)) this.same++;
    else
      this.conflicts.push(
        `${this.#who(version)}: the Rulebook holds another version from that moment, which is never edited; leave it in the file as it was published, and add ${this.#advice(limits, held.at(-1)!)}`,
      );
  }

  /** `a version with effectiveFrom 2027-01-05 or later, since this tightens what is there, which needs 30 days of notice`. */
  #advice(limits: Limits, last: HeldVersion): string {
    const { now, notices } = this.#state;
    const change = strictnessOf(decodeLimits(last.limits), limits);
    const notice = noticeFor(change, notices);
    const day = midnightFrom(Math.max(now + notice + MARGIN, last.effectiveFrom + 1), this.#zone);
    const why = notice === 0 ? "needs no notice" : `needs ${durationInWords(notice)} of notice`;
    return `a version with effectiveFrom ${localTime(day, this.#zone)} or later, since this ${inWord(change)} what is there, which ${why}`;
  }

  /** A version after the last one, if there is one. Whether it can be published. */
  #version(version: CompiledVersion, last: HeldVersion | undefined): boolean {
    const { now, notices } = this.#state;
    const { product, productName, kind, effectiveFrom, limits, bytes } = version;
    const change = last === undefined ? NO_CHANGE : strictnessOf(decodeLimits(last.limits), limits);
    const notice = noticeFor(change, notices);
    if (last !== undefined && effectiveFrom <= last.effectiveFrom) {
      const pending = last.effectiveFrom > now ? ", or withdraw that one first (`tally rules withdraw`)" : "";
      this.conflicts.push(
        `${this.#who(version)}: a later version is published already, from ${localTime(last.effectiveFrom, this.#zone)}; give ${this.#advice(limits, last)}${pending}`,
      );
    } else if (last !== undefined && effectiveFrom < now + notice)
      this.conflicts.push(
        `${this.#who(version)}: only what is published first of a product may bind from the past; give ${this.#advice(limits, last)}`,
      );
    else {
      const first = last === undefined;
      this.steps.push({
        ...{ kind: "version", first, change, notice },
        ...{ borrower: kind, product, productName, effectiveFrom, bytes },
      });
      return true;
    }
    return false;
  }

  pack(name: string, hash: Uint8Array): void {
    const noted = this.#state.packs.findLast((one) => one.name === name)?.hash;
    if (noted !== toHex(hash)) this.steps.push({ kind: "pack", name, hash });
  }

  #who({ productName, kind, effectiveFrom }: CompiledVersion): string {
    return `${productName} for ${kind === 1 ? "persons" : "businesses"} from ${localTime(effectiveFrom, this.#zone)}`;
  }
}

/** The calendar that stands when a pack's is published: the pack's, unless the one that is held says all that it says. */
export function calendarAfter(
  held: Calendar | undefined,
  given: Calendar | undefined,
): { readonly calendar?: Calendar } {
  const calendar = given === undefined || (held !== undefined && prolongs(held, given)) ? held : given;
  return calendar === undefined ? {} : { calendar };
}

const areEqual = (a: Settings, b: Settings): boolean => equal(encodeSettings(a), encodeSettings(b));

const NO_CHANGE: Strictness = { tightens: false, relaxes: false };

/** `tightens`, `relaxes`, `tightens and relaxes` or `repeats`. */
export function inWord({ tightens, relaxes }: Strictness): string {
  if (tightens && relaxes) return "tightens and relaxes";
  return tightens ? "tightens" : relaxes ? "relaxes" : "repeats";
}

/** Whether two zones have the same offsets from 2000 until a year from now. */
export function sameZone(a: Settings, b: Settings, now: number): boolean {
  const turns = [...a.zone, ...b.zone].map(({ from }) => from).filter((from) => from < now + HORIZON);
  return [0, ...turns].every((at) => offsetAt(a.zone, at) === offsetAt(b.zone, at));
}

/** The first local midnight that isn't before a time. */
export function midnightFrom(at: number, zone: Zone): number {
  const midnight = (offset: number): number => Math.ceil((at + offset) / DAY) * DAY - offset;
  // The offset may be another one by then.
  return midnight(offsetAt(zone, midnight(offsetAt(zone, at))));
}

/** `2025-10-01` for a local midnight, else `2025-10-01T09:30:00+08:00`. */
export function localTime(seconds: number, zone: Zone): string {
  const offset = offsetAt(zone, seconds);
  const [day = "", time = ""] = new Date((seconds + offset) * 1_000).toISOString().split("T");
  if (time.startsWith("00:00:00")) return day;
  const minutes = Math.abs(offset) / 60;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  const shift = offset === 0 ? "Z" : `${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
  return `${day}T${time.slice(0, 8)}${shift}`;
}
