/** `tally rules show`: the law of a product on a day, as it stands or as it was known. */
import { type RuleName, ruleNames } from "../../core/decision.ts";
import type { Limits } from "../../core/limit-fields.ts";
import { COOLING_MODES } from "../../core/rules/cooling-off.ts";
import { type Language, RULE_TEXTS } from "../../core/rule-texts.ts";
import type { Dated } from "../../core/rulebook.ts";
import { type Law as Provisions, textIn } from "../../regulator/law.ts";
import { windowMode } from "../../regulator/rules-from-limits.ts";
import { calendarInWords } from "../../regulator/pack-calendar.ts";
import { type ShownValue as PlainValue, valuesOf } from "../../regulator/limit-values.ts";
import type { WordsContext } from "../../regulator/limit-words.ts";
import type { RulePack, RulePackVersion } from "../../regulator/rule-pack.ts";
import type { ChainEmergency } from "../../regulator/rulebook-on-chain.ts";
import { note, print, printJson } from "../output.ts";
import { daysInWords, durationInWords } from "../../regulator/value-words.ts";
import { borrowerOf, type Law, type LawOptions, openLaw, whom } from "./law.ts";
import { enactment, enactmentLines, type ShownProvision, provisionLines, provisions } from "./provisions.ts";

export interface ShowOptions extends LawOptions {
  readonly at?: string;
  readonly knownAt?: string;
  /** Of rules' names and of what packs say in several. */
  readonly lang: Language;
}

interface ShownValue extends PlainValue {
  readonly law?: readonly ShownProvision[];
}

interface ShownRule {
  readonly rule: RuleName;
  readonly name: string;
  readonly effect: "refuse" | "flag";
  readonly undetermined: "refuse" | "flag";
  readonly values: readonly ShownValue[];
  readonly law: readonly ShownProvision[];
}

const DAY = 86_400;

export async function show(given: string, options: ShowOptions): Promise<void> {
  const law = await openLaw(options);
  const product = law.productNumber(given);
  const at = options.at === undefined ? law.now : law.moment("--at", options.at);
  // A day is known at its end: what was published on it counts.
  const endOfDay = options.knownAt !== undefined && options.knownAt.length === 10 ? DAY - 1 : 0;
  const knownAt = options.knownAt === undefined ? undefined : law.moment("--known-at", options.knownAt) + endOfDay;
  const found = ([1, 2] as const).flatMap((kind) => {
    const version = law.chain.rulebook.versionAt(product, kind, at, knownAt);
    return version === undefined ? [] : [shown(law, product, kind, version, options.lang)];
  });
  const packs = law.packs.filter(({ compiled }) => compiled.products.some((one) => one.product === product));
  // A text that holds only what is new says nothing of the gaps; the last one that does, counts.
  const telling = options.pack === undefined ? packs.find(({ pack }) => pack.notExpressed.length > 0) : packs[0];
  const notExpressed = (telling?.pack.notExpressed ?? []).map(({ provision, why, law: of }) => ({
    provision: textIn(provision, options.lang),
    why: textIn(why, options.lang),
    law: provisions(of, options.lang),
  }));
  if (options.pack !== undefined && packs[0] !== undefined && !law.isNoted(packs[0]))
    note(`${options.pack} is not a text that was noted when it was published: law is shown only where values agree.`);
  const named = law.named(product);
  const about = packs
    .flatMap(({ pack }) => pack.products[named.name]?.note ?? [])
    .map((text) => textIn(text, options.lang))[0];
  const market = marketOf(law, product, packs[0]?.pack, options.lang);
  if (options.json === true) {
    const asked = {
      ...named,
      ...(about !== undefined && { note: about }),
      at,
      ...(knownAt !== undefined && { knownAt }),
    };
    printJson({ ...asked, market, versions: found, notExpressed });
    return;
  }
  const { name, title } = named;
  const when = `${law.local(at)}${knownAt === undefined ? "" : `, as was known at ${law.local(knownAt)}`}`;
  if (found.length === 0)
    print(`Nothing binds for ${name} (${product}) at ${when}: requests for it are refused, facts flagged.`);
  for (const version of found) printVersion(`${name} (${product}), ${title}`, when, version, law, about);
  if (found.length > 0) {
    print(`  market ${market.number}: ${market.words}`);
    for (const one of market.law) printLines(provisionLines(one));
  }
  if (notExpressed.length > 0) print("Not expressed: what the law says, and these rules do not");
  for (const { provision, why, law: of } of notExpressed) {
    print(`  ${provision}`);
    for (const one of of) printLines(provisionLines(one));
    print(`      why: ${why}`);
  }
}

const printLines = (lines: readonly string[]): void => {
  for (const line of lines) print(`      ${line}`);
};

/** The windows of a product's market, which all its products share, as they stand. */
function marketOf(law: Law, product: number, pack: RulePack | undefined, language: Language) {
  const number = Math.floor(product / 64);
  const { confirmationWindow = 0, graceDays = 0 } = law.chain.rulebook.settingsAt(law.now).markets.get(number) ?? {};
  const stale = graceDays === 0 ? "none" : daysInWords(graceDays);
  const words = `time to confirm or void a loan: ${durationInWords(confirmationWindow)}; time past its term until a loan that nobody closed is stale: ${stale}`;
  const of = Object.values(pack?.markets ?? {}).find((one) => one.number === number)?.law;
  return { number, confirmationWindow, graceDays, words, law: provisions(of, language) };
}

function shown(law: Law, product: number, kind: 1 | 2, version: Dated<Limits>, language: Language) {
  const { value: limits, effectiveFrom } = version;
  const inPack = law.versionInPack({ product, kind, effectiveFrom, limits });
  const emergency = law.emergencyOf(product, kind, version.index);
  const words = law.words(product);
  const enacted = enactment(inPack?.version.law, language);
  return {
    borrower: borrowerOf(kind),
    version: version.index,
    effectiveFrom,
    enactedAt: version.enactedAt,
    ...(version.withdrawnAt !== undefined && { withdrawnAt: version.withdrawnAt }),
    ...(emergency && { emergency }),
    ...(inPack && { pack: inPack.file.compiled.pack }),
    ...businessDaysOf(law, limits),
    ...(enacted && { law: `${enacted.instrument} [${enacted.mark}]`, enactment: enacted }),
    general: valuesOf("general", limits, words, language).map((value) => ({
      ...value,
      ...generalLaw(value, inPack?.version, language),
    })),
    rules: ruleNames(limits.on).map((rule) => shownRule(rule, limits, words, inPack?.version, language)),
    limits,
  };
}

/** Which days are business days, where the version counts by them. */
function businessDaysOf(law: Law, limits: Limits): { businessDays?: string } {
  const rules = new Set<string>(ruleNames(limits.on));
  const waits = rules.has("COOLING-OFF") && limits.coolingMode === COOLING_MODES.businessDays;
  if (!waits && windowMode(limits.flags) !== COOLING_MODES.businessDays) return {};
  const { calendar } = law.chain.rulebook.settingsAt(law.now);
  return { businessDays: calendar === undefined ? "none is known" : calendarInWords(calendar) };
}

function shownRule(
  rule: RuleName,
  limits: Limits,
  words: WordsContext,
  version: RulePackVersion | undefined,
  language: Language,
): ShownRule {
  const isSet = (mask: number): "refuse" | "flag" => (ruleNames(mask).includes(rule) ? "refuse" : "flag");
  const of = version?.rules[rule as keyof RulePackVersion["rules"]];
  return {
    rule,
    name: RULE_TEXTS[rule][language].name,
    effect: isSet(limits.refuse),
    undetermined: isSet(limits.undeterminedRefuse),
    values: valuesOf(rule, limits, words, language),
    law: provisions(of?.law, language),
  };
}

function generalLaw(
  { field }: ShownValue,
  version: RulePackVersion | undefined,
  language: Language,
): { law?: ShownProvision[] } {
  const laws = version?.laws as Readonly<Record<string, Provisions | undefined>> | undefined;
  const of = laws?.[field === "flags" ? "confirm" : field];
  return of === undefined ? {} : { law: provisions(of, language) };
}

/** Law without notice is not to be taken for any other. */
function emergencyInWords({ reason, until, lifted }: ChainEmergency, law: Law): string[] {
  const at = law.local(until);
  const end =
    lifted !== undefined
      ? `It was lifted, and ended ${at}: ${lifted}`
      : until > law.now
        ? `It ends by itself ${at}: the law of before binds again from then on.`
        : `It ended by itself ${at}.`;
  return [`EMERGENCY, declared without notice: ${reason}`, `  ${end}`];
}

function printVersion(title: string, when: string, version: ReturnType<typeof shown>, law: Law, about?: string): void {
  const kind = version.borrower === "business" ? 2 : 1;
  print(`${title}, for ${whom(kind)}, at ${when}`);
  if (about !== undefined) print(`  ${about}`);
  print(
    `  version ${version.version}, binds from ${law.local(version.effectiveFrom)}, enacted ${law.local(version.enactedAt)}${version.withdrawnAt === undefined ? "" : `, withdrawn ${law.local(version.withdrawnAt)}`}`,
  );
  if (version.emergency !== undefined) for (const line of emergencyInWords(version.emergency, law)) print(`  ${line}`);
  if (version.enactment !== undefined) for (const line of enactmentLines(version.enactment)) print(`  ${line}`);
  const line = ({ label, value }: ShownValue, indent: string): void => print(`${indent}${label}: ${value}`);
  for (const value of version.general) {
    line(value, "  ");
    for (const one of value.law ?? []) printLines(provisionLines(one));
  }
  if (version.businessDays !== undefined) print(`  business days: ${version.businessDays}`);
  for (const { rule, name, effect, undetermined, values, law: of } of version.rules) {
    print(`  ${rule}, ${name}: a breach ${effect}s${undetermined === "refuse" ? ", and so does a missing input" : ""}`);
    for (const value of values) line(value, "    ");
    for (const one of of) printLines(provisionLines(one));
  }
}
