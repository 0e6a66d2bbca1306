import { conventionNames, conventionOf, type Convention } from "./conventions.ts";
import { rateError } from "./errors.ts";
import { timelineOf, type Moment, type Timeline } from "./moments.ts";
import { pbocRatio } from "./pboc-ratio.ts";
import type { CashFlow } from "./present-value.ts";
import {
  add,
  formatDecimal,
  multiply,
  negate,
  rational,
  roundHalfUp,
  subtract,
  ZERO,
  type Rational,
} from "./rational.ts";
import { solveRate, type NoRateReason } from "./solve.ts";
import { readShape, type RawFlow, type RawVector } from "./vector-schema.ts";

/** The answer to one vector that has one rate. */
export interface AnnualRate {
  readonly convention: Convention;
  /** In per cent a year, rounded half up to {@link DECIMALS} places, a decimal numeral that JSON takes. */
  readonly percent: string;
  /** What the file says was published, and whether the rate agrees with it. */
  readonly printed: Printed | undefined;
}

/** A published figure. */
export interface Printed {
  readonly percent: string;
  readonly agrees: boolean;
}

/** How many decimal places of a per cent are given. */
export const DECIMALS = 10;

const HUNDRED = rational(100n);

/**
 * The annual rate of one vector of cash flows, in the shape of `docs/spec/apr.md`.
 *
 * @param override a convention to use in place of the vector's own
 * @throws AppError `rate-vector-malformed` naming the field; `rate-none` or `rate-several`, with the rates found in
 *   `details.rates` (per cent); `rate-undecided`
 */
export function annualRate(vector: unknown, override?: Convention): AnnualRate {
  const raw = readShape(vector);
  const convention = override ?? statedConvention(raw);
  const timeline = timelineOf(raw, convention);
  const yearly = convention === "PBOC_2021_3_RATIO" ? ratio(raw, timeline) : root(raw, timeline);
  const percent = settled(multiply(yearly, HUNDRED));
  return { convention, percent: formatDecimal(percent, DECIMALS), printed: printedOf(raw, percent) };
}

/**
 * A root is known to dozens of places and no more: rounded to 30, one that is exactly 12.5 is 12.5 again, and halves are
 * rounded up where they are meant to be.
 */
function settled(percent: Rational): Rational {
  return rational(roundHalfUp(percent, 30), 10n ** 30n);
}

function statedConvention(raw: RawVector): Convention {
  if (raw.convention === undefined) {
    throw rateError("rate-vector-malformed", "convention: missing", {
      fix: `Give one of ${conventionNames()}, in the vector or as --convention.`,
    });
  }
  const known = conventionOf(raw.convention);
  if (known !== undefined) return known;
  throw rateError("rate-vector-malformed", `convention: ${JSON.stringify(raw.convention)} is none that is known`, {
    fix: `Give one of ${conventionNames()}, or one of the aliases that \`tally apr --help\` lists.`,
  });
}

/** What the borrower received at the beginning: the first drawdown without the charges paid at once. */
function receivedOf(raw: RawVector): Rational {
  const received = raw.net_amount ?? raw.amount;
  if (received !== undefined) return received;
  throw rateError("rate-vector-malformed", "net_amount: missing, and so is amount", {
    fix: "Give what the borrower received at the first drawdown, 0 if nothing then.",
  });
}

function root(raw: RawVector, timeline: Timeline): Rational {
  const flows: CashFlow[] = [
    { amount: negate(receivedOf(raw)), whole: ZERO, fraction: ZERO },
    ...signed(raw.further_drawdowns, timeline.drawdowns, negate),
    ...signed(raw.payments, timeline.payments, (amount) => amount),
  ];
  const solution = solveRate(flows);
  if (solution.kind === "one") return multiply(solution.rate, timeline.perYear);
  if (solution.kind === "none") throw noRate(solution.reason, flows);
  const rates = solution.rates.map((rate) =>
    formatDecimal(settled(multiply(multiply(rate, timeline.perYear), HUNDRED)), DECIMALS),
  );
  throw rateError(
    "rate-several",
    `several rates fit these cash flows: ${rates.map((rate) => `${rate} %`).join(", ")}`,
    {
      details: { rates: rates.map(Number) },
    },
  );
}

function signed(
  flows: readonly RawFlow[] | undefined,
  moments: readonly Moment[],
  sign: (amount: Rational) => Rational,
): CashFlow[] {
  return (flows ?? []).flatMap((flow, k) => {
    const moment = moments[k];
    return moment === undefined ? [] : [{ amount: sign(flow.amount), ...moment }];
  });
}

function noRate(reason: NoRateReason, flows: readonly CashFlow[]): Error {
  switch (reason) {
    case "nothing-flows":
      return rateError(
        "rate-none",
        "no rate: nothing is lent and nothing paid, or all cancels at once, so any would fit",
      );
    case "one-direction": {
      const paid = flows.some((flow) => flow.amount.num > 0n);
      return rateError(
        "rate-none",
        paid
          ? "no rate: the borrower only pays and never receives more than is paid back at once"
          : "no rate: the borrower only receives and never pays",
      );
    }
    case "no-root":
      return rateError("rate-none", "no rate: at no rate above -100 % are the payments worth what was received");
    case "beyond-number":
      return rateError("rate-none", "no rate that can be written: it is above 10^300 per cent", {
        fix: "Check the amounts and times: a payment many orders of magnitude above the loan after a very short time.",
      });
    case "undecided":
      return rateError("rate-undecided", "the number of rates can't be told: money changes direction too often");
  }
}

function ratio(raw: RawVector, timeline: Timeline): Rational {
  const received = receivedOf(raw);
  const months = (moments: readonly Moment[], k: number): Rational => moments[k]?.whole ?? ZERO;
  const result = pbocRatio({
    principal: raw.amount ?? received,
    received,
    drawdowns: (raw.further_drawdowns ?? []).map(({ amount }, k) => ({
      amount,
      months: months(timeline.drawdowns, k),
    })),
    payments: (raw.payments ?? []).map((payment, k) => ({
      amount: payment.amount,
      months: months(timeline.payments, k),
      principal: payment.principal ?? withoutInterest(payment),
      charges: payment.charges,
    })),
  });
  if ("rate" in result) return result.rate;
  throw rateError("rate-none", `no ratio: ${result.problem}`, {
    fix: "Check the amounts, or state how much principal each payment repays.",
  });
}

function withoutInterest({ amount, interest, charges }: RawFlow): Rational | undefined {
  return interest === undefined ? undefined : subtract(amount, add(interest, charges ?? ZERO));
}

/**
 * What was published, to compare with: rounded half up to the places that `rounding` names, as both directives say,
 * or to those that are printed. The long figure, where there is one, is sometimes cut off instead: within one unit of
 * its last place is agreement.
 */
function printedOf(raw: RawVector, percent: Rational): Printed | undefined {
  const short = raw.expected_apr_percent;
  const long = raw.expected_apr_percent_long;
  if (short === undefined && long === undefined) return undefined;
  const named = /(\d{1,2})\s*decimal/.exec(raw.rounding ?? "")?.[1];
  const shortAgrees =
    short === undefined || roundsTo(percent, short, named === undefined ? placesOf(short) : Number(named));
  const longAgrees = long === undefined || nearly(percent, long);
  return { percent: formatDecimal(long ?? short ?? ZERO, DECIMALS), agrees: shortAgrees && longAgrees };
}

function roundsTo(percent: Rational, printed: Rational, decimals: number): boolean {
  return roundHalfUp(percent, decimals) === roundHalfUp(printed, decimals);
}

function nearly(percent: Rational, printed: Rational): boolean {
  const difference = subtract(percent, printed);
  const magnitude = difference.num < 0n ? -difference.num : difference.num;
  return magnitude * 10n ** BigInt(placesOf(printed)) < difference.den;
}

/** The decimal places that a figure was printed with, trailing zeros aside. */
function placesOf(value: Rational): number {
  return formatDecimal(value, 20).split(".")[1]?.length ?? 0;
}
