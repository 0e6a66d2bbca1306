import { encodeEntry } from "../../src/core/encode-entry.ts";
import { BASES, CLOSE_REASONS, OUTAGE_REASONS } from "../../src/core/entry.ts";
import type { Entry, Opened, Ref } from "../../src/core/entry.ts";
import { UNITS } from "../../src/core/schedule.ts";
import type { Leg, Schedule } from "../../src/core/schedule.ts";
import { randomOther } from "./random-other.ts";
import type { Random } from "./random.ts";

/** The bytes of an entry of any kind: mostly well-formed, now and then too wide, and often spoilt by a byte or two. */
export function randomEntryBytes(random: Random): Uint8Array {
  const bytes = encodeEntry(randomEntry(random));
  if (random.chance(0.6)) return bytes;
  switch (random.int(0, 4)) {
    case 0:
      return random.bytes(random.int(0, 100));
    case 1:
      return bytes.slice(0, random.int(0, bytes.length));
    case 2:
      return new Uint8Array([...bytes, ...random.bytes(random.pick([1, 7, 10, 32]))]);
    case 3:
      // Kind, flags, kind of borrower, and the fields that begin after it.
      bytes[random.pick([0, 1, 1, 2, 34, 38, 45])] = random.int(0, 255);
      return bytes;
    default:
      bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
      return bytes;
  }
}

/** An entry of any kind, with every option met now and then, and values up to what the wire can say. */
export function randomEntry(random: Random): Entry {
  const borrower = new Uint8Array([random.int(1, 2), ...random.bytes(31)]);
  const time = random.chance(0.03) ? 946_684_799 : random.int(946_684_800, 2 ** 32 - 1);
  if (random.chance(0.3)) return randomOpened(random, borrower, time);
  const flags = { ...(random.chance(0.2) && { founded: true as const }) };
  if (random.chance(0.55)) return { ...randomOther(random, borrower, time), ...flags };
  const order = random.chance(0.3) && { order: random.bytes(32) };
  const event = { ...flags, ...order, borrower, ref: randomRef(random), time };
  const [principal, charges] = [randomAmount(random), randomAmount(random)];
  switch (random.int(1, 3)) {
    case 1:
      return { kind: "Disbursed", ...event, amount: principal };
    case 2:
      return { kind: "Repaid", ...event, principal, charges };
    default:
      return { kind: "Closed", ...event, reason: random.pick(CLOSE_REASONS), principal, charges };
  }
}

function randomOpened(random: Random, borrower: Uint8Array, time: number): Opened {
  const basis = random.pick(BASES);
  const maybe = random.pick([0, 0.3, 0.9]);
  return {
    kind: "Opened",
    basis,
    borrower,
    time,
    product: random.int(0, 2 ** 11 - 1),
    principal: randomAmount(random) + 1n,
    disclosed: random.int(0, 2 ** 32 - 1),
    ...(random.chance(maybe) && { cash: randomAmount(random) }),
    ...(random.chance(maybe) && { income: randomAmount(random) }),
    ...(random.chance(maybe) && { predecessor: randomRef(random) }),
    ...(random.chance(maybe) && { lender: random.int(0, 2 ** 18 - 1) }),
    ...(random.chance(maybe) && (random.chance(0.5) ? { line: randomRef(random) } : { firstDraw: true as const })),
    ...(basis === "outage" && {
      outage: { reason: random.pick(OUTAGE_REASONS), deadline: random.int(0, 2 ** 32 - 1) },
    }),
    schedule: randomSchedule(random),
  };
}

function randomSchedule(random: Random): Schedule {
  const legs = random.chance(0.02) ? random.int(395, 402) : random.int(1, 4);
  return Array.from({ length: legs }, (): Leg => {
    const count = legs > 100 ? random.int(1, 4) : random.int(1, random.chance(0.03) ? 1_200 : 60);
    const amount = randomAmount(random) + 1n;
    // The last payment of a leg with the greatest step is still 1.
    const most = ((amount << 16n) - 1n) / BigInt(count);
    const step = random.chance(0.3) && { step: most / BigInt(random.int(1, 9)) };
    return { count, unit: random.pick(UNITS), gap: random.int(1, 2 ** 16 - 1), amount, ...step };
  });
}

function randomRef(random: Random): Ref {
  return { platform: random.int(0, 2 ** 18 - 1), number: random.int(0, 2 ** 28 - 1), index: random.int(0, 255) };
}

function randomAmount(random: Random): bigint {
  if (random.chance(0.02)) return BigInt(random.pick([2 ** 38, 2 ** 40 - 2]));
  return BigInt(random.pick([0, random.int(0, 1_000_000), random.int(0, 2 ** 38 - 2)]));
}
