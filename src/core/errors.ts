/**
 * The one error type of the product, and the shape of its catalogue.
 *
 * A room declares its codes once, in a table of its own (`src/<room>/errors.ts`), and throws through the function that
 * {@link defineErrors} makes of it:
 *
 * ```ts
 * export const storeError = defineErrors({
 *   "database-unreachable": { status: 503, why: "The database does not answer.", fix: "Start it, or mend --database." },
 * });
 * throw storeError("database-unreachable", "no answer from the database within 5 s", { cause: error });
 * ```
 */

/** One kind of error, as the catalogue lists it. */
export interface ErrorKind {
  /** HTTP status of the answer that carries it. */
  readonly status: number;
  /** What such an error means, in one sentence. */
  readonly why: string;
  /** What to do about it, in one sentence; whoever throws may say something more exact. */
  readonly fix: string;
}

/** Kinds by code. A code is kebab-case, is never reused for another meaning and is unique among all rooms. */
export type ErrorTable = Readonly<Record<string, ErrorKind>>;

/** What an error can carry beside its message. */
export interface ErrorExtra {
  /** Takes the place of the kind's `fix`. */
  readonly fix?: string;
  /** Facts for machines: no secrets, no personal data; `bigint` is printed as a decimal string. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error that somebody can act on: a stable code, what happened, and what to do. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: string;
  readonly status: number;
  readonly fix: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, kind: ErrorKind, message: string, extra: ErrorExtra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.code = code;
    this.status = kind.status;
    this.fix = extra.fix ?? kind.fix;
    this.details = extra.details ?? {};
  }
}

/** Makes the errors of one room: call it with a code of its table, and with where and what. */
export interface ErrorFactory<Code extends string> {
  (code: Code, message: string, extra?: ErrorExtra): AppError;
  /** The room's part of the catalogue. */
  readonly table: Readonly<Record<Code, ErrorKind>>;
}

/** Declares the error codes of a room. */
export function defineErrors<const Code extends string>(table: Readonly<Record<Code, ErrorKind>>): ErrorFactory<Code> {
  const make = (code: Code, message: string, extra?: ErrorExtra): AppError =>
    new AppError(code, table[code], message, extra);
  return Object.assign(make, { table });
}

/** The codes that belong to no room in particular. */
export const coreError = defineErrors({
  "invalid-input": {
    status: 400,
    why: "A value is missing, malformed or out of its range.",
    fix: "Correct the value that the message names and send it again.",
  },
  "not-found": {
    status: 404,
    why: "Nothing is known under that name or number.",
    fix: "Check the name or number, and that it belongs to you.",
  },
  internal: {
    status: 500,
    why: "The program met a state that it should have made impossible.",
    fix: "Report it with the message and what you did; nothing was recorded that it did not confirm.",
  },
});
