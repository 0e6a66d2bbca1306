/** Child processes: started apart from the terminal, known by id, ended by id, and gone when we are. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

import type { DataDirectory } from "./data-directory.ts";
import { engineError } from "./errors.ts";
import { type Identity, identify, isAlive } from "./identity.ts";

/** How a process is asked to end: a signal, and how long it has before the next one. */
export type Ending = readonly { readonly signal: NodeJS.Signals; readonly milliseconds: number }[];

export interface ChildPlan {
  /** Our name for it, and for its record in the data directory. */
  readonly name: string;
  /** Its executable: part of its command line, by which it is known again. */
  readonly program: string;
  readonly args: readonly string[];
  /** File that takes what it prints. */
  readonly log: string;
  /** Words before the program, of a launcher that replaces itself by it. */
  readonly prefix?: readonly string[];
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly ending: Ending;
}

export interface Child {
  readonly pid: number;
  /** Settles when it has ended, with words that say how ("signal SIGKILL"). */
  readonly exited: Promise<string>;
  hasExited(): boolean;
  /** The last line it printed since it was started. */
  lastWords(): string;
  /** Asks it to end, with growing force; settles when it is gone. */
  end(ending?: Ending): Promise<void>;
}

const LOG_LIMIT = 8 * 1024 * 1024;
const POLL_MS = 20;

/**
 * Starts a process. It gets no terminal signals of ours (Ctrl-C ends it through {@link Child.end}, in order), writes to a file and
 * not to a pipe of ours (which would end with us), and is recorded in the data directory.
 *
 * @throws `engine-missing` where the program can't be run
 */
export async function startChild(directory: DataDirectory, plan: ChildPlan): Promise<Child> {
  const log = openLog(plan.log);
  const from = fstatSync(log).size;
  const [command = plan.program, ...rest] = [...(plan.prefix ?? []), plan.program];
  const started = spawn(command, [...rest, ...plan.args], {
    detached: true,
    stdio: ["ignore", log, log],
    ...(plan.user ?? {}),
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    started.once("spawn", resolve);
    started.once("error", (cause) => {
      const text = `the ${plan.name}'s program can't be run: ${plan.program} (${cause.message})`;
      reject(engineError("engine-missing", text, { cause }));
    });
  });

  const pid = started.pid ?? 0;
  const exited = exitOf(started);
  let gone = false;
  void exited.then(() => (gone = true));
  const identity = identify(pid);
  if (identity !== undefined) {
    await directory.recordChild({ ...identity, name: plan.name, program: plan.program });
    void exited.then(() => directory.forgetChild(plan.name)).catch(() => undefined);
  }
  return {
    pid,
    exited,
    hasExited: () => gone,
    lastWords: () => lastLine(plan.log, from),
    async end(ending = plan.ending) {
      for (const { signal, milliseconds } of ending) {
        if (gone) return;
        started.kill(signal);
        const timer = new AbortController();
        await Promise.race([exited, wait(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined)]);
        timer.abort();
      }
      await exited;
    },
  };
}

/** Ends a process that another process of ours had started. Settles when it is gone. */
export async function endStranger(identity: Identity, ending: Ending): Promise<void> {
  for (const { signal, milliseconds } of ending) {
    if (!isAlive(identity)) return;
    try {
      process.kill(identity.pid, signal);
      // One that was suspended would not even notice.
      process.kill(identity.pid, "SIGCONT");
    } catch {
      // it has ended by itself meanwhile
    }
    for (let waited = 0; waited < milliseconds && isAlive(identity); waited += POLL_MS) await wait(POLL_MS);
  }
}

/**
 * Words that start a program so that it gets a signal when we die, however we die. Linux with util-linux has them; elsewhere what
 * is left over is ended at the next start.
 */
export function dyingWithUs(signal: "INT" | "TERM"): readonly string[] {
  return hasSetpriv() ? ["setpriv", "--pdeathsig", signal, "--"] : [];
}

let setpriv: boolean | undefined;

/** Whether util-linux's setpriv, with the signal at the parent's death, is here. */
export function hasSetpriv(): boolean {
  setpriv ??=
    process.platform === "linux" &&
    spawnSync("setpriv", ["--pdeathsig", "TERM", "--", "true"], { stdio: "ignore" }).status === 0;
  return setpriv;
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      resolve(signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`);
    });
  });
}

/** Moves a log that has grown large aside (`….old`, of which one is kept), before it is opened again. */
export function rotateLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT) renameSync(path, `${path}.old`);
}

function openLog(path: string): number {
  rotateLog(path);
  return openSync(path, "a", 0o600);
}

function lastLine(path: string, from: number): string {
  try {
    const file = openSync(path, "r");
    try {
      const size = fstatSync(file).size;
      const start = Math.max(from, size - 4096);
      const tail = Buffer.alloc(Math.max(0, size - start));
      readSync(file, tail, 0, tail.length, start);
      return tail.toString("utf8").trim().split("\n").at(-1)?.trim() ?? "";
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}
