/** `tally simulate`: what a draft rulebook would have done. */
import { open } from "node:fs/promises";

import { type Command, Option } from "commander";

import { offsetAt, type Zone } from "../../core/calendar.ts";
import { NO_SETTINGS } from "../../core/settings.ts";
import { writeDurably } from "../../engine/files.ts";
import { canonicalJson } from "../../regulator/canonical.ts";
import type { CompiledRulePack } from "../../regulator/compile-rule-pack.ts";
import type { HistorySource } from "../../regulator/history.ts";
import type { KnownCurrency } from "../../regulator/known-currency.ts";
import { readRulebook } from "../../regulator/rulebook-on-chain.ts";
import { simulate, type Simulation, type SimulationReport } from "../../regulator/simulate.ts";
import { simulationCsv } from "../../regulator/simulate-csv.ts";
import { collectHistory, type History } from "../../regulator/simulate-history.ts";
import { lawOf } from "../../regulator/simulate-law.ts";
import type { Dating } from "../../regulator/simulate-draft.ts";
import { simulationPage } from "../../regulator/simulate-html.ts";
import { simulationLines } from "../../regulator/simulate-lines.ts";
import { BASIS_TEXTS, DATING_TEXTS, definitions, MODE_TEXTS } from "../../regulator/simulate-texts.ts";
import type { SimulationBasis } from "../../regulator/simulate-timeline.ts";
import { moment, secondsOf } from "../../regulator/units.ts";
import { cliError } from "../errors.ts";
import { written } from "../files.ts";
import { homeAt, homePath } from "../home.ts";
import { historySource, type SourceOptions } from "../operator/history-source.ts";
import { whole } from "../operator/options.ts";
import { moneyOf, publishedPacks, readPack } from "../operator/rule-packs.ts";
import { EXIT, note, print } from "../output.ts";
import { startProgress } from "../progress.ts";

interface Options extends SourceOptions {
  readonly rules: string;
  readonly from?: string;
  readonly to?: string;
  readonly platform?: readonly number[];
  readonly basis: SimulationBasis;
  readonly eachAlone?: boolean;
  readonly asDated?: boolean;
  readonly newest?: boolean;
  readonly spiralDays: number;
  readonly spiralLoans: number;
  readonly csv?: string;
  readonly html?: string;
  readonly json?: boolean;
}

const { spirals, cut_short: cutShort, losing_access: losingAccess } = definitions({ days: 14, loans: 3 });

/** Of a day such as 2025-10-01; an instant is longer. */
const DAY_LENGTH = 10;
/** Columns of the texts below the options. */
const LINE = 128;

const HELP = `
Reads every filing from the chain's logs and judges every loan twice, with the program that checks the chain's decisions: under the
law that the chain holds ("before") and under the draft ("after"). Both are asked in the same way, so that a draft that equals the law
changes nothing. Nothing is filed, published or changed.

A draft is a rule pack, as \`tally rules validate\` takes it; what it says and the law doesn't, to the byte, is tried. From when:
  (default)     ${folded(DATING_TEXTS.drafted, 16)}
  --newest      ${folded(DATING_TEXTS.newest, 16)}
  --as-dated    ${folded(DATING_TEXTS["as-dated"], 16)}
Products that it doesn't name stay under the law, and so does all before --from. Days are the deployment's, amounts in its currency:
a draft in another zone is simulated all the same, and the result says so; one in another currency is refused.

How loans are asked (--basis):
  request     ${folded(BASIS_TEXTS.request, 14)}
  as-filed    ${folded(BASIS_TEXTS["as-filed"], 14)}

What a refusal changes:
  (default)     ${folded(MODE_TEXTS.following, 16)}
                Answers: what would the market have looked like?
  --each-alone  ${folded(MODE_TEXTS["each-alone"], 16)}
                Answers: which of the loans that were really made would the draft have refused?

Losing access: ${folded(losingAccess, 0)}
Spirals: ${folded(spirals, 0)}
Cut short: ${folded(cutShort, 0)}
--json has all definitions. It is one line with sorted keys: the same chain, draft and options give the same bytes.

Examples:
  tally simulate --rules draft.yaml --html report.html
  tally simulate --rules draft.yaml --from 2017-01-01 --to 2017-07-01 --each-alone --csv loans.csv
  tally simulate --rules draft.yaml --rpc http://127.0.0.1:8545 --registry 0x… --json
`;

/** A text in lines of a terminal's width, those after the first indented like it. */
function folded(text: string, indent: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line.length + word.length < LINE - indent) lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

export function register(program: Command): void {
  program
    .command("simulate")
    .summary("what a draft rulebook would have done to the loans of the past")
    .description("Replays the anchored history under a draft rulebook, and says who would have been affected.")
    .requiredOption("--rules <file>", "the draft: a rule pack (YAML)")
    .option("--from <day>", "count loans asked for from here on: a day (its local midnight) or an instant")
    .option("--to <day>", "and before here")
    .option("--platform <numbers...>", "count loans of these platforms alone; all are replayed", platforms)
    .addOption(new Option("--basis <basis>", "how loans are asked").choices(["request", "as-filed"]).default("request"))
    .option("--each-alone", "judge each loan by itself, against history as it was")
    .addOption(
      new Option("--newest", "the newest version of each product binds for the whole period").conflicts("asDated"),
    )
    .option("--as-dated", "each version binds from its own date, even where no loan meets it")
    .option("--spiral-days <n>", "days between two loans of a spiral at most", whole(0, 3_650), 14)
    .option("--spiral-loans <n>", "loans that make a spiral", whole(2, 1_000), 3)
    .option("--csv <file>", "write a line a loan: borrower's pseudonym, loan, decisions, rules")
    .option("--html <file>", "write a page that prints well")
    .option("--rpc <url>", "JSON-RPC address of a node; by default that of the data directory")
    .option("--registry <address>", "the Registry to read; by default that of the data directory")
    .option(
      "--from-block <number>",
      "with --rpc and --registry: block of the deployment, or an earlier one (default: 0)",
    )
    .option("--data <directory>", "data directory (default: TALLY_DATA, or ./tally-data)")
    .option("--json", "the report as one JSON document")
    .addHelpText("after", HELP)
    .action(run);
}

function platforms(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, ...text.split(",").map(whole(1, 2 ** 18 - 1))];
}

async function run(options: Options): Promise<void> {
  const { compiled: draft } = await readPack(options.rules, Math.floor(Date.now() / 1_000));
  const asked = (zone: Zone): readonly (number | undefined)[] => [
    instantOf("--from", options.from, draft, zone),
    instantOf("--to", options.to, draft, zone),
  ];
  checkOrder(options, asked(draft.settings.zone));
  const source = await historySource(options);
  const history = await readWithProgress(source);
  const settings = lawOf(history).settingsAt(2 ** 40);
  const [from, to] = asked(settings === NO_SETTINGS ? draft.settings.zone : settings.zone);
  const money = await knownCurrency(options, source);
  const simulation = await simulateWithProgress({
    ...{ history, draft, registry: source.registry, chainId: source.chainId },
    ...{ basis: options.basis, eachAlone: options.eachAlone === true, dating: datingOf(options), money },
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(options.platform !== undefined && { platforms: options.platform }),
    spirals: { days: options.spiralDays, loans: options.spiralLoans },
  });
  await writeFiles(simulation, draft, options);
  if (options.json === true) print(canonicalJson(simulation.report));
  else printReport(simulation.report);
  process.exitCode = EXIT.ok;
}

function checkOrder(options: Options, [from, to]: readonly (number | undefined)[]): void {
  if (from !== undefined && to !== undefined && from >= to)
    throw cliError("option-invalid", `--from ${options.from} is not before --to ${options.to}`);
}

const datingOf = ({ asDated, newest }: Options): Dating =>
  newest === true ? "newest" : asDated === true ? "as-dated" : "drafted";

/** UTC seconds of an instant, or of a day's midnight in a zone. */
function instantOf(option: string, text: string | undefined, draft: CompiledRulePack, zone: Zone): number | undefined {
  if (text === undefined) return undefined;
  const parsed = moment.safeParse(text);
  try {
    if (parsed.success && text.length > DAY_LENGTH) return secondsOf(parsed.data, draft.zone);
    if (parsed.success) {
      const midnight = secondsOf(parsed.data, "UTC");
      return midnight - offsetAt(zone, midnight - offsetAt(zone, midnight));
    }
  } catch {
    // Said below: 2023-02-30 looks like a day, and is none.
  }
  throw cliError("option-invalid", `${option} ${text.slice(0, 40)}: is no day such as 2025-10-01, and no instant`);
}

/** What the amounts of the law are in, where the data directory is that of the deployment and keeps what was published. */
async function knownCurrency(
  options: Options,
  { rpc, rulebook, from }: HistorySource,
): Promise<KnownCurrency | undefined> {
  const home = homeAt(homePath(options.data));
  const deployment = await home.deployment();
  if (deployment?.rulebook.toLowerCase() !== rulebook.toLowerCase()) return undefined;
  const packs = await publishedPacks(home, Math.floor(Date.now() / 1_000));
  if (packs.length === 0) return undefined;
  const noted = new Set((await readRulebook(rpc, { rulebook, block: from })).packs.map(({ hash }) => hash));
  return moneyOf(packs.filter(({ hash }) => noted.has(hash)));
}

async function readWithProgress(source: Parameters<typeof collectHistory>[0]): Promise<History> {
  const bar = await startProgress({ label: "Reading", unit: "blocks" });
  try {
    return await collectHistory(source, (done, total) => bar.update(done, `of ${total}`));
  } finally {
    bar.end();
  }
}

async function simulateWithProgress(options: Parameters<typeof simulate>[0]): Promise<Simulation> {
  const bar = await startProgress({ label: "Judging", unit: "entries" });
  try {
    return simulate({ ...options, onProgress: (done, total, doing) => bar.update(done, `of ${total} under ${doing}`) });
  } finally {
    bar.end();
  }
}

async function writeFiles(simulation: Simulation, draft: CompiledRulePack, { csv, html }: Options): Promise<void> {
  if (html !== undefined) {
    await written(html, () => writeDurably(html, simulationPage(simulation.report, draft.title), 0o644));
    note(`Wrote ${html}.`);
  }
  if (csv !== undefined) {
    await written(csv, async () => {
      const file = await open(csv, "w");
      try {
        for (const piece of simulationCsv(simulation)) await file.write(piece);
      } finally {
        await file.close();
      }
    });
    note(`Wrote ${csv}: ${simulation.report.loans} loans.`);
  }
}

function printReport(report: SimulationReport): void {
  for (const line of simulationLines(report)) print(line);
}
