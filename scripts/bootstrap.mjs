/**
 * Sets the checkout up, once: installs what package-lock.json says, with the npm of a Node that Hardhat knows. It runs before
 * every npm script, so when nothing has changed it only reads three files. No dependencies, and plain enough for Node 20.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "node_modules", ".tallystick-stamp");
const lockFile = join(root, ".set-up.lock");
const bundledNode = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** What an installation depends on: the lockfile, which install scripts may run, and the platform. */
function wantedStamp() {
  const { allowScripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  return `${hash.update(JSON.stringify(allowScripts)).digest("hex")} ${process.platform} ${process.arch}\n`;
}

function currentStamp() {
  try {
    return readFileSync(stampFile, "utf8");
  } catch {
    return ""; // never installed, or an installation that didn't finish
  }
}

/** npm run by an older Node skips Hardhat's native package, so then npm runs under the Node 24 that npx brings. */
function installCommand() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fits = major > 22 || (major === 22 && minor >= 13);
  return fits ? ["npm", "ci"] : ["npm", "exec", "--yes", "--package=node@24", "--", "npm", "ci"];
}

function fail(what, fix) {
  process.stderr.write(`set-up failed: ${what}. ${fix}\n`);
  process.exit(1);
}

function install() {
  // Whatever NODE_ENV says: the compiler of the contracts is a development dependency, and the checkout needs it.
  const command = [
    ...installCommand(),
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  process.stderr.write("Setting up (once, half a minute or so): installing the packages of package-lock.json …\n");
  const began = Date.now();
  const windows = process.platform === "win32";
  const program = windows ? `${command[0]}.cmd` : command[0];
  const result = spawnSync(program, command.slice(1), { cwd: root, shell: windows, stdio: ["ignore", 2, 2] });
  if (result.error?.code === "ENOENT") fail("npm is not on the PATH", "Install Node.js 20 or newer with npm.");
  if (result.status !== 0) {
    fail(
      `\`${command.join(" ")}\` ended with ${result.status ?? result.signal}`,
      "Its own message is above; mostly it is the network or a full disk. Run the same again when that is mended.",
    );
  }
  if (!existsSync(bundledNode)) {
    fail(
      "the package `node` has no program in it, so npm ran no install scripts",
      "Allow them for this checkout (`npm config set ignore-scripts false --location=project`) and run the same again.",
    );
  }
  process.stderr.write(`Set up in ${Math.round((Date.now() - began) / 1000)} s.\n`);
}

/** npm doesn't link a package's own bin into its checkout; `npx tally` needs it. */
function linkOwnBin() {
  const binDir = join(root, "node_modules", ".bin");
  mkdirSync(binDir, { recursive: true });
  if (process.platform === "win32") {
    writeFileSync(join(binDir, "tally.cmd"), '@node "%~dp0\\..\\..\\bin\\tally.mjs" %*\r\n');
    return;
  }
  const link = join(binDir, "tally");
  rmSync(link, { force: true });
  symlinkSync(join("..", "..", "bin", "tally.mjs"), link);
  chmodSync(join(root, "bin", "tally.mjs"), 0o755);
}

/** Compiles the contracts if they have changed: what `npm start` deploys is always what the sources say. */
function compileContracts() {
  const script = join(root, "scripts", "compile.ts");
  const result = spawnSync(bundledNode, [script, "--if-stale"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) fail("the contracts were not compiled", "The reason is above.");
}

/** Whether another set-up of this checkout holds the lock; one that died doesn't. */
function lockIsHeld() {
  try {
    process.kill(Number(readFileSync(lockFile, "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM"; // alive, and somebody else's
  }
}

/** Takes the lock; two set-ups at once would pull the packages from under each other. */
function takeLock() {
  for (let waited = 0; ; waited += 1) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx" });
      process.on("exit", () => rmSync(lockFile, { force: true }));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") fail(`${lockFile} can't be written (${error.code})`, "Make the checkout writable.");
    }
    if (!lockIsHeld()) rmSync(lockFile, { force: true });
    else if (waited === 0) process.stderr.write("Waiting for another set-up of this checkout to end …\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
  }
}

/** Brings node_modules up to date, unless it is. `installed` says that somebody else just did, and only stamps. */
function setUp(installed) {
  // A packed copy has no lockfile and was installed by npm itself.
  if (!existsSync(join(root, "package-lock.json"))) return;
  const wanted = wantedStamp();
  if (currentStamp() === wanted) return;
  takeLock();
  if (currentStamp() === wanted) return; // it was being set up meanwhile
  rmSync(stampFile, { force: true });
  if (!installed) install();
  linkOwnBin();
  writeFileSync(stampFile, wanted);
}

const [task] = process.argv.slice(2);
setUp(task === "installed");
if (task === "contracts") compileContracts();
