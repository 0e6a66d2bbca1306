import {
  HEAD,
  MAX_TERM,
  SLOTS,
  headless,
  holderOf,
  isInDefault,
  loansOf,
  moveHead,
  takeOut,
  withRing,
  withoutOpening,
} from "./book.ts";
import type { Book, Detail, Loan } from "./book.ts";
import { DAY } from "./calendar.ts";
import { joinChain } from "./chains.ts";
import { findingBit, ruleBit } from "./decision.ts";
import { marketOf } from "./entry.ts";
import type { Opened } from "./entry.ts";
import { exposureFor } from "./exposure.ts";
import { decide, refusal, unjudged } from "./findings.ts";
import { LIMIT_FLAGS } from "./limits.ts";
import type { Limits } from "./limit-fields.ts";
import { hasLapsed, isStale } from "./lapse.ts";
import { monthlyPayment, packMonthlyPayment } from "./monthly-payment.ts";
import { openedInPilot } from "./pilot-change.ts";
import { insertOpening } from "./ring.ts";
import { amount } from "./rules/amount.ts";
import { barred } from "./rules/barred.ts";
import { coolingOff } from "./rules/cooling-off.ts";
import { cost } from "./rules/cost.ts";
import { custom, refNumber } from "./rules/custom.ts";
import { dailyCost } from "./rules/daily-cost.ts";
import { deduction } from "./rules/deduction.ts";
import { disclosure } from "./rules/disclosure.ts";
import { frequency } from "./rules/frequency.ts";
import { future } from "./rules/future.ts";
import { income } from "./rules/income.ts";
import { late } from "./rules/late.ts";
import { licence } from "./rules/licence.ts";
import { marketCap } from "./rules/market-cap.ts";
import { openLoans } from "./rules/open-loans.ts";
import { pilot } from "./rules/pilot.ts";
import { platformCap } from "./rules/platform-cap.ts";
import { rate } from "./rules/rate.ts";
import { renewal } from "./rules/rollover.ts";
import { BREACH, UNDETERMINED } from "./rules/rule.ts";
import type { Opening, Rule, Times } from "./rules/rule.ts";
import { streak as streakRule } from "./rules/streak.ts";
import { term } from "./rules/term.ts";
import { summarise } from "./schedule.ts";
import type { ScheduleSummary } from "./schedule.ts";
import type { Settings } from "./settings.ts";
import { streakAfterOpening, streakAt } from "./streak.ts";
import type { Streak } from "./streak.ts";
import { timesOf } from "./times.ts";
import type { Judgement, Position, World } from "./world.ts";

/** The rules of origination that this registry serves. */
export const OPENED_RULES: readonly Rule<Opening>[] = [
  rate,
  cost,
  deduction,
  amount,
  term,
  income,
  platformCap,
  marketCap,
  openLoans,
  coolingOff,
  streakRule,
  frequency,
  disclosure,
  barred,
  licence,
  late,
  future,
  dailyCost,
  renewal,
  pilot,
  custom,
];

const BITS = OPENED_RULES.map((rule) => [ruleBit(rule.name), rule] as const);

/** Judges an `Opened` (protocol §6). */
export function judgeOpened(entry: Opened, position: Position, world: World): Judgement {
  const { basis, borrower, product, line, predecessor } = entry;
  const { blockTime, platform } = position;
  const question = basis === "request";
  const ends = question && { endsFounding: true as const };
  const refused = (finding: Parameters<typeof refusal>[0]): Judgement => ({
    entry,
    ...ends,
    decision: refusal(finding),
  });

  if (basis === "founded" && !position.founding) return refused("NOT-FOUNDING");
  if (line && (line.platform !== platform || !world.knowsLine(borrower, line))) return refused("NO-LOAN");
  const chain = predecessor && joinChain({ ...entry, predecessor }, position, world);
  if (typeof chain === "string") return refused(chain);

  const kind = borrower[0]!;
  const times = timesOf(
    { stated: entry.time, founded: basis === "founded", ...(entry.outage && { deadline: entry.outage.deadline }) },
    blockTime,
    world.limitsAt(product, kind, blockTime),
  );
  const limits = world.limitsAt(product, kind, times.effective);
  if (question && !limits) return refused("NO-VERSION");

  const settings = world.settingsAt(blockTime);
  const before = withoutLapsed(world.book(borrower), blockTime, settings);
  const stale = loansOf(before).filter((each) => isStale(each, times.effective, settings));
  const summary = summarise(entry.schedule);
  const loan = loanOf(entry, position, times, summary, limits);
  const group = world.groupOf(platform);
  const newcomer = { market: marketOf(product), platform, group, ...(line && { line }) };
  const counting = stale.length === 0 ? loansOf(before) : loansOf(before).filter((each) => !stale.includes(each));
  const exposure = exposureFor(counting, newcomer, world.groupOf);
  const streak = streakAt(before, times.effective, exposure.anyOpen, settings.zone);
  const marked = withStale(before, stale, line === undefined && times.effective >= before.ring.newest);
  const book = place(marked.book, loan, line === undefined, streak, settings);
  if (!book) return refused("FULL");

  const opening: Opening = {
    entry,
    platform,
    summary,
    times,
    fact: !question,
    laterDraw: line !== undefined,
    renewals: chain?.renewal === true ? chain.renewals : 0,
    licensed: world.mayOpen(platform, product),
    exposure,
    lastClosed: before.lastClosed,
    ring: before.ring,
    streak,
    conduct: before.conduct,
    inDefault: before.conduct !== undefined && isInDefault(before),
    zone: settings.zone,
    calendar: settings.calendar,
    reference: (series, maxAgeDays) => world.referenceAt(series, times.effective, maxAgeDays),
    pilot: (number) => world.pilot(number, borrower),
    ask: (rule, gas) => {
      const facts = {
        ...{ time: times.effective, blockTime, platform, group, product, loan: refNumber(position) },
        ...{ opened: times.effective, outstanding: exposure.outstanding, openLoans: exposure.openLoans },
      };
      return world.custom({ rule, gas, index: position.index, entry, facts });
    },
  };
  const decision = limits ? decideOpening(opening, limits, stale.length > 0) : unjudged(0);
  if (decision.outcome === "refused") return { entry, ...ends, decision };
  const told = openedInPilot(limits, entry);
  const counted = [
    ...(basis === "outage" ? [{ platform, what: "outages" as const }] : []),
    ...marked.counted.map((each) => ({ platform: holderOf(each), what: "stale" as const })),
  ];
  return {
    entry,
    ...ends,
    decision,
    book,
    ...(chain && { chain: { ref: { platform, number: position.number, index: position.index }, value: chain } }),
    ...(entry.firstDraw && { beginsLine: true }),
    ...(told && { pilot: told }),
    ...(counted.length > 0 && { counted }),
  };
}

/** Whether the borrower has a loan, or had one lately. A line's draws count once. */
function isSecondary({ laterDraw, exposure, lastClosed, times }: Opening, { secondaryWindow }: Limits): boolean {
  if (secondaryWindow === 0 || laterDraw) return false;
  const since = times.effective - lastClosed;
  return exposure.anyOpen || (lastClosed !== 0 && since >= 0 && since < secondaryWindow);
}

/**
 * The book with the marks of what is found stale, and the loans to count for it: each once, since the mark stays. A head loan has no
 * place for it, and waits until it moves to a slot.
 */
function withStale(book: Book, stale: readonly Loan[], headMoves: boolean): { book: Book; counted: readonly Loan[] } {
  const fresh = stale.filter((each) => each.stale !== true && (each !== book.head || headMoves));
  if (fresh.length === 0) return { book, counted: [] };
  const mark = (each: Loan): Loan => (fresh.includes(each) ? { ...each, stale: true } : each);
  const slots = book.slots.map(mark);
  return { book: book.head ? { ...book, head: mark(book.head), slots } : { ...book, slots }, counted: fresh };
}

function decideOpening(opening: Opening, limits: Limits, stale: boolean) {
  const secondary = isSecondary(opening, limits) ? findingBit("SECONDARY") : 0;
  const findings = secondary | (stale ? findingBit("STALE") : 0);
  let breaches = 0;
  let undetermined = 0;
  for (const [bit, rule] of BITS) {
    if ((limits.on & bit) === 0) continue;
    const verdict = rule.judge(opening, limits);
    if (verdict === BREACH) breaches |= bit;
    else if (verdict === UNDETERMINED) undetermined |= bit;
  }
  return decide(!opening.fact, limits, findings, breaches, undetermined);
}

/** The book without its lapsed loans: the head loan goes first, then the slots from the last. */
function withoutLapsed(book: Book, blockTime: number, settings: Settings): Book {
  let rest = book;
  const take = (at: number, loan: Loan): void => {
    if (!hasLapsed(loan, blockTime, settings)) return;
    rest = takeOut(rest, at);
    if (loan.inRing) rest = withoutOpening(rest, loan.opened, settings.zone);
  };
  if (book.head) take(HEAD, book.head);
  for (let at = book.slots.length - 1; at >= 0; at--) take(at, rest.slots[at]!);
  return rest;
}

/** The loan as it enters the state. */
function loanOf(
  entry: Opened,
  { platform, number, index }: Position,
  times: Times,
  summary: ScheduleSummary,
  limits: Limits | undefined,
): Loan {
  const principal = Number(entry.principal);
  const deducted = Math.max(entry.cash === undefined ? 0 : principal - Number(entry.cash), 0);
  const payment =
    limits && (limits.flags & LIMIT_FLAGS.payments) !== 0 ? packMonthlyPayment(monthlyPayment(summary)) : 0;
  const linked = entry.predecessor !== undefined;
  const line = entry.line ?? (entry.firstDraw && { number, index });
  return {
    platform,
    number,
    index,
    product: entry.product,
    outstanding: principal,
    principal,
    term: Math.min(Math.ceil(summary.term / DAY), MAX_TERM),
    opened: times.effective,
    unconfirmed: entry.basis === "request" && limits !== undefined && (limits.flags & LIMIT_FLAGS.confirm) !== 0,
    chargedOff: false,
    inRing: entry.line === undefined,
    holder: 0,
    ...(line && { line: { number: line.number, index: line.index } }),
    ...((deducted > 0 || payment > 0 || linked) && {
      detail: { ...detailWith(deducted), largestPayment: payment, linked },
    }),
  };
}

/** A detail with nothing but charges. */
export function detailWith(charges: number): Detail {
  return {
    charges,
    defaultCharges: 0,
    extensions: 0,
    settlement: 0,
    lastEvent: 0,
    allowance: 0,
    largestPayment: 0,
    linked: false,
    inDefault: false,
  };
}

/** The book with the loan in it (state.md, Where a loan goes), or undefined if there is no room. */
function place(
  book: Book,
  loan: Loan,
  entersRing: boolean,
  found: Streak | undefined,
  { zone }: Settings,
): Book | undefined {
  const inOrder = loan.opened >= book.ring.newest;
  const becomesHead = loan.line === undefined && inOrder;
  const movesHead = book.head !== undefined && entersRing && inOrder;
  if (book.slots.length + (movesHead ? 1 : 0) + (becomesHead ? 0 : 1) > SLOTS) return undefined;
  const moved = movesHead ? moveHead(book) : book;
  const ring = entersRing ? insertOpening(book.ring, loan.opened, zone) : book.ring;
  const streak = entersRing ? streakAfterOpening(book.streak, found, loan.opened, book.ring, zone) : book.streak;
  if (becomesHead) return { ...headless(moved, moved.slots), head: loan, ring, streak };
  return withRing({ ...moved, slots: [...moved.slots, loan], streak }, ring);
}
