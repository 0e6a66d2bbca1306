/**
 * `npm test`: runs every check, two at a time, prints a line for each and the whole output of those that fail.
 * `npm test -- NAME …` runs some of them, with those that they come after; `npm test -- --list` names them.
 */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { type Check, checks } from "./checks.ts";

const root = join(import.meta.dirname, "..");
const CORES = 2;
const HEARTBEAT_MS = 30_000;

/** What became of a check. */
interface Outcome {
  readonly check: Check;
  readonly state: "passed" | "failed" | "nothing" | "not run";
  readonly note: string;
  readonly seconds: number;
  readonly output: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const NO_CASES = { seconds: 0, output: "", passed: 0, failed: 0, skipped: 0 };

/** The cases that a runner counted at its end, in mocha's words. */
function countCases(output: string): { passed: number; failed: number; skipped: number } {
  const sum = (word: string): number =>
    [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gmu"))].reduce((total, [, n]) => total + Number(n), 0);
  return { passed: sum("passing"), failed: sum("failing"), skipped: sum("pending") + sum("skipped") };
}

/** Ends a check with everything that it started. */
function killGroup(pid: number): void {
  try {
    if (process.platform === "win32") process.kill(pid, "SIGKILL");
    else process.kill(-pid, "SIGKILL");
  } catch {
    // it has ended by itself meanwhile
  }
}

const running = new Set<number>();

async function run(check: Check): Promise<Outcome> {
  const missing = (check.needs ?? []).filter((glob) => globSync(glob, { cwd: root }).length === 0);
  if (missing.length > 0)
    return { ...NO_CASES, check, state: "nothing", note: `there is no ${missing.join(", ")} yet` };

  const began = performance.now();
  const [command, ...args] = check.command;
  const bin = join(root, "node_modules", ".bin");
  const child = spawn(command, args, {
    cwd: root,
    // Colours would hide the counts, and a check must not wait for somebody to type.
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    shell: process.platform === "win32",
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  }
  if (child.pid !== undefined) running.add(child.pid);
  const seconds = (): number => (performance.now() - began) / 1000;
  const heartbeat = setInterval(() => {
    process.stdout.write(`  …   ${check.name} ${seconds().toFixed(0)} s\n`);
  }, HEARTBEAT_MS);
  const minutes = check.limitMinutes ?? 10;
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) killGroup(child.pid);
  }, minutes * 60_000);

  const ended = await new Promise<{ ok: boolean; how: string }>((resolve) => {
    child.on("error", (error) => resolve({ ok: false, how: error.message }));
    child.on("close", (code, signal) => resolve({ ok: code === 0, how: signal ?? `exit code ${code ?? "?"}` }));
  });
  clearInterval(heartbeat);
  clearTimeout(limit);
  if (child.pid !== undefined) running.delete(child.pid);

  const output = stripVTControlCharacters(chunks.join(""));
  const counted = check.cases === true ? countCases(output) : { passed: 0, failed: 0, skipped: 0 };
  const empty = check.cases === true && counted.passed + counted.failed + counted.skipped === 0;
  const ok = ended.ok && !empty && counted.failed === 0;
  return {
    check,
    state: ok ? "passed" : "failed",
    note: late ? `ended after ${minutes} minutes` : ended.ok && empty ? "ran no test" : ok ? "" : ended.how,
    seconds: seconds(),
    output,
    ...counted,
    // A check that fails without counting a failing case is a failure all the same.
    failed: ok ? 0 : Math.max(1, counted.failed),
  };
}

function report({ check, state, note, seconds, output, passed, skipped }: Outcome): void {
  const mark = { passed: "ok", failed: "FAIL", nothing: "-", "not run": "-" }[state].padEnd(4);
  const cases = passed + skipped === 0 ? "" : `${passed} passed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  const time = state === "passed" || state === "failed" ? `${seconds.toFixed(1)} s` : "";
  const remarks = [check.about, cases, note].filter((part) => part !== "").join("; ");
  process.stdout.write(`  ${mark} ${check.name.padEnd(10)} ${time.padStart(8)}  ${remarks}\n`);
  if (state !== "failed") return;
  const indented = output.trimEnd().replaceAll(/^/gmu, "       | ");
  process.stdout.write(`${indented}\n       Run it alone: ${check.alone}\n`);
}

/** The named checks with all that they come after, in the order of the list; all of them if none is named. */
function select(names: readonly string[]): readonly Check[] {
  if (names.length === 0) return checks;
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const check = checks.find((one) => one.name === name);
    if (check === undefined) {
      process.stderr.write(
        `There is no check "${name}". The checks are: ${checks.map((one) => one.name).join(", ")}.\n`,
      );
      process.exit(2);
    }
    wanted.add(name);
    check.after?.forEach(want);
  };
  names.forEach(want);
  return checks.filter((one) => wanted.has(one.name));
}

/** Runs the checks, as many at once as there are cores for. A check waits for those it comes after. */
async function runAll(selected: readonly Check[]): Promise<readonly Outcome[]> {
  const waiting = [...selected];
  const outcomes: Outcome[] = [];
  const active = new Map<Check, Promise<void>>();
  const done = (outcome: Outcome): void => {
    outcomes.push(outcome);
    report(outcome);
  };
  while (waiting.length > 0 || active.size > 0) {
    for (const check of [...waiting]) {
      const before = (check.after ?? []).filter((name) => selected.some((one) => one.name === name));
      const finished = before.flatMap((name) => outcomes.filter((outcome) => outcome.check.name === name));
      const broken = finished.find(({ state }) => state === "failed" || state === "not run");
      const alone = check.exclusive === true || [...active.keys()].some((one) => one.exclusive === true);
      const blocked = finished.length < before.length || (alone ? active.size > 0 : active.size >= CORES);
      if (broken === undefined && blocked) continue;
      waiting.splice(waiting.indexOf(check), 1);
      if (broken !== undefined) {
        done({ ...NO_CASES, check, state: "not run", note: `not run, since ${broken.check.name} failed`, failed: 1 });
        continue;
      }
      const ending = run(check).then((outcome) => {
        active.delete(check);
        done(outcome);
      });
      active.set(check, ending);
    }
    if (active.size > 0) await Promise.race(active.values());
  }
  return outcomes;
}

function summarise(outcomes: readonly Outcome[], seconds: number): void {
  const sum = (key: "passed" | "failed" | "skipped"): number =>
    outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const failed = outcomes.filter(({ state }) => state === "failed" || state === "not run");
  const good = outcomes.filter(({ state }) => state === "passed").length;
  process.stdout.write(
    failed.length === 0
      ? `\nAll ${good} checks are good, in ${seconds.toFixed(0)} s. Test cases:\n`
      : `\nNot good: ${failed.map(({ check }) => check.name).join(", ")}, in ${seconds.toFixed(0)} s. Test cases:\n`,
  );
  const skipped = sum("skipped");
  process.stdout.write(
    `${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
  );
  if (failed.length > 0) process.exitCode = 1;
}

const args = process.argv.slice(2);
if (args.includes("--list")) {
  for (const { name, about, alone } of checks) process.stdout.write(`${name.padEnd(10)} ${about} (${alone})\n`);
} else {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      running.forEach(killGroup);
      process.exit(signal === "SIGINT" ? 130 : 143);
    });
  }
  const began = performance.now();
  summarise(await runAll(select(args)), (performance.now() - began) / 1000);
}
