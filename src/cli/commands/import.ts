/** `tally import`: a file of loans, through the gateway, onto the chain. */
import { writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";

import type { Command } from "commander";

import type { ImportBasis } from "../../import/claims.ts";
import { importError } from "../../import/errors.ts";
import { timelineOf } from "../../import/events.ts";
import { Journal } from "../../import/journal.ts";
import { loadMapping } from "../../import/load-mapping.ts";
import { type Mapping, mappingJsonSchema } from "../../import/mapping.ts";
import { EventNames } from "../../import/names.ts";
import { settle } from "../../import/settling.ts";
import { firstOf, type Result, resultsCsv, resultsOf, withLaw } from "../../import/results.ts";
import { Submitting } from "../../import/submitting.ts";
import { summarise } from "../../import/summary.ts";
import { readTable, type Table } from "../../import/table.ts";
import { cliError } from "../errors.ts";
import { homeAt, homePath } from "../home.ts";
import { accessFor, passingKey, pseudonymKeyOf } from "../import/access.ts";
import { addPlatforms, checkPlatforms, checkVersions, needsOf } from "../import/checks.ts";
import { printDryRun, printResults, printSummary, tellConflicts, tellRejects } from "../import/report.ts";
import { whole } from "../operator/options.ts";
import { openRegulator } from "../operator/regulator.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import { startProgress } from "../progress.ts";

interface Options {
  readonly map?: string;
  readonly json?: boolean;
  readonly data?: string;
  readonly gateway?: string;
  readonly rpc?: string;
  readonly recordKey?: string;
  readonly asRequests?: boolean;
  readonly addPlatforms?: boolean;
  readonly spread?: number;
  readonly rejects?: string;
  readonly results?: string;
  readonly dryRun?: boolean;
  readonly schema?: boolean;
  readonly batch: number;
  readonly pipelined: number;
  readonly retries: number;
}

/** Refused or flagged events that are named without being asked for. */
const NAMED = 10;

const HELP = `
A mapping says what the columns mean; docs/import.md writes one step by step, and mappings/ has some to begin with. Try it with
--dry-run: that reads the file and shows what would be filed.

Loans are filed as history that the platform brings along (founded): judged by the limits of their own time, flagged, never refused.
--as-requests files each as if it were asked for at its time, so that it can be refused, on a registry made for that.

It can be stopped at any moment and run again: what is filed already is not filed twice. Rows that are no loans go to a rejects file
with the reason in the last columns; mend them there and import that file too.

Borrower ids leave this program only as pseudonyms, made with the data directory's key or TALLY_PSEUDONYM_KEY. API keys are the data
directory's, or TALLY_API_KEY_N for platform N.

The first loans that were refused or flagged are named with their line, the rules, and the submission's id: with it \`tally receipt\`
fetches the receipt, and \`tally verify\` names the articles. --results writes all of them, later events and what was not filed too.

With --json the last line is the summary: {"rows", "rejected_rows", "entries", "decisions", "not_filed", "by_rule", "undetermined",
"filings", "seconds", "loans_per_second", "refused_or_flagged", …}. Exit code 1: something of the file is not filed as it says; 130: stopped.

Example:
  tally import loans.csv --map mappings/superlender.yaml --add-platforms
`;

export function register(program: Command): void {
  program
    .command("import")
    .summary("file a table of loans through the gateway")
    .description("Turns a table of loans (CSV) into records and files them, each borrower's in the order of time.")
    .argument("[file]", "the table: one row a loan, names of columns in the first row")
    .option("--map <file>", "the mapping: what the columns mean (YAML)")
    .option("--json", "print the summary as JSON")
    .option("--dry-run", "read the file and show what would be filed; files nothing")
    .option("--as-requests", "file loans as requests, which can be refused, instead of as history")
    .option("--add-platforms", "license the platforms and products that the file needs, with the administrator's key")
    .option(
      "--spread <n>",
      "for trials: spread the loans over platforms 1 to n, whatever the mapping says",
      whole(1, 64),
    )
    .option("--rejects <file>", "where bad rows go, instead of NAME.rejects.csv here")
    .option(
      "--results <file>",
      "write every event that was refused or flagged there (CSV), with why and its submission's id",
    )
    .option("--data <directory>", "the data directory, instead of ./tally-data or TALLY_DATA")
    .option("--gateway <url>", "the gateway, instead of the data directory's")
    .option("--rpc <url>", "a node of the chain, instead of the data directory's")
    .option("--record-key <file>", "the platform's private record key (JWK), instead of the data directory's")
    .option("--batch <n>", "records of one request", whole(1, 500), 400)
    .option("--pipelined <n>", "requests under way at once", whole(1, 16), 4)
    .option("--retries <n>", "how often a request is sent again while the gateway is away", whole(0, 1_000), 30)
    .option("--schema", "print the JSON Schema of mappings, for editors")
    .addHelpText("after", HELP)
    .action(run);
}

async function run(file: string | undefined, options: Options): Promise<void> {
  if (options.schema === true) {
    print(JSON.stringify(mappingJsonSchema(), null, 2));
    return;
  }
  if (file === undefined) throw cliError("option-invalid", "No file of loans is named");
  if (options.map === undefined)
    throw cliError("option-invalid", "No mapping is named", {
      fix: "Give --map FILE; docs/import.md says how to write one, and mappings/ has samples.",
    });
  const began = performance.now();
  const home = homeAt(homePath(options.data));
  const mapping = withSpread(await loadMapping(options.map), options.spread);
  const basis: ImportBasis = options.asRequests === true ? "request" : "founded";
  const own = await pseudonymKeyOf(home);
  if (own === undefined && options.dryRun !== true)
    throw importError("import-key-missing", `${home.path} has no key for pseudonyms`, {
      fix: "Run `tally start` first, name the data directory with --data, or give TALLY_PSEUDONYM_KEY.",
    });
  const pseudonymKey = own ?? passingKey();

  const table = await readWithProgress(file, mapping, options, pseudonymKey);
  tellRejects(table);
  if (table.loans.length === 0)
    throw importError("table-unreadable", `None of the ${table.rows} rows of ${file} is taken as a loan`, {
      fix: "Look at the reasons above, and correct the mapping; --dry-run shows what it makes of the file.",
    });
  const timeline = timelineOf(table.loans);
  if (options.dryRun === true) {
    printDryRun(table, timeline, basis, options.json === true);
    return;
  }

  const acts = options.addPlatforms === true;
  const where = {
    ...(options.data !== undefined && { data: options.data }),
    ...(options.rpc !== undefined && { rpc: options.rpc }),
  };
  const market = await openRegulator(where, acts);
  const needs = needsOf(table.loans);
  const { rulesOn } = await checkVersions(market, needs, basis);
  if (acts) await addPlatforms(market, needs);
  await checkPlatforms(market, needs, basis);
  const accessOf = await accessFor(home, options);
  for (const platform of needs.platforms.keys()) await accessOf(platform);

  // One journal a registry: on another one, nothing of this is filed.
  const journal = await Journal.open(join(home.path, "imports", market.deployment.registry.slice(2, 18)));
  const stopping = stopOnSignals();
  const progress = await startProgress({ label: "importing", unit: "events", total: 2 * timeline.length });
  try {
    const { signal } = stopping;
    const submitted = await Submitting.run({
      ...{ timeline, basis, names: new EventNames(pseudonymKey), journal, accessOf, signal },
      ...{ batch: options.batch, pipelined: options.pipelined },
      onProgress: (count) => progress.update(count, "handing over"),
    });
    const settled = await settle({
      ...{ timeline, submitted, accessOf, signal },
      onProgress: (count) => progress.update(timeline.length + count, "waiting until decisions are final"),
    });
    progress.end();
    if (submitted.interrupted || settled.interrupted) {
      note(`Stopped. ${journal.size} events are with the gateway; the same command goes on from here.`);
      process.exitCode = 130;
      return;
    }
    tellConflicts(submitted.conflicts);
    if (settled.quarantine !== undefined) note(`Some events can't be filed: ${settled.quarantine}.`);
    const seconds = (performance.now() - began) / 1_000;
    const summary = summarise({ table, timeline, submitted, settled, rulesOn, seconds });
    const results = resultsOf(timeline, submitted, settled);
    // The articles of all are a long answer: they are asked for where they are written.
    const all = options.results === undefined ? results : await withLaw(results, accessOf);
    const first = options.results === undefined ? await withLaw(firstOf(all, NAMED), accessOf) : firstOf(all, NAMED);
    if (options.json === true)
      printJson({ ...summary, refused_or_flagged: first, results_file: options.results ?? null });
    else {
      printSummary(summary);
      printResults(first, all, options.results);
    }
    if (options.results !== undefined) await writeResults(options.results, all);
    const whole = summary.conflicts === 0 && summary.quarantined === 0;
    process.exitCode = whole ? EXIT.ok : EXIT.no;
  } finally {
    progress.end();
    stopping.end();
    await journal.close();
  }
}

/** Loans' own numbers are in it: for its owner's eyes. */
async function writeResults(path: string, results: readonly Result[]): Promise<void> {
  try {
    await writeFile(path, resultsCsv(results), { mode: 0o600 });
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    throw cliError("file-unreadable", `${path} can't be written (${code})`, {
      cause,
      fix: "Everything is filed: give another --results, and the same command writes it.",
    });
  }
}

function withSpread(mapping: Mapping, spread: number | undefined): Mapping {
  return spread === undefined ? mapping : { ...mapping, platform: { spread, first: 1 } };
}

async function readWithProgress(
  file: string,
  mapping: Mapping,
  { rejects }: Options,
  pseudonymKey: Parameters<typeof readTable>[0]["pseudonymKey"],
): Promise<Table> {
  const rejectsPath = rejects ?? `${basename(file, extname(file))}.rejects.csv`;
  const progress = await startProgress({ label: "reading", unit: "rows" });
  try {
    return await readTable({ path: file, mapping, pseudonymKey, rejectsPath, onRows: (rows) => progress.update(rows) });
  } finally {
    progress.end();
  }
}

/** The first Ctrl-C lets what is under way end; the second ends the program at once. Either way nothing is lost. */
function stopOnSignals(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    note("Stopping after what is under way; once more to stop at once.");
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    end: () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
