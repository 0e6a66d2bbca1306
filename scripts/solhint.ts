/** Lints the contracts, and their Solidity tests by the same rules less those that make no sense in a test. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const sources = globSync("contracts/**/*.sol", { cwd: root });
const isTest = (path: string): boolean => path.endsWith(".t.sol");
const runs = [
  { config: ".solhint.json", files: sources.filter((path) => !isTest(path)) },
  { config: ".solhint.test.json", files: sources.filter(isTest) },
];

for (const { config, files } of runs) {
  if (files.length === 0) continue;
  const args = ["--config", config, "--max-warnings", "0", "--noPoster", "--disc", ...files];
  const result = spawnSync(join("node_modules", ".bin", "solhint"), args, { cwd: root, stdio: "inherit" });
  if (result.status !== 0) process.exitCode = 1;
}
