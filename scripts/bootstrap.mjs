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

/** What an installation depends on: the lockfile, package.json's install policy and the platform. */
function wantedStamp() {
  const hash = createHash("sha256");
  for (const name of ["package-lock.json", "package.json"]) {
    const text = readFileSync(join(root, name), "utf8");
    // Of package.json only what npm installs by: a new script must not cost everybody a new installation.
    const { dependencies, devDependencies, optionalDependencies, allowScripts } = JSON.parse(text);
    hash.update(
      name === "package.json"
        ? JSON.stringify([dependencies, devDependencies, optionalDependencies, allowScripts])
        : text,
    );
  }
  return `${hash.digest("hex")} ${process.platform} ${process.arch}\n`;
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
  const command = [...installCommand(), "--no-audit", "--no-fund", "--loglevel=error"];
  process.stderr.write("Setting up (once, half a minute or so): installing the packages of package-lock.json …\n");
  const began = Date.now();
  // A parent npm hands its own settings down in npm_* variables; an inner npm must not take them for the user's.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) =>
        !/^npm_(?!config_(registry|cafile|userconfig|globalconfig|cache|proxy|https_proxy|noproxy|offline|prefer_offline)$)/iu.test(
          key,
        ),
    ),
  );
  const windows = process.platform === "win32";
  const result = spawnSync(windows ? `${command[0]}.cmd` : command[0], command.slice(1), {
    cwd: root,
    env,
    shell: windows,
    stdio: ["ignore", 2, 2],
  });
  if (result.error?.code === "ENOENT") fail("npm is not on the PATH", "Install Node.js 20 or newer with npm.");
  if (result.status !== 0) {
    fail(
      `\`${command.join(" ")}\` ended with ${result.status ?? result.signal}`,
      "Its own message is above; mostly it is the network or a full disk. Run the same again when that is mended.",
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
  const node = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  const script = join(root, "scripts", "compile.ts");
  const result = spawnSync(node, [script, "--if-stale"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) fail("the contracts were not compiled", "The reason is above.");
}

/** Brings node_modules up to date, unless it is. `installed` says that somebody else just did, and only stamps. */
function setUp(installed) {
  // A packed copy has no lockfile and was installed by npm itself.
  if (!existsSync(join(root, "package-lock.json"))) return;
  const wanted = wantedStamp();
  if (currentStamp() === wanted) return;
  rmSync(stampFile, { force: true });
  if (!installed) install();
  linkOwnBin();
  writeFileSync(stampFile, wanted);
}

const [task] = process.argv.slice(2);
setUp(task === "installed");
if (task === "contracts") compileContracts();
