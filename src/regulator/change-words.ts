import { ruleBit, ruleNames, type RuleName } from "../core/decision.ts";
import { directionOf } from "../core/limit-directions.ts";
import { LIMIT_FIELDS, type LimitField, type Limits } from "../core/limit-fields.ts";
import { RULE_TEXTS } from "../core/rule-texts.ts";
import { LIMIT_FLAGS } from "../core/limits.ts";
import { changesBetween, type FieldChange, type Strictness } from "../core/strictness.ts";
import { windowMode } from "./rules-from-limits.ts";
import { LIMIT_WORDS, type FieldWords, type WordsContext } from "./limit-words.ts";
import { daysInWords } from "./value-words.ts";

export type Verdict = "stricter" | "less strict" | "either way";

/** One change of the law, for people and for programs. */
export interface ChangeInWords {
  /** The field, or `rule` where a rule goes on or off. */
  readonly field: string;
  readonly rule: RuleName | "general";
  readonly before: string;
  readonly after: string;
  readonly verdict: Verdict;
  /** What changes, without for whom: `the wait after a loan rises from 24 hours to 7 days: stricter`. */
  readonly sentence: string;
}

const MASKS = new Set(["on", "refuse", "undeterminedRefuse"]);
/** They follow from the cap. */
const DERIVED = new Set(["dayDiscount", "monthDiscount"]);

/**
 * A value that says nothing without what it is counted in: 1 may be a second or a business day, 4 a share or a multiple. Where that
 * changes, the two values have no order, so the pair is said as one and may be either way.
 */
interface Counted {
  readonly value: keyof Limits;
  /** What it is counted in; a change of any of these. */
  readonly by: readonly (keyof Limits)[];
  /** Fields that the value's words say already. */
  readonly said: readonly (keyof Limits)[];
  /** Whether the value is said even if its number stays. */
  readonly always: boolean;
}

const COUNTED: readonly Counted[] = [
  { value: "rateCap", by: ["rateSeries"], said: ["rateSeries", "rateMaxAge", "rateSpread"], always: true },
  {
    value: "rateCap",
    by: ["rateConvention", "rateYearBasis", "rateUnit", "rateUnitCount"],
    said: [],
    always: false,
  },
  { value: "coolingOff", by: ["coolingMode"], said: ["coolingMode"], always: true },
  { value: "frequencyWindow", by: ["frequencyMode"], said: ["frequencyMode"], always: true },
  { value: "incomeShare", by: ["incomeMode"], said: [], always: false },
];

const EITHER: Strictness = { tightens: true, relaxes: true };

/** What turns one version into the next, in sentences. Empty if nothing that matters changes. */
export function changesInWords(before: Limits, after: Limits, context: WordsContext): ChangeInWords[] {
  return [
    ...rulesBegun(before, after, context),
    ...effectsChanged(before, after),
    ...fieldsChanged(before, after).map(({ field, ...change }) => {
      const words = LIMIT_WORDS[field.name];
      const said = (limits: Limits): string =>
        `${words?.say(limits, context) ?? ""}${holdingOf(field, before, after, limits)}`;
      const [from, to] = [said(before), said(after)];
      const verdict = verdictOf(change);
      const label = words?.label ?? field.name;
      const verb = verbOf(field, before, after, words);
      const sentence = `${label} ${verb} from ${from} to ${to}: ${verdict}`;
      return { field: field.name, rule: field.rule, before: from, after: to, verdict, sentence };
    }),
  ];
}

/** The fields to be said, each with its direction: what is counted otherwise than before has none. */
function fieldsChanged(before: Limits, after: Limits): FieldChange[] {
  const changes = changesBetween(before, after).filter(
    ({ field }) => !MASKS.has(field.name) && !DERIVED.has(field.name),
  );
  const changed = new Map(changes.map((one) => [one.field.name, one]));
  const unsaid = new Set<keyof Limits>();
  const recount = (value: keyof Limits, always: boolean): void => {
    if (!always && !changed.has(value)) return;
    changed.set(value, { field: LIMIT_FIELDS.find(({ name }) => name === value)!, ...EITHER });
  };
  for (const { value, by, said, always } of COUNTED) {
    if (!by.some((name) => changed.has(name))) continue;
    recount(value, always);
    for (const name of said) unsaid.add(name);
  }
  if (windowMode(before.flags) !== windowMode(after.flags)) {
    recount("withdrawalWindow", true);
    const others = ~(LIMIT_FLAGS.withdrawalBusinessDays | LIMIT_FLAGS.withdrawalDays);
    if (((before.flags ^ after.flags) & others) === 0) unsaid.add("flags");
  }
  return LIMIT_FIELDS.flatMap(({ name }) => (unsaid.has(name) ? [] : (changed.get(name) ?? [])));
}

/** How long a published rate holds, where a cap begins to follow a series or another one. */
function holdingOf({ name }: LimitField, before: Limits, after: Limits, limits: Limits): string {
  if (name !== "rateCap" || before.rateSeries === after.rateSeries || limits.rateSeries === 0) return "";
  return ` (a published rate holds for ${daysInWords(limits.rateMaxAge)})`;
}

export function verdictOf({ tightens, relaxes }: Strictness): Verdict {
  if (tightens && relaxes) return "either way";
  return tightens ? "stricter" : "less strict";
}

/** A version's rule in words: its values, without those that say nothing. */
export function ruleInWords(rule: RuleName, limits: Limits, context: WordsContext): string {
  return LIMIT_FIELDS.filter((field) => field.rule === rule && isTelling(field.name, limits))
    .flatMap(({ name }) => {
      const words = LIMIT_WORDS[name];
      return words === undefined ? [] : [`${words.label.replace(/^the /u, "")}: ${words.say(limits, context)}`];
    })
    .join("; ");
}

/** Fields that have to be said of a rule that is on: not those that only matter together with another one, and are zero. */
export function isTelling(name: keyof Limits, limits: Limits): boolean {
  if (!(name in LIMIT_WORDS)) return false;
  const zero = limits[name] === 0 || limits[name] === 0n;
  switch (name) {
    case "rateSeries":
    case "rateMaxAge":
    case "rateSpread":
      return limits.rateSeries !== 0 && !zero;
    case "rateUnit":
    case "rateUnitCount":
      return limits.rateConvention === 0;
    case "frequencyMode":
    case "coolingMode":
      return false;
    case "amountMin":
    case "termMinDays":
    case "defaultFlat":
    case "defaultShare":
    case "defaultRate":
    case "defaultUplift":
    case "contactWindow":
    case "contactCount":
    case "contactSilence":
      return !zero;
    default:
      return true;
  }
}

function rulesBegun(before: Limits, after: Limits, context: WordsContext): ChangeInWords[] {
  const one = (rule: RuleName, begins: boolean): ChangeInWords => {
    const verdict = begins ? "stricter" : "less strict";
    const values = ruleInWords(rule, begins ? after : before, context);
    const effect = begins ? `; a breach ${(after.refuse & ruleBit(rule)) === 0 ? "flags" : "refuses"}` : "";
    const what = `${rule} (${RULE_TEXTS[rule].en.name})`;
    const said = begins ? `begins to bind${values === "" ? "" : `, ${values}`}${effect}` : "no longer binds";
    const [from, to] = begins ? ["off", values || "on"] : [values || "on", "off"];
    return { field: "rule", rule, before: from, after: to, verdict, sentence: `${what} ${said}: ${verdict}` };
  };
  return [
    ...ruleNames(after.on & ~before.on).map((rule) => one(rule, true)),
    ...ruleNames(before.on & ~after.on).map((rule) => one(rule, false)),
  ];
}

function effectsChanged(before: Limits, after: Limits): ChangeInWords[] {
  const both = before.on & after.on;
  return (["refuse", "undeterminedRefuse"] as const).flatMap((field) =>
    ruleNames(both & (before[field] ^ after[field])).map((rule) => {
      const refuses = (after[field] & ruleBit(rule)) !== 0;
      const [from, to] = refuses ? ["flags", "refuses"] : ["refuses", "flags"];
      const verdict = refuses ? "stricter" : "less strict";
      const when = field === "refuse" ? `a breach of ${rule}` : `${rule} being undetermined`;
      const sentence = `${when} ${to} a request instead of ${from === "flags" ? "flagging" : "refusing"} it: ${verdict}`;
      return { field, rule, before: from, after: to, verdict, sentence } as const;
    }),
  );
}

/** Units of fields that are no quantities. */
const NO_QUANTITY = new Set(["code", "bits", "number", "address", "rules", ""]);

/** `rises`, `fall`, `changes`: quantities rise and fall, but not from or to no bound, nor where several numbers say one thing. */
function verbOf({ name, unit }: LimitField, before: Limits, after: Limits, words: FieldWords | undefined): string {
  const [a, b] = [before[name], after[name]];
  const several = name === "costFlat" || name === "defaultTotal" || name === "quietFrom";
  const unbounded = directionOf(name) === "lowerNotZero" && (Number(a) === 0 || Number(b) === 0);
  const recounted =
    (name === "rateCap" && before.rateSeries !== after.rateSeries) ||
    (name === "coolingOff" && before.coolingMode !== after.coolingMode) ||
    (name === "frequencyWindow" && before.frequencyMode !== after.frequencyMode) ||
    (name === "withdrawalWindow" && windowMode(before.flags) !== windowMode(after.flags));
  const coded = several || recounted || unbounded || NO_QUANTITY.has(unit);
  const verb = coded ? "change" : a < b ? "rise" : "fall";
  return words?.many === true ? verb : `${verb}s`;
}
