import { CORRECTIONS, EXTENSIONS } from "../../src/core/entry.ts";
import type {
  Answered,
  Assigned,
  Barred,
  Complained,
  Contacted,
  Corrected,
  Extended,
  Overdue,
  Ref,
} from "../../src/core/entry.ts";
import type { Schedule } from "../../src/core/schedule.ts";
import type { Random } from "./random.ts";

/** What events of a loan have in common. */
export interface RandomEvent {
  readonly founded?: true;
  readonly order?: Uint8Array;
  readonly borrower: Uint8Array;
  readonly ref: Ref;
  readonly time: number;
}

/** An `Overdue` around the bounds that random limits have. */
export function randomOverdue(random: Random, event: RandomEvent): Overdue {
  return {
    kind: "Overdue",
    ...event,
    daysPastDue: random.pick([0, 1, 30, 89, 90, 400, 65_535]),
    amountOverdue: BigInt(random.pick([0, 1, 1_000, 50_000, random.int(0, 200_000), 2 ** 38 - 1])),
    defaultCharges: BigInt(
      random.pick([0, 1, 500, 501, 200_000, random.int(0, 2_000), random.chance(0.1) ? 2 ** 38 - 1 : 10]),
    ),
    contractRate: random.pick([0n, 0n, 0n, 240_000_000n, 2n ** 64n - 1n]),
  };
}

/** An `Extended` of a loan of which so much is outstanding. */
export function randomExtended(random: Random, event: RandomEvent, owed: bigint, schedule: Schedule): Extended {
  const some = (): bigint => BigInt(random.pick([0, 0, 1, 500, random.int(0, 10_000)]));
  return {
    kind: "Extended",
    ...event,
    ...(random.chance(0.5) && { asked: true as const }),
    extension: random.pick(EXTENSIONS),
    fee: random.chance(0.02) ? 2n ** 38n - 1n : random.pick([0n, some(), owed]),
    writeDown: random.pick([0n, 0n, some(), owed, owed + 1n]),
    paid: random.pick([0n, some(), 100_000n]),
    schedule,
  };
}

/** One side of an assignment to one of the scenario's platforms, or to none. */
export function randomAssigned(random: Random, event: RandomEvent): Assigned {
  const side = random.pick(["assignor", "assignee"] as const);
  return { kind: "Assigned", ...event, to: random.pick([1, 2, 3, 3, 4, 9]), side };
}

/** A bar, by the borrower's wish or an order, that is over within months. */
export function randomBarred(random: Random, { ref: _ref, ...event }: RandomEvent): Barred {
  const until = random.pick([0, event.time, event.time + random.int(-10, 90) * 86_400, 2 ** 32 - 1]);
  return { kind: "Barred", ...event, until: Math.min(until, 2 ** 32 - 1), why: random.pick([1, 1, 2]) };
}

/** A contact of collection. */
export function randomContacted(random: Random, event: RandomEvent): Contacted {
  const party = random.pick(["borrower", "borrower", "third-party"] as const);
  const agent = random.pick(["lender", "outsourcer"] as const);
  return { kind: "Contacted", ...event, channel: random.pick([0, 1, 129, 255]), party, agent };
}

/** A complaint. */
export function randomComplained(random: Random, event: RandomEvent): Complained {
  return { kind: "Complained", ...event, topic: random.int(0, 255) };
}

/** An answer to a complaint, or to whatever was filed there. */
export function randomAnswered(random: Random, event: RandomEvent): Answered {
  const complaint = { platform: random.int(1, 4), number: random.int(0, 9), index: random.int(0, 90) };
  return { kind: "Answered", ...event, complaint, outcome: random.int(0, 255) };
}

/** A `Corrected` of a loan of which so much is outstanding, by a borrower whose last close was then. */
export function randomCorrected(random: Random, event: RandomEvent, owed: bigint, lastClosed: number): Corrected {
  const what = random.pick(CORRECTIONS);
  const time = what === "time" && lastClosed > 0 && random.chance(0.7) ? lastClosed : event.time;
  const near = random.pick([owed, owed + 1n, owed > 0n ? owed - 1n : 0n, 0n, 10_000n]);
  const value = what === "time" ? BigInt(Math.max(time + random.int(-90_000, 90_000), 0)) : near;
  return { kind: "Corrected", ...event, time, superseded: event.ref, what, value, why: 1 };
}
