import { findingNames, ruleNames } from "./decision.ts";
import type { Decision, RuleName } from "./decision.ts";
import { FINDING_TEXTS, RULE_TEXTS } from "./rule-texts.ts";
import type { Language } from "./rule-texts.ts";

const WORDS = {
  en: {
    accepted: "Accepted.",
    flagged: "Accepted, with a flag:",
    refused: "Refused:",
    unknown: (name: string) => `${name}: an input is missing, so it can't be judged.`,
  },
  zh: {
    accepted: "通过。",
    flagged: "通过，但有标记：",
    refused: "拒绝：",
    unknown: (name: string) => `${name}：缺少判定所需的信息，无法确定。`,
  },
} as const;

/**
 * A decision for people, a line each: what became of the entry, and why.
 *
 * @param beneath what else there is to say of a rule
 */
export function decisionInWords(
  { outcome, findings, breaches, undetermined }: Decision,
  language: Language,
  beneath: (rule: RuleName) => readonly string[] = () => [],
): string[] {
  const words = WORDS[language];
  return [
    words[outcome],
    ...findingNames(findings).map((name) => `${name}  ${FINDING_TEXTS[name][language]}`),
    ...ruleNames(breaches).flatMap((name) => [`${name}  ${RULE_TEXTS[name][language].breach}`, ...beneath(name)]),
    ...ruleNames(undetermined).flatMap((name) => [
      `${name}  ${words.unknown(RULE_TEXTS[name][language].name)}`,
      ...beneath(name),
    ]),
  ];
}
