import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";

import { shown } from "./columns.ts";
import { type CsvFormat, type CsvRow, quoteField } from "./csv.ts";
import { importError } from "./errors.ts";
import type { RowProblem } from "./loan.ts";

/** A rejected row, as it may be shown: never with a borrower's id. */
export interface Reject {
  readonly line: number;
  readonly column: string;
  /** Empty where it must not be shown. */
  readonly value: string;
  readonly reason: string;
}

/** Columns that a rejects file has behind those of the file. */
export const REJECT_COLUMNS = ["rejected_line", "rejected_column", "rejected_reason"] as const;

/**
 * Bad rows, as they stand in the file with three columns behind: mended, the file can be imported like the first. It is written only
 * if there is something to write, and belongs to whoever has the loan file: it has their rows in it.
 */
export class RejectsFile {
  readonly #path: string;
  readonly #format: CsvFormat;
  readonly #header: string;
  #stream: WriteStream | undefined;
  #count = 0;

  constructor(path: string, format: CsvFormat, header: string) {
    this.#path = path;
    this.#format = format;
    this.#header = header;
  }

  get count(): number {
    return this.#count;
  }

  /** Where it is; undefined if nothing was rejected. */
  get path(): string | undefined {
    return this.#count > 0 ? this.#path : undefined;
  }

  async add(row: CsvRow, { column, reason }: Pick<Reject, "column" | "reason">): Promise<void> {
    this.#count++;
    const { delimiter } = this.#format;
    this.#stream ??= this.#open();
    // What can't be read as a row is kept as one field.
    const original = row.problem === undefined ? row.raw : quoteField(row.raw, { ...this.#format, delimiter: "" });
    const behind = [String(row.line), column, reason].map((text) => quoteField(text, this.#format));
    if (!this.#stream.write(`${[original, ...behind].join(delimiter)}\n`))
      await new Promise<void>((resolve) => this.#stream!.once("drain", () => resolve()));
  }

  async close(): Promise<void> {
    if (this.#stream === undefined) return;
    this.#stream.end();
    await finished(this.#stream).catch((cause: unknown) => {
      throw importError("table-unreadable", `The rejects file ${this.#path} can't be written`, {
        fix: "Give another place with --rejects.",
        cause,
      });
    });
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { mode: 0o600 });
    stream.on("error", () => undefined); // told by close
    stream.write(`${[this.#header, ...REJECT_COLUMNS].join(this.#format.delimiter)}\n`);
    return stream;
  }
}

/** What a problem says of a row, fit to be shown. */
export function rejectOf(line: number, { column, value, message }: RowProblem, borrowerColumn: string): Reject {
  const visible = column !== "" && column !== borrowerColumn && value !== undefined;
  return { line, column, value: visible ? shown(value) : "", reason: message };
}
