/** What every command does alike when it speaks: results on stdout, everything else on stderr, exit codes that mean something. */
import { AppError } from "../core/errors.ts";

/** Exit codes of every command. A signal ends a command with 128 + its number. */
export const EXIT = {
  /** Done, and if there was a question, the answer is yes. */
  ok: 0,
  /** Done, and the answer is no: a receipt is invalid, an audit found a mismatch. */
  no: 1,
  /** Could not be done; a command line that makes no sense is one case of it. */
  failed: 2,
} as const;

/** One JSON document on one line of stdout; `bigint` as a decimal string, since JSON numbers lose digits. */
export function printJson(value: unknown): void {
  process.stdout.write(`${toJson(value)}\n`);
}

/** The text that {@link printJson} prints. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item));
}

/** A line of the result, for people, on stdout. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** A remark on stderr, so that it never mixes with a result. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Two lines for an error: what happened, and what to do. Stack traces are for TALLY_DEBUG=1. */
export function describeError(error: unknown): { readonly what: string; readonly fix: string } {
  if (error instanceof AppError) return { what: `${error.message} (${error.code})`, fix: error.fix };
  const what = error instanceof Error ? error.message : String(error);
  return {
    what: `unexpected: ${what.split("\n", 1)[0] ?? ""}`,
    fix: "Run it again with TALLY_DEBUG=1 for the whole trace, and report it if it stays.",
  };
}

/** Prints a fatal error and sets the exit code; the caller returns afterwards and lets the process end by itself. */
export function reportFatal(error: unknown): void {
  const { what, fix } = describeError(error);
  note(`error: ${what}`);
  note(`to do: ${fix}`);
  if (process.env["TALLY_DEBUG"] === "1" && error instanceof Error) {
    for (let at: unknown = error; at instanceof Error; at = at.cause) note(at.stack ?? at.message);
  }
  process.exitCode = EXIT.failed;
}

/** A reader that has seen enough (`tally … | head`) closes the pipe; that is no error. */
export function tolerateClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode ?? EXIT.ok);
  });
}
