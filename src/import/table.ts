import type { KeyObject } from "node:crypto";

import { readCsv, type CsvRow } from "./csv.ts";
import { importError } from "./errors.ts";
import { type Loan, RowProblem } from "./loan.ts";
import type { Mapping } from "./mapping.ts";
import { type LoanReader, loanReader } from "./read-loan.ts";
import { type Reject, rejectOf, RejectsFile } from "./rejects.ts";

/** A loan file, read. */
export interface Table {
  readonly loans: readonly Loan[];
  /** Rows of the file below its header. */
  readonly rows: number;
  readonly rejected: number;
  /** Dropped because a row alike in the mapping's key was there before. */
  readonly duplicates: number;
  /** Left out by the mapping's filters. */
  readonly skipped: number;
  /** The first rejected rows. */
  readonly rejects: readonly Reject[];
  /** Where all rejected rows are; undefined if there are none. */
  readonly rejectsPath: string | undefined;
}

export interface TableOptions {
  readonly path: string;
  readonly mapping: Mapping;
  readonly pseudonymKey: KeyObject;
  readonly rejectsPath: string;
  readonly onRows?: (rows: number) => void;
  /** Stop after so many loans. */
  readonly most?: number;
}

/** Rejected rows that are kept to be shown. */
const SHOWN = 100;

/** Reads a loan file. Bad rows are rejected and hurt no other. Throws `table-…`. */
export async function readTable(options: TableOptions): Promise<Table> {
  const { path, mapping, pseudonymKey, rejectsPath, onRows, most = Number.POSITIVE_INFINITY } = options;
  const state = new Reading(options);
  let reader: LoanReader | undefined;
  let width = 0;
  for await (const rows of readCsv(path, mapping.file)) {
    for (const row of rows) {
      if (reader === undefined) {
        if (row.problem !== undefined)
          throw importError("table-unreadable", `${path}: its first row, which must name the columns: ${row.problem}`);
        reader = loanReader({ mapping, header: row.fields, pseudonymKey });
        width = row.fields.length;
        state.rejects = new RejectsFile(rejectsPath, mapping.file, row.raw);
        continue;
      }
      await state.take(row, reader, width);
      if (state.loans.length >= most) return state.done();
    }
    onRows?.(state.rows);
  }
  if (reader === undefined) throw importError("table-unreadable", `${path} is empty`);
  if (state.rows === 0) throw importError("table-unreadable", `${path} has no row below its first`);
  return state.done();
}

class Reading {
  readonly loans: Loan[] = [];
  rows = 0;
  rejects: RejectsFile | undefined;
  readonly #mapping: Mapping;
  readonly #shown: Reject[] = [];
  #duplicates = 0;
  #skipped = 0;
  /** First lines of keys and of loans. */
  readonly #keys = new Set<string>();
  readonly #lines = new Map<string, number>();

  constructor({ mapping }: TableOptions) {
    this.#mapping = mapping;
  }

  async take(row: CsvRow, reader: LoanReader, width: number): Promise<void> {
    this.rows++;
    try {
      const { fields } = row;
      if (row.problem !== undefined) throw new RowProblem("", undefined, row.problem);
      if (fields.length !== width)
        throw new RowProblem("", undefined, `the row has ${fields.length} fields, the first row of the file ${width}`);
      if (!reader.wanted(fields)) {
        this.#skipped++;
        return;
      }
      const key = reader.duplicateKey?.(fields);
      if (key !== undefined && this.#keys.has(key)) {
        this.#duplicates++;
        return;
      }
      const loan = reader.read(fields, row.line);
      const name = `${loan.platform}/${loan.loan}`;
      const before = this.#lines.get(name);
      if (before !== undefined)
        throw new RowProblem("", undefined, `the loan has the number of the one on line ${before}; is it there twice?`);
      this.#lines.set(name, row.line);
      if (key !== undefined) this.#keys.add(key);
      this.loans.push(loan);
    } catch (problem) {
      if (!(problem instanceof RowProblem)) throw problem;
      const reject = rejectOf(row.line, problem, this.#mapping.borrower.column);
      if (this.#shown.length < SHOWN) this.#shown.push(reject);
      await this.rejects!.add(row, reject);
    }
  }

  async done(): Promise<Table> {
    await this.rejects?.close();
    return {
      loans: this.loans,
      rows: this.rows,
      rejected: this.rejects?.count ?? 0,
      duplicates: this.#duplicates,
      skipped: this.#skipped,
      rejects: this.#shown,
      rejectsPath: this.rejects?.path,
    };
  }
}
