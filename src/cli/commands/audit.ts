/** `tally audit`: everything on the chain, computed anew. */
import type { Command } from "commander";

import { audit, type AuditReport } from "../../regulator/audit.ts";
import type { HistorySource } from "../../regulator/history.ts";
import { countsInWords } from "../../regulator/platform-counts.ts";
import { historySource, type SourceOptions } from "../operator/history-source.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import { startProgress } from "../progress.ts";

interface Options extends SourceOptions {
  readonly json?: boolean;
}

const HELP = `
Reads every filing from the chain's logs alone and judges it anew: number and head, the platform's signature, each decision, each
seal, and at the end the state of every borrower, what counts against each platform, and what pilots came to. Trusts neither a
gateway nor a platform; what it trusts is the node that it reads.

Exit code: 0 nothing differs, 1 something does (it is listed), 2 the audit could not be made.

Examples:
  tally audit                                     the chain of the data directory, while \`tally start\` runs
  tally audit --rpc http://127.0.0.1:8545 --registry 0x… --json
`;

export function register(program: Command): void {
  program
    .command("audit")
    .summary("recompute every head, decision and exposure from the chain's logs")
    .description("Replays the whole book from the chain's logs and compares it with what the chain holds.")
    .option("--rpc <url>", "JSON-RPC address of a node; by default that of the data directory")
    .option("--registry <address>", "the Registry to audit; by default that of the data directory")
    .option(
      "--from-block <number>",
      "with --rpc and --registry: block of the deployment, or an earlier one (default: 0)",
    )
    .option("--data <directory>", "data directory (default: TALLY_DATA, or ./tally-data)")
    .option("--json", "the report as one JSON document")
    .addHelpText("after", HELP)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const where = await historySource(options);
  const report = await withProgress(where);
  if (options.json === true) printJson(report);
  else printReport(report);
  process.exitCode = report.mismatches > 0 ? EXIT.no : EXIT.ok;
}

async function withProgress(where: HistorySource): Promise<AuditReport> {
  const bars = {
    blocks: await startProgress({ label: "Replaying", unit: "blocks" }),
    borrowers: await startProgress({ label: "Comparing", unit: "borrowers" }),
  };
  try {
    return await audit({
      ...where,
      onProgress: (done, total, what) => {
        bars[what].update(done, `of ${total}`);
      },
    });
  } finally {
    bars.blocks.end();
    bars.borrowers.end();
  }
}

function printReport(report: AuditReport): void {
  const { decisions } = report;
  print(`Registry ${report.registry} on chain ${report.chain_id}, up to block ${report.block}`);
  if (report.registries.length > 1)
    for (const { registry, filings } of report.registries) print(`  ${filings} filings taken by ${registry}`);
  print(`${report.filings} filings, ${report.entries} entries judged anew in ${report.seconds} s`);
  print(`${decisions.accepted} accepted, ${decisions.flagged} flagged, ${decisions.refused} refused`);
  print(`${report.exposures_checked} borrowers' states compared`);
  const { agreed, different, skipped } = report.custom;
  if (agreed + different + skipped > 0)
    print(
      `decisions by the regulator's own rules: ${agreed} agree, ${different} differ, ${skipped} could not be asked again`,
    );
  const { made, answered, answered_late: late, overdue } = report.complaints;
  if (made > 0)
    print(`complaints: ${made} made, ${answered} answered, ${late} of them late; ${overdue} overdue without an answer`);
  for (const { platform, ...counts } of report.counts) {
    const words = countsInWords(counts);
    if (words !== undefined) print(`platform ${platform}: ${words}`);
  }
  for (const { platform, number, head } of report.heads) print(`platform ${platform}: filing ${number}, head ${head}`);
  if (report.mismatches === 0) return print("Nothing differs.");
  print(`${report.mismatches} mismatches:`);
  for (const { what, where, onChain, computed } of report.found) {
    print(`  ${what} ${where}`);
    print(`    on chain: ${onChain}`);
    print(`    computed: ${computed}`);
  }
  if (report.mismatches > report.found.length) note(`Only the first ${report.found.length} are shown.`);
}
