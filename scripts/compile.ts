/**
 * Compiles the contracts, refuses warnings, and writes what the program needs at run time to src/chain/artifacts/NAME.json:
 * ABI and bytecode, under the same relative path in a checkout and in a packed copy.
 * With --if-stale it does nothing when no source has changed, which takes some milliseconds.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "..");
const artifacts = join(root, "artifacts");
const exported = join(root, "src", "chain", "artifacts");
const stampFile = join(exported, ".stamp");

/** What the artifacts depend on. The lockfile stands for the compiler and the libraries. */
function wantedStamp(): string {
  const hash = createHash("sha256");
  const sources = globSync("contracts/**/*.sol", { cwd: root, exclude: ["**/*.t.sol"] }).sort();
  for (const path of [...sources, "hardhat.config.ts", "package-lock.json", "scripts/compile.ts"]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

function currentStamp(): string {
  try {
    return readFileSync(stampFile, "utf8");
  } catch {
    return ""; // nothing compiled yet
  }
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

function compile(onlyContracts: boolean): void {
  const hardhat = join(root, "node_modules", "hardhat", "dist", "src", "cli.js");
  const args = [hardhat, "compile", ...(onlyContracts ? ["--no-tests"] : [])];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) {
    process.stderr.write("The contracts do not compile: the compiler's message is above.\n");
    process.exit(1);
  }
}

interface CompilerMessage {
  readonly severity: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string };
}

/**
 * Warnings that stand in the build, whether it was made now or before; a compiler prints them only once. A build of before counts only for
 * the sources whose artifacts still come from it.
 */
function warnings(): string[] {
  const current = new Set(
    globSync("{contracts,@openzeppelin}/**/*.json", { cwd: artifacts })
      .map((path) => readJson<{ inputSourceName: string; buildInfoId: string }>(join(artifacts, path)))
      .map(({ inputSourceName, buildInfoId }) => `${buildInfoId} ${inputSourceName}`),
  );
  return globSync("build-info/*.output.json", { cwd: artifacts }).flatMap((path) => {
    const { output } = readJson<{ output: { errors?: CompilerMessage[] } }>(join(artifacts, path));
    const id = basename(path, ".output.json");
    return (output.errors ?? [])
      .filter(({ severity }) => severity !== "info")
      .filter(({ sourceLocation }) => !sourceLocation || current.has(`${id} ${sourceLocation.file}`))
      .map(({ formattedMessage }) => formattedMessage);
  });
}

/** What hardhat writes for a contract, as far as it is used. */
interface Artifact {
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: readonly unknown[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
  readonly linkReferences: object;
  readonly deployedLinkReferences: object;
  readonly immutableReferences?: object;
}

/** Writes the deployable contracts, but for those that only tests use. What hasn't changed stays as it is: others may be reading. */
function exportArtifacts(): void {
  mkdirSync(exported, { recursive: true });
  const stale = new Set(globSync("*.json", { cwd: exported }));
  const paths = globSync("{contracts,@openzeppelin}/**/*.json", { cwd: artifacts, exclude: ["contracts/test/**"] });
  for (const path of paths) {
    const { contractName, sourceName, abi, bytecode, deployedBytecode, ...rest } = readJson<Artifact>(
      join(artifacts, path),
    );
    if (bytecode === "0x") continue;
    const { linkReferences, deployedLinkReferences, immutableReferences = {} } = rest;
    const kept = { contractName, sourceName, abi, bytecode, deployedBytecode };
    const references = { linkReferences, deployedLinkReferences, immutableReferences };
    const text = `${JSON.stringify({ ...kept, ...references })}\n`;
    const file = basename(path);
    if (!stale.delete(file) || readFileSync(join(exported, file), "utf8") !== text)
      replaceFile(join(exported, file), text);
  }
  for (const file of stale) rmSync(join(exported, file));
}

function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

const ifStale = process.argv.includes("--if-stale");
const wanted = wantedStamp();
if (!ifStale || currentStamp() !== wanted) {
  compile(ifStale);
  const found = warnings();
  if (found.length > 0) {
    process.stderr.write(`${found.join("\n")}\nWarnings are errors here (${found.length}): mend the source.\n`);
    process.exit(1);
  }
  exportArtifacts();
  writeFileSync(stampFile, wanted);
}
