/** `npm run bench`: runs the groups of the benchmark one after the other, prints a table and writes bench/results.json. */
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { Machine } from "./machine.ts";
import { tableOf, writeResults } from "./report.ts";
import type { BenchRow } from "./rows.ts";

const RESULTS = join(import.meta.dirname, "results.json");

interface Run {
  readonly quick: boolean;
  /** The product, running; started by the first group that asks for it. */
  readonly machine: () => Promise<Machine>;
}

interface Group {
  readonly name: string;
  readonly about: string;
  readonly rows: (run: Run) => Promise<BenchRow[]>;
}

const GROUPS: readonly Group[] = [
  {
    name: "gas",
    about: "what filings and entries cost on chain, by kind and by the filing's size",
    rows: async () => [
      ...(await (await import("./gas.ts")).gasRows()),
      ...(await (await import("./size-gas.ts")).sizeGasRows()),
      ...(await import("./floor.ts")).floorRows(),
    ],
  },
  {
    name: "rate",
    about: "what the rate cap costs on chain, by the number of instalments",
    rows: async () => (await import("./rate-gas.ts")).rateGasRows(),
  },
  {
    name: "peers",
    about: "the same by others: EAS, @openzeppelin/merkle-tree (installed into bench/peers)",
    rows: async ({ quick }) => (await import("./peers.ts")).peerRows(quick ? { leaves: 10_000 } : {}),
  },
  {
    name: "encoding",
    about: "entries and trees of records",
    rows: async () => (await import("./encoding.ts")).encodingRows(),
  },
  {
    name: "records",
    about: "issuing records",
    rows: async () => (await import("./records.ts")).recordRows(),
  },
  {
    name: "verify",
    about: "checking a receipt",
    rows: async () => (await import("./verify.ts")).verifyRows(),
  },
  {
    name: "replay",
    about: "loans that the twin judges a second",
    rows: async () => (await import("./replay.ts")).replayRows(),
  },
  {
    name: "simulate",
    about: "loans that a draft rulebook is tried on a second",
    rows: async () => (await import("./simulate.ts")).simulateRows(),
  },
  {
    name: "check",
    about: "how long a check takes, at 200 a second, on the real gateway",
    rows: async ({ quick, machine }) =>
      (await import("./live.ts")).checkRows(await machine(), quick ? { seconds: 3 } : {}),
  },
  {
    name: "end-to-end",
    about: "loans a second, from issuing the record to the final decision, everything on this machine",
    rows: async ({ quick, machine }) =>
      (await import("./live.ts")).endToEndRows(await machine(), quick ? { loans: 2_000 } : {}),
  },
  {
    name: "memory",
    about: "memory of gateway, chain and database after all that",
    rows: async ({ machine }) => (await import("./live.ts")).memoryRows(await machine()),
  },
  {
    name: "payday",
    about: "the payday file of ../shared/data, imported: gas and speed",
    rows: async ({ quick }) => (await import("./live.ts")).paydayRows(quick ? { rows: 2_000 } : {}),
  },
];

const HELP = `Usage: npm run bench [-- GROUP … ] [-- --quick]

Measures Tallystick on this machine and holds it against its bounds. Without a group, all of them, some minutes:
${GROUPS.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join("\n")}

Options:
  --quick      fewer loans, leaves and seconds: half a minute a group at most, rougher figures
  --out FILE   where the results go, instead of bench/results.json
  -h, --help   this

The results are a JSON list of {"name", "value", "unit", "bound", "better", "pass"}; bound is null where there is none.
Short work is measured in the processor time of its thread; end to end, check and import by the clock, so let nothing else run.
Exit code: 0 if every bound is kept and every group could be measured, 1 otherwise.
`;

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      out: { type: "string", default: RESULTS },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const unknown = positionals.find((name) => !GROUPS.some((group) => group.name === name));
  if (values.help || unknown !== undefined) {
    if (unknown !== undefined) tell(`There is no group "${unknown}".\n`);
    process.stdout.write(HELP);
    process.exitCode = unknown === undefined ? 0 : 2;
    return;
  }
  const groups = GROUPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const { rows, failed } = await runGroups(groups, values.quick);
  writeResults(values.out, rows);
  process.stdout.write(`${tableOf(rows)}\n`);
  const over = rows.filter(({ pass }) => !pass);
  tell(`${rows.length} figures in ${values.out}; ${over.length} beyond their bounds.`);
  if (failed.length > 0) tell(`Not measured: ${failed.join(", ")} (the reasons are above).`);
  process.exitCode = over.length + failed.length > 0 ? 1 : 0;
}

async function runGroups(groups: readonly Group[], quick: boolean): Promise<{ rows: BenchRow[]; failed: string[] }> {
  const rows: BenchRow[] = [];
  const failed: string[] = [];
  let machine: Promise<Machine> | undefined;
  const run: Run = { quick, machine: () => (machine ??= Machine.start()) };
  tell(`${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`);
  try {
    for (const [i, { name, about, rows: measure }] of groups.entries()) {
      tell(`${i + 1} of ${groups.length}  ${name}: ${about} …`);
      const began = performance.now();
      try {
        const measured = await measure(run);
        if (measured.length === 0) tell("  nothing to measure here: it needs what this machine doesn't have");
        rows.push(...measured);
        tell(`  ${((performance.now() - began) / 1_000).toFixed(1)} s`);
      } catch (error) {
        failed.push(name);
        tell(`  ${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await (await machine?.catch(() => undefined))?.stop();
  }
  return { rows, failed };
}

await main();
// Hardhat's in-process chains keep the process alive.
process.exit();
