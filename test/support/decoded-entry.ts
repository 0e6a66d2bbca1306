import { toHex } from "../../src/core/bytes.ts";
import { decodeEntry } from "../../src/core/decode-entry.ts";
import { BASES, CLOSE_REASONS, CORRECTIONS, EXTENSIONS, OUTAGE_REASONS, refToBigInt } from "../../src/core/entry.ts";
import type { Entry, EntryKind, Ref } from "../../src/core/entry.ts";
import type { Leg } from "../../src/core/schedule.ts";
import type { DecodedEntryStructOutput } from "../../types/contracts/EntryDecoder.ts";

/** What the contract `EntryDecoder` says of an entry, as a plain value to compare. */
export interface Decoded {
  readonly kind: string;
  readonly flaw: string;
  readonly borrower: string;
  readonly borrowerKind: string;
  readonly ref: readonly bigint[];
  readonly time: bigint;
  /** Name, value and meaning. */
  readonly fields: readonly (readonly [string, bigint, string])[];
  /** Count, unit, gap, amount and step. */
  readonly legs: readonly (readonly [bigint, string, bigint, bigint, bigint])[];
  readonly order: string;
}

const NO_HASH = `0x${"00".repeat(32)}`;
const NO_REF = { platform: 0, number: 0, index: 0 };

/** What is said of bytes that are no entry. */
export const MALFORMED: Decoded = {
  ...{ kind: "", flaw: "MALFORMED", borrower: NO_HASH, borrowerKind: "", ref: [0n, 0n, 0n], time: 0n },
  ...{ fields: [], legs: [], order: NO_HASH },
};

/** The fields of each kind besides borrower, ref, time, schedule and order: flags first, then the order of the bytes (protocol §3). */
const FIELDS: Record<EntryKind, readonly string[]> = {
  Opened: [
    ...["basis", "firstDraw", "product", "principal", "disclosed", "cash", "income", "line", "predecessor", "lender"],
    ...["reason", "deadline"],
  ],
  Disbursed: ["founded", "amount"],
  Repaid: ["founded", "principal", "charges"],
  Closed: ["founded", "reason", "principal", "charges"],
  Extended: ["founded", "asked", "extension", "fee", "writeDown", "paid"],
  Overdue: ["founded", "daysPastDue", "amountOverdue", "defaultCharges", "contractRate"],
  Contacted: ["founded", "channel", "party", "agent"],
  Complained: ["founded", "topic"],
  Answered: ["founded", "complaint", "outcome"],
  Assigned: ["founded", "to", "side"],
  Corrected: ["founded", "superseded", "what", "value", "why"],
  Barred: ["founded", "until", "why"],
};

/** Words of codes, from `first` on. */
const CODES: Record<string, { readonly words: readonly string[]; readonly first: number }> = {
  "Opened basis": { words: BASES, first: 0 },
  "Opened reason": { words: OUTAGE_REASONS, first: 1 },
  "Closed reason": { words: CLOSE_REASONS, first: 1 },
  "Extended extension": { words: EXTENSIONS, first: 0 },
  "Contacted party": { words: ["borrower", "third-party"], first: 0 },
  "Contacted agent": { words: ["lender", "outsourcer"], first: 0 },
  "Assigned side": { words: ["assignor", "assignee"], first: 0 },
  "Corrected what": { words: CORRECTIONS, first: 0 },
};

/** What the contract is to say of these bytes, by what the twin reads in them; undefined for WIDTH, of which the twin keeps nothing. */
export function expectedOf(bytes: Uint8Array): Decoded | undefined {
  const entry = decodeEntry(bytes);
  if (entry === "WIDTH") return undefined;
  return entry === "MALFORMED" ? MALFORMED : describeEntry(entry);
}

/** An entry as the contract describes it. */
export function describeEntry(entry: Entry): Decoded {
  const ref = "ref" in entry ? entry.ref : NO_REF;
  const values: Record<string, unknown> = { ...entry, ...("outage" in entry && entry.outage) };
  const order = "order" in entry && entry.order !== undefined ? toHex(entry.order) : NO_HASH;
  return {
    kind: entry.kind,
    flaw: "",
    borrower: toHex(entry.borrower),
    borrowerKind: entry.borrower[0] === 1 ? "natural person" : "business",
    ref: [BigInt(ref.platform), BigInt(ref.number), BigInt(ref.index)],
    time: BigInt(entry.time),
    fields: FIELDS[entry.kind]
      .filter((name) => values[name] !== undefined)
      .map((name) => describeField(entry.kind, name, values[name])),
    legs: "schedule" in entry ? entry.schedule.map(describeLeg) : [],
    order,
  };
}

function describeField(kind: EntryKind, name: string, value: unknown): readonly [string, bigint, string] {
  const code = CODES[`${kind} ${name}`];
  if (code !== undefined) return [name, BigInt(code.words.indexOf(value as string) + code.first), value as string];
  if (typeof value === "object") return [name, refToBigInt(value as Ref), ""];
  return [name, BigInt(value as number | bigint | boolean), ""];
}

function describeLeg({ count, unit, gap, amount, step }: Leg): Decoded["legs"][number] {
  return [BigInt(count), unit, BigInt(gap), amount, step ?? 0n];
}

/** What the contract has said. */
export function plain(said: DecodedEntryStructOutput): Decoded {
  const { kind, flaw, borrower, borrowerKind, ref, time, order } = said;
  return {
    ...{ kind, flaw, borrower, borrowerKind, time, order },
    ref: [ref.platform, ref.number, ref.index],
    fields: said.fields.map(({ name, value, meaning }) => [name, value, meaning] as const),
    legs: said.legs.map(({ count, unit, gap, amount, step }) => [count, unit, gap, amount, step] as const),
  };
}
