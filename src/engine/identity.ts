/**
 * Which process a number means. Process ids are used again, so a stored one is worth nothing without the moment at which that
 * process started, and before anything is ended its command must be the one that we started.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { z } from "zod";

export const identitySchema = z.object({
  pid: z.int().positive(),
  /** When it started, in the platform's own words: equal for the same process, different for any later one. */
  started: z.string(),
});

export type Identity = z.infer<typeof identitySchema>;

/** The process that has this id now, or undefined where none is alive (one that has ended and is only not yet reaped is not). */
export function identify(pid: number): Identity | undefined {
  const started = process.platform === "linux" ? startedOnLinux(pid) : startedElsewhere(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether that very process is still alive. */
export function isAlive(identity: Identity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** The command line of a process, or an empty string where it can't be read. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return ask("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
  } catch {
    return "";
  }
}

function startedOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may itself hold spaces and brackets; fields are counted from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    if (state === "Z" || state === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${fields[19] ?? ""}`;
  } catch {
    return undefined;
  }
}

function startedElsewhere(pid: number): string | undefined {
  try {
    if (process.platform !== "win32") {
      const [state = "", ...when] = ask("ps", ["-o", "state=,lstart=", "-p", String(pid)]).split(/\s+/u);
      return state === "" || state.startsWith("Z") ? undefined : when.join(" ");
    }
    process.kill(pid, 0);
    return "unknown";
  } catch {
    return undefined;
  }
}

function ask(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}
