import { findingNames, ruleNames, type Decision, type Outcome } from "../core/decision.ts";
import type { JudgedLoan } from "./simulate-judged.ts";
import type { Run } from "./simulate-run.ts";
import type { Timeline } from "./simulate-timeline.ts";

/** How many of each outcome, and the principal refused (minor units). */
export type Outcomes = Record<Outcome, number> & { amount_refused: bigint };

/** Which law a count is of: the law in force or the draft. */
export type Side = "before" | "after";
export type Sides<T> = Record<Side, T>;

/** What one rule did to loans. */
export interface RuleCount {
  /** Loans that breach it. */
  breached: number;
  /** Loans of which it can't be said, for want of an input. */
  undetermined: number;
  /** Of both, loans that were refused, for this reason or another. */
  refused: number;
  /** Refused loans with no other reason. */
  refused_alone: number;
  /** Principal of the refused, minor units. */
  amount_refused: bigint;
}

/** Loans counted, of all or of one platform or product. */
export interface LoanCounts {
  readonly loans: number;
  readonly amount: bigint;
  readonly outcomes: Sides<Outcomes>;
  readonly by_rule: Sides<Record<string, number>>;
}

const namesOf = new Map<number, readonly string[]>();

/** Names of rules by their bits: the same sets come again and again. */
function names(bits: number): readonly string[] {
  let found = namesOf.get(bits);
  if (found === undefined) namesOf.set(bits, (found = ruleNames(bits)));
  return found;
}

const noOutcomes = (): Outcomes => ({ accepted: 0, flagged: 0, refused: 0, amount_refused: 0n });

/** Nothing counted of any rule: they are named even where there is nothing to count. */
const noneOf = (rules: readonly string[]): Record<string, number> => Object.fromEntries(rules.map((rule) => [rule, 0]));

/** Loans that breach each rule, as the registry decided when they were filed. */
export function countRecorded(judged: readonly JudgedLoan[], rules: readonly string[]): Record<string, number> {
  const counts = noneOf(rules);
  for (const { loan } of judged) addRules(counts, loan.act.recorded.breaches);
  return counts;
}

/** Counts loans by outcome and by rule. */
export function countLoans(judged: readonly JudgedLoan[], rules: readonly string[]): LoanCounts {
  const outcomes = { before: noOutcomes(), after: noOutcomes() };
  const by_rule = { before: noneOf(rules), after: noneOf(rules) };
  let amount = 0n;
  for (const { loan, before, after } of judged) {
    const { principal } = loan.opened;
    amount += principal;
    countOutcome(outcomes.before, before, principal);
    countOutcome(outcomes.after, after, principal);
    addRules(by_rule.before, before.breaches);
    addRules(by_rule.after, after.breaches);
  }
  return { loans: judged.length, amount, outcomes, by_rule };
}

function countOutcome(outcomes: Outcomes, { outcome }: Decision, principal: bigint): void {
  outcomes[outcome]++;
  if (outcome === "refused") outcomes.amount_refused += principal;
}

function addRules(counts: Record<string, number>, bits: number): void {
  if (bits !== 0) for (const rule of names(bits)) counts[rule] = (counts[rule] ?? 0) + 1;
}

/** What each rule did, loan by loan, on one side. */
export function countRules(
  judged: readonly JudgedLoan[],
  rules: readonly string[],
  side: Side,
): Record<string, RuleCount> {
  const none = (): RuleCount => ({ breached: 0, undetermined: 0, refused: 0, refused_alone: 0, amount_refused: 0n });
  const counts: Record<string, RuleCount> = Object.fromEntries(rules.map((rule) => [rule, none()]));
  for (const { loan, [side]: decision } of judged) {
    const { breaches, undetermined, outcome, findings } = decision;
    if ((breaches | undetermined) === 0) continue;
    const breached = names(breaches);
    const open = names(undetermined);
    for (const [i, rule] of [...breached, ...open].entries()) {
      const count = (counts[rule] ??= none());
      if (i < breached.length) count.breached++;
      else count.undetermined++;
      if (outcome !== "refused") continue;
      count.refused++;
      count.amount_refused += loan.opened.principal;
      if (breached.length + open.length === 1 && findings === 0) count.refused_alone++;
    }
  }
  return counts;
}

/** Findings on loans by name, on one side: why some were refused that breach no rule. */
export function countFindings(judged: readonly JudgedLoan[], side: Side): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { [side]: decision } of judged)
    if (decision.findings !== 0)
      for (const name of findingNames(decision.findings)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Later entries of the period's loans, as one side judged them. */
export interface LaterCounts {
  readonly entries: number;
  readonly outcomes: Record<Outcome, number>;
  readonly by_rule: Record<string, number>;
  /** By kind: not applied, because the loan was refused. */
  readonly not_applied: Record<string, number>;
  /** Loans let through that history refused, taken to be repaid at the end of their schedule. */
  readonly assumed_closed: number;
  /** Loans judged without the loan that they refinance, because that one was refused. */
  readonly unlinked: number;
}

export function countLater({ steps }: Timeline, run: Run, counts: (loan: number) => boolean): LaterCounts {
  const outcomes = { accepted: 0, flagged: 0, refused: 0 };
  const by_rule: Record<string, number> = {};
  let entries = 0;
  for (const [at, step] of steps.entries()) {
    const decision = run.later[at];
    if (decision === undefined || (step.loan !== -1 && !counts(step.loan))) continue;
    entries++;
    outcomes[decision.outcome]++;
    addRules(by_rule, decision.breaches);
  }
  const not_applied: Record<string, number> = {};
  for (const at of run.notApplied) {
    const { loan, entry } = steps[at]!;
    if (counts(loan)) not_applied[entry.kind] = (not_applied[entry.kind] ?? 0) + 1;
  }
  const assumed_closed = run.assumedClosed.filter(counts).length;
  const unlinked = [...run.unlinked].filter(counts).length;
  return { entries, outcomes, by_rule, not_applied, assumed_closed, unlinked };
}

/** Loans by the month in which they were asked for: `2017-03`. */
export interface MonthCount {
  readonly month: string;
  loans: number;
  refused_before: number;
  refused_after: number;
}

/** Every month from the first to the last, those without loans included. `offsetAt` gives local time's seconds ahead of UTC. */
export function countMonths(judged: readonly JudgedLoan[], offsetAt: (at: number) => number): MonthCount[] {
  const months = new Map<number, MonthCount>();
  const numberOf = (at: number): number => {
    const date = new Date((at + offsetAt(at)) * 1_000);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  for (const { loan, before, after } of judged) {
    const number = numberOf(loan.moment);
    let count = months.get(number);
    if (count === undefined) months.set(number, (count = emptyMonth(number)));
    count.loans++;
    if (before.outcome === "refused") count.refused_before++;
    if (after.outcome === "refused") count.refused_after++;
  }
  const numbers = [...months.keys()];
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  return Array.from({ length: last - first + 1 }, (_, i) => months.get(first + i) ?? emptyMonth(first + i));
}

function emptyMonth(number: number): MonthCount {
  const month = `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
  return { month, loans: 0, refused_before: 0, refused_after: 0 };
}
