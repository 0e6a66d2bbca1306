/**
 * `npm run deps -- add NAME@VERSION … [--dev]`, `npm run deps -- remove NAME …`, `npm run deps -- complete`: changes the
 * dependencies the way this repository needs: with the npm of Node 24, exact versions, and a lockfile with every platform in it.
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { completeLockfile } from "./lockfile.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [verb, ...rest] = process.argv.slice(2);
const dev = rest.includes("--dev");
const names = rest.filter((word) => word !== "--dev");

function npm(...args) {
  const command = [
    "exec",
    "--yes",
    "--package=node@24",
    "--",
    "npm",
    ...args,
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const result = spawnSync("npm", command, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

if (verb === "add" && names.length > 0) npm("install", "--save-exact", ...(dev ? ["--save-dev"] : []), ...names);
else if (verb === "remove" && names.length > 0) npm("uninstall", ...names);
else if (verb !== "complete") {
  process.stderr.write("usage: npm run deps -- add NAME@VERSION … [--dev] | remove NAME … | complete\n");
  process.exit(2);
}
const added = completeLockfile(join(root, "package-lock.json"));
// What is installed is what the lockfile now says: no second installation before the next script.
if (verb !== "complete")
  spawnSync(process.execPath, [join(root, "scripts", "bootstrap.mjs"), "installed"], { stdio: "inherit" });
process.stdout.write(`package-lock.json: ${added.length} platform packages completed. Commit it with package.json.\n`);
