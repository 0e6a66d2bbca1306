import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { ruleBit, type RuleName } from "../core/decision.ts";
import { discountRoot } from "../core/discount.ts";
import { emptyLimits, encodeLimits, LIMIT_FLAGS } from "../core/limits.ts";
import type { CostBracket, Limits } from "../core/limit-fields.ts";
import type { MarketSettings, Settings } from "../core/settings.ts";
import { regulatorError } from "./errors.ts";
import { rulePackSchema, type RulePack, type RulePackRules, type RulePackVersion } from "./rule-pack.ts";
import { minorUnits, secondsOf } from "./units.ts";
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
const UNITS = { day: 0, week: 1, month: 2, year: 3, "most-frequent-gap": 255 } as const;
const CONVENTIONS = { nominal: 0, effective: 1, simple: 2 } as const;
/** Large files are no rule packs, and aliases in YAML can make a small one large. */
const MAX_BYTES = 2_000_000;

/** Reads a pack from YAML. Throws `rule-pack-invalid`, naming line and field. */
export function parseRulePack(text: string, file: string): RulePack {
  if (text.length > MAX_BYTES) throw invalid(file, `is larger than ${MAX_BYTES} bytes`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) throw invalid(file, `line ${lineOf(lines, problem.pos[0])}: ${problem.message}`);
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
  const parsed = rulePackSchema.safeParse(plain);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...unknown].map(String);
  const node = document.getIn(path, true) ?? document.getIn(path.slice(0, -1), true);
  const range = (node as { range?: readonly number[] } | undefined)?.range;
  const where = range?.[0] === undefined ? "" : `line ${lineOf(lines, range[0])}, `;
  throw invalid(file, `${where}${path.join(".") || "the file"}: ${issue?.message ?? "is not a rule pack"}`);
}

const lineOf = (lines: LineCounter, position: number): number => lines.linePos(position).line;

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
    return { product: number * 64 + serial, name, title };
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
  const settings = { zone: zoneOffsets(pack.zone, now), markets };
  return {
    pack: pack.pack,
    title: pack.title,
    currency: pack.currency,
    zone: pack.zone,
    settings,
    series,
    products,
    versions,
  };
}

function limitsOf(version: RulePackVersion, pack: RulePack): Limits {
  const bits = { on: 0, refuse: 0, undeterminedRefuse: 0 };
  const set = (name: RuleName, effect: string, undetermined: string): void => {
    if (effect === "off") return;
    bits.on |= ruleBit(name);
    if (effect === "refuse") bits.refuse |= ruleBit(name);
    if (undetermined === "refuse") bits.undeterminedRefuse |= ruleBit(name);
  };
  // No rulebook can waive the licence, so a pack has nothing to say about it.
  set("LICENCE", "refuse", "flag");
  for (const [name, rule] of Object.entries(version.rules))
    if (rule !== undefined) set(name as RuleName, rule.effect, rule.undetermined);
  return {
    ...emptyLimits(),
    ...bits,
    flags: version.confirm ? LIMIT_FLAGS.confirm : 0,
    reportingWindow: version.reportingWindow,
    outageWindow: version.outageWindow,
    clockSkew: version.clockSkew,
    withdrawalWindow: version.withdrawalWindow,
    ...amountsOf(version.rules, pack.currency.decimals),
    ...timesOf(version.rules),
    ...rateOf(version.rules.RATE, pack),
  };
}

function amountsOf(rules: RulePackRules, decimals: number): Partial<Limits> {
  const money = (amount: string | undefined): bigint => minorUnits(amount ?? "0", decimals);
  const brackets: CostBracket[] = (rules.COST?.brackets ?? []).map(({ upTo, share }) => ({
    upTo: upTo === "any" ? 2n ** 40n - 1n : money(upTo),
    share,
  }));
  for (const [i, { upTo }] of brackets.entries())
    if (upTo <= (brackets[i - 1]?.upTo ?? 0n)) throw new Error("COST: the brackets do not ascend");
  return {
    amountMin: money(rules.AMOUNT?.min),
    amountMax: money(rules.AMOUNT?.max),
    platformCap: money(rules["PLATFORM-CAP"]?.max),
    marketCap: money(rules["MARKET-CAP"]?.max),
    costFlat: money(rules.COST?.flat),
    costBrackets: brackets,
  };
}

function timesOf(rules: RulePackRules): Partial<Limits> {
  const within = rules.FREQUENCY?.within;
  return {
    reflection: rules.DISCLOSURE?.reflection ?? 0,
    termMinDays: rules.TERM?.min ?? 0,
    termMaxDays: rules.TERM?.max ?? 0,
    maxLoans: rules["OPEN-LOANS"]?.loans ?? 0,
    maxLenders: rules["OPEN-LOANS"]?.lenders ?? 0,
    coolingOff: rules["COOLING-OFF"]?.time ?? 0,
    frequencyCount: rules.FREQUENCY?.loans ?? 0,
    frequencyWindow: within === "calendar-year" ? 366 : (within ?? 0),
    frequencyMode: within === "calendar-year" ? 1 : 0,
  };
}

function rateOf(rate: RulePackRules["RATE"], pack: RulePack): Partial<Limits> {
  if (rate === undefined) return {};
  if (rate.unitCount !== 1 && (rate.unit === "year" || rate.unit === "most-frequent-gap"))
    throw new Error(`RATE: unitCount is 1 where the unit is ${rate.unit}`);
  const shape = {
    rateConvention: CONVENTIONS[rate.convention],
    rateYearBasis: rate.yearBasis,
    rateUnit: UNITS[rate.unit],
    rateUnitCount: rate.unitCount,
  };
  if ("value" in rate.cap) return { ...shape, rateCap: rate.cap.value, ...discountsOf(rate, rate.cap.value) };
  const series = pack.series[rate.cap.series];
  if (series === undefined) throw new Error(`RATE: there is no series ${rate.cap.series}`);
  if (rate.convention === "effective") throw new Error("RATE: an effective cap can't follow a reference rate");
  return {
    ...shape,
    rateCap: rate.cap.times,
    rateSeries: series.number,
    rateMaxAge: rate.cap.maxAge,
    rateSpread: rate.cap.plus,
  };
}

/** The roots that an effective cap is tested by; other conventions have none. */
function discountsOf({ convention, yearBasis }: NonNullable<RulePackRules["RATE"]>, cap: bigint): Partial<Limits> {
  if (convention !== "effective") return {};
  return { dayDiscount: discountRoot(yearBasis, cap), monthDiscount: discountRoot(12, cap) };
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
