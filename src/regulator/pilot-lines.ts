import { columns } from "./text-columns.ts";
import type { PilotReport } from "./pilot-report.ts";
import { boundRows, BOUNDS_HEAD } from "./pilot-standing.ts";
import { comparisonRows, GROUPS, GROUPS_MEANING, refusalRows, standingOf } from "./pilot-words.ts";
import { plural, type Currency } from "./value-words.ts";

/** The report as lines of text. `at` says a time in words. */
export function pilotLines(report: PilotReport, currency: Currency, at: (seconds: number) => string): string[] {
  const { pilot, take_up: takeUp } = report;
  const { asked, opened, borrowers_asking: asking } = takeUp;
  const refusals = refusalRows(report);
  return [
    `Pilot ${pilot.number}: ${pilot.name}`,
    standingOf(report, at),
    "",
    `${plural(opened, "loan")} opened of ${asked} asked for, of ${plural(report.loans.borrowers, "borrower")} of ${asking} who asked.`,
    "",
    ...columns(BOUNDS_HEAD, boundRows(report.bounds, currency)),
    "",
    ...(refusals.length === 0 ? [] : [...columns(["refused for", "loans"], refusals), ""]),
    ...columns(["", ...GROUPS.map(([, name]) => name)], comparisonRows(report, currency)),
    "",
    GROUPS_MEANING,
  ];
}
