import { MAX_TERM, replaceLoan } from "./book.ts";
import type { Loan } from "./book.ts";
import { DAY } from "./calendar.ts";
import { renewalsOf } from "./chains.ts";
import { findingBit } from "./decision.ts";
import { AMOUNT_LIMIT } from "./entry.ts";
import type { Extended } from "./entry.ts";
import { decide, decideFact, refusal, verdictsOf } from "./findings.ts";
import type { RefusingFinding } from "./findings.ts";
import { EVENT_RULES } from "./judge-event.ts";
import { detailWith } from "./judge-opened.ts";
import type { Limits } from "./limit-fields.ts";
import { LIMIT_FLAGS } from "./limits.ts";
import { locateLoan } from "./locate-loan.ts";
import type { Located } from "./locate-loan.ts";
import { monthlyPayment, packMonthlyPayment } from "./monthly-payment.ts";
import { changedInPilot } from "./pilot-change.ts";
import { cost, exceedsCost } from "./rules/cost.ts";
import { dailyCost } from "./rules/daily-cost.ts";
import { licence } from "./rules/licence.ts";
import { rate } from "./rules/rate.ts";
import type { Priced } from "./rules/rate.ts";
import { MANY_EXTENSIONS, isCounted, rollover } from "./rules/rollover.ts";
import type { Extending } from "./rules/rollover.ts";
import { BREACH, PASS } from "./rules/rule.ts";
import type { Rule } from "./rules/rule.ts";
import { summarise } from "./schedule.ts";
import type { ScheduleSummary } from "./schedule.ts";
import type { Judgement, Position, World } from "./world.ts";

/** What the rules of an extension judge: the new schedule is that of a loan of what is left, less the fee. */
interface Extension extends Extending {
  readonly entry: Extended;
  readonly summary: ScheduleSummary;
  /** Outstanding after the write-down, minor units. */
  readonly left: bigint;
  /** All charges borne, the fee's included. */
  readonly charges: bigint;
  readonly licensed: boolean;
  readonly reference: Priced["reference"];
}

/** A rule of origination on what is left as if it were lent now; nothing left to pay a schedule with is a breach. */
function asLent(rule: Rule<Priced>): Rule<Extension> {
  return {
    ...rule,
    judge({ entry, summary, left, reference, times }, limits) {
      const cash = left - entry.fee;
      if (cash <= 0n) return BREACH;
      return rule.judge(
        { entry: { cash, principal: left, schedule: entry.schedule }, summary, reference, times },
        limits,
      );
    },
  };
}

const costOfExtension: Rule<Extension> = {
  ...cost,
  judge({ charges, summary, left, principal }, limits) {
    const more = summary.total - left;
    return exceedsCost(charges + (more > 0n ? more : 0n), principal, limits) ? BREACH : PASS;
  },
};

/** The rules of `Extended` beside those of all events. */
export const EXTENDED_RULES: readonly Rule<Extension>[] = [
  asLent(rate),
  costOfExtension,
  asLent(dailyCost),
  licence,
  rollover,
];

/** Judges an `Extended` (protocol §6). */
export function judgeExtended(entry: Extended, position: Position, world: World): Judgement {
  const refused = (finding: RefusingFinding): Judgement => ({ entry, decision: refusal(finding) });
  const located = locateLoan(entry, position, world);
  if (typeof located === "string") return refused(located);
  const { book, place, loan, limits } = located;
  if (loan.chargedOff) return refused("FORBIDDEN");
  const question = entry.asked === true;
  if (question && !limits) return refused("NO-VERSION");
  const charges = BigInt(loan.detail?.charges ?? 0) + entry.fee;
  if (charges >= AMOUNT_LIMIT) return refused("WIDTH");

  const owed = BigInt(loan.outstanding);
  const left = entry.writeDown > owed ? 0n : owed - entry.writeDown;
  const findings = entry.writeDown > owed ? findingBit("EXCESS") : 0;
  const summary = summarise(entry.schedule);
  const extension = extensionOf(entry, located, { left, charges, summary }, position, world);
  const verdicts = limits && verdictsOf([...EVENT_RULES, ...EXTENDED_RULES], extension, limits);
  const decision =
    question && limits && verdicts
      ? decide(true, limits, findings, verdicts.breaches, verdicts.undetermined)
      : decideFact(limits, findings, verdicts);
  if (decision.outcome === "refused") return { entry, decision };
  const pilot = changedInPilot(limits, loan, Number(left), true);
  return {
    entry,
    decision,
    book: replaceLoan(book, place, extended(loan, extension, limits)),
    ...(pilot && { pilot }),
  };
}

function extensionOf(
  entry: Extended,
  { loan, times }: Located,
  after: Pick<Extension, "left" | "charges" | "summary">,
  { platform }: Position,
  world: World,
): Extension {
  const principal = BigInt(loan.principal);
  const repaid = BigInt(Math.max(loan.principal - loan.outstanding, 0));
  return {
    entry,
    times,
    ...after,
    principal,
    repaid: entry.paid < repaid ? entry.paid : repaid,
    extensions: loan.detail?.extensions ?? 0,
    renewals: renewalsOf(entry.borrower, loan, world),
    licensed: world.mayOpen(platform, loan.product),
    reference: (series, maxAgeDays) => world.referenceAt(series, loan.opened, maxAgeDays),
  };
}

function extended(loan: Loan, { entry, left, charges, summary, times }: Extension, limits: Limits | undefined): Loan {
  const detail = loan.detail ?? detailWith(0);
  const payments = limits !== undefined && (limits.flags & LIMIT_FLAGS.payments) !== 0;
  return {
    ...loan,
    outstanding: Number(left),
    unconfirmed: false,
    term: Math.min(Math.ceil((times.effective - loan.opened + summary.term) / DAY), MAX_TERM),
    detail: {
      ...detail,
      charges: Number(charges),
      extensions: isCounted(entry) ? Math.min(detail.extensions + 1, MANY_EXTENSIONS) : detail.extensions,
      ...(payments && { largestPayment: packMonthlyPayment(monthlyPayment(summary)) }),
    },
  };
}
