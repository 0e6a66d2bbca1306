import { COOLING_MODES } from "../core/rules/cooling-off.ts";
import { ruleBit, RULES, type RuleName } from "../core/decision.ts";
import { LIMIT_FIELDS, type Limits } from "../core/limit-fields.ts";
import { LIMIT_FLAGS } from "../core/limits.ts";
import { CONVENTIONS, INCOME_MODES, UNITS, WINDOW_FLAGS, WITHDRAWAL_MODES } from "./compile-limits.ts";
import { decimal, timeOfDayInWords } from "./value-words.ts";

/** A version of a pack as YAML has it, without its law: the way back from what the Rulebook stores. */
export type PlainVersion = Readonly<Record<string, unknown>> & { readonly rules: Readonly<Record<string, PlainRule>> };
export type PlainRule = Readonly<Record<string, unknown>>;

/** What the numbers of a version stand for in a pack. */
export interface PlainContext {
  /** Decimals of the currency. */
  readonly decimals: number;
  readonly seriesName: (number: number) => string;
}

const ANY = 2n ** 40n - 1n;
const DAY = 86_400;

/** The fields of a version, and its rules. What a pack presets is left out where it is as preset. */
export function versionFromLimits(limits: Limits, context: PlainContext): PlainVersion {
  const { flags, reportingWindow, outageWindow, clockSkew, withdrawalWindow, secondaryWindow } = limits;
  const rules: Record<string, PlainRule> = {};
  for (const rule of RULES) {
    const of = FIELDS[rule]?.(limits, context);
    if (of === undefined || !isSaid(rule, limits)) continue;
    const has = (mask: number): boolean => (mask & ruleBit(rule)) !== 0;
    const effect = !has(limits.on) ? "off" : has(limits.refuse) ? "refuse" : "flag";
    rules[rule] = { effect, ...(has(limits.undeterminedRefuse) && { undetermined: "refuse" }), ...of };
  }
  const implied = (limits.on & ruleBit("INCOME")) !== 0 && limits.incomeMode === INCOME_MODES["all-monthly-payments"];
  return {
    ...((flags & LIMIT_FLAGS.confirm) !== 0 && { confirm: true }),
    ...((flags & LIMIT_FLAGS.payments) !== 0 && !implied && { payments: true }),
    reportingWindow: duration(reportingWindow),
    ...(outageWindow !== 0 && { outageWindow: duration(outageWindow) }),
    ...(clockSkew !== 60 && { clockSkew: duration(clockSkew) }),
    ...(withdrawalWindow !== 0 && { withdrawalWindow: wait(windowMode(flags), withdrawalWindow) }),
    ...(secondaryWindow !== 0 && { secondaryWindow: duration(secondaryWindow) }),
    rules,
  };
}

/** A rule that is off is said where it has values all the same. */
function isSaid(rule: RuleName, limits: Limits): boolean {
  if ((limits.on & ruleBit(rule)) !== 0) return true;
  return LIMIT_FIELDS.some(({ name, rule: of }) => {
    const value = limits[name];
    const empty =
      typeof value === "string" ? /^0x0*$/u.test(value) : Array.isArray(value) ? value.length === 0 : !value;
    return of === rule && !empty;
  });
}

type Fields = (limits: Limits, context: PlainContext) => PlainRule;

/** By rule; one that isn't here can't be said in a pack. */
const FIELDS: Readonly<Partial<Record<RuleName, Fields>>> = {
  RATE: rateFields,
  SETTLEMENT: () => ({}),
  COST: ({ costFlat, costBrackets }, { decimals }) => ({
    ...(costFlat !== 0n && { flat: money(costFlat, decimals) }),
    ...(costBrackets.length > 0 && {
      brackets: costBrackets.map(({ upTo, share: part }) => ({
        upTo: upTo === ANY ? "any" : money(upTo, decimals),
        share: share(part),
      })),
    }),
  }),
  DEDUCTION: () => ({}),
  AMOUNT: ({ amountMin, amountMax }, { decimals }) => ({
    ...(amountMin !== 0n && { min: money(amountMin, decimals) }),
    ...(amountMax !== 0n && { max: money(amountMax, decimals) }),
  }),
  TERM: ({ termMinDays, termMaxDays }) => ({
    ...(termMinDays !== 0 && { min: days(termMinDays) }),
    ...(termMaxDays !== 0 && { max: days(termMaxDays) }),
  }),
  INCOME: ({ incomeMode, incomeShare }) => ({ of: nameOf(INCOME_MODES, incomeMode), share: share(incomeShare) }),
  "PLATFORM-CAP": ({ platformCap }, { decimals }) => ({ max: money(platformCap, decimals) }),
  "MARKET-CAP": ({ marketCap }, { decimals }) => ({ max: money(marketCap, decimals) }),
  "OPEN-LOANS": ({ maxLoans, maxLenders }) => ({
    ...(maxLoans !== 0 && { loans: maxLoans }),
    ...(maxLenders !== 0 && { lenders: maxLenders }),
  }),
  "COOLING-OFF": ({ coolingOff, coolingMode }) => ({ time: wait(coolingMode, coolingOff) }),
  STREAK: ({ streakDays, streakOff }) => ({ days: days(streakDays), off: days(streakOff) }),
  FREQUENCY: ({ frequencyCount, frequencyWindow, frequencyMode }) => ({
    loans: frequencyCount,
    within: frequencyMode === 1 ? "calendar-year" : days(frequencyWindow),
  }),
  DISCLOSURE: ({ reflection }) => ({ ...(reflection !== 0 && { reflection: duration(reflection) }) }),
  BARRED: ({ barredDays }) => ({ ...(barredDays !== 0 && { afterDefault: days(barredDays) }) }),
  LATE: () => ({}),
  FUTURE: () => ({}),
  ROLLOVER: ({ rolloverMax, rolloverPaid }) => ({
    extensions: rolloverMax,
    ...(rolloverPaid !== 0 && { paid: share(rolloverPaid) }),
  }),
  WITHDRAWAL: ({ withdrawalMode }) => ({ charges: nameOf(WITHDRAWAL_MODES, withdrawalMode) }),
  "LIFETIME-COST": ({ lifetimeShare }) => ({ share: share(lifetimeShare) }),
  "DAILY-COST": ({ dailyShare }) => ({ share: percent(dailyShare) }),
  "DEFAULT-CHARGE": defaultFields,
  CONTACT: contactFields,
  COMPLAINT: ({ answerWithin }) => ({ answerWithin: duration(answerWithin) }),
  PILOT: ({ pilot }) => ({ pilot }),
  CUSTOM: ({ custom, customGas }) => ({ contract: custom, gas: customGas }),
};

function rateFields(limits: Limits, { seriesName }: PlainContext): PlainRule {
  const { rateCap, rateSeries, rateSpread, rateMaxAge, rateConvention, rateUnit, rateUnitCount, rateYearBasis } =
    limits;
  const cap =
    rateSeries === 0
      ? percent(rateCap)
      : {
          times: numeral(decimal(rateCap, 9)),
          series: seriesName(rateSeries),
          ...(rateSpread !== 0n && { plus: percent(rateSpread) }),
          maxAge: days(rateMaxAge),
        };
  return {
    cap,
    convention: nameOf(CONVENTIONS, rateConvention),
    ...(rateUnit !== UNITS.month && { unit: nameOf(UNITS, rateUnit) }),
    ...(rateUnitCount !== 1 && { unitCount: rateUnitCount }),
    ...(rateYearBasis !== 365 && { yearBasis: rateYearBasis }),
  };
}

function defaultFields(limits: Limits, { decimals }: PlainContext): PlainRule {
  const { defaultFlat, defaultShare, defaultRate, defaultUplift, defaultTotal, defaultTotalShare } = limits;
  const total = {
    ...(defaultTotal !== 0n && { flat: money(defaultTotal, decimals) }),
    ...(defaultTotalShare !== 0 && { share: share(defaultTotalShare) }),
  };
  return {
    ...(defaultFlat !== 0n && { flat: money(defaultFlat, decimals) }),
    ...(defaultShare !== 0 && { share: share(defaultShare) }),
    ...(defaultRate !== 0n && { rate: percent(defaultRate) }),
    ...(defaultUplift !== 0 && { uplift: share(defaultUplift) }),
    ...(Object.keys(total).length > 0 && { total }),
  };
}

function contactFields(limits: Limits): PlainRule {
  const { contactsPerDay, contactWindow, contactCount, contactSilence, quietFrom, quietTo, contactFlags } = limits;
  return {
    ...(contactsPerDay !== 0 && { perDay: contactsPerDay }),
    ...(contactWindow !== 0 && { window: days(contactWindow), inWindow: contactCount }),
    ...(contactSilence !== 0 && { silence: days(contactSilence) }),
    ...(quietFrom !== quietTo && { quiet: { from: timeOfDayInWords(quietFrom), to: timeOfDayInWords(quietTo) } }),
    ...(contactFlags !== 0 && { debtorOnly: true }),
  };
}

const nameOf = (names: Readonly<Record<string, number>>, code: number): string =>
  Object.entries(names).find(([, value]) => value === code)?.[0] ?? `code ${code}`;

/** `24h`, `2d`, `30min`, `90s`: a day is 24 hours unless there are more. */
export function duration(seconds: number): string {
  if (seconds === 0) return "0s";
  if (seconds % DAY === 0 && seconds > DAY) return `${seconds / DAY}d`;
  if (seconds % 3_600 === 0) return `${seconds / 3_600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}min` : `${seconds}s`;
}

/** What the withdrawal window is counted in, as `coolingMode` says it. */
export function windowMode(flags: number): number {
  return WINDOW_FLAGS.findLastIndex((flag) => flag === 0 || (flags & flag) !== 0);
}

/** `24h`, `{ businessDays: 1 }` or `{ days: 1 }`. */
function wait(mode: number, count: number): PlainRule | string {
  if (mode === COOLING_MODES.seconds) return duration(count);
  return mode === COOLING_MODES.businessDays ? { businessDays: count } : { days: count };
}

export const days = (count: number): string => `${count}d`;
export const percent = (value: bigint | number): string => `${decimal(BigInt(value), 7)}%`;
const share = (value: number): string => `${decimal(BigInt(value), 4)}%`;
const money = (amount: bigint, decimals: number): string | number => numeral(decimal(amount, decimals));

/** A number where it keeps all its digits, so that YAML needs no quotes. */
const numeral = (text: string): string | number => (text.length <= 15 ? Number(text) : text);
