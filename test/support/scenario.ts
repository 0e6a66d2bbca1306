import { toHex } from "../../src/core/bytes.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import type { Entry, Ref } from "../../src/core/entry.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { emptyLimits } from "../../src/core/limits.ts";
import type { PilotTerms } from "../../src/core/sandbox.ts";
import type { Settings } from "../../src/core/settings.ts";

/**
 * A scenario: what happens on a chain, step by step, so that it can be played on the contracts and on the twin, cut down to what matters and
 * printed. Loans are named by the item that opened them, because filings that are left out shift everything after them.
 */
export type Step = { readonly at: number } & (
  | { readonly do: "file"; readonly platform: number; readonly items: readonly Item[]; readonly tail?: Uint8Array }
  | {
      readonly do: "publish";
      readonly product: number;
      readonly kind: number;
      readonly from: number;
      readonly limits: Limits;
    }
  | { readonly do: "withdraw"; readonly product: number; readonly kind: number; readonly index: number }
  | { readonly do: "settings"; readonly from: number; readonly settings: Settings }
  | { readonly do: "rate"; readonly series: number; readonly publishedAt: number; readonly rate: bigint }
  | { readonly do: "suspend" | "restore"; readonly platform: number }
  | {
      readonly do: "pilot";
      readonly number: number;
      readonly terms: PilotTerms;
      readonly platforms: readonly number[];
    }
  | { readonly do: "stop-pilot" | "graduate"; readonly number: number }
  | {
      readonly do: "amend";
      readonly platform: number;
      readonly group: number;
      readonly foundingUntil: number;
      readonly flags: number;
    }
  /** Another registry goes into service. */
  | { readonly do: "succeed" }
  | { readonly do: "products"; readonly platform: number; readonly word: number; readonly bitmap: bigint }
);

export type FileStep = Extract<Step, { do: "file" }>;

/** One entry of a filing. */
export interface Item {
  /** Its own number in the scenario. */
  readonly id: number;
  readonly entry: Entry;
  /** The item that opened the loan that an event is about, or the line that a later draw belongs to; replaces the entry's ref. */
  readonly loan?: number;
  /** The item that made the complaint that an answer is to; replaces the entry's complaint. */
  readonly complaint?: number;
  /** The item that opened the loan that an `Opened` names as its predecessor. */
  readonly predecessor?: number;
  /** What is done to its bytes. */
  readonly mangle?: Mangle;
}

export type Mangle =
  | { readonly how: "set"; readonly at: number; readonly byte: number }
  | { readonly how: "cut"; readonly length: number }
  | { readonly how: "add"; readonly bytes: Uint8Array }
  | { readonly how: "replace"; readonly bytes: Uint8Array };

/** A ref to nothing, for loans whose opening was cut out. */
const NOWHERE: Ref = { platform: 1, number: 2 ** 28 - 1, index: 255 };

/** Follows where items end up while a scenario is played. */
export class Places {
  readonly #refs = new Map<number, Ref>();

  /** The entries' bytes of one filing, and where its items are. */
  lay({ platform, items }: FileStep, number: number): Uint8Array[] {
    items.forEach(({ id }, index) => this.#refs.set(id, { platform, number, index }));
    return items.map((item) => this.#bytes(item));
  }

  refOf(id: number): Ref {
    return this.#refs.get(id) ?? NOWHERE;
  }

  /** The item's entry with its ref resolved. */
  resolve({ entry: unresolved, loan, complaint, predecessor }: Item): Entry {
    let entry = unresolved;
    if (complaint !== undefined && entry.kind === "Answered") entry = { ...entry, complaint: this.refOf(complaint) };
    if (predecessor !== undefined && entry.kind === "Opened")
      entry = { ...entry, predecessor: this.refOf(predecessor) };
    if (loan === undefined || entry.kind === "Barred") return entry;
    if (entry.kind === "Opened") return { ...entry, line: this.refOf(loan) };
    return { ...entry, ref: this.refOf(loan) };
  }

  #bytes(item: Item): Uint8Array {
    const bytes = encodeEntry(this.resolve(item));
    const { mangle } = item;
    switch (mangle?.how) {
      case undefined:
        return bytes;
      case "set":
        bytes[mangle.at % bytes.length] = mangle.byte;
        return bytes;
      case "cut":
        return bytes.slice(0, mangle.length % bytes.length);
      case "add":
        return new Uint8Array([...bytes, ...mangle.bytes]);
      case "replace":
        return mangle.bytes;
    }
  }
}

/** Limits without the fields that say nothing. */
function concise(limits: Limits): unknown {
  const nothing = emptyLimits();
  const says = ([name, value]: [string, unknown]): boolean =>
    name === "format" || (Array.isArray(value) ? value.length > 0 : value !== nothing[name as keyof Limits]);
  return Object.fromEntries(Object.entries(limits).filter(says));
}

/** Readable JSON: money as decimal strings, bytes as hexadecimal text, limits without what is zero. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (key, part: unknown) => {
      if (key === "limits") return concise(part as Limits);
      if (typeof part === "bigint") return part.toString();
      if (part instanceof Uint8Array) return toHex(part);
      if (part instanceof Map) return Object.fromEntries(part as Map<string, unknown>) as unknown;
      return part;
    },
    2,
  );
}
