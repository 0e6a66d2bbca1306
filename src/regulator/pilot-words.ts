import { grouped } from "./html-page.ts";
import type { LoanFigures } from "./pilot-loans.ts";
import type { PilotReport } from "./pilot-report.ts";
import { percentOf, standingInWords } from "./pilot-standing.ts";
import { money } from "./simulate-words.ts";
import type { Currency } from "./value-words.ts";

/** The groups of loans that a report compares. */
export const GROUPS = [
  ["loans", "the pilot"],
  ["beside", "their other loans since it opened"],
  ["before", "their loans before it"],
] as const;

export const GROUPS_MEANING =
  "Compared are the pilot's loans with all other loans of the same borrowers, at any platform: those made since the pilot opened, and those before. " +
  "The borrowers are the same, the loans and the times are not: a difference shows what happened, not why.";

/** Where the pilot stands, in a sentence. `at` says a time in words. */
export function standingOf({ pilot }: PilotReport, at: (seconds: number) => string): string {
  const words = standingInWords({ ...pilot, endedAt: pilot.ended_at ?? undefined }, at);
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}

/** Rows that compare the groups: what, and its value in each. */
export function comparisonRows(report: PilotReport, currency: Currency): string[][] {
  const row = (name: string, value: (of: LoanFigures) => string): string[] => [
    name,
    ...GROUPS.map(([group]) => value(report[group])),
  ];
  const of = (part: number, all: number): string =>
    all === 0 ? "0" : `${grouped(part)} (${percentOf(Math.round((1_000_000 * part) / all))})`;
  return [
    row("loans", ({ loans }) => grouped(loans)),
    row("borrowers", ({ borrowers }) => grouped(borrowers)),
    row("principal", ({ principal }) => money(principal, currency)),
    row("median principal", ({ median_principal: median }) => money(median, currency)),
    row("median term", ({ median_term_days: days }) => `${grouped(days)} days`),
    row("cost by schedule, of the principal", ({ cost }) => percentOf(cost.share)),
    row("the same a day", ({ cost }) => `${(cost.share_a_day / 10_000_000).toFixed(4)} %`),
    row("charges paid", ({ cost }) => money(cost.paid, currency)),
    row("of it default charges", ({ cost }) => money(cost.default_charges, currency)),
    row("principal paid back", ({ repayment }) => money(repayment.principal_paid, currency)),
    row("repaid in full", ({ repayment, loans }) => of(repayment.closed["repaid"] ?? 0, loans)),
    row("refinanced", ({ repayment, loans }) => of(repayment.closed["refinanced"] ?? 0, loans)),
    row("withdrawn from", ({ repayment, loans }) => of(repayment.closed["withdrawn"] ?? 0, loans)),
    row("still open", ({ repayment, loans }) => of(repayment.open, loans)),
    row("extended", ({ repayment, loans }) => of(repayment.extended, loans)),
    row("ever past due", ({ repayment, loans }) => of(repayment.past_due.any, loans)),
    row("more than 30 days", ({ repayment, loans }) => of(repayment.past_due.over_30, loans)),
    row("more than 90 days", ({ repayment, loans }) => of(repayment.past_due.over_90, loans)),
    row("written off", ({ defaults, loans }) => of(defaults.loans, loans)),
    row("principal written off", ({ defaults }) => money(defaults.principal, currency)),
    row("recovered later", ({ defaults }) => money(defaults.recovered, currency)),
    row("complaints", ({ complaints, loans }) => of(complaints.filed, loans)),
    row("answered late", ({ complaints }) => grouped(complaints.answered_late)),
    row("not answered", ({ complaints }) => grouped(complaints.unanswered)),
    row("collection contacts", ({ contacts }) => grouped(contacts.made)),
    row("of them against the rule", ({ contacts }) => grouped(contacts.against_the_rule)),
  ];
}

/** Rows of refusals: rule, loans. */
export function refusalRows({ take_up: { refused_by: by } }: PilotReport): string[][] {
  return Object.entries(by).map(([rule, loans]) => [rule, grouped(loans)]);
}
