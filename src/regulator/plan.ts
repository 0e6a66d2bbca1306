import { equal } from "../core/bytes.ts";
import { offsetAt, type Zone } from "../core/calendar.ts";
import { encodeSettings, type Settings } from "../core/settings.ts";
import type { CompiledRulePack, CompiledVersion } from "./compile-rule-pack.ts";

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
  | ({ readonly kind: "version"; readonly first: boolean; readonly borrower: 1 | 2 } & Omit<
      CompiledVersion,
      "limits" | "kind"
    >);

export interface RatePoint {
  readonly publishedAt: number;
  /** A year, 10⁻⁹. */
  readonly rate: bigint;
}

/** What the Rulebook holds of the things that a pack speaks of. */
export interface RulebookState {
  /** UTC seconds, by the chain. */
  readonly now: number;
  /** Seconds of notice. */
  readonly notice: number;
  /** The last settings published, binding or not; undefined if there are none. */
  readonly settings: Settings | undefined;
  readonly points: ReadonlyMap<number, readonly RatePoint[]>;
  /** Versions that were not withdrawn, ascending, by `versionKey`. */
  readonly versions: ReadonlyMap<string, readonly { readonly effectiveFrom: number; readonly limits: Uint8Array }[]>;
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
/** Zones that agree until then are the same: every pack looks ten years ahead of its own day. */
const HORIZON = 366 * DAY;

/** Compares a pack with the Rulebook. Pure: nothing is sent. */
export function planPublication(pack: CompiledRulePack, state: RulebookState): PublishPlan {
  const plan = new Plan(state, pack.settings.zone);
  plan.settings(pack);
  for (const one of pack.series) plan.series(one);
  for (const version of pack.versions) plan.version(version);
  return plan;
}

class Plan implements PublishPlan {
  readonly steps: PublishStep[] = [];
  readonly remarks: string[] = [];
  readonly conflicts: string[] = [];
  same = 0;
  readonly #state: RulebookState;
  readonly #zone: Zone;
  readonly #last = new Map<string, number>();

  constructor(state: RulebookState, zone: Zone) {
    this.#state = state;
    this.#zone = zone;
  }

  settings({ settings, zone }: CompiledRulePack): void {
    const { settings: held, now, notice } = this.#state;
    if (held === undefined) {
      this.steps.push({ kind: "settings", effectiveFrom: 0, settings: encodeSettings(settings), first: true });
      return;
    }
    if (!sameZone(held, settings, now)) {
      this.conflicts.push(`the deployment keeps another time zone than ${zone}; one deployment is one zone`);
      return;
    }
    const merged = new Map([...held.markets, ...settings.markets].sort(([a], [b]) => a - b));
    const added = encodeSettings({ zone: settings.zone, markets: merged });
    if (equal(encodeSettings({ zone: settings.zone, markets: held.markets }), added)) {
      this.same++;
      return;
    }
    const effectiveFrom = now + notice + MARGIN;
    this.steps.push({ kind: "settings", effectiveFrom, settings: added, first: false });
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

  version({ product, productName, kind, effectiveFrom, bytes }: CompiledVersion): void {
    const { now, notice } = this.#state;
    const key = versionKey({ product, kind });
    const held = this.#state.versions.get(key) ?? [];
    const who = `${productName} for ${kind === 1 ? "persons" : "businesses"} from ${localTime(effectiveFrom, this.#zone)}`;
    const twin = held.find((one) => one.effectiveFrom === effectiveFrom);
    if (twin !== undefined) {
      if (equal(twin.limits, bytes)) this.same++;
      else this.conflicts.push(`${who}: the Rulebook holds another version from that moment, which is never edited`);
      return;
    }
    const last = this.#last.get(key) ?? held.at(-1)?.effectiveFrom;
    if (last !== undefined && effectiveFrom <= last)
      this.conflicts.push(`${who}: a later version is published already, from ${localTime(last, this.#zone)}`);
    else if (last !== undefined && effectiveFrom < now + notice)
      this.conflicts.push(
        `${who}: only a product's first version may bind from the past; a later one needs ${notice} seconds of notice, so from ${localTime(now + notice, this.#zone)} at the earliest`,
      );
    else {
      const first = last === undefined;
      this.steps.push({ kind: "version", first, borrower: kind, product, productName, effectiveFrom, bytes });
      this.#last.set(key, effectiveFrom);
    }
  }
}

/** Whether two zones have the same offsets from 2000 until a year from now. */
export function sameZone(a: Settings, b: Settings, now: number): boolean {
  const turns = [...a.zone, ...b.zone].map(({ from }) => from).filter((from) => from < now + HORIZON);
  return [0, ...turns].every((at) => offsetAt(a.zone, at) === offsetAt(b.zone, at));
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
