import { parseDocument } from "yaml";
import { MAX_ALIASES } from "./pack-document.ts";
import type { LawPack } from "./pack-law.ts";

/** A text that was published, and is kept. */
export interface KeptText extends LawPack {
  readonly text: string;
  /** It was declared as an emergency's law, and names nothing else. */
  readonly emergency?: boolean;
}

export type Plain = Readonly<Record<string, unknown>>;

/** A pack as YAML has it: with its wording, `48h` and `4.20%`. That it is one was seen when it was parsed. */
export interface Wording {
  readonly pack: string;
  readonly calendar?: unknown;
  readonly markets: Readonly<Record<string, Plain & { readonly number: number }>>;
  readonly series?: Readonly<Record<string, Plain & { readonly number: number; readonly points: readonly Plain[] }>>;
  readonly products: Readonly<Record<string, Plain & { readonly market: string; readonly serial: number }>>;
  readonly versions: readonly (Plain & {
    readonly products: readonly string[];
    readonly borrowers: readonly string[];
  })[];
  readonly notExpressed?: readonly unknown[];
}

export interface Source {
  readonly file: KeptText;
  readonly wording: Wording;
}

export function wordingOf(text: string): Wording {
  return parseDocument(text).toJS({ maxAliasCount: MAX_ALIASES }) as Wording;
}

/** What things are called, as the last text that speaks of them has it; a name that stands for something else by then is passed over. */
export class Names {
  readonly markets: ReadonlyMap<number, string>;
  readonly series: ReadonlyMap<number, string>;
  readonly products: ReadonlyMap<number, string>;
  readonly #wordings = new Map<number, Plain>();

  constructor(sources: readonly Source[]) {
    const collect = (of: (source: Source) => readonly (readonly [number, string])[]): Map<number, string> => {
      const names = new Map<number, string>();
      const taken = new Set<string>();
      for (const [number, name] of sources.flatMap(of)) {
        if (names.has(number) || taken.has(name)) continue;
        names.set(number, name);
        taken.add(name);
      }
      return names;
    };
    const numbers = (all: Readonly<Record<string, { readonly number: number }>> = {}) =>
      Object.entries(all).map(([name, { number }]) => [number, name] as const);
    this.markets = collect(({ wording }) => numbers(wording.markets));
    this.series = collect(({ wording }) => numbers(wording.series));
    this.products = collect(({ file }) => file.compiled.products.map(({ product, name }) => [product, name] as const));
    for (const { file, wording } of sources)
      for (const { product, name } of file.compiled.products)
        if (!this.#wordings.has(product)) this.#wordings.set(product, wording.products[name]!);
  }

  /** The place of something among what is named, as texts list it; what isn't named comes last. */
  rank(of: "markets" | "series" | "products", number: number): number {
    const at = [...this[of].keys()].indexOf(number);
    return at === -1 ? Infinity : at;
  }

  wordingOf(product: number): Plain | undefined {
    return this.#wordings.get(product);
  }
}
