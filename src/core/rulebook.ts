import { DAY } from "./calendar.ts";
import { Journal, setIn } from "./journal.ts";
import type { Limits } from "./limit-fields.ts";
import { decodeLimits } from "./limits.ts";
import { NO_SETTINGS, decodeSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";

/** What the Rulebook contract says happened: its events by name, with the fields that matter here. */
export type RulebookEvent =
  | {
      readonly event: "VersionPublished";
      readonly product: number;
      readonly kind: number;
      readonly index: number;
      readonly effectiveFrom: number;
      /** The 320 bytes. */
      readonly limits: Uint8Array;
    }
  | { readonly event: "VersionWithdrawn"; readonly product: number; readonly kind: number; readonly index: number }
  | {
      readonly event: "SettingsPublished";
      readonly index: number;
      readonly effectiveFrom: number;
      readonly settings: Uint8Array;
    }
  | { readonly event: "SettingsWithdrawn"; readonly index: number }
  | {
      readonly event: "RatePublished";
      readonly series: number;
      readonly publishedAt: number;
      /** A year, 10⁻⁹. */
      readonly rate: bigint;
    };

/** Something with the time from which it binds. */
interface Dated<Value> {
  readonly index: number;
  readonly effectiveFrom: number;
  readonly value: Value;
}

interface Point {
  readonly publishedAt: number;
  readonly rate: bigint;
}

/** Ascending by `effectiveFrom`: the contract takes them in no other order. */
type Timeline<Value> = readonly Dated<Value>[];

/** The Rulebook, mirrored from its events in the order of the chain. */
export class Rulebook {
  readonly #journal: Journal;
  readonly #versions = new Map<number, Timeline<Limits>>();
  readonly #series = new Map<number, readonly Point[]>();
  #settings: Timeline<Settings> = [];

  constructor(journal = new Journal()) {
    this.#journal = journal;
  }

  apply(event: RulebookEvent): void {
    switch (event.event) {
      case "VersionPublished": {
        const { index, effectiveFrom } = event;
        const value = decodeLimits(event.limits);
        return this.#setVersions(event, [...this.#timeline(event), { index, effectiveFrom, value }]);
      }
      case "VersionWithdrawn":
        return this.#setVersions(
          event,
          this.#timeline(event).filter(({ index }) => index !== event.index),
        );
      case "SettingsPublished": {
        const { index, effectiveFrom } = event;
        const value = decodeSettings(event.settings);
        return this.#setSettings([...this.#settings, { index, effectiveFrom, value }]);
      }
      case "SettingsWithdrawn":
        return this.#setSettings(this.#settings.filter(({ index }) => index !== event.index));
      case "RatePublished": {
        const { series, publishedAt, rate } = event;
        return setIn(this.#journal, this.#series, series, [...(this.#series.get(series) ?? []), { publishedAt, rate }]);
      }
    }
  }

  /** The limits that bind at a time, if any do. */
  limitsAt(product: number, kind: number, at: number): Limits | undefined {
    return inForce(this.#versions.get(keyOf(product, kind)) ?? [], at);
  }

  settingsAt(at: number): Settings {
    return inForce(this.#settings, at) ?? NO_SETTINGS;
  }

  /** Rate a year, 10⁻⁹, of a reference series; undefined if none was published by then, or not for `maxAgeDays`. */
  referenceAt(series: number, at: number, maxAgeDays: number): bigint | undefined {
    const point = this.#series.get(series)?.findLast(({ publishedAt }) => publishedAt <= at);
    return point !== undefined && at - point.publishedAt <= maxAgeDays * DAY ? point.rate : undefined;
  }

  #timeline({ product, kind }: { product: number; kind: number }): Timeline<Limits> {
    return this.#versions.get(keyOf(product, kind)) ?? [];
  }

  #setVersions({ product, kind }: { product: number; kind: number }, timeline: Timeline<Limits>): void {
    setIn(this.#journal, this.#versions, keyOf(product, kind), timeline);
  }

  #setSettings(timeline: Timeline<Settings>): void {
    const before = this.#settings;
    this.#settings = timeline;
    this.#journal.record(() => void (this.#settings = before));
  }
}

function keyOf(product: number, kind: number): number {
  return product * 256 + kind;
}

function inForce<Value>(timeline: Timeline<Value>, at: number): Value | undefined {
  for (let i = timeline.length - 1; i >= 0; i--) {
    const { effectiveFrom, value } = timeline[i]!;
    if (effectiveFrom <= at) return value;
  }
  return undefined;
}
