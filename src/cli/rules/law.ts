/** The law that commands of `tally rules` speak of: the Rulebook on the chain, and the packs that give its numbers names. */
import { DateTime } from "luxon";

import { offsetAt, type Zone } from "../../core/calendar.ts";
import type { WordsContext } from "../../regulator/limit-words.ts";
import type { KnownCurrency } from "../../regulator/known-currency.ts";
import { type VersionInPack, versionInPacks, type VersionOnChain } from "../../regulator/pack-law.ts";
import { localTime } from "../../regulator/plan.ts";
import { type ChainEmergency, readRulebook, type RulebookOnChain } from "../../regulator/rulebook-on-chain.ts";
import type { Currency } from "../../regulator/value-words.ts";
import { cliError } from "../errors.ts";
import type { Home } from "../home.ts";
import { openRegulator, type RegulatorContext, type RegulatorOptions } from "../operator/regulator.ts";
import { moneyOf, type PackFile, productNumber, publishedPacks, readPack } from "../operator/rule-packs.ts";

export interface LawOptions extends RegulatorOptions {
  readonly json?: boolean;
  /** A rule pack that gives names and law. */
  readonly pack?: string;
}

export type Borrower = "person" | "business";
export const borrowerOf = (kind: number): Borrower => (kind === 2 ? "business" : "person");
export const whom = (kind: number): string => (kind === 2 ? "businesses" : "persons");

/** A product with what people call it. */
export interface NamedProduct {
  readonly product: number;
  readonly name: string;
  readonly title: string;
}

/** Everything known of the law on a chain. */
export class Law {
  readonly context: RegulatorContext;
  readonly chain: RulebookOnChain;
  /** The one that was given first, then those that were published from the data directory, the last one first. */
  readonly packs: readonly PackFile[];
  /** UTC seconds that the next block will have. */
  readonly now: number;

  constructor(context: RegulatorContext, chain: RulebookOnChain, packs: readonly PackFile[], now: number) {
    this.context = context;
    this.chain = chain;
    this.packs = packs;
    this.now = now;
  }

  get zone(): Zone {
    return this.chain.rulebook.settingsAt(this.now).zone;
  }

  /** The data directory, if the deployment is its own: it keeps texts of no other. */
  async ownHome(): Promise<Home | undefined> {
    const { home, deployment } = this.context;
    return (await home.deployment())?.rulebook === deployment.rulebook ? home : undefined;
  }

  named(product: number): NamedProduct {
    for (const { compiled } of this.packs) {
      const found = compiled.products.find((one) => one.product === product);
      if (found !== undefined) return found;
    }
    return { product, name: `product-${product}`, title: `Product ${product}` };
  }

  /** The number of a product by its name or number. */
  productNumber(given: string): number {
    return productNumber(
      given,
      this.packs.flatMap(({ compiled }) => [...compiled.products]),
    );
  }

  words(product: number): WordsContext {
    return wordsOf(this.packs, product, this.chain.seriesNames);
  }

  /** What a pack says of a version on the chain, if it says just that: with its articles and sources. */
  versionInPack(version: VersionOnChain): VersionInPack<PackFile> | undefined {
    return versionInPacks(this.packs, version);
  }

  /** The emergency that a version was declared in, if it was. */
  emergencyOf(product: number, kind: number, index: number): ChainEmergency | undefined {
    return this.chain.emergencies.find((one) => one.product === product && one.kind === kind && one.index === index);
  }

  /** Whether a pack's text is one that was noted on the chain. */
  isNoted({ hash }: PackFile): boolean {
    return this.chain.packs.some((one) => one.hash === hash);
  }

  /** What amounts are in: the chain doesn't say, but a pack that was published from here does. */
  get money(): KnownCurrency | undefined {
    return moneyOf(this.packs.filter((pack) => this.isNoted(pack)));
  }

  /** A time in the deployment's zone: `2025-10-01` for a local midnight. */
  local(seconds: number): string {
    return localTime(seconds, this.zone);
  }

  /** UTC seconds of a day's local midnight, or of an instant. */
  moment(option: string, text: string): number {
    const day = /^\d{4}-\d\d-\d\d$/u.test(text);
    const at = DateTime.fromISO(text, { zone: "utc" });
    const instant = /T.*(Z|[+-]\d\d:\d\d)$/u.test(text);
    if ((!day && !instant) || !at.isValid)
      throw cliError("option-invalid", `${option}: ${text.slice(0, 40)} is no day and no instant`, {
        fix: "Give a day such as 2025-10-01 (its midnight in the deployment's zone), or an instant such as 2025-10-01T09:30:00+08:00.",
      });
    const seconds = at.toUnixInteger();
    if (!day) return seconds;
    const guess = seconds - offsetAt(this.zone, seconds);
    return seconds - offsetAt(this.zone, guess);
  }
}

/** Opens the deployment and reads its Rulebook. `acts`: a key is needed, because something may be sent. */
export async function openLaw(options: LawOptions, acts = false): Promise<Law> {
  const context = await openRegulator(options, acts);
  const now = await context.regulator.now();
  const [chain, published, given] = await Promise.all([
    readRulebook(context.rpc, context.deployment),
    publishedPacks(context.home, now),
    options.pack === undefined ? undefined : readPack(options.pack, now),
  ]);
  return new Law(context, chain, given === undefined ? published : [given, ...published], now);
}

/** Currency and names of series, where a pack says them. */
export function wordsOf(
  packs: readonly PackFile[],
  product: number,
  seriesNames: ReadonlyMap<number, string> = new Map(),
): WordsContext {
  const of = packs.find(({ compiled }) => compiled.products.some((one) => one.product === product));
  const currency: Currency | undefined = of?.compiled.currency;
  const names = new Map(Object.entries(of?.pack.series ?? {}).map(([name, { number }]) => [number, name] as const));
  const series = (number: number): string => names.get(number) ?? seriesNames.get(number) ?? `series ${number}`;
  return { ...(currency && { currency }), series };
}
