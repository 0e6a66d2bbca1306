/** `tally rules diff`: what changes for whom, between two packs or from the chain to a pack. */
import { equal } from "../../core/bytes.ts";
import { ruleNames } from "../../core/decision.ts";
import { encodeLimits } from "../../core/limits.ts";
import { changesInWords, ruleInWords, type ChangeInWords } from "../../regulator/change-words.ts";
import { frameChanges, type Frame, type FrameNames } from "../../regulator/frame-changes.ts";
import {
  differencesOf,
  type LawDifference,
  type LawLine,
  linesAfter,
  linesOfPack,
  linesOfRulebook,
  versionsBeside,
} from "../../regulator/law-diff.ts";
import {
  differencesOfTexts,
  type TextDifference,
  textDifferences,
  textsOfPack,
  textsOfVersion,
  textsOfVersions,
  type VersionTexts,
} from "../../regulator/law-texts.ts";
import type { WordsContext } from "../../regulator/limit-words.ts";
import { localTime, type RatePoint } from "../../regulator/plan.ts";
import { planAgainstChain } from "../../regulator/publish.ts";
import { EXIT, print, printJson } from "../output.ts";
import { type PackFile, readPack } from "../operator/rule-packs.ts";
import { borrowerOf, type Law, type LawOptions, type NamedProduct, openLaw, whom, wordsOf } from "./law.ts";

/** Two laws, with how their products are called. */
interface Compared {
  readonly before: string;
  readonly after: string;
  readonly packs: readonly PackFile[];
  readonly differences: readonly LawDifference[];
  /** What changes for all products: money, markets, business days, reference rates. */
  readonly frame: readonly string[];
  readonly texts: readonly TextDifference[];
  /** What the chain has beside the file, and keeps. */
  readonly stays: readonly LawLine[];
  /** Why the file can't be published as it stands. */
  readonly conflicts: readonly string[];
  /** Whether the files are one, to the letter of their content. */
  readonly identical: boolean;
}

export async function diff(first: string, second: string | undefined, options: LawOptions): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  const compared = second === undefined ? await withChain(first, options) : await twoFiles(first, second, now);
  const { before, after, packs, differences, frame, texts, stays, conflicts } = compared;
  const zone = packs[0]?.compiled.settings.zone ?? [];
  const day = (seconds: number): string => localTime(seconds, zone);
  const who = (product: number, kind: number): string => `${productIn(packs, product).name} loans to ${whom(kind)}`;
  const described = differences.map((one) => {
    const { name, title } = productIn(packs, one.product);
    const changes = changesOf(one, wordsOf(packs, one.product));
    const to = who(one.product, one.kind);
    return {
      ...{ product: one.product, name, title, borrower: borrowerOf(one.kind) },
      ...{ from: one.from, ...(one.until !== undefined && { until: one.until }) },
      changes: changes.map((change) => ({ ...change, sentence: `${to}: ${change.sentence}` })),
    };
  });
  const same = described.length + frame.length + conflicts.length === 0;
  process.exitCode = same && texts.length === 0 ? EXIT.ok : EXIT.no;
  if (options.json === true) {
    const lines = stays.map(({ product, kind, versions }) => ({
      ...{ product, borrower: borrowerOf(kind), from: versions.map(({ effectiveFrom }) => effectiveFrom) },
    }));
    const said = texts.map(({ of, ...text }) => ({
      ...text,
      of: of.map(({ product, kind, from }) => ({ product, borrower: borrowerOf(kind), from })),
    }));
    printJson({ before, after, differences: described, settings: frame, texts: said, stays: lines, conflicts });
    return;
  }
  if (same && texts.length === 0) print(`${before} and ${after} say the same${remark(compared)}.`);
  for (const { product, title, from, until, changes } of described) {
    print(`${title} (${product}), from ${day(from)}${until === undefined ? "" : ` until ${day(until)}`}`);
    for (const { sentence } of changes) print(`  ${sentence}`);
  }
  if (frame.length > 0) print("All products");
  for (const sentence of frame) print(`  ${sentence}`);
  if (texts.length > 0) print(same ? "Values are the same; the law's text differs:" : "The law's text differs:");
  for (const { what, of, before: was, after: is } of texts) {
    const versions = of.map(({ product, kind, from }) => `${who(product, kind)} from ${day(from)}`);
    print(`  ${[what, ...versions].join(", ")}`);
    for (const line of was.length === 0 ? ["nothing"] : was) print(`    was: ${line}`);
    for (const line of is.length === 0 ? ["nothing"] : is) print(`    is:  ${line}`);
  }
  for (const { product, kind, versions } of stays)
    print(
      `The chain also has what ${after} doesn't say, and keeps it: ${who(product, kind)}, ${versions.map(({ effectiveFrom }) => `from ${day(effectiveFrom)}`).join(", ")}.`,
    );
  if (conflicts.length > 0) print(`${after} can't be published as it stands:`);
  for (const conflict of conflicts) print(`  CONFLICT  ${conflict}`);
}

function remark({ identical, conflicts }: Compared): string {
  return identical || conflicts.length > 0 ? "" : "; they differ in names, titles or notes alone";
}

/** From one file to another: all that either says. */
async function twoFiles(first: string, second: string, now: number): Promise<Compared> {
  const [a, b] = await Promise.all([readPack(first, now), readPack(second, now)]);
  const packs = [b, a];
  const texts = textDifferences(textsOfVersions(a.pack), textsOfVersions(b.pack));
  return {
    ...{ before: first, after: second, packs, stays: [], conflicts: [], identical: a.hash === b.hash },
    differences: differencesOf(linesOfPack(a.compiled), linesOfPack(b.compiled), true),
    frame: frameChanges(frameOf(a), frameOf(b), frameNames(packs)),
    texts: [...texts, ...differencesOfTexts(textsOfPack(a.pack), textsOfPack(b.pack))],
  };
}

/** From the chain to what it would be once a file is published: law is added, and none goes away. */
async function withChain(file: string, options: LawOptions): Promise<Compared> {
  const law = await openLaw(options);
  const pack = await readPack(file, law.now);
  const { rulebook } = law.chain;
  const { conflicts } = await planAgainstChain(law.context.regulator, pack.compiled, undefined, law.money);
  const [held, mine] = [linesOfRulebook(rulebook), linesOfPack(pack.compiled)];
  const settings = rulebook.settingsAt(2 ** 40);
  const before: Frame = {
    currency: law.money?.currency,
    zoneName: undefined, // that of another zone is a conflict
    markets: settings.markets,
    calendar: settings.calendar,
    series: new Map(rulebook.series().map((number) => [number, rulebook.pointsOf(number)])),
  };
  const said = frameOf(pack);
  // What the file leaves out stays, here too.
  const after: Frame = {
    ...said,
    markets: new Map([...before.markets, ...said.markets]),
    calendar: said.calendar ?? before.calendar,
    series: new Map([
      ...before.series,
      ...[...said.series].map(([number, points]) => [number, union(before.series.get(number) ?? [], points)] as const),
    ]),
  };
  const packs = [pack, ...law.packs];
  return {
    ...{ before: "the chain", after: file, packs, conflicts, identical: true },
    differences: differencesOf(held, linesAfter(held, mine), false),
    frame: frameChanges(before, after, frameNames(packs)),
    texts: textDifferences(textsOfLaw(law, pack), textsOfVersions(pack.pack)),
    stays: versionsBeside(held, mine),
  };
}

function union(held: readonly RatePoint[], said: readonly RatePoint[]): RatePoint[] {
  const all = new Map([...held, ...said].map(({ publishedAt, rate }) => [publishedAt, rate]));
  return [...all].sort(([a], [b]) => a - b).map(([publishedAt, rate]) => ({ publishedAt, rate }));
}

/** The texts of the law that the chain has of a file's versions, where a pack that is kept says them. */
function textsOfLaw(law: Law, { compiled }: PackFile): VersionTexts[] {
  return compiled.versions.flatMap(({ product, kind, effectiveFrom, limits }) => {
    const bound = law.chain.rulebook
      .versionsOf(product, kind)
      .findLast((one) => one.effectiveFrom === effectiveFrom && one.withdrawnAt === undefined);
    if (bound === undefined || !equal(encodeLimits(bound.value), encodeLimits(limits))) return [];
    const found = law.versionInPack({ product, kind, effectiveFrom, limits });
    return found === undefined ? [] : [{ product, kind, from: effectiveFrom, texts: textsOfVersion(found.version) }];
  });
}

function frameOf({ compiled: { currency, zone, settings, series } }: PackFile): Frame {
  return {
    ...{ currency, zoneName: zone, markets: settings.markets, calendar: settings.calendar },
    series: new Map(series.map(({ number, points }) => [number, points])),
  };
}

function frameNames(packs: readonly PackFile[]): FrameNames {
  const nameIn = (of: "markets" | "series", number: number): string | undefined =>
    packs
      .flatMap(({ pack }) => Object.entries(pack[of] as Record<string, { readonly number: number }>))
      .find(([, one]) => one.number === number)?.[0];
  return {
    market: (number) => nameIn("markets", number) ?? String(number),
    series: (number) => nameIn("series", number) ?? String(number),
    zone: packs[0]?.compiled.settings.zone ?? [],
  };
}

function productIn(packs: readonly PackFile[], product: number): NamedProduct {
  const all = packs.flatMap(({ compiled }) => [...compiled.products]);
  return (
    all.find((one) => one.product === product) ?? { product, name: `product ${product}`, title: `Product ${product}` }
  );
}

/** What changes; where there is no law on one side, all its rules begin or end. */
export function changesOf({ before, after }: LawDifference, context: WordsContext): ChangeInWords[] {
  if (before !== undefined && after !== undefined) return changesInWords(before, after, context);
  const limits = after ?? before;
  if (limits === undefined) return [];
  const begins = after !== undefined;
  const rules = ruleNames(limits.on).map((rule) => {
    const values = ruleInWords(rule, limits, context);
    return values === "" ? rule : `${rule} (${values})`;
  });
  const sentence = begins
    ? `may be lent: nothing bound for them before, so that requests were refused. Rules: ${rules.join(", ")}`
    : "may no longer be lent: nothing binds for them, so that requests are refused";
  const verdict = begins ? "less strict" : "stricter";
  const [from, to] = begins ? ["nothing", "binds"] : ["binds", "nothing"];
  return [{ field: "version", rule: "general", before: from, after: to, verdict, sentence }];
}
