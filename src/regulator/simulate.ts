import { offsetAt } from "../core/calendar.ts";
import type { Hex } from "../core/bytes.ts";
import type { Outcome } from "../core/decision.ts";
import type { CompiledRulePack } from "./compile-rule-pack.ts";
import { regulatorError } from "./errors.ts";
import { currencyConflict, type KnownCurrency } from "./known-currency.ts";
import { linesOfRulebook } from "./law-diff.ts";
import { localTime } from "./plan.ts";
import {
  countFindings,
  countLater,
  countLoans,
  countMonths,
  countRecorded,
  countRules,
  type LaterCounts,
  type LoanCounts,
  type MonthCount,
  type RuleCount,
  type Sides,
} from "./simulate-counts.ts";
import { affectedBy, effectsOf, type Effects } from "./simulate-effects.ts";
import { draftChanges, type DraftChange } from "./simulate-changes.ts";
import { appliedVersions, draftNotes, type AppliedVersion, type Dating } from "./simulate-draft.ts";
import type { History } from "./simulate-history.ts";
import { asItStands, checkDraft, draftHash, lawHash, lawOf, rulesOn, withDraft } from "./simulate-law.ts";
import { judgedLoans, type JudgedLoan } from "./simulate-judged.ts";
import { runUnder } from "./simulate-run.ts";
import type { SpiralTerms } from "./simulate-spirals.ts";
import { BASIS_TEXTS, DATING_TEXTS, definitions, MODE_TEXTS } from "./simulate-texts.ts";
import { timelineOf, type SimulationBasis, type Timeline } from "./simulate-timeline.ts";
import { listsOf, loanEffects, type Lists, type LoanEffects } from "./simulate-whom.ts";

export interface SimulationOptions {
  readonly history: History;
  readonly registry: Hex;
  readonly chainId: bigint;
  readonly draft: CompiledRulePack;
  readonly basis: SimulationBasis;
  readonly eachAlone: boolean;
  readonly dating: Dating;
  /** UTC seconds: loans asked for from here on, and before `to`. */
  readonly from?: number;
  readonly to?: number;
  /** What the law's amounts are in, if somebody knows. */
  readonly money?: KnownCurrency | undefined;
  /** Only loans of these platforms are counted; all are replayed. */
  readonly platforms?: readonly number[];
  readonly spirals: SpiralTerms;
  readonly onProgress?: (done: number, total: number, doing: "the law" | "the draft") => void;
}

/** What a simulation has to say. The same history, draft and options give the same, to the byte of its canonical JSON. */
export interface SimulationReport {
  readonly loans: number;
  readonly borrowers: number;
  readonly amount: bigint;
  /** Loans that the draft refuses. */
  readonly refused: number;
  readonly borrowers_affected: number;
  /** Loans that breach each rule. */
  readonly by_rule: Sides<Record<string, number>> & { readonly recorded: Record<string, number> };
  readonly outcomes: LoanCounts["outcomes"] & { readonly recorded: Record<Outcome, number> };
  readonly rules: Sides<Record<string, RuleCount>>;
  readonly findings: Sides<Record<string, number>>;
  readonly by_platform: Record<string, LoanCounts>;
  readonly by_product: Record<string, LoanCounts>;
  readonly effects: Effects;
  /** Whom it concerns, by pseudonym. */
  readonly lists: Lists;
  readonly later_entries: Sides<LaterCounts>;
  readonly left_out: number;
  readonly months: readonly MonthCount[];
  readonly basis: SimulationBasis;
  readonly mode: "following" | "each-alone";
  readonly dating: Dating;
  readonly period: { readonly from: string | null; readonly to: string | null };
  readonly platforms: readonly number[] | null;
  readonly definitions: Readonly<Record<string, string>>;
  readonly currency: CompiledRulePack["currency"];
  readonly draft: Hex;
  readonly draft_pack: string;
  readonly draft_versions: readonly {
    readonly product: string;
    readonly borrower: "person" | "business";
    readonly effective_from: string;
    readonly binds_from: string;
    /** By its own date it would bind only after the last loan. */
    readonly tried: boolean;
  }[];
  /** What whoever reads the rest must know first. */
  readonly notes: readonly string[];
  /** What the draft changes, in words. */
  readonly changes: readonly DraftChange[];
  readonly law: Hex;
  readonly heads: Record<string, { readonly number: number; readonly head: Hex }>;
  readonly registry: Hex;
  readonly chain_id: string;
}

/** A report with the loans that it counts, for those who list them. */
export interface Simulation {
  readonly report: SimulationReport;
  readonly judged: readonly JudgedLoan[];
  readonly timeline: Timeline;
  /** What the draft does to each, by its number. */
  readonly effects: ReadonlyMap<number, LoanEffects>;
}

/**
 * Replays a history under the law that the chain holds and under a draft, by the twin that decides everything here, and compares the two.
 *
 * @throws `history-empty`, `draft-unknown-product`, `rule-pack-invalid`, `rules-conflict`
 */
export function simulate(options: SimulationOptions): Simulation {
  const { history, draft, eachAlone, dating, basis, from, to, onProgress } = options;
  const timeline = timelineOf(history, basis);
  if (timeline.loans.length === 0)
    throw regulatorError("history-empty", `The registry ${options.registry} has no loan in its history`);
  checkDraft(draft);
  const law = lawOf(history);
  checkCurrency(draft, options.money);
  checkProducts(draft, history, timeline);
  const use = { from, dating, last: lastAsked(timeline, from, to) };
  const period = { eachAlone, from: from ?? -Infinity, to: to ?? Infinity };
  const run = (doing: "the law" | "the draft", under: Parameters<typeof runUnder>[2]["law"]) =>
    runUnder(history, timeline, {
      ...{ ...period, law: under },
      onProgress: (steps) => onProgress?.(steps, timeline.steps.length, doing),
    });
  const before = run("the law", asItStands(law));
  const after = run("the draft", withDraft(law, history, draft, use));
  const platforms = options.platforms === undefined ? undefined : new Set(options.platforms);
  const judged = judgedLoans(timeline, before, after, platforms);
  if (judged.length === 0)
    throw regulatorError("history-empty", "No loan of the history was asked for in this period at these platforms");

  const applied = appliedVersions(linesOfRulebook(law), draft, use);
  const rules = rulesOn([...limitsMet(judged, law), ...applied.map(({ limits }) => limits)]);
  const counted = new Set(judged.map(({ number }) => number));
  const later = (of: typeof before): LaterCounts => countLater(timeline, of, (loan) => counted.has(loan));
  const all = countLoans(judged, rules);
  const zone = law.settingsAt(timeline.end).zone;
  const whom = affectedBy(judged, options.spirals);
  const affected = judged.filter((one) => one.before.outcome !== one.after.outcome);
  const report: SimulationReport = {
    loans: all.loans,
    borrowers: new Set(judged.map(({ loan }) => loan.borrower)).size,
    amount: all.amount,
    refused: all.outcomes.after.refused,
    borrowers_affected: new Set(affected.map(({ loan }) => loan.borrower)).size,
    by_rule: { ...all.by_rule, recorded: countRecorded(judged, rules) },
    outcomes: { ...all.outcomes, recorded: recordedOutcomes(judged) },
    rules: { before: countRules(judged, rules, "before"), after: countRules(judged, rules, "after") },
    findings: { before: countFindings(judged, "before"), after: countFindings(judged, "after") },
    by_platform: grouped(judged, rules, all, ({ loan }) => String(loan.act.ref.platform)),
    by_product: grouped(judged, rules, all, ({ loan }) => productText(loan.opened.product)),
    effects: effectsOf(judged, whom, timeline, options.spirals),
    lists: listsOf(whom.access, whom.spirals.before, timeline),
    later_entries: { before: later(before), after: later(after) },
    left_out: timeline.leftOut,
    months: countMonths(judged, (at) => offsetAt(zone, at)),
    basis,
    mode: eachAlone ? "each-alone" : "following",
    dating,
    period: { from: isoOf(from), to: isoOf(to) },
    platforms: platforms === undefined ? null : [...platforms].sort((a, b) => a - b),
    definitions: {
      ...definitions(options.spirals),
      basis: BASIS_TEXTS[basis],
      mode: MODE_TEXTS[eachAlone ? "each-alone" : "following"],
      dating: DATING_TEXTS[dating],
    },
    currency: draft.currency,
    draft: draftHash(draft),
    draft_pack: draft.pack,
    draft_versions: applied.map((version) => describeVersion(version, draft)),
    notes: draftNotes(law, draft, applied, use),
    changes: draftChanges(law, draft, applied, spanOf(judged)),
    law: lawHash(law, history),
    heads: Object.fromEntries([...history.heads].map(([platform, head]) => [String(platform), head])),
    registry: options.registry,
    chain_id: options.chainId.toString(),
  };
  return { report, judged, timeline, effects: loanEffects(judged, whom.access, whom.spirals.before) };
}

/** When the last loan of a period was asked for, at whichever platform; the end of the history where there is none. */
function lastAsked({ loans, end }: Timeline, from = -Infinity, to = Infinity): number {
  const last = loans.reduce(
    (most, { moment }) => (moment >= from && moment < to ? Math.max(most, moment) : most),
    -Infinity,
  );
  return last === -Infinity ? end : last;
}

/** Amounts in another money would be taken for the law's: an answer, and a wrong one. */
function checkCurrency({ pack, currency }: CompiledRulePack, money: KnownCurrency | undefined): void {
  const conflict = currencyConflict(money, currency);
  if (conflict !== undefined)
    throw regulatorError("rules-conflict", `${pack}: ${conflict}`, {
      fix: "Write the draft in the deployment's currency; or load the loans again under the draft's law, in a data directory of their own, as docs/simulate.md does.",
    });
}

/** The times of the first and the last loan. */
function spanOf(judged: readonly JudgedLoan[]): [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity];
  for (const { loan } of judged) [first, last] = [Math.min(first, loan.moment), Math.max(last, loan.moment)];
  return [first, last];
}

/** A draft that has nothing to do with what the chain knows is a mistake, most likely in a number. */
function checkProducts({ pack, versions }: CompiledRulePack, history: History, { loans }: Timeline): void {
  const known = new Set(loans.map(({ opened }) => opened.product));
  for (const { event } of history.law) if (event.event === "VersionPublished") known.add(event.product);
  const mine = [...new Map(versions.map(({ product, productName }) => [product, productName]))];
  if (mine.some(([product]) => known.has(product))) return;
  const names = mine.map(([product, name]) => `${name} (${productText(product)})`).join(", ");
  throw regulatorError("draft-unknown-product", `${pack}: the chain knows none of its products: ${names}`, {
    fix: `Give the draft's markets and products the numbers that the chain knows: ${[...known]
      .sort((a, b) => a - b)
      .map(productText)
      .join(", ")}.`,
  });
}

/** Limits that were asked for in the period, of which the rules are to be named. */
function limitsMet(judged: readonly JudgedLoan[], law: ReturnType<typeof lawOf>) {
  const met = judged.map(({ loan: { opened, moment } }) => law.limitsAt(opened.product, opened.borrower[0]!, moment));
  return new Set(met.filter((limits) => limits !== undefined));
}

function recordedOutcomes(judged: readonly JudgedLoan[]): Record<Outcome, number> {
  const counts = { accepted: 0, flagged: 0, refused: 0 };
  for (const { loan } of judged) counts[loan.act.recorded.outcome]++;
  return counts;
}

function grouped(
  judged: readonly JudgedLoan[],
  rules: readonly string[],
  all: LoanCounts,
  keyOf: (one: JudgedLoan) => string,
): Record<string, LoanCounts> {
  const groups = Map.groupBy(judged, keyOf);
  if (groups.size === 1) return Object.fromEntries([...groups.keys()].map((key) => [key, all]));
  return Object.fromEntries([...groups].map(([key, some]) => [key, countLoans(some, rules)]));
}

/** A product as files and people name it: market and serial. */
export const productText = (product: number): string => `${product >>> 6}/${product & 63}`;

const isoOf = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at * 1_000).toISOString().replace(".000Z", "Z");

function describeVersion(version: AppliedVersion, { settings }: CompiledRulePack) {
  const { product, kind, effectiveFrom, bindsFrom, tried } = version;
  return {
    tried,
    product: productText(product),
    borrower: kind === 1 ? ("person" as const) : ("business" as const),
    effective_from: localTime(effectiveFrom, settings.zone),
    binds_from: bindsFrom === 0 ? "the beginning" : localTime(bindsFrom, settings.zone),
  };
}
