#!/usr/bin/env node
/**
 * The launcher of `tally`: plain JavaScript for Node 20 and up, which finds a Node that runs the program and hands over to it.
 * In a checkout the program is the TypeScript source, in a packed copy the compiled JavaScript.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Node runs TypeScript as it is from 22.18 on, and 23.6 in the line before 24. */
function runsTypeScript() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The Node 24 that comes with the package `node`, wherever npm has put that; undefined where its install script didn't run. */
function bundledNode() {
  try {
    const home = dirname(createRequire(import.meta.url).resolve("node/package.json"));
    const binary = join(home, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** Runs a program in this one's place: same terminal, same signals, same exit code. */
function become(command, args, onMissing) {
  const child = spawn(command, args, { stdio: "inherit" });
  // A terminal sends Ctrl-C to the child as well, and once is enough; a supervisor signals the launcher alone.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => terminal || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => (error.code === "ENOENT" ? onMissing() : stop(error.message)));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function stop(why) {
  process.stderr.write(`tally: ${why}\n`);
  process.exit(70);
}

const source = join(root, "src", "cli", "main.ts");
const compiled = join(root, "dist", "cli", "main.js");
const program = existsSync(source) ? source : compiled;

if (!existsSync(program)) {
  stop(
    "neither src/cli/main.ts nor dist/cli/main.js is here. Install the package again, or run `npm run build` in a checkout.",
  );
} else if (program === source && !existsSync(join(root, "node_modules", "commander"))) {
  stop(
    `this checkout is not set up. Run \`npm start\`, \`npm test\` or \`node scripts/bootstrap.mjs\` in ${root} first.`,
  );
} else if (runsTypeScript()) {
  await import(pathToFileURL(program).href);
} else {
  const needed = () =>
    stop(`needs Node.js 24, and this is ${process.versions.node}. Install it, or npm, which can fetch it.`);
  const node = bundledNode();
  const args = [program, ...process.argv.slice(2)];
  if (node === undefined) become("npx", ["--yes", "--package=node@24", "--", "node", ...args], needed);
  else become(node, args, needed);
}
