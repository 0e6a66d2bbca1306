import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { track } from "./children.ts";

const MAIN = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `tally`, as a person runs it: its own process, told apart from this one's terminal. */
export class Tally {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  stdout = "";
  stderr = "";
  #listeners: (() => void)[] = [];

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = track(
      spawn(process.execPath, [MAIN, ...args], {
        env: { ...process.env, TALLY_DATA: "", ...environment },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#look();
    });
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#look();
    });
    this.finished = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        this.#look();
      });
    });
  }

  /** Waits for a text on stdout or stderr. Throws with all output if it ends without. */
  async says(pattern: RegExp): Promise<void> {
    for (;;) {
      if (pattern.test(this.stdout) || pattern.test(this.stderr)) return;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`tally ended without saying ${pattern.source}:\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Finished> {
    this.child.kill(signal);
    return this.finished;
  }

  #look(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}

/** Runs `tally` to its end. */
export async function tally(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<Finished> {
  return new Tally(args, environment).finished;
}

/** A new directory for a test, and how to remove it. */
export async function scratch(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "tally-cli-"));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
