import { stringify } from "yaml";
import type { Calendar } from "../core/business-days.ts";
import { offsetAt, type Zone } from "../core/calendar.ts";
import { equal, toHex } from "../core/bytes.ts";
import { encodeLimits } from "../core/limits.ts";
import type { Limits } from "../core/limit-fields.ts";
import { DateTime } from "luxon";
import { plainCalendar, writtenCalendar } from "./pack-calendar.ts";
import { compileRulePack, parseRulePack, type CompiledRulePack } from "./compile-rule-pack.ts";
import { localTime, sameZone } from "./plan.ts";
import type { RulePack, RulePackVersion } from "./rule-pack.ts";
import type { RulebookOnChain } from "./rulebook-on-chain.ts";
import { days, duration, percent, versionFromLimits, type PlainRule, type PlainVersion } from "./rules-from-limits.ts";
import { secondsOf } from "./units.ts";
import { zoneOffsets } from "./zone-offsets.ts";

/** A pack that gives names to what the chain has; `law`: it is the text that was published, so that its law is the chain's. */
export interface NamingPack {
  readonly pack: RulePack;
  readonly compiled: CompiledRulePack;
  readonly law: boolean;
}

export interface ExportedPack {
  readonly yaml: string;
  /** What whoever reads it must know. */
  readonly remarks: readonly string[];
  /** Whether compiling it gives what the chain has, to the byte. */
  readonly exact: boolean;
}

export interface ExportOptions {
  /** With it, only its products, markets and series are exported. */
  readonly names?: NamingPack;
  /** UTC seconds. */
  readonly now: number;
  readonly zone?: string;
}

/** A pack has to name one; this code of ISO 4217 says that there is none. So a minor unit is a whole one. */
const NO_CURRENCY = { code: "XXX", decimals: 0 };
const BORROWERS = { 1: "person", 2: "business" } as const;
/** What a rule's `law` is where nobody says it. */
export const NOT_SAID = { article: "Not said: the chain keeps values, and no articles", mark: "M" };

/** A version on the chain, or those of both kinds of borrower if they are alike. */
export interface Held {
  readonly product: number;
  readonly kinds: readonly (1 | 2)[];
  readonly effectiveFrom: number;
  readonly limits: Limits;
}

/** What the Rulebook holds, as a rule pack: the law as it stands, withdrawn versions left out. */
export function exportPack(chain: RulebookOnChain, options: ExportOptions): ExportedPack {
  const { rulebook, seriesNames, emergencies } = chain;
  const { names, now } = options;
  const remarks: string[] = [];
  if (emergencies.length > 0)
    remarks.push("There were emergencies: their versions, and those that ended them, are exported like any others.");
  const settings = rulebook.settings().findLast(({ withdrawnAt }) => withdrawnAt === undefined)?.value;
  const zone = names?.pack.zone ?? options.zone ?? zoneName(settings?.zone ?? [], now, remarks);
  const currency = names?.pack.currency ?? NO_CURRENCY;
  if (names === undefined)
    remarks.push(
      "The chain keeps no currency: amounts are minor units, and the currency is XXX, the code of ISO 4217 for none. With --pack it is that of the pack.",
    );

  const of = namesOf(names?.pack);
  const held = heldVersions(rulebook, (product) => names === undefined || of.product(product) !== undefined);
  const productName = (product: number): string => of.product(product) ?? `product-${product}`;
  const products = [...new Set(held.map(({ product }) => product))];
  const markets = new Map(settings?.markets);
  for (const product of products) if (!markets.has(market(product))) markets.set(market(product), NO_MARKET);
  const wanted = [...markets].filter(([number]) => names === undefined || of.market(number) !== undefined);
  const series = rulebook.series().filter((number) => names === undefined || of.series(number) !== undefined);
  const seriesName = (number: number): string => of.series(number) ?? `series-${number}`;

  const plain = {
    pack: names?.pack.pack ?? "exported",
    title: names?.pack.title ?? "As the chain has it",
    ...(names?.pack.note !== undefined && { note: names.pack.note }),
    ...(names?.pack.known !== undefined && { known: names.pack.known }),
    currency,
    zone,
    ...(settings?.calendar && { calendar: calendarOf(settings.calendar, names) }),
    markets: Object.fromEntries(
      wanted.map(([number, { confirmationWindow, graceDays }]) => {
        const said = names?.pack.markets[of.market(number) ?? ""];
        return [
          of.market(number) ?? `market-${number}`,
          {
            number,
            ...(said?.title !== undefined && { title: said.title }),
            ...(confirmationWindow !== 0 && { confirmationWindow: duration(confirmationWindow) }),
            ...(graceDays !== 0 && { grace: days(graceDays) }),
            ...(names?.law === true && said?.law !== undefined && { law: said.law }),
          },
        ];
      }),
    ),
    ...(series.length > 0 && {
      series: Object.fromEntries(
        series.map((number) => {
          const said = names?.law === true ? names.pack.series[seriesName(number)] : undefined;
          const points = rulebook.pointsOf(number).map(({ publishedAt, rate }) => {
            const point = said?.points.find(
              (one) => secondsOf(one.published, zone) === publishedAt && one.rate === rate,
            );
            return {
              published: localTime(publishedAt, settings?.zone ?? []),
              rate: percent(rate),
              mark: point?.mark ?? "M",
            };
          });
          return [seriesName(number), { number, title: seriesNames.get(number) || `Series ${number}`, points }];
        }),
      ),
    }),
    products: Object.fromEntries(
      products.map((product) => {
        const said = names?.pack.products[productName(product)];
        const title = said?.title ?? `Product ${product}`;
        const note = said?.note === undefined ? {} : { note: said.note };
        const in_ = of.market(market(product)) ?? `market-${market(product)}`;
        return [productName(product), { market: in_, serial: product % 64, title, ...note }];
      }),
    ),
    versions: held.map(({ product, kinds, effectiveFrom, limits }) => {
      const version = versionFromLimits(limits, { decimals: currency.decimals, seriesName });
      const name = productName(product);
      const said = names?.law === true ? versionIn(names, name, kinds, effectiveFrom, limits) : undefined;
      return {
        products: [name],
        borrowers: kinds.map((kind) => BORROWERS[kind]),
        effectiveFrom: localTime(effectiveFrom, settings?.zone ?? []),
        ...(said?.law !== undefined && { law: said.law }),
        ...withLaw(version, said),
      };
    }),
    ...(names?.law === true && names.pack.notExpressed.length > 0 && { notExpressed: names.pack.notExpressed }),
  };
  const yaml = stringify(plain, { lineWidth: 140, aliasDuplicateObjects: false });
  const compiled = compileRulePack(parseRulePack(yaml, "the export"), now);
  const zoneFits = settings === undefined || sameZone(settings, compiled.settings, now);
  if (!zoneFits && options.zone !== undefined) remarks.push(`${zone} has other offsets than the chain.`);
  return { yaml, remarks, exact: isExact(compiled, held, remarks) && zoneFits };
}

/** The calendar as the pack writes it, if it is the pack's. */
function calendarOf(held: Calendar, names: NamingPack | undefined) {
  const { pack, compiled } = names ?? {};
  const same = isDeepEqual(compiled?.settings.calendar, held);
  return same && names?.law === true && pack?.calendar ? writtenCalendar(pack.calendar) : plainCalendar(held);
}

const isDeepEqual = (a: Calendar | undefined, b: Calendar): boolean => JSON.stringify(a) === JSON.stringify(b);

const NO_MARKET = { confirmationWindow: 0, graceDays: 0 };
const market = (product: number): number => Math.floor(product / 64);

export function heldVersions(rulebook: RulebookOnChain["rulebook"], wanted: (product: number) => boolean): Held[] {
  const single = rulebook.products().flatMap(({ product, kind }) =>
    rulebook
      .versionsOf(product, kind)
      .filter(({ withdrawnAt }) => withdrawnAt === undefined && wanted(product))
      .map(({ effectiveFrom, value }) => ({
        product,
        kinds: [kind === 2 ? (2 as const) : (1 as const)],
        effectiveFrom,
        limits: value,
      })),
  );
  const alike = Map.groupBy(single, ({ product, effectiveFrom, limits }) =>
    [product, effectiveFrom, toHex(encodeLimits(limits))].join(" "),
  );
  return [...alike.values()]
    .map((all) => ({ ...all[0]!, kinds: all.flatMap(({ kinds }) => kinds) }))
    .sort((a, b) => a.product - b.product || a.effectiveFrom - b.effectiveFrom || a.kinds[0]! - b.kinds[0]!);
}

/** Names by number. */
function namesOf(pack: RulePack | undefined) {
  const byNumber = <T>(all: Readonly<Record<string, T>> | undefined, of: (one: T) => number) =>
    new Map(Object.entries(all ?? {}).map(([name, one]) => [of(one), name] as const));
  const markets = byNumber(pack?.markets, ({ number }) => number);
  const series = byNumber(pack?.series, ({ number }) => number);
  const products = byNumber(pack?.products, (one) => (pack?.markets[one.market]?.number ?? 0) * 64 + one.serial);
  return {
    market: (number: number) => markets.get(number),
    series: (number: number) => series.get(number),
    product: (number: number) => products.get(number),
  };
}

/** The version of a pack that says just this. */
function versionIn(
  { pack, compiled }: NamingPack,
  productName: string,
  kinds: readonly (1 | 2)[],
  effectiveFrom: number,
  limits: Limits,
): RulePackVersion | undefined {
  const bytes = encodeLimits(limits);
  const same = compiled.versions.some(
    (one) =>
      one.productName === productName &&
      kinds.includes(one.kind) &&
      one.effectiveFrom === effectiveFrom &&
      equal(one.bytes, bytes),
  );
  if (!same) return undefined;
  return pack.versions.find(
    ({ products, borrowers, effectiveFrom: from }) =>
      products.includes(productName) &&
      kinds.some((kind) => borrowers.includes(BORROWERS[kind])) &&
      secondsOf(from, pack.zone) === effectiveFrom,
  );
}

function withLaw(version: PlainVersion, said: RulePackVersion | undefined): PlainVersion {
  const rules: Record<string, PlainRule> = {};
  for (const [name, rule] of Object.entries(version.rules))
    rules[name] = { ...rule, law: said?.rules[name as keyof RulePackVersion["rules"]]?.law ?? NOT_SAID };
  return { ...version, ...(said?.laws !== undefined && { laws: said.laws }), rules };
}

/** A zone with just these offsets, if there is one: inhabited ones first. */
function zoneName(zone: Zone, now: number, remarks: string[]): string {
  if (zone.length === 0) return "Etc/UTC";
  const turns = [SINCE, ...zone.flatMap(({ from }) => [from - 1, from]), now].filter(
    (at) => at >= SINCE && at < now + YEAR,
  );
  // Most zones differ at one of these moments already; the others are compared at their own turns, too.
  const mayFit = (name: string): boolean =>
    turns.every((at) => DateTime.fromSeconds(at, { zone: name }).offset * 60 === offsetAt(zone, at));
  const fits = (name: string): boolean =>
    sameZone({ zone, markets: new Map() }, { zone: zoneOffsets(name, now), markets: new Map() }, now);
  const names = Intl.supportedValuesOf("timeZone").sort((a, b) => rankOf(a) - rankOf(b));
  const found = names.find((name) => mayFit(name) && fits(name));
  remarks.push(
    found === undefined
      ? "No zone that is known here has the chain's offsets: Etc/UTC stands in its place, and days and times are wrong by them."
      : `The chain keeps offsets, and no name of a zone: ${found} has these. Another one can be named with --zone.`,
  );
  return found ?? "Etc/UTC";
}

const SINCE = Date.UTC(2000, 0, 1) / 1_000;
const YEAR = 366 * 86_400;
const rankOf = (zone: string): number => (/^(Asia|Europe|America|Africa|Australia)\//u.test(zone) ? 0 : 1);

/** Whether compiling the text gives back the chain's bytes. */
export function isExact({ versions }: CompiledRulePack, held: readonly Held[], remarks: string[]): boolean {
  const wanted = held.flatMap(({ kinds, ...one }) => kinds.map((kind) => ({ ...one, kind })));
  const missing = wanted.filter(
    ({ product, kind, effectiveFrom, limits }) =>
      !versions.some(
        (one) =>
          one.product === product &&
          one.kind === kind &&
          one.effectiveFrom === effectiveFrom &&
          equal(one.bytes, encodeLimits(limits)),
      ),
  );
  for (const { product, kind } of missing)
    remarks.push(
      `A version of product ${product} for ${BORROWERS[kind]} holds what a pack can't say: it is exported as near as can be.`,
    );
  return missing.length === 0;
}
