import { type RuleName, RULES, ruleNames } from "../core/decision.ts";
import { countOne, type EntryCounts, kindOf } from "./claims.ts";
import type { Timeline } from "./events.ts";
import type { Settled } from "./settling.ts";
import type { Submitted } from "./submitting.ts";
import type { Table } from "./table.ts";

/** What an import ends with. */
export interface Summary {
  readonly rows: number;
  readonly rejected_rows: number;
  /** Entries on the chain, by kind. */
  readonly entries: Readonly<EntryCounts>;
  /** Of those entries; the three add up to them. */
  readonly decisions: { readonly accepted: number; readonly flagged: number; readonly refused: number };
  /** Events of refused loans, which are not filed. */
  readonly not_filed: number;
  /** `Opened` entries that breach each rule that is on. */
  readonly by_rule: Readonly<Partial<Record<RuleName, number>>>;
  /** `Opened` entries of which a rule that is on could not be determined. */
  readonly undetermined: Readonly<Partial<Record<RuleName, number>>>;
  readonly filings: number;
  readonly seconds: number;
  readonly loans_per_second: number;
  /** Events that this run added; the others were there before. */
  readonly added: number;
  readonly duplicate_rows: number;
  readonly skipped_rows: number;
  /** Entries of later events that breach each rule, where there are any. */
  readonly events_by_rule: Readonly<Partial<Record<RuleName, number>>>;
  /** Events of which the gateway has others under the same name, or which it doesn't take. */
  readonly conflicts: number;
  /** Events that can't be filed; the gateway says why. */
  readonly quarantined: number;
  readonly rejects_file: string | null;
}

export interface SummaryOptions {
  readonly table: Table;
  readonly timeline: Timeline;
  readonly submitted: Submitted;
  readonly settled: Settled;
  /** Bits of the rules that are on for any product and kind of borrower of the file. */
  readonly rulesOn: number;
  readonly seconds: number;
}

/** Counts what became of a file. */
export function summarise({ table, timeline, submitted, settled, rulesOn, seconds }: SummaryOptions): Summary {
  const entries: EntryCounts = { Opened: 0, Repaid: 0, Closed: 0 };
  const decisions = { accepted: 0, flagged: 0, refused: 0 };
  const ends = { not_filed: 0, quarantined: 0 };
  const breached = zeros(rulesOn);
  const open = zeros(rulesOn);
  const later: Partial<Record<RuleName, number>> = {};
  for (let place = 0; place < timeline.length; place++) {
    const fate = settled.fateAt(place);
    if (fate === "none") continue;
    if (fate === "not_filed" || fate === "quarantined") {
      ends[fate]++;
      continue;
    }
    const kind = kindOf(timeline.loans[timeline.loanAt(place)]!, timeline.stepAt(place));
    countOne(entries, kind);
    decisions[fate]++;
    const counts = kind === "Opened" ? breached : later;
    for (const rule of ruleNames(settled.breachesAt(place))) counts[rule] = (counts[rule] ?? 0) + 1;
    if (kind !== "Opened") continue;
    for (const rule of ruleNames(settled.undeterminedAt(place))) open[rule] = (open[rule] ?? 0) + 1;
  }
  return {
    rows: table.rows,
    rejected_rows: table.rejected,
    entries,
    decisions,
    not_filed: ends.not_filed,
    by_rule: breached,
    undetermined: open,
    filings: settled.filings,
    seconds: Math.round(seconds * 1_000) / 1_000,
    loans_per_second: Math.round((table.loans.length / Math.max(seconds, 0.001)) * 10) / 10,
    added: submitted.added,
    duplicate_rows: table.duplicates,
    skipped_rows: table.skipped,
    events_by_rule: later,
    conflicts: submitted.conflicts.length,
    quarantined: ends.quarantined,
    rejects_file: table.rejectsPath ?? null,
  };
}

function zeros(rulesOn: number): Partial<Record<RuleName, number>> {
  return Object.fromEntries(RULES.filter((_, bit) => ((rulesOn >>> bit) & 1) === 1).map((rule) => [rule, 0]));
}
