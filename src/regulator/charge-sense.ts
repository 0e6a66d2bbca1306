import type { Path } from "./pack-document.ts";
import { isOff, isOn, NOTHING, type RuleChecks } from "./rule-at-hand.ts";
import { checkMoney, checkShare, type Judging } from "./sense.ts";

/** What can't be meant in the rules on what a loan costs. */
export const CHARGE_CHECKS: RuleChecks = {
  RATE: (rule, to, { pack }) => {
    const { cap, convention, unit, unitCount } = rule;
    if (unitCount !== 1 && (unit === "year" || unit === "most-frequent-gap"))
      to.wrong(
        "unitCount",
        `unitCount is 1 where the unit is ${unit}`,
        "Several of them are no unit period.",
        "Leave `unitCount` out.",
      );
    if ("value" in cap) {
      checkShare(to, "cap", cap.value, { places: 9, unusual: 1_000, absurd: 1_000_000 });
      if (cap.value === 0n && !isOff(rule)) allowsNone(to, "cap", "Any interest or fee breaks a cap of 0 %.");
      return;
    }
    if (pack.series[cap.series] === undefined)
      to.wrong(
        ["cap", "series"],
        `there is no series ${cap.series}`,
        "The pack's `series` doesn't name it.",
        "Add it to `series`, or write the name of one that is there.",
      );
    if (convention === "effective")
      to.wrong(
        "convention",
        "an effective cap can't follow a reference rate",
        "The roots that it is tested by are fixed when it is published.",
        "Write `nominal` or `simple`, or a fixed cap.",
      );
    if (cap.times === 0n)
      to.wrong(
        ["cap", "times"],
        "is 0, so that the reference rate doesn't matter",
        "Nothing times a rate is no rate.",
        "Write the multiple, or a fixed cap such as 24%.",
      );
    else if (cap.times > 1_000n * 10n ** 9n)
      to.wrong(
        ["cap", "times"],
        "is more than a thousand times the reference rate",
        "It would bind nobody; a percentage may be meant.",
        "Write a multiple such as 4, or a fixed cap such as 24%.",
      );
    else if (cap.times > 20n * 10n ** 9n)
      to.doubtful(
        ["cap", "times"],
        "is more than twenty times the reference rate",
        "Few laws mean so much.",
        "Check it against the law's text.",
      );
    checkShare(to, ["cap", "plus"], cap.plus, { places: 9, unusual: 100, absurd: 100_000 });
    if (cap.maxAge === 0)
      to.wrong(
        ["cap", "maxAge"],
        "is 0 days, for which no point of the series ever holds",
        "A contract a second after publication would have no reference rate.",
        "Write how long a point holds: 40d for a monthly series.",
      );
    checkAge(to, cap.maxAge);
  },
  SETTLEMENT: (rule, to, version) => {
    if (!isOff(rule) && !isOn(version, "RATE"))
      to.wrong(
        [],
        "it is RATE's cap on what was really paid, and RATE is off",
        "Without a cap there is nothing to hold payments against.",
        "Add RATE, or turn SETTLEMENT off.",
      );
  },
  COST: (rule, to, { pack }) => {
    const flat = checkMoney(to, "flat", rule.flat, pack.currency.decimals);
    let last = 0n;
    for (const [i, { upTo, share }] of rule.brackets.entries()) {
      const at = ["brackets", i, "upTo"];
      const most = upTo === "any" ? 2n ** 40n - 1n : checkMoney(to, at, upTo, pack.currency.decimals);
      checkShare(to, ["brackets", i, "share"], share, { places: 6, unusual: 100, absurd: 10_000 });
      if (most === undefined) continue;
      if (most === 0n)
        to.wrong(
          at,
          "is 0: nothing lies within the bracket",
          "A bracket is the part of the principal up to its `upTo`.",
          "Write the amount up to which the share holds, or `any`.",
        );
      else if (most <= last)
        to.wrong(
          at,
          "the brackets do not ascend",
          "Each begins where the one before it ends.",
          "Order them by `upTo`, each more than the one before.",
        );
      last = most;
    }
    if (!isOff(rule) && flat === 0n && rule.brackets.every(({ share }) => share === 0))
      allowsNone(to, [], "Neither `flat` nor a bracket allows any.");
  },
  WITHDRAWAL: (rule, to, version) => {
    if (isOff(rule)) return;
    if (version.general.withdrawalWindow.count === 0)
      to.doubtful(
        [],
        "the version has no `withdrawalWindow`",
        `Who withdraws is never within a window of nothing. ${NOTHING}`,
        "Add `withdrawalWindow`, such as 24h, to the version.",
      );
    if (rule.charges === "days-used" && !isOn(version, "RATE") && !isOn(version, "DAILY-COST"))
      to.doubtful(
        "charges",
        "goes by RATE's cap or DAILY-COST's share, and both are off",
        "What may be charged for the days used can't be told: it is undetermined.",
        "Add RATE or DAILY-COST, or write `none`.",
      );
  },
  "LIFETIME-COST": (rule, to) => {
    checkShare(to, "share", rule.share, { places: 6, unusual: 1_000, absurd: 100_000 });
    if (!isOff(rule) && rule.share === 0) allowsNone(to, "share", "Any charge is more than nothing.");
  },
  "DAILY-COST": (rule, to) => {
    checkShare(to, "share", rule.share, { places: 9, unusual: 5, absurd: 100 });
    if (!isOff(rule) && rule.share === 0) allowsNone(to, "share", "Any charge is more than nothing.");
  },
  "DEFAULT-CHARGE": (rule, to, { pack }) => {
    checkMoney(to, "flat", rule.flat, pack.currency.decimals);
    checkShare(to, "share", rule.share, { places: 6, unusual: 100, absurd: 100_000 });
    checkShare(to, "rate", rule.rate, { places: 9, unusual: 1_000, absurd: 1_000_000 });
    checkShare(to, "uplift", rule.uplift, { places: 6, unusual: 1_000, absurd: 100_000 });
    if (rule.total === undefined) return;
    const total = checkMoney(to, ["total", "flat"], rule.total.flat, pack.currency.decimals);
    checkShare(to, ["total", "share"], rule.total.share, { places: 6, unusual: 1_000, absurd: 100_000 });
    if (!isOff(rule) && total === 0n && rule.total.share === 0)
      to.wrong(
        "total",
        "is nothing, which is no bound",
        "The chain takes a total of 0 and 0 % as no bound on it.",
        "Leave `total` out; where nothing may be charged, leave the other fields out as well.",
      );
  },
};
function checkAge({ wrong, doubtful }: Judging, days: number): void {
  if (days > 0xffff)
    wrong(
      ["cap", "maxAge"],
      "is more than the 65535 days that fit",
      "The chain holds it in a fixed width.",
      "Write fewer days.",
    );
  else if (days > 800)
    doubtful(
      ["cap", "maxAge"],
      "is more than two years",
      "A rate that old says little of the market.",
      "Write how long a point holds: 40d for a monthly series.",
    );
}

/** A bound of nothing: hardly any law means that. */
function allowsNone({ doubtful }: Judging, field: Path | string, why: string): void {
  doubtful(field, "allows no charge at all", why, "Keep it if loans must be free of charge.");
}
