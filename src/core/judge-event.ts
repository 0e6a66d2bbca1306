import { accrualOf, afterAccrual, daysSince } from "./accrual.ts";
import { HEAD, SLOTS, headless, replaceLoan, takeOut, withDefault, withoutOpening } from "./book.ts";
import type { Book, Loan } from "./book.ts";
import { finishChain, lifetimeOf } from "./chains.ts";
import { findingBit } from "./decision.ts";
import { AMOUNT_LIMIT, marketOf } from "./entry.ts";
import type { Closed, Disbursed, Repaid } from "./entry.ts";
import { decideFact, refusal, verdictsOf } from "./findings.ts";
import type { RefusingFinding, Verdicts } from "./findings.ts";
import { detailWith } from "./judge-opened.ts";
import { locateLoan } from "./locate-loan.ts";
import type { Located } from "./locate-loan.ts";
import { servicedInPilot } from "./pilot-change.ts";
import { custom, refNumber } from "./rules/custom.ts";
import type { CustomSubject } from "./rules/custom.ts";
import { dailyCostPaid } from "./rules/daily-cost.ts";
import { future } from "./rules/future.ts";
import { late } from "./rules/late.ts";
import { lifetimeCost } from "./rules/lifetime-cost.ts";
import { capDown } from "./rules/rate.ts";
import type { Payment, Rule, Timed, Verdict } from "./rules/rule.ts";
import { settlement } from "./rules/settlement.ts";
import { withdrawal } from "./rules/withdrawal.ts";
import { confirmationWindow } from "./settings.ts";
import { inWithdrawalWindow } from "./withdrawal-window.ts";
import type { Judgement, Position, World } from "./world.ts";

/** The rules of payments, beside those of all events. */
export const PAYMENT_RULES: readonly Rule<Payment>[] = [settlement, withdrawal, lifetimeCost, dailyCostPaid];

/** The rules of later events that this registry serves. */
export const EVENT_RULES: readonly Rule<Timed>[] = [late, future];

/** Those of `Repaid` and `Closed` that a contract outside judges, whether or not there is a payment. */
export const OUTSIDE_RULES: readonly Rule<CustomSubject>[] = [custom];

type Event = Disbursed | Repaid | Closed;

/** What an event does to a loan, or why it can't. */
type Effect = { readonly book: Book; readonly findings: number; readonly payment?: Payment } | RefusingFinding;

/** The loan, and RATE's cap at its opening; undefined if its reference rate is missing, or no version judges it. */
type Judged = Located & { readonly cap: bigint | undefined; readonly world: World };

/** Judges an event of a loan (protocol §6). */
export function judgeEvent(entry: Event, position: Position, world: World): Judgement {
  const located = locateLoan(entry, position, world);
  if (typeof located === "string") return { entry, decision: refusal(located) };
  const { rateSeries, rateMaxAge } = located.limits ?? { rateSeries: 0, rateMaxAge: 0 };
  const point = rateSeries === 0 ? 0n : world.referenceAt(rateSeries, located.loan.opened, rateMaxAge);
  const effect = effectOf(entry, {
    ...located,
    cap: located.limits && point !== undefined ? capDown(located.limits, point) : undefined,
    world,
  });
  if (typeof effect === "string") return { entry, decision: refusal(effect) };
  const { times, limits, loan } = located;
  const effects = { book: effect.book, ...chainAfter(entry, loan, world) };
  if (!limits) return { entry, decision: decideFact(limits, effect.findings, undefined), ...effects };
  let verdicts = verdictsOf(EVENT_RULES, { times }, limits);
  if (entry.kind === "Disbursed") return { entry, decision: decideFact(limits, effect.findings, verdicts), ...effects };
  if (effect.payment) verdicts = both(verdicts, verdictsOf(PAYMENT_RULES, effect.payment, limits));
  verdicts = both(verdicts, verdictsOf(OUTSIDE_RULES, askerOf(entry, located, position, world), limits));
  const told = servicedInPilot(limits, entry, loan);
  const decision = decideFact(limits, effect.findings, verdicts);
  return { entry, decision, ...effects, ...(told && { pilot: told }) };
}

/** What a loan leaves behind that is closed as refinanced. */
function chainAfter(entry: Event, loan: Loan, world: World): Pick<Judgement, "chain"> {
  if (entry.kind !== "Closed" || entry.reason !== "refinanced") return {};
  return { chain: { ref: entry.ref, value: finishChain(entry.borrower, loan, Number(entry.charges), world) } };
}

function askerOf(
  entry: Repaid | Closed,
  { loan, times }: Located,
  { blockTime, platform, index }: Position,
  world: World,
): CustomSubject {
  return {
    ask(rule, gas): Verdict {
      const facts = {
        ...{ time: times.effective, blockTime, platform, group: world.groupOf(platform), product: loan.product },
        ...{ loan: refNumber(loan), opened: loan.opened, outstanding: loan.outstanding, openLoans: 0 },
      };
      return world.custom({ rule, gas, index, entry, facts });
    },
  };
}

function both(verdicts: Verdicts, more: Verdicts): Verdicts {
  return {
    breaches: verdicts.breaches | more.breaches,
    undetermined: verdicts.undetermined | more.undetermined,
  };
}

function effectOf(entry: Event, state: Judged): Effect {
  switch (entry.kind) {
    case "Disbursed":
      return { book: replaceLoan(state.book, state.place, { ...state.loan, unconfirmed: false }), findings: 0 };
    case "Repaid":
      return repay(entry, state);
    case "Closed":
      return entry.reason === "written-off" ? writeOff(entry, state) : close(entry, state);
  }
}

/** The payment as rules see it. */
function paymentOf(
  entry: Repaid | Closed,
  { loan, times, limits, cap, settings, world }: Judged,
  leaves: boolean,
): Payment {
  const detail = loan.detail ?? detailWith(0);
  const charges = detail.charges + Number(entry.charges);
  const accrual = limits
    ? accrualOf(loan, detail, times.effective, limits, cap)
    : { balance: undefined, allowance: undefined };
  return {
    ...{ entry, times, loan, leaves, charges, cap, accrual, settings },
    paid: Number(entry.principal + entry.charges),
    charged: entry.charges > 0n,
    lifetime: lifetimeOf(entry.borrower, loan, charges + detail.defaultCharges, world),
    days: daysSince(loan.opened, times.effective),
  };
}

/** The loan after a payment; undefined if its charges would outgrow their width. */
function afterPayment({ entry, loan, charges, paid, times, accrual }: Payment, { limits }: Judged): Loan | undefined {
  if (charges >= AMOUNT_LIMIT) return undefined;
  const detail = { ...(loan.detail ?? detailWith(0)), charges };
  return {
    ...loan,
    outstanding: Math.max(loan.outstanding - Number(entry.principal), 0),
    unconfirmed: false,
    detail: afterAccrual(detail, times.effective, limits, accrual, paid),
  };
}

function excess({ outstanding }: Loan, principal: number): number {
  return principal > outstanding ? findingBit("EXCESS") : 0;
}

function repay(entry: Repaid, state: Judged): Effect {
  const { book, place, loan } = state;
  const payment = paymentOf(entry, state, false);
  const paid = afterPayment(payment, state);
  if (!paid) return "WIDTH";
  return { book: replaceLoan(book, place, paid), findings: excess(loan, Number(entry.principal)), payment };
}

/** A loan that is written off stays, as charged off, while something is outstanding. */
function writeOff(entry: Closed, state: Judged): Effect {
  const { book, place, loan } = state;
  const principal = Number(entry.principal);
  const findings = excess(loan, principal);
  if (principal >= loan.outstanding)
    return { book: takeOut(book, place), findings, payment: paymentOf(entry, state, true) };
  if (place === HEAD && book.slots.length === SLOTS) return "FULL";
  // Without a payment there is nothing to judge.
  const payment = principal > 0 || entry.charges > 0n ? paymentOf(entry, state, false) : undefined;
  const paid = payment ? afterPayment(payment, state) : loan;
  if (!paid) return "WIDTH";
  const left = { ...paid, unconfirmed: false, chargedOff: true };
  const after = place === HEAD ? headless(book, [...book.slots, left]) : replaceLoan(book, place, left);
  const known = loan.chargedOff ? after : withDefault(after, state.times.effective);
  return { book: known, findings, ...(payment && { payment }) };
}

/** All other reasons take the loan out. A clean close leaves no trace; any other counts for cooling-off, unless charged off before. */
function close(entry: Closed, state: Judged): Effect {
  return { ...closed(entry, state), payment: paymentOf(entry, state, true) };
}

function closed(entry: Closed, state: Located): { readonly book: Book; readonly findings: number } {
  const { book, place, loan, times, settings } = state;
  const principal = Number(entry.principal);
  const { clean, findings } = howClosed(entry, state);
  const all = excess(loan, principal) | findings;
  const rest = takeOut(book, place);
  if (clean) {
    return { book: loan.inRing ? withoutOpening(rest, loan.opened, settings.zone) : rest, findings: all };
  }
  if (loan.chargedOff) return { book: rest, findings: all };
  return { book: { ...rest, lastClosed: Math.max(rest.lastClosed, times.effective) }, findings: all };
}

function howClosed(entry: Closed, { loan, times, limits, settings }: Located): { clean: boolean; findings: number } {
  const short = entry.principal < loan.outstanding ? findingBit("SHORT") : 0;
  const borne = (loan.detail?.charges ?? 0) + (loan.detail?.defaultCharges ?? 0);
  const free = borne === 0 && entry.charges === 0n;
  const since = times.effective - loan.opened;
  switch (entry.reason) {
    case "voided": {
      const untouched = free && entry.principal === 0n && loan.outstanding === loan.principal;
      const clean = untouched && since <= confirmationWindow(settings, marketOf(loan.product));
      return { clean, findings: clean ? 0 : findingBit("WINDOW") };
    }
    case "withdrawn": {
      const window = limits ?? { flags: 0, withdrawalWindow: 0 };
      const inside = inWithdrawalWindow(window, loan.opened, times.effective, settings) === "inside";
      return { clean: inside && free, findings: short | (inside ? 0 : findingBit("WINDOW")) };
    }
    case "repaid":
    case "refinanced":
      return { clean: false, findings: short };
    default:
      return { clean: false, findings: 0 };
  }
}
