import { CHARGE_CHECKS } from "./charge-sense.ts";
import { isOff, MOST_SECONDS, NOTHING, type Rule, type RuleChecks, type VersionAtHand } from "./rule-at-hand.ts";
import type { RulePackRules } from "./rule-pack.ts";
import { checkDays, checkDuration, checkMoney, checkShare, type Judging } from "./sense.ts";

/** Finds what of a rule's values can't be meant. A rule that is off judges nothing: only what doesn't fit is wrong then. */
export function checkRule(name: keyof RulePackRules, to: Judging, version: VersionAtHand): void {
  const rule = version.rules[name];
  if (rule === undefined) return;
  if (rule.effect === "flag" && rule.undetermined === "refuse")
    to.doubtful(
      "undetermined",
      "refuses what is not known, where a breach itself is only flagged",
      "A request would be better off breaking the rule than leaving out what it needs.",
      "Write `effect: refuse`, or `undetermined: flag`.",
    );
  (
    ({ ...CHECKS, ...CHARGE_CHECKS })[name] as
      ((rule: unknown, to: Judging, version: VersionAtHand) => void) | undefined
  )?.(rule, to, version);
}

const CHECKS: RuleChecks = {
  AMOUNT: (rule, to, { pack }) => {
    const least = checkMoney(to, "min", rule.min, pack.currency.decimals) ?? 0n;
    const most = checkMoney(to, "max", rule.max, pack.currency.decimals);
    if (isOff(rule)) return;
    if (most === 0n)
      to.wrong(
        "max",
        "is 0, which is no maximum",
        "The chain takes 0 as no bound, and so any amount would pass.",
        "Leave `max` out, or write the most that may be lent.",
      );
    else if (most !== undefined && least > most)
      to.wrong(
        "min",
        `the least, ${rule.min}, is more than the most, ${rule.max}`,
        "No amount lies between them: every loan would break the rule.",
        "Exchange them, or mend one.",
      );
    if (least === 0n && rule.max === undefined)
      to.doubtful([], "has neither `min` nor `max`", NOTHING, "Add a bound, or turn it off.");
  },
  TERM: (rule, to) => {
    checkDays(to, "min", rule.min);
    if (rule.max !== undefined) checkDays(to, "max", rule.max);
    if (isOff(rule)) return;
    if (rule.max === 0)
      to.wrong(
        "max",
        "is 0 days, which is no maximum",
        "The chain takes 0 as no bound, and so any term would pass.",
        "Leave `max` out, or write the longest term.",
      );
    else if (rule.max !== undefined && rule.min > rule.max)
      to.wrong(
        "min",
        `the least, ${rule.min} days, is more than the most, ${rule.max} days`,
        "No term lies between them: every loan would break the rule.",
        "Exchange them, or mend one.",
      );
    if (rule.min === 0 && rule.max === undefined)
      to.doubtful([], "has neither `min` nor `max`", NOTHING, "Add a bound, or turn it off.");
  },
  INCOME: (rule, to) => {
    if (isOff(rule)) return;
    if (rule.share === 0)
      to.doubtful(
        "share",
        "is 0 %: no loan passes",
        "Nothing is at most no part of an income.",
        "Write the share of the income, such as 50%.",
      );
    const unusual = rule.of.endsWith("monthly-payment") || rule.of.endsWith("monthly-payments") ? 100 : 10_000;
    checkShare(to, "share", rule.share, { places: 6, unusual, absurd: 100_000 });
  },
  "PLATFORM-CAP": (rule, to, { pack }) => {
    checkCap(rule, to, pack.currency.decimals);
  },
  "MARKET-CAP": (rule, to, version) => {
    const most = checkCap(rule, to, version.pack.currency.decimals);
    const one = version.rules["PLATFORM-CAP"];
    if (isOff(rule) || one === undefined || isOff(one) || most === undefined) return;
    if (Number(one.max) > Number(rule.max))
      to.doubtful(
        "max",
        `is less than PLATFORM-CAP's ${one.max}`,
        "What is owed to one lender is owed in the market too: PLATFORM-CAP never binds.",
        "Exchange them, or leave PLATFORM-CAP out.",
      );
  },
  "OPEN-LOANS": (rule, to) => {
    if (isOff(rule)) return;
    if (rule.loans === undefined && rule.lenders === undefined)
      to.doubtful([], "has neither `loans` nor `lenders`", NOTHING, "Add one of them, or turn it off.");
    if (rule.loans !== undefined && rule.lenders !== undefined && rule.lenders > rule.loans)
      to.doubtful(
        "lenders",
        `is more than \`loans\`, ${rule.loans}`,
        "So many loans can't have more lenders: it never binds.",
        "Leave it out, or mend one.",
      );
  },
  "COOLING-OFF": (rule, to, { pack }) => {
    const { mode, count } = rule.time;
    if (mode === 0) checkDuration(to, "time", count, MOST_SECONDS);
    if (mode === 1 && pack.calendar === undefined)
      to.wrong(
        "time",
        "it waits for business days, and the pack has no calendar",
        "Nobody guesses a holiday: each loan would be undetermined.",
        "Add `calendar`, or write `{ days: 1 }`.",
      );
    if (!isOff(rule) && count === 0)
      to.wrong(
        "time",
        "is no wait",
        "A loan may follow the last one at once, rule or no rule.",
        "Write the wait, such as 24h, or turn the rule off.",
      );
  },
  STREAK: (rule, to) => {
    checkDays(to, "days", rule.days);
    checkDays(to, "off", rule.off);
    if (isOff(rule)) return;
    if (rule.days === 0)
      to.wrong(
        "days",
        "is 0: every loan breaks the rule",
        "A loan is at least a day of debt.",
        "Write the most days in debt, such as 45d.",
      );
    if (rule.off === 0)
      to.doubtful(
        "off",
        "is 0: the next streak may begin the day after",
        "A break of one day ends a streak by itself.",
        "Write the days out of debt that must follow, such as 7d.",
      );
  },
  DISCLOSURE: (rule, to) => {
    checkDuration(to, "reflection", rule.reflection, MOST_SECONDS);
  },
  BARRED: (rule, to) => {
    checkDays(to, "afterDefault", rule.afterDefault);
  },
  ROLLOVER: (rule, to) => {
    if (rule.paid > 1_000_000)
      to.wrong(
        "paid",
        "is more than 100 %",
        "More than the principal can't have been repaid: no loan could ever be extended.",
        "Write a share up to 100%; `extensions: 0` forbids them all.",
      );
    if (!isOff(rule) && rule.extensions === 0 && rule.paid > 0)
      to.doubtful(
        "paid",
        "asks for a share where no extension is allowed",
        "`extensions: 0` forbids them whatever was repaid.",
        "Leave it out, or allow an extension.",
      );
  },
  CONTACT: (rule, to) => {
    if ((rule.window === undefined) !== (rule.inWindow === undefined))
      to.wrong(
        rule.window === undefined ? "inWindow" : "window",
        "window and inWindow belong together",
        "So many contacts, within so many days.",
        `Add \`${rule.window === undefined ? "window" : "inWindow"}\`.`,
      );
    const { quiet, perDay, window, inWindow } = rule;
    if (quiet !== undefined && quiet.from === quiet.to)
      to.wrong(
        "quiet",
        "begins and ends at the same minute, which is no quiet time at all",
        "It may mean none or the whole day; the chain takes it as none.",
        'Leave it out, or write when it ends: `{ from: "22:00", to: "08:00" }`.',
      );
    if (isOff(rule)) return;
    if (perDay !== undefined && window !== undefined && inWindow !== undefined && perDay * window < inWindow)
      to.doubtful(
        "inWindow",
        `is more than ${perDay} a day make in ${window} days`,
        "It never binds before `perDay` does.",
        "Leave it out, or mend one.",
      );
    const none = [perDay, window, inWindow, rule.silence, quiet].every((one) => one === undefined);
    if (none && !rule.debtorOnly) to.doubtful([], "has no bound", NOTHING, "Add one, or turn it off.");
  },
  COMPLAINT: (rule, to) => {
    checkDuration(to, "answerWithin", rule.answerWithin, MOST_SECONDS);
    if (!isOff(rule) && rule.answerWithin === 0)
      to.wrong(
        "answerWithin",
        "is no time",
        "Nobody answers in the second of the complaint: all answers would be late.",
        "Write the time, such as 15d.",
      );
  },
  PILOT: (rule, to, { general }) => {
    if (rule.effect === "flag")
      to.wrong(
        "effect",
        "a pilot's bounds refuse",
        "The Rulebook takes PILOT only where a breach refuses.",
        "Write `effect: refuse`.",
      );
    if (!isOff(rule) && general.confirm)
      to.wrong(
        [],
        "a pilot's requests can't wait for confirmation",
        "A loan that lapses leaves no entry that would tell the pilot.",
        "Write `confirm: false` in the version.",
      );
  },
  CUSTOM: (rule, to) => {
    if (isOff(rule)) return;
    if (/^0x0{40}$/u.test(rule.contract))
      to.wrong("contract", "is the address zero", "No contract has it.", "Write the address of the deployed `IRule`.");
    if (rule.gas > 1_000_000)
      to.wrong(
        "gas",
        "is more than 1 000 000",
        "The Rulebook takes no more, so that one rule can't use up a whole block.",
        "Write at most 1000000.",
      );
  },
};

function checkCap(rule: Rule<"MARKET-CAP">, to: Judging, decimals: number): bigint | undefined {
  const most = checkMoney(to, "max", rule.max, decimals);
  if (most === 0n && !isOff(rule))
    to.doubtful(
      "max",
      "is 0: nothing may be lent",
      "Every loan would break the rule.",
      "Keep it if lending is to stop; else write the cap.",
    );
  return most;
}
