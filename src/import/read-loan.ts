import { createHash, type KeyObject } from "node:crypto";

import { type BorrowerKind, pseudonymOf } from "../client/pseudonym.ts";
import { type CloseReason, PLATFORM_LIMIT } from "../core/entry.ts";
import { MAX_ID_LENGTH } from "../core/record.ts";
import { type Leg, summarise } from "../core/schedule.ts";
import { Columns, type Fields, type Read } from "./columns.ts";
import { type Closing, type Loan, type Payment, RowProblem } from "./loan.ts";
import { happeningReaders } from "./read-happened.ts";
import { type ClosedSource, type Mapping, type PaymentSource, productNumber } from "./mapping.ts";
import { needed, numbered, scheduleReader } from "./read-schedule.ts";
import { day, held, within } from "./widths.ts";

/** Reads rows of one file as loans. */
export interface LoanReader {
  /** Whether the mapping's filters take the row. */
  readonly wanted: (row: Fields) => boolean;
  /** What rows that are the same loan have in common, if the mapping says so. */
  readonly duplicateKey: ((row: Fields) => string) | undefined;
  /** @throws RowProblem */
  readonly read: (row: Fields, line: number) => Loan;
}

export interface LoanReaderOptions {
  readonly mapping: Mapping;
  readonly header: Fields;
  /** Key of the pseudonyms. */
  readonly pseudonymKey: KeyObject;
}

/** Binds a mapping to a file's header. Throws `table-columns` where they don't go together. */
export function loanReader({ mapping, header, pseudonymKey }: LoanReaderOptions): LoanReader {
  const columns = new Columns(header, mapping);
  const only = mapping.only.map((one) => columns.condition(one));
  const skip = mapping.skip.map((one) => columns.condition(one));
  const keys = mapping.duplicates?.key.map((column) => columns.text(column));
  const loanId = idReader(mapping, columns);
  const platform = platformReader(mapping, columns);
  const borrower = borrowerReader(mapping, columns, pseudonymKey);
  const product = productReader(mapping, columns);
  const { opened: opening } = mapping;
  const opened = needed(columns.date(opening.date), Columns.nameOf(opening.date));
  const principalName = Columns.nameOf(opening.principal);
  const principal = needed(columns.amount(opening.principal), principalName);
  const cash = opening.cash === undefined ? undefined : columns.amount(opening.cash);
  const disclosed = opening.disclosed === undefined ? undefined : columns.date(opening.disclosed);
  const income = opening.income === undefined ? undefined : columns.amount(opening.income);
  const schedule = scheduleReader(mapping.schedule, columns);
  const payments = mapping.repaid.flatMap((source) => paymentReaders(source, columns));
  const happenings = happeningReaders(mapping, columns);
  const closing = mapping.closed === undefined ? undefined : closingReader(mapping.closed, columns);
  columns.check();

  return {
    wanted: (row) => only.every((holds) => holds(row)) && !skip.some((holds) => holds(row)),
    duplicateKey: keys && ((row) => JSON.stringify(keys.map((read) => read(row) ?? ""))),
    read(row, line) {
      const loan = loanId(row);
      const at = within(opened(row), Columns.nameOf(opening.date));
      const lent = held(principal(row), principalName);
      if (lent < 1n) throw new RowProblem(principalName, "0", "the principal is not above zero");
      const received = cash?.(row);
      if (received !== undefined && received < 1n)
        throw new RowProblem(Columns.nameOf(opening.cash!), "0", "the cash received is not above zero");
      const legs = schedule(row, at);
      const terms: Terms = { opened: at, principal: lent, schedule: legs };
      const paid = payments.flatMap((read) => read(row, terms)).sort((a, b) => a.at - b.at);
      const closed = closing?.(row, terms, paid);
      const late = closed && paid.find((payment) => payment.at > closed.at);
      if (late !== undefined)
        throw new RowProblem("", new Date(late.at * 1_000).toISOString(), "a payment is after the loan was closed");
      const cashed = received ?? lent;
      const happened = happenings
        .flatMap((read) => read(row, { opened: at, cash: cashed, repaid: paid }))
        .sort((a, b) => a.at - b.at);
      const after = closed && closed.reason !== "written-off" && happened.find((one) => one.at > closed.at);
      if (after) throw new RowProblem("", day(after.at), `an event (${after.kind}) is after the loan was closed`);
      const told = disclosed?.(row);
      const earned = income?.(row);
      return {
        line,
        platform: platform(row, loan),
        loan,
        borrower: borrower(row),
        product: product(row),
        opened: at,
        principal: lent,
        ...(received !== undefined && received !== lent && { cash: held(received, Columns.nameOf(opening.cash!)) }),
        ...(told !== undefined && { disclosed: within(told, Columns.nameOf(opening.disclosed!)) }),
        ...(earned !== undefined && { income: held(earned, Columns.nameOf(opening.income!)) }),
        schedule: legs,
        repaid: paid,
        happened,
        ...(closed && { closed }),
      };
    },
  };
}

interface Terms {
  readonly opened: number;
  readonly principal: bigint;
  readonly schedule: readonly Leg[];
}

function idReader({ loan }: Mapping, columns: Columns): (row: Fields) => string {
  const names = typeof loan === "string" ? [loan] : loan.columns;
  const reads = names.map((name) => needed(columns.text(name), name));
  return (row) => {
    const id = reads.map((read) => read(row)).join("/");
    if (id.length > MAX_ID_LENGTH) throw new RowProblem(names[0]!, id, `is longer than ${MAX_ID_LENGTH} characters`);
    return id;
  };
}

function platformReader({ platform }: Mapping, columns: Columns): (row: Fields, loan: string) => number {
  if (typeof platform === "number") return () => platform;
  if ("spread" in platform) {
    const { spread, first } = platform;
    return (_row, loan) => first + (createHash("sha256").update(loan, "utf8").digest().readUInt32BE(0) % spread);
  }
  const { column, values } = platform;
  if (values !== undefined) return needed(columns.oneOf<number>(column, values, undefined), column);
  const read = needed(columns.whole(column), column);
  return (row) => {
    const number = read(row);
    if (number < 1 || number >= PLATFORM_LIMIT) throw new RowProblem(column, String(number), "is no platform's number");
    return number;
  };
}

function borrowerReader({ borrower }: Mapping, columns: Columns, key: KeyObject): (row: Fields) => Loan["borrower"] {
  const { column, kind } = borrower;
  const read = needed(columns.text(column), column);
  const readKind: (row: Fields) => BorrowerKind =
    typeof kind === "string" ? () => kind : needed(columns.oneOf(kind.column, kind.values, kind.default), kind.column);
  return (row) => {
    const id = read(row);
    // Damaged text would make another person of the borrower.
    if (id.includes("\ufffd")) throw new RowProblem(column, undefined, "is not in the encoding that the mapping names");
    return pseudonymOf(id, readKind(row), key);
  };
}

function productReader({ product }: Mapping, columns: Columns): (row: Fields) => number {
  if (typeof product !== "object") {
    const number = productNumber(product);
    return () => number;
  }
  const read = needed(columns.oneOf(product.column, product.values, product.default), product.column);
  return (row) => productNumber(read(row));
}

function paymentReaders(source: PaymentSource, columns: Columns): ((row: Fields, terms: Terms) => Payment[])[] {
  const { from, to, ...one } = source;
  const sources = from === undefined || to === undefined ? [one] : numbered(from, to, one);
  return sources.map((item) => paymentReader(item, columns));
}

function paymentReader({ date, ...parts }: Omit<PaymentSource, "from" | "to">, columns: Columns) {
  const column = Columns.nameOf(date);
  const readDate = columns.date(date);
  const read = amountsReader(parts, columns);
  return (row: Fields, terms: Terms): Payment[] => {
    const at = readDate(row);
    const given = read(row);
    const { principal, charges } = shared(given, terms);
    if (principal + charges === 0n) return [];
    if (at === undefined) throw new RowProblem(column, "", "is missing, and the amount is not");
    if (at < terms.opened) throw new RowProblem(column, day(at), "is before the loan was opened");
    return [{ at: within(at, column), principal: held(principal, column), charges: held(charges, column) }];
  };
}

interface Given {
  readonly paid: bigint | undefined;
  readonly principal: bigint | undefined;
  readonly charges: bigint | undefined;
}

function amountsReader(
  parts: Pick<PaymentSource, "paid" | "principal" | "charges">,
  columns: Columns,
): (row: Fields) => Given {
  const read = (source: PaymentSource["paid"]): Read<bigint> =>
    source === undefined ? () => undefined : columns.amount(source);
  const [paid, principal, charges] = [read(parts.paid), read(parts.principal), read(parts.charges)];
  return (row) => ({ paid: paid(row), principal: principal(row), charges: charges(row) });
}

/** Principal and charges of a payment. Of a sum alone, each has the share that it has of the whole schedule. */
function shared({ paid, principal, charges }: Given, terms: Terms): { principal: bigint; charges: bigint } {
  if (paid === undefined) return { principal: principal ?? 0n, charges: charges ?? 0n };
  if (principal !== undefined) return { principal, charges: charges ?? rest(paid, principal) };
  if (charges !== undefined) return { principal: rest(paid, charges), charges };
  const { total } = summarise(terms.schedule);
  const part = total <= terms.principal ? paid : (2n * paid * terms.principal + total) / (2n * total);
  return { principal: part, charges: paid - part };
}

function rest(paid: bigint, part: bigint): bigint {
  if (part > paid) throw new RowProblem("", String(paid), "a part of the payment is more than all of it");
  return paid - part;
}

function closingReader(source: ClosedSource, columns: Columns) {
  const column = Columns.nameOf(source.date);
  const openIf = source.openIf.map((one) => columns.condition(one));
  const readDate = columns.date(source.date);
  const { reason } = source;
  const readReason: (row: Fields) => CloseReason =
    typeof reason === "string"
      ? () => reason
      : needed(columns.oneOf(reason.column, reason.values, reason.default), reason.column);
  const readAmounts = amountsReader(source, columns);
  const readByReason = new Map(
    Object.entries(source.byReason).map(([why, amounts]) => [why, amountsReader(amounts, columns)] as const),
  );
  return (row: Fields, terms: Terms, repaid: readonly Payment[]): Closing | undefined => {
    if (openIf.some((holds) => holds(row))) return undefined;
    const at = readDate(row);
    if (at === undefined && source.ifMissing === "open") return undefined;
    if (at === undefined) throw new RowProblem(column, "", "is missing");
    if (at < terms.opened) throw new RowProblem(column, day(at), "is before the loan was opened");
    const why = readReason(row);
    const { principal, charges } = finalPayment(why, (readByReason.get(why) ?? readAmounts)(row), terms, repaid);
    return { at: within(at, column), reason: why, principal: held(principal, column), charges: held(charges, column) };
  };
}

/** Reasons for which a loan ends with everything paid. */
const SETTLED: ReadonlySet<CloseReason> = new Set(["repaid", "refinanced"]);

/**
 * The payment with which a loan closes. What the file does not say: a loan that ends as repaid was paid in full, principal and
 * charges, and the last payment is what was left of both; withdrawn, it was given back without charges; otherwise nothing was paid.
 */
function finalPayment(
  reason: CloseReason,
  { paid, principal, charges }: Given,
  { principal: lent, schedule }: Terms,
  repaid: readonly Payment[],
): { principal: bigint; charges: bigint } {
  const paidBefore = repaid.reduce((sum, one) => sum + one.principal, 0n);
  const chargedBefore = repaid.reduce((sum, one) => sum + one.charges, 0n);
  const outstanding = lent > paidBefore ? lent - paidBefore : 0n;
  if (paid !== undefined) {
    if (principal !== undefined) return { principal, charges: charges ?? rest(paid, principal) };
    if (charges !== undefined) return { principal: rest(paid, charges), charges };
    return paid < outstanding
      ? { principal: paid, charges: 0n }
      : { principal: outstanding, charges: paid - outstanding };
  }
  const whole = SETTLED.has(reason) || reason === "withdrawn";
  const planned = summarise(schedule).total - lent - chargedBefore;
  return {
    principal: principal ?? (whole ? outstanding : 0n),
    charges: charges ?? (SETTLED.has(reason) && planned > 0n ? planned : 0n),
  };
}
