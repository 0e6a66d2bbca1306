/** `tally apr`: annual rates of cash flows under several countries' conventions. */
import { readFile } from "node:fs/promises";

import type { Command } from "commander";

import { annualRate, DECIMALS, type AnnualRate } from "../../core/apr/annual-rate.ts";
import { CONVENTIONS, conventionNames, conventionOf, type Convention } from "../../core/apr/conventions.ts";
import { rateError } from "../../core/apr/errors.ts";
import { readVectors, type FoundVector } from "../../core/apr/read-vectors.ts";
import { AppError } from "../../core/errors.ts";
import { describeError, EXIT, print, toJson } from "../output.ts";

interface Options {
  readonly json?: boolean;
  readonly convention?: string;
}

/** What came of one vector. */
type Outcome = { readonly id: string | number } & (
  { readonly rate: AnnualRate } | { readonly error: string; readonly rates?: unknown }
);

export function register(program: Command): void {
  program
    .command("apr")
    .summary("the annual rate of cash flows, as US, EU and Chinese rules define it")
    .description(
      "Computes the annual rate of each vector of cash flows in FILE, exactly, or says why it has no or several.",
    )
    .argument("<file>", "JSON file of vectors, or - for standard input")
    .option("--json", 'one JSON object a line: {"id", "apr"} in per cent, or {"id", "error"}')
    .option("--convention <name>", "use this convention for every vector, whatever the file says")
    .addHelpText("after", helpText())
    .action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const convention = options.convention === undefined ? undefined : overrideOf(options.convention);
  const found = readVectors(await readText(file));
  const outcomes = function* (): Generator<Outcome> {
    for (const vector of found) yield outcomeOf(vector, convention);
  };
  const failed = options.json === true ? await printLines(outcomes()) : printTable([...outcomes()]);
  process.exitCode = failed > 0 ? EXIT.no : EXIT.ok;
}

function overrideOf(name: string): Convention {
  const known = conventionOf(name);
  if (known !== undefined) return known;
  throw rateError("rate-vector-malformed", `--convention: ${JSON.stringify(name)} is none that is known`, {
    fix: `Give one of ${conventionNames()}, or one of the aliases that \`tally apr --help\` lists.`,
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await (file === "-" ? readStandardInput() : readFile(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a directory"
          : code === "EACCES" || code === "EPERM"
            ? "it may not be read by this user"
            : code === "ERR_STRING_TOO_LONG" || code === "ERR_FS_FILE_TOO_LARGE"
              ? "it is too large to be read at once"
              : error instanceof Error
                ? error.message
                : String(error);
    throw rateError("rate-file-unreadable", `${file}: ${why}`, {
      fix: "Name a JSON file of vectors that you may read, or - for standard input; split a very large one.",
      cause: error,
    });
  }
}

async function readStandardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** One vector's rate or error: whatever is wrong with it stays with it. */
function outcomeOf(vector: FoundVector, convention: Convention | undefined): Outcome {
  const { id } = vector;
  if ("problem" in vector) return { id, error: vector.problem };
  try {
    return { id, rate: annualRate(vector.value, convention) };
  } catch (error) {
    if (!(error instanceof AppError)) {
      const { what, fix } = describeError(error);
      return { id, error: `${what}. ${fix}` };
    }
    const rates = error.details["rates"];
    const text = `${error.message}. ${error.fix}`;
    return rates === undefined ? { id, error: text } : { id, error: text, rates };
  }
}

/** Prints as it computes, and waits where the reader is slower. */
async function printLines(outcomes: Iterable<Outcome>): Promise<number> {
  let failed = 0;
  for (const outcome of outcomes) {
    let line: string;
    if ("rate" in outcome) {
      // The numeral goes out as it is: a double would lose digits of a rate of a million per cent.
      line = `{"id":${toJson(outcome.id)},"apr":${outcome.rate.percent}}`;
    } else {
      failed++;
      line = toJson(outcome);
    }
    if (!process.stdout.write(`${line}\n`)) {
      await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
    }
  }
  return failed;
}

function printTable(outcomes: readonly Outcome[]): number {
  const solved = outcomes.flatMap((outcome) => ("rate" in outcome ? [outcome] : []));
  const rows = solved.map(({ id, rate }) => [
    plain(id),
    rate.convention,
    grouped(rate.percent),
    rate.printed === undefined ? "-" : grouped(rate.printed.percent),
    rate.printed === undefined ? "-" : rate.printed.agrees ? "yes" : "NO",
  ]);
  const head = ["vector", "convention", "rate, % a year", "published", "agrees"];
  const widths = head.map((title, k) =>
    rows.reduce((width, row) => Math.max(width, row[k]?.length ?? 0), title.length),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, k) => (k < 2 ? cell.padEnd(widths[k] ?? 0) : cell.padStart(widths[k] ?? 0)))
      .join("  ")
      .trimEnd();
  if (rows.length > 0) {
    print(line(head));
    print(widths.map((width) => "-".repeat(width)).join("  "));
    for (const row of rows) print(line(row));
  }
  const failures = outcomes.flatMap((outcome) => ("error" in outcome ? [outcome] : []));
  if (failures.length > 0) print(rows.length > 0 ? "\nNo single rate:" : "No single rate:");
  for (const { id, error } of failures) print(`  ${plain(id)}: ${plain(error)}`);
  const published = solved.filter(({ rate }) => rate.printed !== undefined);
  const agreeing = published.filter(({ rate }) => rate.printed?.agrees === true);
  print(
    `\n${outcomes.length} vectors, ${solved.length} with one rate, ${failures.length} without; ` +
      `${agreeing.length} of ${published.length} published figures agree.`,
  );
  return failures.length;
}

/** Text out of a foreign file, without what could steer a terminal or break a table. */
function plain(text: string | number): string {
  return String(text).replace(/\p{Cc}/gu, " ");
}

/** A numeral for people: at least the two decimals that laws speak of, thousands apart. */
function grouped(percent: string): string {
  const [whole = "0", fraction = ""] = percent.split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction.padEnd(2, "0")}`;
}

function helpText(): string {
  const conventions = CONVENTIONS.map(
    ({ name, aliases, help }) => `  ${name}\n    ${help.join("\n    ")}\n    also: ${aliases.join(", ")}`,
  ).join("\n");
  return `
Conventions, a vector's own "convention" or --convention (case, blanks, dashes and underscores don't matter):
${conventions}

FILE is {"vectors": [...]}, an array, one vector, or one JSON object a line. A vector:
  {"id": "payday", "convention": "US_REGZ_ACTUARIAL", "net_amount": 100, "unit_periods_per_year": [365, 14],
   "payments": [{"unitPeriods": 1, "fraction": [0, 1], "amount": 115}], "further_drawdowns": []}
Offsets count from the first drawdown: months + days/yearDays, or unitPeriods + a fraction of one, or a date with the
vector's advance_date. Amounts are numbers or decimal strings. docs/spec/apr.md has every field.

The rate is in per cent, to ${DECIMALS} decimals, rounded half up, and exact to the last. It is negative where the borrower gets back
more than is paid. A vector whose cash flows fit no rate above -100 %, or several, has an "error" instead (and "rates").
Exit code: 0 every vector has one rate, 1 some has not, 2 the file could not be read.

Example:
  tally apr examples.json --json | head -3
`;
}
