import { type RuleName, ruleBit } from "../core/decision.ts";
import type { JudgedBy } from "../core/judged-by.ts";
import type { Limits } from "../core/limit-fields.ts";
import type { Language } from "../core/rule-texts.ts";
import type { Dated } from "../core/rulebook.ts";
import { type Provision, provisionsOf, type Text, textIn } from "./law.ts";
import { shownValue, type ShownValue, valuesOf } from "./limit-values.ts";
import type { WordsContext } from "./limit-words.ts";
import { type LawPack, versionInPacks } from "./pack-law.ts";

/** What a rule rests on that a loan was judged by. */
export interface Citation {
  readonly rule: RuleName;
  /** Bounds of the version that judged, in words. */
  readonly values: Readonly<Record<Language, readonly ShownValue[]>>;
  /** From when that version binds, UTC seconds; absent where no version speaks of the rule. */
  readonly from?: number;
  /** The pack that has that version, byte for byte, if one is at hand. */
  readonly pack?: string;
  /** What that pack says it is law by. */
  readonly law: readonly Provision[];
}

/**
 * Values of the version that stand behind a rule beside its own: SETTLEMENT tests what was paid against RATE's cap. How late an entry may
 * be is said by the version in force at the block's time, everything else by that of the loan's opening.
 */
const BESIDE: Readonly<Partial<Record<RuleName, readonly string[]>>> = {
  WITHDRAWAL: ["withdrawalWindow"],
  LATE: ["reportingWindow", "outageWindow"],
  FUTURE: ["clockSkew"],
};
const BY_PRESENT: ReadonlySet<RuleName> = new Set(["LATE", "FUTURE"]);
/** A rule that holds what happened against the limit of another. */
const AS: Readonly<Partial<Record<RuleName, RuleName>>> = { SETTLEMENT: "RATE" };

export interface CitingContext<File extends LawPack> {
  readonly packs: readonly File[];
  /** Names of reference series on the chain. */
  readonly seriesNames?: ReadonlyMap<number, string>;
}

/** What each of the rules rests on: bounds from the chain's version, articles from a pack that has the very same. */
export function cite<File extends LawPack>(
  rules: readonly RuleName[],
  judged: JudgedBy,
  context: CitingContext<File>,
): Citation[] {
  return rules.map((rule) => citeOne(rule, judged, context));
}

function citeOne<File extends LawPack>(
  rule: RuleName,
  { product, kind, version, present }: JudgedBy,
  { packs, seriesNames }: CitingContext<File>,
): Citation {
  // A version in which the rule is off can't have been what judged it.
  if (version === undefined || (version.value.on & ruleBit(rule)) === 0)
    return { rule, values: { en: [], zh: [] }, law: [] };
  const bounds = BY_PRESENT.has(rule) && present !== undefined ? present : version;
  const inPack = ({ effectiveFrom, value }: Dated<Limits>) =>
    versionInPacks(packs, { product, kind, effectiveFrom, limits: value });
  const [of, besideOf] = [inPack(version), inPack(bounds)];
  const words = wordsOf(of?.file ?? besideOf?.file, seriesNames);
  const beside = (BESIDE[rule] ?? []).filter((field) => bounds.value[field as keyof Limits] !== 0);
  const rulesOf = of?.version.rules as Readonly<Record<string, { readonly law?: unknown } | undefined>> | undefined;
  const lawOf = (name: RuleName | undefined): readonly Provision[] =>
    provisionsOf(rulesOf?.[name ?? ""]?.law as Parameters<typeof provisionsOf>[0]);
  const own = lawOf(rule);
  const values = (language: Language): ShownValue[] => [
    ...valuesOf(AS[rule] ?? rule, version.value, words, language),
    ...beside.map((field) => shownValue(field, bounds.value, words, language)),
  ];
  const besideLaw = besideOf?.version.laws as Readonly<Record<string, Parameters<typeof provisionsOf>[0]>> | undefined;
  return {
    rule,
    from: bounds.effectiveFrom,
    values: { en: values("en"), zh: values("zh") },
    ...(of && { pack: of.file.compiled.pack }),
    law: [...(own.length > 0 ? own : lawOf(AS[rule])), ...beside.flatMap((field) => provisionsOf(besideLaw?.[field]))],
  };
}

function wordsOf(file: LawPack | undefined, seriesNames: ReadonlyMap<number, string> = new Map()): WordsContext {
  const names = new Map(Object.entries(file?.pack.series ?? {}).map(([name, { number }]) => [number, name] as const));
  return {
    ...(file && { currency: file.compiled.currency }),
    series: (number) => names.get(number) ?? seriesNames.get(number) ?? `series ${number}`,
  };
}

/** A provision that a rule rests on, for programs: a row each. */
export interface LawRow {
  readonly rule: RuleName;
  /** The field of the rule that it is about, where they come from several places. */
  readonly value?: string;
  readonly article: string;
  readonly articleZh?: string;
  /** What it says, in the pack's words. */
  readonly provision?: string;
  readonly provisionZh?: string;
  readonly mark: Provision["mark"];
  readonly source?: string;
  readonly pack: string;
  /** From when the version binds, UTC seconds. */
  readonly from: number;
  /** Its bounds, in words. */
  readonly bounds: string[];
  readonly boundsZh?: string[];
}

/** Citations as rows, in one language, or in English with the Chinese beside it where the pack has one. */
export function lawRows(citations: readonly Citation[], language?: Language): LawRow[] {
  const chinese = (text: Text): string | undefined =>
    language === undefined && typeof text !== "string" ? text.zh : undefined;
  return citations.flatMap(({ rule, from = 0, pack = "", values, law }) =>
    law.map(({ value, article, provision, mark, source }) => {
      const [articleZh, provisionZh] = [chinese(article), provision && chinese(provision)];
      return {
        rule,
        ...(value !== undefined && { value }),
        article: textIn(article, language ?? "en"),
        ...(articleZh !== undefined && { articleZh }),
        ...(provision !== undefined && { provision: textIn(provision, language ?? "en") }),
        ...(provisionZh !== undefined && { provisionZh }),
        mark,
        ...(source !== undefined && { source }),
        ...{ pack, from, bounds: boundsIn(values, language ?? "en") },
        ...(language === undefined && { boundsZh: boundsIn(values, "zh") }),
      };
    }),
  );
}

/** `the largest loan: 500 USD`, each. */
export function boundsIn(values: Citation["values"], language: Language): string[] {
  return values[language].map(({ label, value }) => (language === "zh" ? `${label}：${value}` : `${label}: ${value}`));
}
