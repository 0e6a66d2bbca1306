import type { LawEvent, FiledEvent, RegistryEvent } from "../chain/events.ts";
import { toHex, type Hex } from "../core/bytes.ts";
import { decodeDecisions, type Decision } from "../core/decision.ts";
import { decodeEntry } from "../core/decode-entry.ts";
import type { Entry, Ref } from "../core/entry.ts";
import { splitEntries } from "../core/filing.ts";
import { Licences } from "../core/licences.ts";
import { readHistory, type HistorySource } from "./history.ts";

/** An entry as the chain has it, with what the registry decided and where it stands. */
export interface Act {
  readonly entry: Entry;
  readonly ref: Ref;
  readonly blockTime: number;
  /** What the registry decided. */
  readonly recorded: Decision;
}

/** A change of the law, and where in the history it was made. */
export interface DatedLaw {
  readonly event: LawEvent["event"];
  /** Number of the next act. */
  readonly act: number;
  readonly blockTime: number;
}

/** All that a simulation begins with. It is collected once, and runs are made over it under one law or another. */
export interface History {
  /** In the order of the chain. What is no entry, or of a kind that the registry doesn't serve, is not among them. */
  readonly acts: readonly Act[];
  /** Entries that were left out for that. */
  readonly unreadable: number;
  /** Changes of rulebook and licences, in the order of the chain. */
  readonly law: readonly DatedLaw[];
  readonly licences: LicencesOverTime;
  /** Last number and head of each platform. */
  readonly heads: ReadonlyMap<number, { readonly number: number; readonly head: Hex }>;
}

/** Each platform's licence as it stood when a filing was mined: history is asked again in another order than that of the chain. */
export class LicencesOverTime {
  readonly #of = new Map<number, { readonly from: number; readonly licences: Licences }[]>();
  readonly #events = new Map<number, LawEvent["event"][]>();

  /** Takes a change that binds for acts from number `from` on. */
  take(event: LawEvent["event"], from: number): void {
    if (event.event !== "LicenceSet" && event.event !== "ProductsSet") return;
    const { platform } = event;
    const events = [...(this.#events.get(platform) ?? []), event];
    this.#events.set(platform, events);
    const licences = new Licences();
    for (const one of events) if (one.event === "LicenceSet" || one.event === "ProductsSet") licences.apply(one);
    const past = this.#of.get(platform) ?? [];
    if (past.at(-1)?.from === from) past.pop();
    this.#of.set(platform, [...past, { from, licences }]);
  }

  /** What was known of a platform at the act of that number, or first, if nothing was known yet. */
  at(platform: number, act: number): Licences | undefined {
    const past = this.#of.get(platform);
    if (past === undefined) return undefined;
    for (let i = past.length - 1; i > 0; i--) if (past[i]!.from <= act) return past[i]!.licences;
    return past[0]!.licences;
  }
}

/** Takes events in the order of the chain, and makes a history of them. */
export class HistoryCollector {
  readonly #acts: Act[] = [];
  readonly #law: DatedLaw[] = [];
  readonly #licences = new LicencesOverTime();
  readonly #heads = new Map<number, { readonly number: number; readonly head: Hex }>();
  #unreadable = 0;

  take(event: RegistryEvent, blockTime: number): void {
    if (event.type === "filed") return this.#filed(event, blockTime);
    this.#law.push({ event: event.event, act: this.#acts.length, blockTime });
    this.#licences.take(event.event, this.#acts.length);
  }

  finish(): History {
    const heads = new Map([...this.#heads].sort(([a], [b]) => a - b));
    return { acts: this.#acts, unreadable: this.#unreadable, law: this.#law, licences: this.#licences, heads };
  }

  #filed({ platform, number, head, entries, decisions }: FiledEvent, blockTime: number): void {
    this.#heads.set(platform, { number, head: toHex(head) });
    const recorded = decodeDecisions(decisions);
    for (const [index, bytes] of splitEntries(entries).entries()) {
      const entry = decodeEntry(bytes);
      const decision = recorded[index];
      if (typeof entry === "string" || decision === undefined) this.#unreadable++;
      else this.#acts.push({ entry, ref: { platform, number, index }, blockTime, recorded: decision });
    }
  }
}

/** Reads a registry's whole history from its logs, as `tally audit` does. */
export async function collectHistory(
  source: HistorySource,
  onProgress: (blocks: number, total: number) => void = () => undefined,
): Promise<History> {
  const collector = new HistoryCollector();
  for await (const { last, end, events } of readHistory(source, source.from)) {
    for (const { event, blockTime } of events) collector.take(event, blockTime);
    onProgress(last - source.from + 1, end - source.from + 1);
  }
  return collector.finish();
}
