/**
 * Completes package-lock.json. Where a registry lacks the package of some other platform, npm leaves that optional entry out
 * of the lockfile and then refuses it in `npm ci`. This adds the missing entries, with os, cpu and libc read off their names
 * (`@foundry-rs/anvil-darwin-arm64`); a platform that such an entry doesn't fit skips it, and one that it fits installs it.
 */
import { readFileSync, writeFileSync } from "node:fs";

const OS = {
  darwin: "darwin",
  linux: "linux",
  win32: "win32",
  windows: "win32",
  android: "android",
  freebsd: "freebsd",
};
const CPU = { arm64: "arm64", x64: "x64", amd64: "x64", ia32: "ia32", arm: "arm", ppc64: "ppc64", riscv64: "riscv64" };
const LIBC = { gnu: "glibc", musl: "musl" };

/** The value in `table` of the first word of `name` that it knows. */
function wordIn(table, name) {
  const word = name.split(/[-/]/u).find((part) => Object.hasOwn(table, part));
  return word === undefined ? undefined : table[word];
}

/** Whether the lockfile has `name` where a package installed at `from` would find it. */
function isLocked(packages, from, name) {
  for (let at = from; ; at = at.includes("/node_modules/") ? at.slice(0, at.lastIndexOf("/node_modules/")) : "") {
    if (packages[`${at === "" ? "" : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === "") return false;
  }
}

/** Adds what is missing to a parsed lockfile and returns the names it added. */
function complete(lock) {
  const added = [];
  for (const [at, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(lock.packages, at, name)) continue;
      const os = wordIn(OS, name);
      const cpu = wordIn(CPU, name);
      // Only a platform's package, of an exact version, can be written down without asking a registry.
      if (os === undefined || !/^\d+\.\d+\.\d+[\w.-]*$/u.test(version)) continue;
      const libc = wordIn(LIBC, name);
      lock.packages[`node_modules/${name}`] = {
        version,
        ...(cpu === undefined ? {} : { cpu: [cpu] }),
        ...(entry.dev === true ? { dev: true } : {}),
        ...(os === "linux" && libc !== undefined ? { libc: [libc] } : {}),
        optional: true,
        os: [os],
      };
      added.push(name);
    }
  }
  return added;
}

/** Completes the lockfile at `path` in place; returns the names of the packages it added. */
export function completeLockfile(path) {
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const added = complete(lock);
  if (added.length === 0) return added;
  const byPath = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(byPath) }, null, 2)}\n`);
  return added;
}
