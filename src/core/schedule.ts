import { ByteReader, ByteWriter } from "./bytes.ts";
import { coreError } from "./errors.ts";

/** Units of a leg's gap; the code of each is its place. */
export const UNITS = ["day", "week", "month"] as const;
export type Unit = (typeof UNITS)[number];

/** Seconds of each unit; a month is one twelfth of 365.2425 days. */
export const UNIT_SECONDS = { day: 86_400, week: 604_800, month: 2_629_746 } as const;

/**
 * Payments at equal distances: `count` of them, the first `gap` units after the contract or after the last payment of the leg before.
 * Payment k, from 0, is `ceil(amount − k·step / 2¹⁶)` minor units.
 */
export interface Leg {
  readonly count: number;
  readonly unit: Unit;
  readonly gap: number;
  readonly amount: bigint;
  /** In 2⁻¹⁶ minor units; absent for level payments. */
  readonly step?: bigint;
}

/** What the borrower is to pay and when (protocol §3). */
export type Schedule = readonly Leg[];

export const MAX_LEGS = 400;
export const MAX_PAYMENTS = 1_200;

/** Bytes of the longest leg. */
export const LEG_BYTES = 17;

const STEPPED = 0x80;
const FRACTION = 16n;

/** What a schedule comes to. */
export interface ScheduleSummary {
  readonly payments: number;
  /** Sum of all payments, each rounded up as it is paid, in minor units. */
  readonly total: bigint;
  /** The largest payment, minor units. */
  readonly largest: bigint;
  /** Seconds from the contract to the last payment. */
  readonly term: number;
}

/** The bytes of a schedule. Throws `invalid-input` where a value doesn't fit its width. */
export function encodeSchedule(schedule: Schedule): Uint8Array {
  return writeSchedule(new ByteWriter(2 + LEG_BYTES * schedule.length), schedule).finish();
}

/** Writes the bytes of a schedule after what is there. */
export function writeSchedule(writer: ByteWriter, schedule: Schedule): ByteWriter {
  writer.uint(schedule.length, 2);
  for (const { count, unit, gap, amount, step } of schedule) {
    const code = UNITS.indexOf(unit);
    if (code === -1) throw coreError("invalid-input", `"${unit}" is none of ${UNITS.join(", ")}`);
    writer.uint(count, 2).uint(step === undefined ? code : code | STEPPED, 1);
    writer.uint(gap, 2).big(amount, 5);
    if (step !== undefined) writer.big(step, 7);
  }
  return writer;
}

/** The schedule that fills `bytes` exactly; undefined if they are malformed. Amounts may be up to 2⁴⁰: whoever needs less looks. */
export function decodeSchedule(bytes: Uint8Array): Schedule | undefined {
  const reader = new ByteReader(bytes);
  const legs = reader.uint(2);
  if (legs === 0 || legs > MAX_LEGS) return undefined;
  const schedule: Leg[] = [];
  let payments = 0;
  for (let i = 0; i < legs && !reader.overrun; i++) {
    const count = reader.uint(2);
    const code = reader.uint(1);
    const unit = UNITS[code & ~STEPPED];
    const gap = reader.uint(2);
    const amount = reader.big(5);
    const step = (code & STEPPED) === 0 ? undefined : reader.big(7);
    if (unit === undefined || count === 0 || gap === 0 || amount === 0n) return undefined;
    // The last payment must be above zero before it is rounded up, so that it is at least 1.
    if (step !== undefined && BigInt(count - 1) * step >= amount << FRACTION) return undefined;
    payments += count;
    schedule.push({ count, unit, gap, amount, ...(step !== undefined && { step }) });
  }
  return reader.left === 0 && payments <= MAX_PAYMENTS ? schedule : undefined;
}

/** Adds a well-formed schedule up. */
export function summarise(schedule: Schedule): ScheduleSummary {
  let payments = 0;
  let total = 0n;
  let largest = 0n;
  let term = 0;
  for (const { count, unit, gap, amount, step } of schedule) {
    payments += count;
    total += BigInt(count) * amount - (step === undefined ? 0n : fallen(BigInt(count), step));
    if (amount > largest) largest = amount;
    term += count * gap * UNIT_SECONDS[unit];
  }
  return { payments, total, largest, term };
}

/**
 * Σ ⌊k · step / 2¹⁶⌋ for k from 0 to count − 1: what rounded-up payments are below `count` times the first. Counts lattice points
 * under a line as Euclid's algorithm does.
 */
export function fallen(count: bigint, step: bigint): bigint {
  let sum = 0n;
  let modulus = 1n << FRACTION;
  let offset = 0n;
  for (;;) {
    sum += ((count * (count - 1n)) / 2n) * (step / modulus) + count * (offset / modulus);
    step %= modulus;
    const top = step * count + (offset % modulus);
    if (top < modulus) return sum;
    count = top / modulus;
    offset = top % modulus;
    [modulus, step] = [step, modulus];
  }
}
