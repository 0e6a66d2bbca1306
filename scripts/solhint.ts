/** Lints the contracts, and their Solidity tests by the same rules less those that make no sense in a test. */
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const strict = ".solhint.json";
const forTests = join("cache", "solhint-for-tests.json");
const offInTests = ["gas-custom-errors", "no-console", "reason-string", "var-name-mixedcase"];

/** solhint can't extend a configuration by its path, so the one for tests is written from the other. */
function writeConfigForTests(): void {
  const config = JSON.parse(readFileSync(join(root, strict), "utf8")) as { rules: Record<string, unknown> };
  const rules = { ...config.rules, ...Object.fromEntries(offInTests.map((rule) => [rule, "off"])) };
  mkdirSync(join(root, "cache"), { recursive: true });
  writeFileSync(join(root, forTests), JSON.stringify({ ...config, rules }));
}

function lint(config: string, files: readonly string[]): void {
  if (files.length === 0) return;
  const program = join("node_modules", "solhint", "solhint.js");
  const args = [program, "--config", config, "--max-warnings", "0", "--noPoster", "--disc", ...files];
  if (spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status !== 0) process.exitCode = 1;
}

const sources = globSync("contracts/**/*.sol", { cwd: root });
const isTest = (path: string): boolean => path.endsWith(".t.sol");
writeConfigForTests();
lint(
  strict,
  sources.filter((path) => !isTest(path)),
);
lint(forTests, sources.filter(isTest));
