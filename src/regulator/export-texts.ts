import { stringify } from "yaml";
import { encodeLimits } from "../core/limits.ts";
import { compileRulePack, parseRulePack } from "./compile-rule-pack.ts";
import { type ExportedPack, exportPack, type ExportOptions, heldVersions, isExact } from "./export-pack.ts";
import { type Single, versionsOf } from "./export-versions.ts";
import { plainCalendar } from "./pack-calendar.ts";
import { type KeptText, Names, type Plain, type Source, wordingOf } from "./pack-wording.ts";
import { localTime, sameZone } from "./plan.ts";
import type { RulebookOnChain } from "./rulebook-on-chain.ts";
import { days, duration, percent } from "./rules-from-limits.ts";
import { secondsOf } from "./units.ts";

/**
 * What the Rulebook holds, as a rule pack in the words of the texts that were published: whatever of them the chain has, byte for byte,
 * keeps its wording, articles and all; the rest is written from the chain. Texts come with the last one first.
 *
 * @param only with it, nothing is exported but the products, markets and series of the first text
 */
export function exportFromTexts(
  chain: RulebookOnChain,
  texts: readonly KeptText[],
  { now, zone: givenZone }: Omit<ExportOptions, "names">,
  only = false,
): ExportedPack {
  const [newest] = texts;
  if (newest === undefined) return exportPack(chain, { now, ...(givenZone !== undefined && { zone: givenZone }) });
  const remarks: string[] = [];
  if (chain.emergencies.length > 0)
    remarks.push("There were emergencies: their versions, and those that ended them, are exported like any others.");
  const sources = texts.map((file): Source => ({ file, wording: wordingOf(file.text) }));
  const names = new Names(sources);
  const settings = chain.rulebook.settings().findLast(({ withdrawnAt }) => withdrawnAt === undefined)?.value;
  const zone = givenZone ?? newest.pack.zone;
  const { currency } = newest.pack;
  const own = (number: number, of: ReadonlyMap<number, string>): boolean => !only || of.has(number);
  const first = new Names(sources.slice(0, 1));
  const singles = heldVersions(chain.rulebook, (product) => own(product, first.products)).flatMap(
    ({ kinds, ...one }): Single[] => kinds.map((kind) => ({ ...one, kind, bytes: encodeLimits(one.limits) })),
  );
  const wantedMarkets = [...(settings?.markets ?? [])].filter(([number]) => own(number, first.markets));
  for (const number of new Set(singles.map(({ product }) => Math.floor(product / 64))))
    if (!wantedMarkets.some(([known]) => known === number))
      wantedMarkets.push([number, { confirmationWindow: 0, graceDays: 0 }]);
  const wantedSeries = chain.rulebook.series().filter((number) => own(number, first.series));
  const packs = new Set(texts.filter(({ emergency }) => emergency !== true).map(({ pack }) => pack.pack));
  const head = sources[0]!.wording as unknown as Plain;
  const calendar = calendarOf(settings?.calendar, sources);
  const gaps = gapsOf(only ? sources.slice(0, 1) : sources);
  const plain = {
    ...(packs.size > 1 && !only
      ? { pack: "exported", title: "As the chain has it" }
      : pick(head, "pack", "title", "note", "known")),
    currency: head["currency"],
    zone,
    ...(calendar !== undefined && { calendar }),
    markets: inOrder(
      wantedMarkets,
      ([number]) => names.rank("markets", number),
      ([number, market]) => {
        const name = names.markets.get(number) ?? `market-${number}`;
        const said = sources.find(({ file }) => {
          const of = file.compiled.settings.markets.get(number);
          return of?.confirmationWindow === market.confirmationWindow && of.graceDays === market.graceDays;
        });
        const wording = said && Object.values(said.wording.markets).find((one) => one.number === number);
        const { confirmationWindow: confirm, graceDays } = market;
        const windows = {
          ...(confirm !== 0 && { confirmationWindow: duration(confirm) }),
          ...(graceDays !== 0 && { grace: days(graceDays) }),
        };
        return [name, wording ?? { number, ...windows }];
      },
    ),
    ...(wantedSeries.length > 0 && {
      series: inOrder(
        wantedSeries,
        (number) => names.rank("series", number),
        (number) => [
          names.series.get(number) ?? `series-${number}`,
          seriesOf(number, chain, sources, zone, settings?.zone ?? []),
        ],
      ),
    }),
    products: inOrder(
      [...new Set([...singles.map(({ product }) => product), ...(only ? first : names).products.keys()])],
      (product) => names.rank("products", product),
      (product) => {
        const market = names.markets.get(Math.floor(product / 64)) ?? `market-${Math.floor(product / 64)}`;
        const name = names.products.get(product) ?? `product-${product}`;
        const wording = names.wordingOf(product);
        return [name, wording ? { ...wording, market } : { market, serial: product % 64, title: `Product ${product}` }];
      },
    ),
    versions: versionsOf(singles, sources, names, {
      decimals: currency.decimals,
      zone,
      local: (seconds) => localTime(seconds, settings?.zone ?? []),
    }),
    ...(gaps.length > 0 && { notExpressed: gaps }),
  };
  const yaml = stringify(plain, { lineWidth: 140, aliasDuplicateObjects: false });
  const compiled = compileRulePack(parseRulePack(yaml, "the export"), now);
  const zoneFits = settings === undefined || sameZone(settings, compiled.settings, now);
  if (!zoneFits) remarks.push(`${zone} has other offsets than the chain.`);
  const held = singles.map(({ kind, ...one }) => ({ ...one, kinds: [kind] }));
  return { yaml, remarks, exact: isExact(compiled, held, remarks) && zoneFits };
}

function pick(from: Plain, ...fields: readonly string[]): Plain {
  return Object.fromEntries(fields.filter((field) => field in from).map((field) => [field, from[field]]));
}

function inOrder<T>(
  all: readonly T[],
  rank: (one: T) => number,
  entry: (one: T) => readonly [string, unknown],
): Record<string, unknown> {
  return Object.fromEntries([...all].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b))).map(entry));
}

function calendarOf(held: Parameters<typeof plainCalendar>[0] | undefined, sources: readonly Source[]): unknown {
  if (held === undefined) return undefined;
  const same = sources.find(({ file }) => JSON.stringify(file.compiled.settings.calendar) === JSON.stringify(held));
  return same?.wording.calendar ?? plainCalendar(held);
}

/** Gaps as the last text of each pack names them. */
function gapsOf(sources: readonly Source[]): unknown[] {
  const told = new Set<string>();
  const gaps = sources.flatMap(({ file, wording: { notExpressed = [] } }) => {
    if (notExpressed.length === 0 || told.has(file.pack.pack)) return [];
    told.add(file.pack.pack);
    return notExpressed;
  });
  return [...new Map(gaps.map((gap) => [JSON.stringify(gap), gap])).values()];
}

/** A series of the chain; a text's own words where it has just these points. */
function seriesOf(
  number: number,
  { rulebook, seriesNames }: RulebookOnChain,
  sources: readonly Source[],
  zone: string,
  offsets: Parameters<typeof localTime>[1],
): Plain {
  const held = rulebook.pointsOf(number);
  const said = sources.flatMap(({ file, wording }) => {
    const [name, plain] = Object.entries(wording.series ?? {}).find(([, one]) => one.number === number) ?? [];
    if (name === undefined || plain === undefined) return [];
    const points = file.pack.series[name]!.points.map(({ published, rate }, i) => ({
      publishedAt: secondsOf(published, file.pack.zone),
      rate,
      wording: plain.points[i]!,
      zone: file.pack.zone,
    }));
    return [{ plain, points }];
  });
  const title = seriesNames.get(number) || said[0]?.plain["title"] || `Series ${number}`;
  const points = held.map(({ publishedAt, rate }) => {
    const known = said
      .flatMap(({ points: all }) => all)
      .find((one) => one.publishedAt === publishedAt && one.rate === rate);
    return known !== undefined && known.zone === zone
      ? known.wording
      : { published: localTime(publishedAt, offsets), rate: percent(rate), mark: "M" };
  });
  return { number, title, points };
}
