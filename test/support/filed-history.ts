import { toHex } from "../../src/core/bytes.ts";
import { ruleBit } from "../../src/core/decision.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import type { Entry, Ref } from "../../src/core/entry.ts";
import { encodeEntries } from "../../src/core/filing.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { Registry, type AppliedFiling } from "../../src/core/registry.ts";
import type { LawEvent } from "../../src/chain/events.ts";
import { HistoryCollector, type History } from "../../src/regulator/simulate-history.ts";

const REGISTRY = new Uint8Array(20).fill(1);

/** Limits with LICENCE and whatever is said. Windows are wide, so that nothing is late. */
export function limitsWith(change: Partial<Limits>): Limits {
  const licence = ruleBit("LICENCE");
  const { on = 0, refuse = 0 } = change;
  const windows = { reportingWindow: 86_400, clockSkew: 60 };
  return { ...emptyLimits(), ...windows, ...change, on: on | licence, refuse: refuse | licence };
}

/** A history filed with the twin instead of a chain, in the events that a chain would give. */
export class FiledHistory {
  readonly twin = new Registry({ chainId: 1n, registry: REGISTRY });
  readonly #collector = new HistoryCollector();
  #blockTime = 0;

  constructor() {
    this.law({ event: "RegistryInstalled", registry: REGISTRY });
  }

  law(event: LawEvent["event"]): void {
    this.twin.apply(event);
    this.#collector.take({ type: "law", event }, this.#blockTime);
  }

  /** Licenses a platform for products of the first word of its bitmap, in a group of its own if none is said. */
  license(platform: number, products: readonly number[], { group = platform, foundingUntil = 2 ** 32 } = {}): void {
    const key = new Uint8Array(20).fill(platform);
    this.law({ event: "LicenceSet", platform, key, group, standing: "active", foundingUntil, flags: 0 });
    const bitmap = products.reduce((bits, product) => bits | (1n << BigInt(product)), 0n);
    this.law({ event: "ProductsSet", platform, word: 0, bitmap });
  }

  publish(product: number, limits: Limits, effectiveFrom = 0): void {
    for (const kind of [1, 2])
      this.law({ event: "VersionPublished", product, kind, index: 0, effectiveFrom, limits: encodeLimits(limits) });
  }

  /** Files entries in one filing in a block of that time. */
  file(platform: number, blockTime: number, entries: readonly Entry[]): AppliedFiling {
    this.#blockTime = blockTime;
    const { number, head: previous } = this.twin.chainOf(platform);
    const frames = encodeEntries(entries.map(encodeEntry));
    const filing = { platform, number: number + 1, previous, recordsRoot: new Uint8Array(32), entries: frames };
    const applied = this.twin.applyFiling(blockTime, filing);
    const { head, decisions } = applied;
    const none = { signature: new Uint8Array(65), transactionHash: new Uint8Array(32), logIndex: 0 };
    const registry = toHex(this.twin.domain.registry);
    this.#collector.take({ type: "filed", registry, ...filing, ...none, head, decisions, time: blockTime }, blockTime);
    return applied;
  }

  /** Where the next entry of a platform's next filing will stand. */
  nextRef(platform: number, index = 0): Ref {
    return { platform, number: this.twin.chainOf(platform).number + 1, index };
  }

  finish(): History {
    return this.#collector.finish();
  }
}
