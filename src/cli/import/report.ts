/** What an import says to people. */
import { claimsOf, countOne, type EntryCounts, type ImportBasis, kindOf } from "../../import/claims.ts";
import { CLOSING, HAPPENED, type Timeline } from "../../import/events.ts";
import type { Happening, Loan } from "../../import/loan.ts";
import type { Reject } from "../../import/rejects.ts";
import { articlesOf, type Result } from "../../import/results.ts";
import type { Conflict } from "../../import/submitting.ts";
import type { Summary } from "../../import/summary.ts";
import type { Table } from "../../import/table.ts";
import { note, print, printJson } from "../output.ts";
import { productName } from "./checks.ts";

/** Lines of each list that are shown. */
const SHOWN = 10;
/** Events that a dry run shows. */
const SAMPLE = 6;

export function tellRejects({ rejects, rejected, rejectsPath }: Table): void {
  if (rejected === 0) return;
  note(
    `${rejected} ${rejected === 1 ? "row was" : "rows were"} rejected; all of them are in ${rejectsPath ?? "no file"}.`,
  );
  for (const one of rejects.slice(0, SHOWN)) note(`  ${rejectLine(one)}`);
  if (rejected > SHOWN) note(`  and ${rejected - SHOWN} more`);
}

function rejectLine({ line, column, value, reason }: Reject): string {
  const what = column === "" ? "" : `, ${column}${value === "" ? "" : ` ${JSON.stringify(value)}`}`;
  return `line ${line}${what}: ${reason}`;
}

export function tellConflicts(conflicts: readonly Conflict[]): void {
  if (conflicts.length === 0) return;
  note(`${conflicts.length} ${conflicts.length === 1 ? "event was" : "events were"} not filed as the file says:`);
  for (const { line, kind, reason } of conflicts.slice(0, SHOWN)) note(`  line ${line}, ${kind}: ${reason}`);
  if (conflicts.length > SHOWN) note(`  and ${conflicts.length - SHOWN} more`);
}

/** What would be filed: counts, and the first events as records would have them. */
export function printDryRun(table: Table, timeline: Timeline, basis: ImportBasis, json: boolean): void {
  const entries: EntryCounts = { Opened: 0, Repaid: 0, Closed: 0 };
  for (let place = 0; place < timeline.length; place++)
    countOne(entries, kindOf(timeline.loans[timeline.loanAt(place)]!, timeline.stepAt(place)));
  const first = Array.from({ length: Math.min(SAMPLE, timeline.length) }, (_, place) => {
    const loan = timeline.loans[timeline.loanAt(place)]!;
    const step = timeline.stepAt(place);
    const context = { basis, iat: 0, jti: "-", ...(step > 0 && { opening: `0x${"00".repeat(32)}` as const }) };
    const { iat: _iat, jti: _jti, fmt: _fmt, iss, kind, ...said } = claimsOf(loan, step, context);
    return { line: loan.line, kind, iss, ...said };
  });
  const counts = {
    rows: table.rows,
    rejected_rows: table.rejected,
    duplicate_rows: table.duplicates,
    skipped_rows: table.skipped,
    entries,
  };
  if (json) {
    printJson({ dry_run: true, ...counts, first });
    return;
  }
  print(
    `${table.rows} rows: ${table.loans.length} loans, ${table.rejected} rejected, ${table.duplicates} duplicates, ${table.skipped} left out by filters`,
  );
  print(`would be filed: ${countsText(entries)}`);
  print();
  print("the first of them, in the order of time; amounts in minor units:");
  for (let place = 0; place < first.length; place++)
    print(`  ${eventText(timeline.loans[timeline.loanAt(place)]!, timeline.stepAt(place))}`);
  print();
  print("Nothing was filed.");
}

const countsText = (entries: Readonly<EntryCounts>): string =>
  Object.entries(entries)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");

/** An event on one line. */
function eventText(loan: Loan, step: number): string {
  const { closed, repaid, schedule } = loan;
  const head = `line ${String(loan.line).padEnd(6)} ${kindOf(loan, step).padEnd(6)}`;
  const who = `platform ${loan.platform} loan ${loan.loan} borrower ${loan.borrower.slice(0, 10)}…`;
  const at = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace(".000", "");
  if (step !== CLOSING && step >= HAPPENED) {
    const one = loan.happened[step - HAPPENED]!;
    return `${head} ${at(one.at)} ${who} ${happeningText(one)}`;
  }
  const payment = step === CLOSING ? closed : repaid[step - 1];
  if (payment !== undefined) {
    const why = step === CLOSING ? ` ${closed!.reason},` : "";
    return `${head} ${at(payment.at)} ${who}${why} principal ${payment.principal} charges ${payment.charges}`;
  }
  const cash = loan.cash === undefined ? "" : ` cash ${loan.cash}`;
  const legs = schedule.slice(0, 3).map(({ count, gap, unit, amount }) => `${count} × ${amount} every ${gap} ${unit}`);
  const more = schedule.length > 3 ? ", …" : "";
  const what = `product ${productName(loan.product)} principal ${loan.principal}${cash}, pays ${legs.join(", ")}${more}`;
  return `${head} ${at(loan.opened)} ${who} ${what}`;
}

function happeningText(one: Happening): string {
  switch (one.kind) {
    case "Disbursed":
      return `amount ${one.amount}`;
    case "Extended":
      return `${one.extension} fee ${one.fee} write-down ${one.writeDown}`;
    case "Overdue":
      return `${one.daysPastDue} days past due, ${one.amountOverdue} overdue, default charges ${one.defaultCharges}`;
    case "Contacted":
      return `channel ${one.channel}, ${one.party}, by the ${one.agent}`;
  }
}

export function printSummary(summary: Summary): void {
  const { entries, decisions } = summary;
  print(
    `rows        ${summary.rows}, of which ${summary.rejected_rows} rejected, ${summary.duplicate_rows} duplicates, ${summary.skipped_rows} left out`,
  );
  print(`entries     ${countsText(entries)}; ${summary.added} new with this run`);
  print(`decisions   ${decisions.accepted} accepted, ${decisions.flagged} flagged, ${decisions.refused} refused`);
  if (summary.not_filed > 0) print(`not filed   ${summary.not_filed} events of refused loans`);
  if (summary.conflicts > 0) print(`conflicts   ${summary.conflicts}`);
  if (summary.quarantined > 0) print(`quarantined ${summary.quarantined}`);
  print(`filings     ${summary.filings}`);
  print(`time        ${summary.seconds} s, ${summary.loans_per_second} loans a second`);
  print();
  print("loans that breach a rule, and of which it could not be determined");
  for (const [rule, count] of Object.entries(summary.by_rule)) {
    const open = (summary.undetermined as Readonly<Record<string, number>>)[rule] ?? 0;
    print(`  ${rule.padEnd(14)} ${String(count).padStart(8)} ${String(open).padStart(8)}`);
  }
  const later = Object.entries(summary.events_by_rule);
  if (later.length === 0) return;
  print("later events that breach a rule");
  for (const [rule, count] of later) print(`  ${rule.padEnd(14)} ${String(count).padStart(8)}`);
}

/** The first that were refused or flagged, so that their receipts can be fetched. */
export function printResults(first: readonly Result[], all: readonly Result[], file: string | undefined): void {
  if (first.length === 0) return;
  print();
  print("refused or flagged, with the submission's id (`tally receipt ID` fetches its receipt)");
  for (const one of first) {
    const why = [...one.findings, ...one.breaches, ...one.undetermined.map((rule) => `${rule} (undetermined)`)];
    print(`  line ${one.line}, loan ${one.loan}, ${one.kind} ${one.outcome}: ${why.join(", ")}`);
    print(`    ${one.submission}`);
    for (const article of articlesOf(one)) print(`    ${article}`);
  }
  const more = all.filter(({ outcome }) => outcome === "refused" || outcome === "flagged").length - first.length;
  if (file !== undefined) print(`  all of them are in ${file}`);
  else if (more > 0) print(`  and ${more} more; --results FILE writes them all`);
}
