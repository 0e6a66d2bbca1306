import type { Limits } from "../limit-fields.ts";
import type { Opened } from "../entry.ts";
import type { Schedule, ScheduleSummary } from "../schedule.ts";
import { effective } from "./rate/effective.ts";
import type { Valuation } from "./rate/legs.ts";
import { nominal } from "./rate/nominal.ts";
import { exceedsSimple } from "./rate/simple.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule, Timed } from "./rule.ts";

/** `rateConvention`. */
export const NOMINAL = 0;
export const EFFECTIVE = 1;
export const SIMPLE = 2;

/** The fields of limits that say how the balance grows. */
export type RateLimits = Pick<
  Limits,
  "rateConvention" | "rateYearBasis" | "rateUnit" | "rateUnitCount" | "dayDiscount" | "monthDiscount"
>;

/** A loan as far as what it costs goes. */
export interface Priced extends Timed {
  readonly entry: Pick<Opened, "cash" | "principal" | "schedule">;
  readonly summary: ScheduleSummary;
  readonly reference: Opening["reference"];
}

/**
 * RATE (docs/spec/rate.md). Sources: 金规〔2025〕9号 art. 6 (24 %); 法释〔2020〕17号 art. 25 (4 × the one-year LPR at the contract's
 * formation); 815 ILCS 123/15-5-5 (36 %).
 */
export const rate: Rule<Priced> = {
  name: "RATE",
  must: "A loan MUST NOT cost more than the cap: growing at the cap, what the borrower received must never be less than what the schedule has taken off it.",
  source: "金规〔2025〕9号 art. 6; SPC private-lending interpretation art. 25; 815 ILCS 123/15-5-5",
  judge({ entry, summary, reference }, limits) {
    const { rateSeries, rateMaxAge } = limits;
    const point = rateSeries === 0 ? 0n : reference(rateSeries, rateMaxAge);
    if (point === undefined) return UNDETERMINED;
    const opening = openingBalance(entry.cash ?? entry.principal, entry.principal, summary.payments);
    return exceedsCap(entry.schedule, opening, capDown(limits, point), limits) ? BREACH : PASS;
  },
};

/**
 * The balance to begin with, minor units: the cash received, and one minor unit a payment, at most a thousandth of the principal,
 * because lenders round payments up.
 */
export function openingBalance(cash: bigint, principal: bigint, payments: number): bigint {
  const most = principal / 1_000n;
  return cash + (BigInt(payments) < most ? BigInt(payments) : most);
}

/** The cap a year, 10⁻⁹, rounded down; `point` is the reference series' rate where the cap follows one. */
export function capDown(
  { rateCap, rateSeries, rateSpread }: Pick<Limits, "rateCap" | "rateSeries" | "rateSpread">,
  point: bigint,
): bigint {
  return rateSeries === 0 ? rateCap : (rateCap * point) / 1_000_000_000n + rateSpread;
}

/**
 * Whether a well-formed schedule costs more than the cap, to the bit as `Rate.sol` decides.
 *
 * @param opening {@link openingBalance}
 * @param cap a year, 10⁻⁹; the effective convention goes by the discounts in `limits` instead
 */
export function exceedsCap(schedule: Schedule, opening: bigint, cap: bigint, limits: RateLimits): boolean {
  if (limits.rateConvention === SIMPLE) return exceedsSimple(schedule, opening, cap, limits.rateYearBasis);
  const valuation: Valuation =
    limits.rateConvention === EFFECTIVE ? effective(limits.dayDiscount, limits.monthDiscount) : nominal(cap, limits);
  const balance = opening << 128n;
  const { value, slack } = valuation(schedule, false);
  if (value > balance || value + slack <= balance) return value > balance;
  // Rounding payments up decides: once more, each as it is.
  return valuation(schedule, true).value > balance;
}
