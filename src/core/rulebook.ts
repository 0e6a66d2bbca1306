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
      /** When it was published, UTC seconds; known from the beginning of time where it isn't said. */
      readonly enactedAt?: number;
      /** The 320 bytes. */
      readonly limits: Uint8Array;
    }
  | {
      readonly event: "VersionWithdrawn";
      readonly product: number;
      readonly kind: number;
      readonly index: number;
      /** From the beginning of time where it isn't said. */
      readonly withdrawnAt?: number;
    }
  | {
      readonly event: "SettingsPublished";
      readonly index: number;
      readonly effectiveFrom: number;
      readonly enactedAt?: number;
      readonly settings: Uint8Array;
    }
  | { readonly event: "SettingsWithdrawn"; readonly index: number; readonly withdrawnAt?: number }
  | {
      readonly event: "RatePublished";
      readonly series: number;
      readonly publishedAt: number;
      /** A year, 10⁻⁹. */
      readonly rate: bigint;
      readonly enteredAt?: number;
    };

/** Each kind by its name, so that a new one is not forgotten here. */
const RULEBOOK_EVENTS: Readonly<Record<RulebookEvent["event"], true>> = {
  VersionPublished: true,
  VersionWithdrawn: true,
  SettingsPublished: true,
  SettingsWithdrawn: true,
  RatePublished: true,
};

/** Whether an event of the law is one of the Rulebook's. */
export function isRulebookEvent(event: { readonly event: string }): event is RulebookEvent {
  return event.event in RULEBOOK_EVENTS;
}

/** Something that was published: from when it binds, and between which times it was known. */
export interface Dated<Value> {
  readonly index: number;
  readonly effectiveFrom: number;
  readonly enactedAt: number;
  readonly withdrawnAt?: number;
  readonly value: Value;
}

/** A point of a reference series: its rate a year, 10⁻⁹. */
export interface ReferencePoint {
  readonly publishedAt: number;
  readonly rate: bigint;
  readonly enteredAt: number;
}

/** Ascending by `effectiveFrom`, those of one moment as they were published; withdrawn ones included. */
export type Timeline<Value> = readonly Dated<Value>[];

/** Known by now: all that was ever said. */
const NOW = Infinity;

/** The Rulebook, mirrored from its events in the order of the chain. */
export class Rulebook {
  readonly #journal: Journal;
  readonly #versions = new Map<number, Timeline<Limits>>();
  readonly #series = new Map<number, readonly ReferencePoint[]>();
  #settings: Timeline<Settings> = [];

  constructor(journal = new Journal()) {
    this.#journal = journal;
  }

  apply(event: RulebookEvent): void {
    switch (event.event) {
      case "VersionPublished": {
        const { index, effectiveFrom, enactedAt = 0 } = event;
        const value = decodeLimits(event.limits);
        return this.#setVersions(event, withOne(this.#timeline(event), { index, effectiveFrom, enactedAt, value }));
      }
      case "VersionWithdrawn":
        return this.#setVersions(event, without(this.#timeline(event), event));
      case "SettingsPublished": {
        const { index, effectiveFrom, enactedAt = 0 } = event;
        const value = decodeSettings(event.settings);
        return this.#setSettings(withOne(this.#settings, { index, effectiveFrom, enactedAt, value }));
      }
      case "SettingsWithdrawn":
        return this.#setSettings(without(this.#settings, event));
      case "RatePublished": {
        const { series, publishedAt, rate, enteredAt = 0 } = event;
        const points = [...this.pointsOf(series), { publishedAt, rate, enteredAt }];
        return setIn(this.#journal, this.#series, series, points);
      }
    }
  }

  /** The limits that bind at a time, if any do; as they were known at another time, if one is given. */
  limitsAt(product: number, kind: number, at: number, knownAt = NOW): Limits | undefined {
    return inForce(this.versionsOf(product, kind), at, knownAt)?.value;
  }

  /** The version that binds at a time, if any does; as it was known at another time, if one is given. */
  versionAt(product: number, kind: number, at: number, knownAt = NOW): Dated<Limits> | undefined {
    return inForce(this.versionsOf(product, kind), at, knownAt);
  }

  /** All versions that were published of a product and kind of borrower, withdrawn ones included. */
  versionsOf(product: number, kind: number): Timeline<Limits> {
    return this.#versions.get(keyOf(product, kind)) ?? [];
  }

  /** Products and kinds of borrower that versions were published of. */
  products(): { readonly product: number; readonly kind: number }[] {
    return [...this.#versions.keys()]
      .sort((a, b) => a - b)
      .map((key) => ({ product: Math.floor(key / 256), kind: key % 256 }));
  }

  settingsAt(at: number, knownAt = NOW): Settings {
    return inForce(this.#settings, at, knownAt)?.value ?? NO_SETTINGS;
  }

  /** All settings that were published, withdrawn ones included. */
  settings(): Timeline<Settings> {
    return this.#settings;
  }

  /** Rate a year, 10⁻⁹, of a reference series; undefined if none was published by then, or not for `maxAgeDays`. */
  referenceAt(series: number, at: number, maxAgeDays: number, knownAt = NOW): bigint | undefined {
    const points = this.#series.get(series);
    const point = points?.findLast(({ publishedAt, enteredAt }) => publishedAt <= at && enteredAt <= knownAt);
    return point !== undefined && at - point.publishedAt <= maxAgeDays * DAY ? point.rate : undefined;
  }

  /** The points of a series, ascending. */
  pointsOf(series: number): readonly ReferencePoint[] {
    return this.#series.get(series) ?? [];
  }

  /** Numbers of the series that have points. */
  series(): number[] {
    return [...this.#series.keys()].sort((a, b) => a - b);
  }

  #timeline({ product, kind }: { product: number; kind: number }): Timeline<Limits> {
    return this.versionsOf(product, kind);
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

function withOne<Value>(timeline: Timeline<Value>, one: Dated<Value>): Timeline<Value> {
  const place = timeline.findLastIndex(({ effectiveFrom }) => effectiveFrom <= one.effectiveFrom) + 1;
  return timeline.toSpliced(place, 0, one);
}

function without<Value>(
  timeline: Timeline<Value>,
  { index, withdrawnAt = 0 }: { readonly index: number; readonly withdrawnAt?: number },
): Timeline<Value> {
  return timeline.map((one) => (one.index === index ? { ...one, withdrawnAt } : one));
}

/** The last that was known to bind. */
function inForce<Value>(timeline: Timeline<Value>, at: number, knownAt: number): Dated<Value> | undefined {
  for (let i = timeline.length - 1; i >= 0; i--) {
    const one = timeline[i]!;
    const { effectiveFrom, enactedAt, withdrawnAt } = one;
    if (effectiveFrom <= at && enactedAt <= knownAt && (withdrawnAt === undefined || withdrawnAt > knownAt)) return one;
  }
  return undefined;
}
