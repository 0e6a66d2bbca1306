/**
 * Static analysis of the contracts by slither: `node scripts/slither.ts`. It fails on every finding that `slither-accepted.ts` does
 * not explain, and on every explanation that nothing needs any more.
 *
 * slither is a program in Python, so that only this check needs it: `bash scripts/install-test-system.sh` installs it under `cache`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { accepted } from "./slither-accepted.ts";

const root = join(import.meta.dirname, "..");
const area = join(root, "cache", "slither");
const program = join(area, "venv", "bin", "slither");

const outputSchema = z.object({
  success: z.boolean(),
  error: z.string().nullable(),
  results: z.object({
    detectors: z
      .array(
        z.object({
          check: z.string(),
          description: z.string(),
        }),
      )
      .optional(),
  }),
});

/** A finding, as the list of accepted ones names it: the detector, and the contract and function (or variable) that it is about. */
interface Finding {
  readonly detector: string;
  readonly place: string;
  readonly text: string;
}

/** "Registry.file(Filing,bytes) (contracts/Registry.sol#53) …": what stands before the parenthesis of the arguments. */
function placeOf(description: string): string {
  return /[A-Za-z_]\w*(?:\.\w+)+/u.exec(description)?.[0] ?? description.slice(0, 60);
}

function analyse(): readonly Finding[] {
  mkdirSync(area, { recursive: true });
  const all = join(area, "All.sol");
  // What is deployed; harnesses and tests are not.
  const contracts = globSync("contracts/*.sol", { cwd: root }).filter((file) => !file.endsWith(".t.sol"));
  writeFileSync(
    all,
    [
      "// SPDX-License-Identifier: Apache-2.0",
      "pragma solidity 0.8.37;",
      ...contracts.map((file) => `import "${file}";`),
    ]
      .join("\n")
      .concat("\n"),
  );
  const report = join(area, "report.json");
  rmSync(report, { force: true });
  const solc = join(root, "scripts", "solc-for-slither.mjs");
  const run = spawnSync(
    program,
    [relative(root, all), "--solc", solc, "--filter-paths", "node_modules", "--json", report],
    { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (!existsSync(report)) throw new Error(`slither made no report:\n${run.stdout}\n${run.stderr}`);
  const { success, error, results } = outputSchema.parse(JSON.parse(readFileSync(report, "utf8")));
  if (!success) throw new Error(`slither failed: ${error ?? "it doesn't say why"}`);
  return (results.detectors ?? []).map(({ check, description }) => ({
    detector: check,
    place: placeOf(description),
    text: description.split("\n", 1)[0] ?? "",
  }));
}

function main(): void {
  if (!existsSync(program)) {
    process.stdout.write("slither is not installed; bash scripts/install-test-system.sh installs it.\n\n  1 pending\n");
    return;
  }
  const findings = analyse();
  const isExplained = ({ detector, place }: Finding): boolean =>
    accepted.some((one) => one.detector === detector && (one.places === "all" || one.places.includes(place)));
  const bad = findings.filter((finding) => !isExplained(finding));
  const stale = accepted.flatMap(({ detector, places }) => {
    const found = findings.filter((finding) => finding.detector === detector);
    if (places === "all") return found.length === 0 ? [detector] : [];
    return places
      .filter((place) => !found.some((finding) => finding.place === place))
      .map((place) => `${detector} ${place}`);
  });
  for (const { detector, place, text } of bad) process.stdout.write(`${detector} at ${place}\n  ${text}\n`);
  for (const one of stale) process.stdout.write(`explained, but not found any more: ${one}\n`);
  const failing = bad.length + stale.length;
  process.stdout.write(`\n  ${findings.length - bad.length} passing\n${failing > 0 ? `  ${failing} failing\n` : ""}`);
  if (failing > 0) process.exitCode = 1;
}

main();
