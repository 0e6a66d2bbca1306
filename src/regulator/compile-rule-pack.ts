import { z } from "zod";
import { encodeLimits } from "../core/limits.ts";
import type { Limits } from "../core/limit-fields.ts";
import type { MarketSettings, Settings } from "../core/settings.ts";
import { limitsOf } from "./compile-limits.ts";
import { regulatorError } from "./errors.ts";
import { provisionsOf, textIn } from "./law.ts";
import { compileCalendar } from "./pack-calendar.ts";
import { problemLines, readYaml } from "./pack-document.ts";
import { fieldsOf, PACK_RULES } from "./pack-rules.ts";
import { rulePackSchema, type RulePack, type RulePackRules } from "./rule-pack.ts";
import { shapeFaults } from "./shape-faults.ts";
import { secondsOf } from "./units.ts";
import { zoneOffsets } from "./zone-offsets.ts";

/** What the Rulebook stores of a pack: settings, reference series, and the limits of each product and kind of borrower. */
export interface CompiledRulePack {
  readonly pack: string;
  readonly title: string;
  readonly currency: RulePack["currency"];
  readonly zone: string;
  readonly settings: Settings;
  readonly series: readonly {
    readonly number: number;
    readonly title: string;
    readonly points: readonly { readonly publishedAt: number; readonly rate: bigint }[];
  }[];
  readonly products: readonly { readonly product: number; readonly name: string; readonly title: string }[];
  /** By product and kind, then by effectiveFrom. */
  readonly versions: readonly CompiledVersion[];
}

export interface CompiledVersion {
  readonly product: number;
  readonly productName: string;
  /** 1 natural person, 2 business. */
  readonly kind: 1 | 2;
  readonly effectiveFrom: number;
  readonly limits: Limits;
  /** The 320 bytes. */
  readonly bytes: Uint8Array;
}

const KINDS = { person: 1, business: 2 } as const;
/** Reads a pack from YAML, whatever its values mean. Throws `rule-pack-invalid`, naming line and field of all that is wrong. */
export function parseRulePack(text: string, file: string): RulePack {
  const { plain, problems, placed } = readYaml(text);
  if (problems.length > 0) throw invalid(file, problemLines(problems));
  const parsed = rulePackSchema.safeParse(plain);
  if (parsed.success) return parsed.data;
  throw invalid(file, problemLines(shapeFaults(parsed.error.issues, plain, rulePackJsonSchema()).map(placed)));
}

/** Turns a pack into what the Rulebook stores. `now` (UTC seconds) bounds the zone's offsets. Throws `rule-pack-invalid`. */
export function compileRulePack(pack: RulePack, now: number): CompiledRulePack {
  const at = (what: string, text: string): number => checked(pack, what, () => secondsOf(text, pack.zone));
  unique(pack, "market", Object.entries(pack.markets), ({ number }) => number);
  unique(pack, "series", Object.entries(pack.series), ({ number }) => number);
  const markets = new Map<number, MarketSettings>(
    Object.values(pack.markets)
      .sort((a, b) => a.number - b.number)
      .map(({ number, confirmationWindow, grace }) => [number, { confirmationWindow, graceDays: grace }]),
  );
  const products = Object.entries(pack.products).map(([name, { market, serial, title }]) => {
    const number = pack.markets[market]?.number;
    if (number === undefined) throw invalid(pack.pack, `product ${name}: there is no market ${market}`);
    return { product: number * 64 + serial, name, title: textIn(title, "en") };
  });
  unique(
    pack,
    "product",
    products.map((one) => [one.name, one]),
    ({ product }) => product,
  );
  const nothing = products.find(({ product }) => product === 0);
  if (nothing !== undefined)
    throw invalid(pack.pack, `product ${nothing.name}: market 0 with serial 0 is the number 0, which names nothing`);
  const series = Object.entries(pack.series).map(([name, { number, title, points }]) => ({
    number,
    title,
    points: ascending(
      pack,
      name,
      points.map(({ published, rate }) => ({ publishedAt: at(`series ${name}`, published), rate })),
    ),
  }));
  const versions = pack.versions.flatMap((version, i) => {
    const { limits, bytes } = checked(pack, `version ${i + 1}`, () => {
      nameOwnFields(version.rules);
      const compiled = limitsOf(version, pack);
      return { limits: compiled, bytes: encodeLimits(compiled) };
    });
    const effectiveFrom = at(`version ${i + 1}`, version.effectiveFrom);
    return version.products.flatMap((productName) => {
      const product = products.find(({ name }) => name === productName)?.product;
      if (product === undefined) throw invalid(pack.pack, `version ${i + 1}: there is no product ${productName}`);
      return version.borrowers.map((borrower) => ({
        product,
        productName,
        kind: KINDS[borrower],
        effectiveFrom,
        limits,
        bytes,
      }));
    });
  });
  versions.sort((a, b) => a.product - b.product || a.kind - b.kind || a.effectiveFrom - b.effectiveFrom);
  for (const [i, version] of versions.entries()) {
    const next = versions[i + 1];
    if (next?.product === version.product && next.kind === version.kind && next.effectiveFrom === version.effectiveFrom)
      throw invalid(pack.pack, `two versions of ${version.productName} bind from the same moment`);
  }
  const { calendar } = pack;
  const days = calendar && { calendar: checked(pack, "calendar", () => compileCalendar(calendar)) };
  const settings = { zone: zoneOffsets(pack.zone, now), markets, ...days };
  return {
    pack: pack.pack,
    title: textIn(pack.title, "en"),
    currency: pack.currency,
    zone: pack.zone,
    settings,
    series,
    products,
    versions,
  };
}

/** A provision that says which field it is about must name one of its rule. */
function nameOwnFields(rules: RulePackRules): void {
  for (const name of PACK_RULES) {
    const fields = fieldsOf(name).map(({ field }) => field);
    for (const { value } of provisionsOf(rules[name]?.law))
      if (value !== undefined && !fields.includes(value))
        throw new Error(`${name}: its law names ${value}, no field of it`);
  }
}

function ascending<T extends { readonly publishedAt: number }>(pack: RulePack, name: string, points: T[]): T[] {
  const wrong = points.findIndex(({ publishedAt }, i) => publishedAt <= (points[i - 1]?.publishedAt ?? 0));
  if (wrong !== -1) throw invalid(pack.pack, `series ${name}: point ${wrong + 1} is not later than the one before it`);
  return points;
}

/** Two names for one number would be one thing on the chain. */
function unique<T>(pack: RulePack, what: string, all: readonly (readonly [string, T])[], of: (one: T) => number): void {
  const seen = new Map<number, string>();
  for (const [name, one] of all) {
    const other = seen.get(of(one));
    if (other !== undefined) throw invalid(pack.pack, `${what} ${name} has the number of ${other}`);
    seen.set(of(one), name);
  }
}

function checked<T>(pack: RulePack, what: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw invalid(pack.pack, `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function invalid(file: string, what: string): Error {
  return regulatorError("rule-pack-invalid", `${file}: ${what}`);
}

/** The JSON Schema that editors check a pack with. */
export function rulePackJsonSchema(): unknown {
  return z.toJSONSchema(rulePackSchema, { io: "input" });
}
