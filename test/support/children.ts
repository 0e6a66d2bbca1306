import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();

/** Remembers a process that a test started, so that it ends with the run even where the test fails half way. Returns it. */
export function track<T extends ChildProcess>(child: T): T {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Ends, by process id, whatever the tests have left running. */
export function endTracked(): void {
  for (const child of running) child.kill("SIGKILL");
}

// A process that a test starts may import this too.
if (typeof after === "function") after("ends what failed tests left running", endTracked);
