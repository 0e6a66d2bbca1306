/** Columns of one file: what the mapping's sources read of a row. */
import { DateReader } from "./dates.ts";
import { importError } from "./errors.ts";
import { RowProblem } from "./loan.ts";
import type { AmountSource, Condition, CountSource, DateSource, Mapping } from "./mapping.ts";
import { type Decimal, minorUnits, negated, plus, readDecimal } from "./money.ts";

export type Fields = readonly string[];
/** Reads a value of a row; undefined where nothing stands. Throws RowProblem. */
export type Read<T> = (row: Fields) => T | undefined;

/** Whole numbers as people write them: `36`, ` 36 months`. */
const WHOLE = /^(\d{1,9})(?:\.0+)?(?:\s+[A-Za-z]+)?$/u;

/** Binds the sources of a mapping to the columns of a file. Columns that are not there are gathered, to be told all at once. */
export class Columns {
  readonly #mapping: Mapping;
  readonly #index = new Map<string, number>();
  readonly #twice = new Set<string>();
  readonly #missing = new Set<string>();
  readonly #header: Fields;
  readonly #nothing: ReadonlySet<string>;
  readonly #dates = new Map<string, DateReader>();

  constructor(header: Fields, mapping: Mapping) {
    this.#mapping = mapping;
    this.#header = header.map((name) => name.trim());
    this.#nothing = new Set(["", ...mapping.missing]);
    for (const [i, name] of this.#header.entries()) {
      if (this.#index.has(name)) this.#twice.add(name);
      this.#index.set(name, i);
    }
  }

  /** Throws `table-columns` if a source named what is not there, or is there twice. */
  check(): void {
    const [missing] = this.#missing;
    if (missing !== undefined) {
      const all = [...this.#missing].map((name) => JSON.stringify(name)).join(", ");
      const has = this.#header.slice(0, 40).map(shown).join(", ");
      throw importError("table-columns", `The mapping names ${all}, and the file has no such column`, {
        fix: `Correct the mapping; the file's first row has: ${has}${this.#header.length > 40 ? ", …" : ""}`,
      });
    }
    const [twice] = [...this.#twice].filter((name) => this.#used.has(name));
    if (twice !== undefined) {
      const fix = "Give each column that the mapping names a name of its own in the file's first row.";
      throw importError("table-columns", `The file has the column ${JSON.stringify(shown(twice))} more than once`, {
        fix,
      });
    }
  }

  readonly #used = new Set<string>();

  text(column: string): Read<string> {
    const at = this.#index.get(column);
    this.#used.add(column);
    if (at === undefined) this.#missing.add(column);
    return (row) => {
      const value = (row[at ?? -1] ?? "").trim();
      return this.#nothing.has(value) ? undefined : value;
    };
  }

  /** A value by what the column's text means. */
  oneOf<T>(column: string, values: Readonly<Record<string, T>>, otherwise: T | undefined): Read<T> {
    const read = this.text(column);
    const known = new Map(Object.entries(values));
    return (row) => {
      const text = read(row);
      const found = text === undefined ? otherwise : (known.get(text) ?? otherwise);
      if (found === undefined && text !== undefined)
        throw new RowProblem(column, text, "the mapping does not say what this value means");
      return found;
    };
  }

  whole(column: string): Read<number> {
    const read = this.text(column);
    return (row) => {
      const text = read(row);
      if (text === undefined) return undefined;
      const match = WHOLE.exec(text);
      if (match === null) throw new RowProblem(column, text, "is no whole number");
      return Number(match[1]);
    };
  }

  count(source: CountSource): Read<number> {
    if (typeof source === "number") return () => source;
    if (typeof source === "string") return this.whole(source);
    const read = this.whole(source.column);
    return (row) => {
      const value = read(row);
      if (value === undefined) return undefined;
      const count = value / source.divide;
      if (Number.isInteger(count)) return count;
      throw new RowProblem(source.column, String(value), `is no multiple of ${source.divide}`);
    };
  }

  date(source: DateSource): Read<number> {
    const { formats, zone, at } = this.#mapping.dates;
    const one = typeof source === "string" ? { column: source } : source;
    const reader = this.#reader(one.formats ?? formats, one.zone ?? zone, one.at ?? at);
    const columns = typeof one.column === "string" ? [one.column] : one.column;
    const reads = columns.map((column) => [column, this.text(column)] as const);
    return (row) => {
      for (const [column, read] of reads) {
        const text = read(row);
        if (text === undefined) continue;
        const found = reader.read(text);
        if (found === undefined) throw new RowProblem(column, text, "is no date in any of the mapping's formats");
        return found;
      }
      return undefined;
    };
  }

  /** The columns' names of a source, for messages. */
  static nameOf(source: DateSource | AmountSource | CountSource): string {
    if (typeof source === "string") return source;
    if (typeof source === "number") return "";
    if ("column" in source) return typeof source.column === "string" ? source.column : source.column.join(", ");
    const parts = "sum" in source ? source.sum : source.minus;
    return parts
      .map((part) => Columns.nameOf(part))
      .filter((name) => name !== "")
      .join(", ");
  }

  /** An amount in minor units, never negative. */
  amount(source: AmountSource): Read<bigint> {
    const { factor, rounding } = this.#mapping.money;
    const read = this.#decimal(source, factor);
    const column = Columns.nameOf(source);
    return (row) => {
      const found = read(row);
      if (found === undefined) return undefined;
      const value = minorUnits(found, 1, rounding);
      const shownValue = (): string => asText(found);
      if (value === undefined)
        throw new RowProblem(column, shownValue(), "is no whole number of minor units (money.rounding says exact)");
      if (value < 0n) throw new RowProblem(column, shownValue(), "is below zero");
      return value;
    };
  }

  /** In minor units already, with whatever fraction is left. */
  #decimal(source: AmountSource, factor: number): Read<Decimal> {
    if (typeof source === "number") {
      const constant = times(
        readDecimal(plain(source), { ...this.#mapping.money, decimal: ".", grouping: "" })!,
        factor,
      );
      return () => constant;
    }
    if (typeof source === "string") return this.#decimalColumn(source, factor);
    if ("column" in source) return this.#decimalColumn(source.column, source.factor);
    if ("sum" in source) {
      const reads = source.sum.map((part) => this.#decimal(part, factor));
      // What is missing of a sum adds nothing; if all of it is missing, there is no sum.
      return (row) =>
        reads.reduce<Decimal | undefined>((sum, read) => {
          const part = read(row);
          return sum === undefined ? part : part === undefined ? sum : plus(sum, part);
        }, undefined);
    }
    const [first, second] = source.minus.map((part) => this.#decimal(part, factor));
    return (row) => {
      const [from, less] = [first!(row), second!(row)];
      return from === undefined ? undefined : less === undefined ? from : plus(from, negated(less));
    };
  }

  #decimalColumn(column: string, factor: number): Read<Decimal> {
    const read = this.text(column);
    const { money } = this.#mapping;
    return (row) => {
      const text = read(row);
      if (text === undefined) return undefined;
      const found = readDecimal(text, money);
      if (found === undefined) throw new RowProblem(column, text, "is no amount");
      return times(found, factor);
    };
  }

  condition({ column, in: among, notIn, missing }: Condition): (row: Fields) => boolean {
    const read = this.text(column);
    const [wanted, unwanted] = [among && new Set(among), notIn && new Set(notIn)];
    return (row) => {
      const text = read(row);
      if (missing !== undefined && (text === undefined) !== missing) return false;
      if (wanted !== undefined && !wanted.has(text ?? "")) return false;
      return unwanted === undefined || !unwanted.has(text ?? "");
    };
  }

  #reader(formats: readonly string[], zone: string, at: string): DateReader {
    const name = JSON.stringify([formats, zone, at]);
    const known = this.#dates.get(name) ?? new DateReader(formats, zone, at);
    this.#dates.set(name, known);
    return known;
  }
}

const times = ({ value, places }: Decimal, factor: number): Decimal => ({ value: value * BigInt(factor), places });

/** A number of YAML as a plain decimal. */
const plain = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(6));

function asText({ value, places }: Decimal): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return `${value < 0n ? "-" : ""}${text} minor units`;
}

/** A text of the file as a message may show it: short, and without anything that a terminal would act on. */
export function shown(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what must not get through
  const clean = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "?");
  return clean.length > 60 ? `${clean.slice(0, 57)}…` : clean;
}
