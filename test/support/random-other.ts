import { CORRECTIONS, EXTENSIONS } from "../../src/core/entry.ts";
import type { Entry } from "../../src/core/entry.ts";
import type { Random } from "./random.ts";

/** A well-formed entry of one of the kinds from `Extended` on, about anything. */
export function randomOther(random: Random, borrower: Uint8Array, time: number): Entry {
  const ref = { platform: random.int(0, 4), number: random.int(0, 9), index: random.int(0, 255) };
  const order = random.chance(0.3) && { order: random.bytes(32) };
  const event = { ...order, borrower, ref, time };
  const amount = BigInt(random.int(0, 100_000));
  switch (random.int(0, 7)) {
    case 0: {
      const leg = { count: random.int(1, 9), unit: "month", gap: 1, amount: 1_000n } as const;
      const schedule = Array.from({ length: random.int(1, 4) }, () => ({
        ...leg,
        ...(random.chance(0.5) && { step: 1n }),
      }));
      const extension = random.pick(EXTENSIONS);
      return { kind: "Extended", ...event, extension, fee: amount, writeDown: 0n, paid: amount, schedule };
    }
    case 1:
      return {
        kind: "Overdue",
        ...event,
        daysPastDue: random.int(0, 400),
        amountOverdue: amount,
        defaultCharges: amount,
        contractRate: 240_000_000n,
      };
    case 2:
      return { kind: "Contacted", ...event, channel: random.int(0, 9), party: "borrower", agent: "outsourcer" };
    case 3:
      return { kind: "Complained", ...event, topic: random.int(0, 255) };
    case 4:
      return { kind: "Answered", ...event, complaint: ref, outcome: random.int(0, 255) };
    case 5:
      return { kind: "Assigned", ...event, to: random.int(1, 4), side: random.pick(["assignor", "assignee"] as const) };
    case 6:
      return { kind: "Corrected", ...event, superseded: ref, what: random.pick(CORRECTIONS), value: amount, why: 1 };
    default:
      return { kind: "Barred", ...order, borrower, time, until: random.int(0, 2 ** 32 - 1), why: random.int(0, 255) };
  }
}
