import { RULES, ruleBit, ruleNames } from "./decision.ts";
import { isRoot } from "./discount.ts";
import { LIMIT_FIELDS } from "./limit-fields.ts";
import type { LimitField, Limits } from "./limit-fields.ts";
import { LIMITS_BYTES, LIMIT_FLAGS, RESERVED_LIMITS, decodeLimits } from "./limits.ts";
import { SERVED_RULES } from "./served-rules.ts";

/** Why a Rulebook would not take limits: the field (or `reserved`), and what is wrong with it. */
export interface LimitFault {
  readonly field: keyof Limits | "reserved";
  readonly problem: string;
}

const ALL_RULES = 2 ** RULES.length - 1;

/** All that keeps 320 bytes from being published (protocol §5); empty if nothing does. */
export function limitFaults(bytes: Uint8Array): LimitFault[] {
  if (bytes.length !== LIMITS_BYTES) return [{ field: "format", problem: `limits have ${LIMITS_BYTES} bytes` }];
  const limits = decodeLimits(bytes);
  const faults: LimitFault[] = [...ruleFaults(limits)];
  for (const field of LIMIT_FIELDS) {
    const problem = rangeFault(field, limits);
    if (problem !== undefined) faults.push({ field: field.name, problem });
  }
  for (const [from, to] of RESERVED_LIMITS)
    if (bytes.subarray(from, to).some((byte) => byte !== 0))
      faults.push({ field: "reserved", problem: `bytes ${from} to ${to - 1} must be zero` });
  const byDays = LIMIT_FLAGS.withdrawalBusinessDays | LIMIT_FLAGS.withdrawalDays;
  if ((limits.flags & byDays) !== 0 && !isDays(limits.withdrawalWindow))
    faults.push({ field: "withdrawalWindow", problem: DAYS_PROBLEM });
  if (isOn(limits, "COOLING-OFF") && limits.coolingMode !== 0 && !isDays(limits.coolingOff))
    faults.push({ field: "coolingOff", problem: DAYS_PROBLEM });
  if (isOn(limits, "PILOT")) faults.push(...pilotFaults(limits));
  if (isOn(limits, "CUSTOM") && /^0x0{40}$/.test(limits.custom))
    faults.push({ field: "custom", problem: "no contract has the address zero" });
  if (isOn(limits, "RATE")) faults.push(...rateFaults(limits));
  if (isOn(limits, "COST")) faults.push(...costFaults(limits));
  return faults;
}

/** So many days can be counted by a calendar. */
const isDays = (days: number): boolean => days >= 1 && days <= CALENDAR_DAYS;
const CALENDAR_DAYS = 60;
const DAYS_PROBLEM = `days are 1 to ${CALENDAR_DAYS}`;

function isOn({ on }: Limits, rule: Parameters<typeof ruleBit>[0]): boolean {
  return (on & ruleBit(rule)) !== 0;
}

function ruleFaults({ on, refuse, undeterminedRefuse, flags }: Limits): LimitFault[] {
  const faults: LimitFault[] = [];
  const licence = ruleBit("LICENCE");
  for (const [field, bits] of Object.entries({ on, refuse, undeterminedRefuse }) as [keyof Limits, number][])
    if (bits > ALL_RULES) faults.push({ field, problem: `bits from ${RULES.length} on are no rules` });
  if ((on & licence) === 0) faults.push({ field: "on", problem: "LICENCE can't be waived: it must be on" });
  if ((refuse & licence) === 0) faults.push({ field: "refuse", problem: "LICENCE must refuse" });
  if ((on & ruleBit("SETTLEMENT")) !== 0 && (on & ruleBit("RATE")) === 0)
    faults.push({ field: "on", problem: "SETTLEMENT goes by RATE's fields: RATE must be on" });
  const needed = on | ((flags & LIMIT_FLAGS.payments) === 0 ? 0 : ruleBit("INCOME"));
  const unserved = ruleNames(needed & ALL_RULES & ~SERVED_RULES);
  if (unserved.length > 0) faults.push({ field: "on", problem: `this registry doesn't serve ${unserved.join(", ")}` });
  return faults;
}

function rangeFault({ name, rule, range }: LimitField, limits: Limits): string | undefined {
  if (range === undefined || (rule !== "general" && !isOn(limits, rule))) return undefined;
  const value = limits[name] as number;
  if ("min" in range)
    return value < range.min || value > range.max ? `${value} is not within ${range.min} to ${range.max}` : undefined;
  return range.includes(value) ? undefined : `${value} is none of ${range.join(", ")}`;
}

function rateFaults(limits: Limits): LimitFault[] {
  const { rateConvention, rateYearBasis, rateUnit, rateUnitCount, rateCap, rateSeries } = limits;
  const faults: LimitFault[] = [];
  if (rateUnit >= 3 && rateUnitCount !== 1)
    faults.push({ field: "rateUnitCount", problem: "a year, or the schedule's own gap, is one unit period: 1" });
  if (rateConvention !== 1) return faults;
  if (rateSeries !== 0)
    faults.push({ field: "rateSeries", problem: "an effective cap can't follow a series: its discounts are fixed" });
  for (const [field, root] of [
    ["dayDiscount", rateYearBasis],
    ["monthDiscount", 12],
  ] as const)
    if (!isRoot(limits[field], root, rateCap))
      faults.push({ field, problem: `it isn't (1 + cap)^(−1/${root}), rounded down` });
  return faults;
}

/** A pilot's bounds hold by themselves; and a loan that lapses leaves no entry that would tell it. */
function pilotFaults({ refuse, flags }: Limits): LimitFault[] {
  const faults: LimitFault[] = [];
  if ((refuse & ruleBit("PILOT")) === 0) faults.push({ field: "refuse", problem: "PILOT must refuse where it is on" });
  if ((flags & LIMIT_FLAGS.confirm) !== 0)
    faults.push({ field: "flags", problem: "a pilot's requests can't wait for confirmation" });
  return faults;
}

function costFaults({ costBrackets }: Limits): LimitFault[] {
  return costBrackets.some(({ upTo }, i) => i > 0 && upTo <= costBrackets[i - 1]!.upTo)
    ? [{ field: "costBrackets", problem: "upTo must ascend" }]
    : [];
}
