import { COOLING_MODES } from "../core/rules/cooling-off.ts";
import { ruleBit, type RuleName } from "../core/decision.ts";
import { discountRoot } from "../core/discount.ts";
import { emptyLimits, LIMIT_FLAGS } from "../core/limits.ts";
import type { CostBracket, Limits } from "../core/limit-fields.ts";
import type { RulePack, RulePackRules, RulePackVersion } from "./rule-pack.ts";
import { minorUnits } from "./units.ts";

export const UNITS = { day: 0, week: 1, month: 2, year: 3, "most-frequent-gap": 255 } as const;
export const CONVENTIONS = { nominal: 0, effective: 1, simple: 2 } as const;
export const INCOME_MODES = {
  "monthly-payment": 0,
  principal: 1,
  "all-monthly-payments": 2,
  "all-principal": 3,
} as const;
export const WITHDRAWAL_MODES = { none: 0, "days-used": 1 } as const;

/** By what the window is counted in, as `coolingMode` says it. */
export const WINDOW_FLAGS = [0, LIMIT_FLAGS.withdrawalBusinessDays, LIMIT_FLAGS.withdrawalDays] as const;

type Money = (amount: string | undefined) => bigint;

/** The limits that a version of a pack stands for. Throws an `Error` that says what can't be held. */
export function limitsOf(version: RulePackVersion, pack: RulePack): Limits {
  const { rules } = version;
  const money: Money = (amount) => minorUnits(amount ?? "0", pack.currency.decimals);
  if (version.withdrawalWindow.mode === COOLING_MODES.businessDays && pack.calendar === undefined)
    throw new Error("withdrawalWindow: it is business days, and the pack has no calendar");
  const payments = version.payments || (isOn(rules.INCOME) && rules.INCOME?.of === "all-monthly-payments");
  return {
    ...emptyLimits(),
    ...bitsOf(rules),
    flags:
      (version.confirm ? LIMIT_FLAGS.confirm : 0) |
      (payments ? LIMIT_FLAGS.payments : 0) |
      WINDOW_FLAGS[version.withdrawalWindow.mode]!,
    reportingWindow: version.reportingWindow,
    outageWindow: version.outageWindow,
    clockSkew: version.clockSkew,
    withdrawalWindow: version.withdrawalWindow.count,
    secondaryWindow: version.secondaryWindow,
    ...amountsOf(rules, money),
    ...borrowerOf(rules, pack),
    ...lifeOf(rules, money),
    ...contactOf(rules.CONTACT),
    ...rateOf(rules.RATE, pack),
    pilot: rules.PILOT?.pilot ?? 0,
    ...(rules.CUSTOM && { custom: rules.CUSTOM.contract, customGas: rules.CUSTOM.gas }),
  };
}

const isOn = (rule: { readonly effect: string } | undefined): boolean => rule !== undefined && rule.effect !== "off";

function bitsOf(rules: RulePackRules): Pick<Limits, "on" | "refuse" | "undeterminedRefuse"> {
  const bits = { on: 0, refuse: 0, undeterminedRefuse: 0 };
  const set = (name: RuleName, effect: string, undetermined: string): void => {
    if (effect === "off") return;
    bits.on |= ruleBit(name);
    if (effect === "refuse") bits.refuse |= ruleBit(name);
    if (undetermined === "refuse") bits.undeterminedRefuse |= ruleBit(name);
  };
  // No rulebook can waive the licence, so a pack has nothing to say about it.
  set("LICENCE", "refuse", "flag");
  for (const [name, rule] of Object.entries(rules))
    if (rule !== undefined) set(name as RuleName, rule.effect, rule.undetermined);
  if (isOn(rules.SETTLEMENT) && !isOn(rules.RATE))
    throw new Error("SETTLEMENT: it is RATE's cap on what was really paid, and RATE is off");
  return bits;
}

function amountsOf(rules: RulePackRules, money: Money): Partial<Limits> {
  const brackets: CostBracket[] = (rules.COST?.brackets ?? []).map(({ upTo, share }) => ({
    upTo: upTo === "any" ? 2n ** 40n - 1n : money(upTo),
    share,
  }));
  for (const [i, { upTo }] of brackets.entries())
    if (upTo <= (brackets[i - 1]?.upTo ?? 0n)) throw new Error("COST: the brackets do not ascend");
  return {
    amountMin: money(rules.AMOUNT?.min),
    amountMax: money(rules.AMOUNT?.max),
    termMinDays: rules.TERM?.min ?? 0,
    termMaxDays: rules.TERM?.max ?? 0,
    platformCap: money(rules["PLATFORM-CAP"]?.max),
    marketCap: money(rules["MARKET-CAP"]?.max),
    costFlat: money(rules.COST?.flat),
    costBrackets: brackets,
  };
}

function borrowerOf(rules: RulePackRules, pack: RulePack): Partial<Limits> {
  if (rules["COOLING-OFF"]?.time.mode === COOLING_MODES.businessDays && pack.calendar === undefined)
    throw new Error("COOLING-OFF: it waits for business days, and the pack has no calendar");
  const within = rules.FREQUENCY?.within;
  return {
    reflection: rules.DISCLOSURE?.reflection ?? 0,
    maxLoans: rules["OPEN-LOANS"]?.loans ?? 0,
    maxLenders: rules["OPEN-LOANS"]?.lenders ?? 0,
    coolingOff: rules["COOLING-OFF"]?.time.count ?? 0,
    coolingMode: rules["COOLING-OFF"]?.time.mode ?? 0,
    frequencyCount: rules.FREQUENCY?.loans ?? 0,
    frequencyWindow: within === "calendar-year" ? 366 : (within ?? 0),
    frequencyMode: within === "calendar-year" ? 1 : 0,
    incomeMode: rules.INCOME ? INCOME_MODES[rules.INCOME.of] : 0,
    incomeShare: rules.INCOME?.share ?? 0,
    streakDays: rules.STREAK?.days ?? 0,
    streakOff: rules.STREAK?.off ?? 0,
    barredDays: rules.BARRED?.afterDefault ?? 0,
  };
}

function lifeOf(rules: RulePackRules, money: Money): Partial<Limits> {
  const unpaid = rules["DEFAULT-CHARGE"];
  return {
    rolloverMax: rules.ROLLOVER?.extensions ?? 0,
    rolloverPaid: rules.ROLLOVER?.paid ?? 0,
    withdrawalMode: rules.WITHDRAWAL ? WITHDRAWAL_MODES[rules.WITHDRAWAL.charges] : 0,
    lifetimeShare: rules["LIFETIME-COST"]?.share ?? 0,
    dailyShare: rules["DAILY-COST"]?.share ?? 0,
    defaultFlat: money(unpaid?.flat),
    defaultShare: unpaid?.share ?? 0,
    defaultRate: unpaid?.rate ?? 0n,
    defaultUplift: unpaid?.uplift ?? 0,
    defaultTotal: money(unpaid?.total?.flat),
    defaultTotalShare: unpaid?.total?.share ?? 0,
    answerWithin: rules.COMPLAINT?.answerWithin ?? 0,
  };
}

function contactOf(contact: RulePackRules["CONTACT"]): Partial<Limits> {
  if (contact === undefined) return {};
  if ((contact.window === undefined) !== (contact.inWindow === undefined))
    throw new Error("CONTACT: window and inWindow belong together");
  return {
    contactsPerDay: contact.perDay ?? 0,
    contactWindow: contact.window ?? 0,
    contactCount: contact.inWindow ?? 0,
    contactSilence: contact.silence ?? 0,
    quietFrom: contact.quiet?.from ?? 0,
    quietTo: contact.quiet?.to ?? 0,
    contactFlags: contact.debtorOnly ? 1 : 0,
  };
}

function rateOf(rate: RulePackRules["RATE"], pack: RulePack): Partial<Limits> {
  if (rate === undefined) return {};
  if (rate.unitCount !== 1 && (rate.unit === "year" || rate.unit === "most-frequent-gap"))
    throw new Error(`RATE: unitCount is 1 where the unit is ${rate.unit}`);
  const shape = {
    rateConvention: CONVENTIONS[rate.convention],
    rateYearBasis: rate.yearBasis,
    rateUnit: UNITS[rate.unit],
    rateUnitCount: rate.unitCount,
  };
  if ("value" in rate.cap) return { ...shape, rateCap: rate.cap.value, ...discountsOf(rate, rate.cap.value) };
  const series = pack.series[rate.cap.series];
  if (series === undefined) throw new Error(`RATE: there is no series ${rate.cap.series}`);
  if (rate.convention === "effective") throw new Error("RATE: an effective cap can't follow a reference rate");
  return {
    ...shape,
    rateCap: rate.cap.times,
    rateSeries: series.number,
    rateMaxAge: rate.cap.maxAge,
    rateSpread: rate.cap.plus,
  };
}

/** The roots that an effective cap is tested by; other conventions have none. */
function discountsOf({ convention, yearBasis }: NonNullable<RulePackRules["RATE"]>, cap: bigint): Partial<Limits> {
  if (convention !== "effective") return {};
  return { dayDiscount: discountRoot(yearBasis, cap), monthDiscount: discountRoot(12, cap) };
}
