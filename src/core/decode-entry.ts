import {
  AMOUNT_LIMIT,
  BASES,
  BORROWER_BYTES,
  CLOSE_REASONS,
  CORRECTIONS,
  EARLIEST_TIME,
  ENTRY_KINDS,
  EXTENSIONS,
  NUMBER_LIMIT,
  OUTAGE_REASONS,
  PLATFORM_LIMIT,
  PRODUCT_LIMIT,
} from "./entry.ts";
import type { Entry, Opened, Ref, Undecodable } from "./entry.ts";
import { decodeSchedule } from "./schedule.ts";
import type { Schedule } from "./schedule.ts";

/**
 * The entry that bytes encode (protocol §3), or why they encode none: WIDTH if only an amount is too large, MALFORMED for all else.
 * The entry's `borrower` and `order` are views into `bytes`.
 */
export function decodeEntry(bytes: Uint8Array): Entry | Undecodable {
  const fields = new Fields(bytes);
  const kind = ENTRY_KINDS[fields.uint(1) - 1];
  if (kind === undefined) return "MALFORMED";
  const entry = kind === "Opened" ? readOpened(fields) : readEvent(fields, kind);
  if (fields.malformed || fields.left !== 0) return "MALFORMED";
  return fields.wide ? "WIDTH" : entry;
}

function readOpened(fields: Fields): Opened {
  const flags = fields.uint(1);
  const basis = BASES[flags & 3]!;
  const borrower = fields.borrower();
  const time = fields.time();
  const product = fields.below(PRODUCT_LIMIT, 2);
  const principal = fields.positive();
  const disclosed = fields.uint(4);
  fields.expect((flags & 48) !== 48);
  const optional = {
    ...(flags & 4 && { cash: fields.positive() }),
    ...(flags & 8 && { income: fields.amount() }),
    ...(flags & 16 && { line: fields.ref() }),
    ...(flags & 32 && { firstDraw: true as const }),
    ...(flags & 64 && { predecessor: fields.ref() }),
    ...(flags & 128 && { lender: fields.below(PLATFORM_LIMIT, 3) }),
    ...(basis === "outage" && { outage: { reason: fields.code(OUTAGE_REASONS, 1), deadline: fields.uint(4) } }),
  };
  return {
    kind: "Opened",
    basis,
    borrower,
    time,
    product,
    principal,
    disclosed,
    ...optional,
    schedule: fields.schedule(),
  };
}

function readEvent(fields: Fields, kind: Exclude<Entry["kind"], "Opened">): Entry {
  const flags = fields.uint(1);
  fields.expect((flags & (kind === "Extended" ? 0xe0 : 0xfc)) === 0);
  const founded = flags & 1 && { founded: true as const };
  const borrower = fields.borrower();
  const order = flags & 2 && { order: fields.order() };
  if (kind === "Barred") {
    const time = fields.time();
    return { kind, ...founded, ...order, borrower, time, until: fields.uint(4), why: fields.uint(1) };
  }
  const event = { ...founded, ...order, borrower, ref: fields.ref(), time: fields.time() };
  switch (kind) {
    case "Disbursed":
      return { kind, ...event, amount: fields.amount() };
    case "Repaid": {
      const [principal, charges] = [fields.amount(), fields.amount()];
      fields.expect(principal > 0n || charges > 0n);
      return { kind, ...event, principal, charges };
    }
    case "Closed": {
      const reason = fields.code(CLOSE_REASONS, 1);
      return { kind, ...event, reason, principal: fields.amount(), charges: fields.amount() };
    }
    case "Extended": {
      const asked = flags & 4 && { asked: true as const };
      const extension = EXTENSIONS[(flags >> 3) & 3]!;
      const [fee, writeDown, paid] = [fields.amount(), fields.amount(), fields.amount()];
      return { kind, ...event, ...asked, extension, fee, writeDown, paid, schedule: fields.schedule() };
    }
    case "Overdue": {
      const daysPastDue = fields.uint(2);
      const [amountOverdue, defaultCharges] = [fields.amount(), fields.amount()];
      return { kind, ...event, daysPastDue, amountOverdue, defaultCharges, contractRate: fields.big(8) };
    }
    case "Contacted": {
      const channel = fields.uint(1);
      const party = fields.code(["borrower", "third-party"] as const);
      return { kind, ...event, channel, party, agent: fields.code(["lender", "outsourcer"] as const) };
    }
    case "Complained":
      return { kind, ...event, topic: fields.uint(1) };
    case "Answered":
      return { kind, ...event, complaint: fields.ref(), outcome: fields.uint(1) };
    case "Assigned":
      return {
        kind,
        ...event,
        to: fields.below(PLATFORM_LIMIT, 3),
        side: fields.code(["assignor", "assignee"] as const),
      };
    case "Corrected": {
      const superseded = fields.ref();
      const what = fields.code(CORRECTIONS);
      return { kind, ...event, superseded, what, value: fields.amount(), why: fields.uint(1) };
    }
  }
}

/** Reads fields and keeps what is wrong with them for the end: an entry is hostile until all of it was read. */
class Fields {
  malformed = false;
  wide = false;
  readonly #bytes: Uint8Array;
  #at = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  expect(holds: boolean): void {
    if (!holds) this.malformed = true;
  }

  /** Zero beyond the end, which is malformed. */
  uint(width: number): number {
    const next = this.#at + width;
    let value = 0;
    if (next > this.#end) this.malformed = true;
    else for (let i = this.#at; i < next; i++) value = value * 256 + this.#bytes[i]!;
    this.#at = next;
    return value;
  }

  big(width: 8): bigint {
    const high = this.uint(width / 2);
    return (BigInt(high) << 32n) | BigInt(this.uint(width / 2));
  }

  below(limit: number, width: number): number {
    const value = this.uint(width);
    this.expect(value < limit);
    return value;
  }

  amount(): bigint {
    const value = this.uint(5);
    if (value >= 2 ** 38) this.wide = true;
    return BigInt(value);
  }

  positive(): bigint {
    const value = this.amount();
    this.expect(value > 0n);
    return value;
  }

  time(): number {
    const value = this.uint(4);
    this.expect(value >= EARLIEST_TIME);
    return value;
  }

  code<Name extends string>(names: readonly Name[], first = 0): Name {
    const name = names[this.uint(1) - first];
    this.expect(name !== undefined);
    return name ?? names[0]!;
  }

  ref(): Ref {
    return { platform: this.below(PLATFORM_LIMIT, 3), number: this.below(NUMBER_LIMIT, 4), index: this.uint(1) };
  }

  borrower(): Uint8Array {
    const borrower = this.#bytes.subarray(this.#at, this.#at + BORROWER_BYTES);
    this.#at += BORROWER_BYTES;
    this.expect(this.#at <= this.#end && (borrower[0] === 1 || borrower[0] === 2));
    return borrower;
  }

  /** Takes the order off the end, so that what comes before it ends there. */
  order(): Uint8Array {
    this.#end -= 32;
    this.expect(this.#end >= this.#at);
    return this.#bytes.subarray(this.#end, this.#end + 32);
  }

  /** All that is left. */
  schedule(): Schedule {
    const schedule = decodeSchedule(this.#bytes.subarray(this.#at, Math.max(this.#at, this.#end)));
    this.#at = this.#end;
    if (schedule === undefined) this.malformed = true;
    else if (schedule.some(({ amount }) => amount >= AMOUNT_LIMIT)) this.wide = true;
    return schedule ?? [];
  }
}
