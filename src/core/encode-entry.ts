import { ByteWriter } from "./bytes.ts";
import { BASES, BORROWER_BYTES, CLOSE_REASONS, CORRECTIONS, ENTRY_KINDS, EXTENSIONS, OUTAGE_REASONS } from "./entry.ts";
import type { Entry, Opened, Ref } from "./entry.ts";
import { coreError } from "./errors.ts";
import { LEG_BYTES, writeSchedule } from "./schedule.ts";

/**
 * The bytes of an entry (protocol §3). Throws `invalid-input` where a value doesn't fit its width or a code is unknown; whether the registry
 * would take it is for `decodeEntry` to say.
 */
export function encodeEntry(entry: Entry): Uint8Array {
  const legs = "schedule" in entry ? entry.schedule.length : 0;
  const writer = new ByteWriter(128 + LEG_BYTES * legs).uint(code(ENTRY_KINDS, entry.kind, 1), 1);
  if (entry.kind === "Opened") return writeOpened(writer, entry).finish();
  let flags = (entry.founded ? 1 : 0) | (entry.order ? 2 : 0);
  if (entry.kind === "Extended") flags |= (entry.asked ? 4 : 0) | (code(EXTENSIONS, entry.extension) << 3);
  writer.uint(flags, 1).bytes(entry.borrower, BORROWER_BYTES);
  if (entry.kind !== "Barred") writeRef(writer, entry.ref);
  writer.uint(entry.time, 4);
  writeOwn(writer, entry);
  if (entry.order) writer.bytes(entry.order, 32);
  return writer.finish();
}

function writeOpened(writer: ByteWriter, entry: Opened): ByteWriter {
  const { basis, cash, income, line, firstDraw, predecessor, lender, outage } = entry;
  writer
    .uint(
      code(BASES, basis) |
        (cash === undefined ? 0 : 4) |
        (income === undefined ? 0 : 8) |
        (line ? 16 : 0) |
        (firstDraw ? 32 : 0) |
        (predecessor ? 64 : 0) |
        (lender === undefined ? 0 : 128),
      1,
    )
    .bytes(entry.borrower, BORROWER_BYTES)
    .uint(entry.time, 4)
    .uint(entry.product, 2)
    .big(entry.principal, 5)
    .uint(entry.disclosed, 4);
  if (cash !== undefined) writer.big(cash, 5);
  if (income !== undefined) writer.big(income, 5);
  if (line) writeRef(writer, line);
  if (predecessor) writeRef(writer, predecessor);
  if (lender !== undefined) writer.uint(lender, 3);
  if ((basis === "outage") !== (outage !== undefined))
    throw coreError("invalid-input", `an Opened of basis ${basis} ${outage ? "has" : "lacks"} an outage`);
  if (outage) writer.uint(code(OUTAGE_REASONS, outage.reason, 1), 1).uint(outage.deadline, 4);
  return writeSchedule(writer, entry.schedule);
}

function writeOwn(writer: ByteWriter, entry: Exclude<Entry, Opened>): ByteWriter {
  switch (entry.kind) {
    case "Disbursed":
      return writer.big(entry.amount, 5);
    case "Repaid":
      return writer.big(entry.principal, 5).big(entry.charges, 5);
    case "Closed":
      return writer
        .uint(code(CLOSE_REASONS, entry.reason, 1), 1)
        .big(entry.principal, 5)
        .big(entry.charges, 5);
    case "Extended":
      return writeSchedule(writer.big(entry.fee, 5).big(entry.writeDown, 5).big(entry.paid, 5), entry.schedule);
    case "Overdue":
      return writer
        .uint(entry.daysPastDue, 2)
        .big(entry.amountOverdue, 5)
        .big(entry.defaultCharges, 5)
        .big(entry.contractRate, 8);
    case "Contacted":
      return writer
        .uint(entry.channel, 1)
        .uint(entry.party === "borrower" ? 0 : 1, 1)
        .uint(entry.agent === "lender" ? 0 : 1, 1);
    case "Complained":
      return writer.uint(entry.topic, 1);
    case "Answered":
      return writeRef(writer, entry.complaint).uint(entry.outcome, 1);
    case "Assigned":
      return writer.uint(entry.to, 3).uint(entry.side === "assignor" ? 0 : 1, 1);
    case "Corrected":
      return writeRef(writer, entry.superseded)
        .uint(code(CORRECTIONS, entry.what), 1)
        .big(entry.value, 5)
        .uint(entry.why, 1);
    case "Barred":
      return writer.uint(entry.until, 4).uint(entry.why, 1);
  }
}

function writeRef(writer: ByteWriter, { platform, number, index }: Ref): ByteWriter {
  return writer.uint(platform, 3).uint(number, 4).uint(index, 1);
}

function code<Name extends string>(names: readonly Name[], name: Name, first = 0): number {
  const at = names.indexOf(name);
  if (at === -1) throw coreError("invalid-input", `"${name}" is none of ${names.join(", ")}`);
  return at + first;
}
