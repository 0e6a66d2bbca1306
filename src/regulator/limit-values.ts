import type { RuleName } from "../core/decision.ts";
import { LIMIT_FIELDS, type Limits } from "../core/limit-fields.ts";
import type { Language } from "../core/rule-texts.ts";
import { isTelling } from "./change-words.ts";
import { LIMIT_WORDS, type WordsContext } from "./limit-words.ts";
import { LIMIT_WORDS_ZH } from "./limit-words-zh.ts";

/** A value of a version, for people. */
export interface ShownValue {
  readonly field: string;
  readonly label: string;
  readonly value: string;
}

const WORDS = { en: LIMIT_WORDS, zh: LIMIT_WORDS_ZH } as const;
const MASKS = new Set(["format", "on", "refuse", "undeterminedRefuse"]);

/** What a version says of a rule, or in general, a value each. */
export function valuesOf(
  rule: RuleName | "general",
  limits: Limits,
  words: WordsContext,
  language: Language,
): ShownValue[] {
  return LIMIT_FIELDS.filter(
    (field) => field.rule === rule && !MASKS.has(field.name) && isTelling(field.name, limits),
  ).map(({ name }) => shownValue(name, limits, words, language));
}

/** One field's value. */
export function shownValue(field: string, limits: Limits, words: WordsContext, language: Language): ShownValue {
  const of = WORDS[language][field]!;
  return { field, label: of.label.replace(/^the /u, ""), value: of.say(limits, words) };
}
