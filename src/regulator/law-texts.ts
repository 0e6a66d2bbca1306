import { RULES } from "../core/decision.ts";
import { textIn, provisionsOf, type Law, type Provision, type Text } from "./law.ts";
import type { RulePack, RulePackVersion } from "./rule-pack.ts";
import { secondsOf } from "./units.ts";

/** What a pack says beside its values: articles, sources and marks, each for what it is about, a line a provision. */
export type LawTexts = ReadonlyMap<string, readonly Line[]>;

/** One provision in the languages of packs; the same twice where it has only one. */
interface Line {
  readonly en: string;
  readonly zh: string;
}

/** A version with its texts. */
export interface VersionTexts {
  readonly product: number;
  readonly kind: 1 | 2;
  readonly from: number;
  readonly texts: LawTexts;
}

/** Where two packs stand on other law, though their values be the same. */
export interface TextDifference {
  /** What it is about: a rule, a window, what isn't expressed. */
  readonly what: string;
  /** The versions that it is said of, none where it is said of the pack. */
  readonly of: readonly Pick<VersionTexts, "product" | "kind" | "from">[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The texts of all versions of a pack, by product, kind of borrower and moment. */
export function textsOfVersions({ markets, products, versions, zone }: RulePack): VersionTexts[] {
  return versions.flatMap((version) => {
    const texts = textsOfVersion(version);
    const from = secondsOf(version.effectiveFrom, zone);
    return version.products.flatMap((name) => {
      const { market, serial } = products[name]!;
      const product = markets[market]!.number * 64 + serial;
      return version.borrowers.map(
        (borrower) => ({ product, kind: borrower === "person" ? 1 : 2, from, texts }) as const,
      );
    });
  });
}

export function textsOfVersion({ law, laws, rules }: RulePackVersion): LawTexts {
  const texts = new Map<string, readonly Line[]>();
  if (law !== undefined) texts.set("what made it law", [enactmentLine(law)]);
  for (const [name, of] of Object.entries(laws ?? {})) texts.set(name, lines(of));
  for (const [name, rule] of Object.entries(rules)) texts.set(name, lines(rule?.law));
  return texts;
}

/** The texts that belong to a pack and to none of its versions. */
export function textsOfPack({ calendar, markets, notExpressed }: RulePack): LawTexts {
  const texts = new Map<string, readonly Line[]>();
  if (calendar?.law !== undefined) texts.set("business days", lines(calendar.law));
  for (const [name, { law }] of Object.entries(markets)) if (law !== undefined) texts.set(`market ${name}`, lines(law));
  for (const { provision, law, why } of notExpressed) {
    const say = (language: "en" | "zh"): string =>
      [...lines(law).map((line) => line[language]), textIn(why, language)].join("; ");
    texts.set(`not expressed: ${textIn(provision, "en")}`, [{ en: say("en"), zh: say("zh") }]);
  }
  return texts;
}

/** Where the law's text differs between versions that both sides have, the same difference of several versions once. */
export function textDifferences(before: readonly VersionTexts[], after: readonly VersionTexts[]): TextDifference[] {
  const keyOf = ({ product, kind, from }: VersionTexts): string => `${product}/${kind}/${from}`;
  const old = new Map(before.map((one) => [keyOf(one), one]));
  const found = new Map<string, TextDifference>();
  for (const one of after) {
    const { product, kind, from, texts } = one;
    for (const difference of differencesOfTexts(old.get(keyOf(one))?.texts ?? texts, texts)) {
      // That a rule begins or ends is a change of values.
      if (isRule(difference.what) && (difference.before.length === 0 || difference.after.length === 0)) continue;
      const key = JSON.stringify(difference);
      const known = found.get(key) ?? difference;
      found.set(key, { ...known, of: [...known.of, { product, kind, from }] });
    }
  }
  return [...found.values()];
}

export function differencesOfTexts(before: LawTexts, after: LawTexts): TextDifference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((what) => {
    const [was, is] = [before.get(what) ?? [], after.get(what) ?? []];
    const language = (["en", "zh"] as const).find((one) => said(was, one).join("\n") !== said(is, one).join("\n"));
    return language === undefined ? [] : [{ what, of: [], before: said(was, language), after: said(is, language) }];
  });
}

const isRule = (what: string): boolean => RULES.some((rule) => rule === what);

const said = (all: readonly Line[], language: keyof Line): string[] => all.map((line) => line[language]);

const lines = (law: Law | undefined): Line[] =>
  provisionsOf(law).map((one) => ({ en: provisionLine(one, "en"), zh: provisionLine(one, "zh") }));

function provisionLine({ value, article, provision, source, mark, note }: Provision, language: "en" | "zh"): string {
  const about = value === undefined ? "" : `${value}: `;
  const parts = [
    `${about}${textIn(article, language)} [${mark}]`,
    inOf(provision, language),
    source,
    inOf(note, language),
  ];
  return parts.filter((part) => part !== undefined).join("; ");
}

function enactmentLine({ instrument, enacted, source, mark, note }: NonNullable<RulePackVersion["law"]>): Line {
  const say = (language: "en" | "zh"): string =>
    [`${textIn(instrument, language)} [${mark}]`, enacted, source, inOf(note, language)]
      .filter((part) => part !== undefined)
      .join("; ");
  return { en: say("en"), zh: say("zh") };
}

const inOf = (text: Text | undefined, language: "en" | "zh"): string | undefined =>
  text === undefined ? undefined : textIn(text, language);
