import type { Limits } from "../core/limit-fields.ts";
import { LIMIT_FLAGS } from "../core/limits.ts";
import { windowMode } from "./rules-from-limits.ts";
import { ruleNames } from "../core/decision.ts";
import {
  daysInWords,
  decimal,
  durationInWords,
  moneyInWords,
  percentInWords,
  plural,
  timeOfDayInWords,
  waitInWords,
  type Currency,
} from "./value-words.ts";

/** What a field is called, and how its value is said. */
export interface FieldWords {
  /** A noun with its article, as a sentence begins with it. */
  readonly label: string;
  readonly say: (limits: Limits, context: WordsContext) => string;
  /** Whether its label stands for several: "the loans". */
  readonly many?: boolean;
}

/** What numbers alone don't say. */
export interface WordsContext {
  readonly currency?: Currency;
  /** Name of a reference series. */
  readonly series?: (number: number) => string;
}

type NumberField = { [F in keyof Limits]: Limits[F] extends number ? F : never }[keyof Limits];
type BigField = { [F in keyof Limits]: Limits[F] extends bigint ? F : never }[keyof Limits];

const NO_BOUND = "no bound";

const time = (field: NumberField, label: string): FieldWords => ({ label, say: (v) => durationInWords(v[field]) });
const days = (field: NumberField, label: string, zero = "0 days"): FieldWords => ({
  label,
  say: (v) => (v[field] === 0 ? zero : daysInWords(v[field])),
});
const money = (field: BigField, label: string, zero?: string): FieldWords => ({
  label,
  say: (v, { currency }) => (v[field] === 0n && zero !== undefined ? zero : moneyInWords(v[field], currency)),
});
const count = (field: NumberField, label: string, word: string, zero?: string): FieldWords => ({
  label,
  many: true,
  say: (v) => (v[field] === 0 && zero !== undefined ? zero : plural(v[field], word)),
});
const share = (field: NumberField, label: string, places = 6): FieldWords => ({
  label,
  say: (v) => percentInWords(v[field], places),
});
const code = (field: NumberField, label: string, names: Readonly<Record<number, string>>): FieldWords => ({
  label,
  say: (v) => names[v[field]] ?? `code ${v[field]}`,
});
const rules = (field: NumberField, label: string): FieldWords => ({
  label,
  many: true,
  say: (v) => ruleNames(v[field] & v.on).join(", ") || "none",
});

/** By field. One that says nothing by itself (a discount that follows from the cap) isn't here. */
export const LIMIT_WORDS: Readonly<Record<string, FieldWords>> = {
  flags: { label: "what requests need", say: flagsInWords },
  on: rules("on", "the rules in force"),
  refuse: rules("refuse", "the rules that refuse"),
  undeterminedRefuse: rules("undeterminedRefuse", "the rules that refuse when undetermined"),
  reportingWindow: time("reportingWindow", "the time to report what happened"),
  outageWindow: time("outageWindow", "the time to file what was lent in an outage"),
  clockSkew: time("clockSkew", "the time by which a clock may be ahead"),
  withdrawalWindow: {
    label: "the time to withdraw",
    say: ({ flags, withdrawalWindow }) => waitInWords(windowMode(flags), withdrawalWindow),
  },
  secondaryWindow: time("secondaryWindow", "the time after a close for which another loan is a secondary one"),
  reflection: time("reflection", "the time to reflect after seeing the costs"),
  amountMin: money("amountMin", "the smallest loan"),
  amountMax: money("amountMax", "the largest loan", NO_BOUND),
  termMinDays: days("termMinDays", "the shortest term"),
  termMaxDays: days("termMaxDays", "the longest term", NO_BOUND),
  platformCap: money("platformCap", "the most that may be owed to one lender's group"),
  marketCap: money("marketCap", "the most that may be owed to all lenders together"),
  maxLoans: count("maxLoans", "the loans that may be open at once", "loan", NO_BOUND),
  maxLenders: count("maxLenders", "the lenders that one may have at once", "lender", NO_BOUND),
  coolingOff: {
    label: "the wait after a loan",
    say: ({ coolingOff, coolingMode }) => waitInWords(coolingMode, coolingOff),
  },
  coolingMode: code("coolingMode", "how the wait is counted", {
    0: "by seconds",
    1: "by business days",
    2: "by days",
  }),
  frequencyCount: count("frequencyCount", "the loans that may be opened in a period", "loan"),
  frequencyWindow: {
    label: "the period in which loans are counted",
    say: (v) => (v.frequencyMode === 1 ? "the calendar year" : daysInWords(v.frequencyWindow)),
  },
  frequencyMode: code("frequencyMode", "how the period is counted", { 0: "any days in a row", 1: "by calendar year" }),
  rateConvention: code("rateConvention", "how the annual rate is reckoned", {
    0: "nominal",
    1: "effective",
    2: "simple",
  }),
  rateYearBasis: days("rateYearBasis", "the days of a year"),
  rateUnit: code("rateUnit", "the unit period of interest", {
    0: "a day",
    1: "a week",
    2: "a month",
    3: "a year",
    255: "the schedule's most frequent gap",
  }),
  rateUnitCount: count("rateUnitCount", "the units of a unit period", "unit"),
  rateCap: { label: "the cap on the annual rate", say: rateInWords },
  rateSeries: {
    label: "the reference rate that the cap follows",
    say: ({ rateSeries }, context) => (rateSeries === 0 ? "none" : seriesName(rateSeries, context)),
  },
  rateMaxAge: days("rateMaxAge", "the time for which a reference rate holds"),
  rateSpread: { label: "what is added to the reference rate", say: (v) => percentInWords(v.rateSpread, 9) },
  costFlat: { label: "the charges that are allowed", many: true, say: costInWords },
  incomeMode: code("incomeMode", "what is held against the income of a month", {
    0: "this loan's monthly payment",
    1: "the principal",
    2: "the monthly payments of all open loans",
    3: "the principal of all open loans",
  }),
  incomeShare: share("incomeShare", "the share of a month's income"),
  streakDays: days("streakDays", "the longest time in debt without a break"),
  streakOff: days("streakOff", "the break after so long in debt"),
  barredDays: days("barredDays", "the time without a loan after a default"),
  rolloverMax: count("rolloverMax", "the extensions and renewals of a loan", "extension"),
  rolloverPaid: share("rolloverPaid", "the share of the principal to be paid before an extension"),
  lifetimeShare: share("lifetimeShare", "all charges ever, as a share of the principal"),
  dailyShare: {
    label: "the charges a day",
    many: true,
    say: (v) => `${percentInWords(v.dailyShare, 9)} of what is owed`,
  },
  defaultFlat: money("defaultFlat", "the flat charge on default"),
  defaultShare: share("defaultShare", "the default charge as a share of what is overdue"),
  defaultRate: { label: "the rate a year on what is overdue", say: (v) => percentInWords(v.defaultRate, 9) },
  defaultUplift: share("defaultUplift", "the default rate as a share of the contract's"),
  defaultTotal: { label: "all charges on default together", say: totalInWords },
  contactsPerDay: count("contactsPerDay", "the collection contacts a day", "contact", NO_BOUND),
  contactWindow: days("contactWindow", "the days over which contacts are counted"),
  contactCount: count("contactCount", "the contacts in those days", "contact", NO_BOUND),
  contactSilence: days("contactSilence", "the silence after a conversation"),
  quietFrom: {
    label: "the quiet hours",
    many: true,
    say: ({ quietFrom, quietTo }) =>
      quietFrom === quietTo ? "none" : `${timeOfDayInWords(quietFrom)} to ${timeOfDayInWords(quietTo)}`,
  },
  contactFlags: code("contactFlags", "who may be contacted", { 0: "anybody", 1: "nobody but the borrower" }),
  answerWithin: time("answerWithin", "the time to answer a complaint"),
  withdrawalMode: code("withdrawalMode", "what a withdrawal may cost", {
    0: "nothing",
    1: "the charges for the days used",
  }),
  pilot: { label: "the pilot whose bounds hold", say: ({ pilot }) => (pilot === 0 ? "none" : `pilot ${pilot}`) },
  custom: { label: "the contract of the regulator's own rule", say: ({ custom }) => custom },
  customGas: { label: "the gas of the regulator's own rule", say: ({ customGas }) => plural(customGas, "unit") },
};

function seriesName(number: number, { series }: WordsContext): string {
  return series?.(number) ?? `series ${number}`;
}

function flagsInWords({ flags }: Limits): string {
  const confirm = (flags & LIMIT_FLAGS.confirm) !== 0 ? "the payout's confirmation" : "no confirmation of the payout";
  const counted = ["", "; business days to withdraw", "; local days to withdraw"][windowMode(flags)]!;
  return `${confirm}${(flags & LIMIT_FLAGS.payments) !== 0 ? "; monthly payments are kept" : ""}${counted}`;
}

function rateInWords(limits: Limits, context: WordsContext): string {
  const { rateCap, rateSeries, rateSpread } = limits;
  if (rateSeries === 0) return percentInWords(rateCap, 9);
  const plus = rateSpread === 0n ? "" : ` plus ${percentInWords(rateSpread, 9)}`;
  return `${decimal(rateCap, 9)} × ${seriesName(rateSeries, context)}${plus}`;
}

const ANY = 2n ** 40n - 1n;

function costInWords({ costFlat, costBrackets }: Limits, { currency }: WordsContext): string {
  const parts = costBrackets.map(({ upTo, share: part }, i) => {
    const end = upTo === ANY ? (i === 0 ? "of the principal" : "of the rest") : `up to ${moneyInWords(upTo, currency)}`;
    return `${percentInWords(part, 6)} ${end}`;
  });
  const shares = parts.length === 0 ? [] : [parts.join(", ")];
  const flat = costFlat > 0n || parts.length === 0 ? [moneyInWords(costFlat, currency)] : [];
  return [...flat, ...shares].join(" and ");
}

function totalInWords({ defaultTotal, defaultTotalShare }: Limits, { currency }: WordsContext): string {
  if (defaultTotal === 0n && defaultTotalShare === 0) return NO_BOUND;
  const parts = [];
  if (defaultTotal > 0n) parts.push(moneyInWords(defaultTotal, currency));
  if (defaultTotalShare > 0) parts.push(`${percentInWords(defaultTotalShare, 6)} of the principal`);
  return parts.join(" and ");
}
