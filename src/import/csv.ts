/**
 * Tables of text, row by row: RFC 4180 with any delimiter and quote.
 *
 * A quote that is opened and not closed is the usual damage in such files. General parsers then swallow everything up to the next
 * quote or the end; here the one line is bad, and reading goes on with the line after it.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import { importError } from "./errors.ts";

export interface CsvFormat {
  readonly delimiter: string;
  readonly quote: string;
  /** A label of the WHATWG Encoding Standard. */
  readonly encoding: string;
}

/** A row as it stands in the file. */
export interface CsvRow {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  readonly raw: string;
  readonly fields: readonly string[];
  /** Why it can't be read; there are no fields then. */
  readonly problem?: string;
}

/** Characters of a row: what is longer is no row of loans. */
export const MAX_ROW = 65_536;
/** Characters of a field. */
export const MAX_FIELD = 8_192;
/** Columns of a row. */
export const MAX_COLUMNS = 4_096;
/** Lines over which one quoted row may run. */
const MAX_LINES = 200;

/** Reads a file as stretches of rows; the first row is the header. Empty lines are passed over. */
export async function* readCsv(path: string, format: CsvFormat): AsyncGenerator<CsvRow[]> {
  await assertFile(path);
  const decoder = new TextDecoder(format.encoding);
  const splitter = new RowSplitter(format);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
      yield splitter.push(decoder.decode(chunk as Uint8Array, { stream: true }));
    }
  } catch (cause) {
    throw importError("table-unreadable", `${path} can't be read to its end`, { cause });
  }
  yield splitter.push(decoder.decode());
  yield splitter.end();
}

async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw importError("table-unreadable", missing ? `There is no file ${path}` : `${path} can't be read`, { cause });
  });
  if (found.isDirectory()) throw importError("table-unreadable", `${path} is a directory, not a file of loans`);
  if (found.isFile() && found.size === 0) throw importError("table-unreadable", `${path} is empty`);
}

/** Cuts text into rows, whatever the pieces it comes in. */
export class RowSplitter {
  readonly #format: CsvFormat;
  #rest = "";
  #line = 1;
  /** Physical lines of a row that a quote keeps open. */
  #open: string[] = [];
  #openLength = 0;

  constructor(format: CsvFormat) {
    this.#format = format;
  }

  push(text: string): CsvRow[] {
    const rows: CsvRow[] = [];
    const whole = this.#rest + text;
    let from = 0;
    for (let at = whole.indexOf("\n"); at !== -1; at = whole.indexOf("\n", from)) {
      this.#takeLine(whole.slice(from, at), rows);
      from = at + 1;
    }
    this.#rest = whole.slice(from);
    if (this.#rest.length > 8 * MAX_ROW) {
      // No line of that length is worth waiting for, and memory is bounded; what follows of it is a bad row again.
      this.#takeLine(this.#rest.slice(0, 2 * MAX_ROW), rows);
      this.#line--;
      this.#rest = this.#rest.slice(2 * MAX_ROW);
    }
    return rows;
  }

  end(): CsvRow[] {
    const rows: CsvRow[] = [];
    if (this.#rest !== "") this.#takeLine(this.#rest, rows);
    this.#rest = "";
    while (this.#open.length > 0) this.#giveUp("a quote is opened and not closed", rows);
    return rows;
  }

  #takeLine(text: string, rows: CsvRow[]): void {
    this.#line++;
    this.#open.push(text.endsWith("\r") ? text.slice(0, -1) : text);
    this.#openLength += text.length + 1;
    // A line without a quote can't close one: don't look through all lines in hand again for it.
    const looked = this.#open.length === 1 || text.includes(this.#format.quote) || this.#tooMuch;
    if (looked) this.#settle(rows);
  }

  /** Makes a row of the lines in hand, if they are one. */
  #settle(rows: CsvRow[]): void {
    const raw = this.#open.length === 1 ? this.#open[0]! : this.#open.join("\n");
    if (raw === "") {
      this.#clear();
      return;
    }
    if (this.#openLength > MAX_ROW + 1 && this.#open.length === 1) {
      rows.push(this.#bad(raw.slice(0, 200), `the row is longer than ${MAX_ROW} characters`));
      this.#clear();
      return;
    }
    const fields = splitRow(raw, this.#format);
    if (Array.isArray(fields)) {
      rows.push({ line: this.#firstLine, raw, fields });
      this.#clear();
    } else if (fields !== "open") this.#giveUp(fields, rows);
    else if (this.#tooMuch) this.#giveUp("a quote is opened and not closed", rows);
  }

  get #tooMuch(): boolean {
    return this.#openLength > MAX_ROW || this.#open.length > MAX_LINES;
  }

  /** The first line in hand is bad; those after it are looked at again by themselves. */
  #giveUp(problem: string, rows: CsvRow[]): void {
    const [first = "", ...others] = this.#open;
    rows.push(this.#bad(first, problem));
    this.#line -= others.length;
    this.#clear();
    for (const line of others) this.#takeLine(line, rows);
  }

  #bad(raw: string, problem: string): CsvRow {
    return { line: this.#firstLine, raw, fields: [], problem };
  }

  get #firstLine(): number {
    return this.#line - this.#open.length;
  }

  #clear(): void {
    this.#open = [];
    this.#openLength = 0;
  }
}

/** The fields of a row; `open` where a quote is not closed in it; otherwise what is wrong with it. */
export function splitRow(text: string, { delimiter, quote }: CsvFormat): string[] | string {
  if (quote === "" || !text.includes(quote)) return bounded(text.split(delimiter));
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (!text.startsWith(quote, at)) {
      const end = text.indexOf(delimiter, at);
      fields.push(end === -1 ? text.slice(at) : text.slice(at, end));
      if (end === -1) return bounded(fields);
      at = end + delimiter.length;
      continue;
    }
    const close = closingQuote(text, at + quote.length, quote);
    if (close === -1) return "open";
    fields.push(text.slice(at + quote.length, close).replaceAll(quote + quote, quote));
    at = close + quote.length;
    if (at === text.length) return bounded(fields);
    if (!text.startsWith(delimiter, at)) return "there is text after a closing quote";
    at += delimiter.length;
  }
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 2 * quote.length))
    if (!text.startsWith(quote, at + quote.length)) return at;
  return -1;
}

function bounded(fields: string[]): string[] | string {
  if (fields.length > MAX_COLUMNS) return `the row has more than ${MAX_COLUMNS} fields`;
  if (fields.some((field) => field.length > MAX_FIELD)) return `a field is longer than ${MAX_FIELD} characters`;
  return fields;
}

/** A field as a file of such tables has it: quoted where it must be. */
export function quoteField(text: string, { delimiter, quote }: CsvFormat): string {
  const q = quote === "" ? '"' : quote;
  return text.includes(delimiter) || text.includes(q) || /[\r\n]/u.test(text)
    ? q + text.replaceAll(q, q + q) + q
    : text;
}
