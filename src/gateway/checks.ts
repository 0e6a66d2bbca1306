import type { z } from "zod";
import type { Decision } from "../core/decision.ts";
import { encodeEntry } from "../core/encode-entry.ts";
import type { Opened } from "../core/entry.ts";
import { AppError } from "../core/errors.ts";
import { entryOf } from "../core/record-entry.ts";
import type { Database } from "../store/database.ts";
import { addChecks, type MadeCheck } from "../store/watch.ts";
import { gatewayError } from "./errors.ts";
import type { checkBody } from "./http/schemas.ts";
import type { Ledger } from "./ledger.ts";
import type { Positions } from "./positions.ts";

export type NewCheck = z.output<typeof checkBody>;

/** Judges a loan that is asked about, as a request filed alone at `now` (UTC seconds). Nothing changes. */
export async function judgeCheck(
  check: NewCheck,
  platform: number,
  ledger: Ledger,
  positions: Positions,
  now: number,
): Promise<{ readonly entry: Opened; readonly blockTime: number; readonly decision: Decision }> {
  const { borrower, terms, schedule, disclosure, income, line } = check;
  if (line !== undefined && line !== "first") await positions.load([line]);
  const first = line === undefined || line === "first" ? undefined : positions.get(line)?.ref;
  if (line !== undefined && line !== "first" && first === undefined) {
    throw gatewayError("opening-unknown", "The line's first draw has no place in a filing yet, or is not known here.");
  }
  // A block is never older than the one before it, nor than the clock.
  const blockTime = Math.max(now, ledger.position.time);
  try {
    const entry = entryOf(
      {
        ...{ iss: `tally:platform:${platform}`, iat: now, jti: "check", fmt: 1, kind: "Opened" },
        ...{ borrower, schedule, disclosure, income },
        loan: { number: "check", line },
        terms: { ...terms, basis: "request" },
        time: { at: check.at ?? blockTime },
      },
      first === undefined ? {} : { line: first },
    );
    const { decision } = ledger.twin.check(blockTime, platform, encodeEntry(entry));
    return { entry: entry as Opened, blockTime, decision };
  } catch (cause) {
    if (cause instanceof AppError)
      throw gatewayError("request-invalid", `The loan makes no entry: ${cause.message}`, { cause });
    throw cause;
  }
}

/** Keeps account of checks: written before they are answered, many in one statement. */
export class CheckLog {
  readonly #db: Database;
  #pending: { readonly check: MadeCheck; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] =
    [];
  #writing = false;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(check: MadeCheck): Promise<void> {
    const written = new Promise<void>((resolve, reject) => this.#pending.push({ check, resolve, reject }));
    if (!this.#writing) void this.#write();
    return written;
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      await addChecks(
        this.#db,
        group.map(({ check }) => check),
      ).then(
        () => group.forEach(({ resolve }) => resolve()),
        (error: unknown) => group.forEach(({ reject }) => reject(error)),
      );
    }
    this.#writing = false;
  }
}
