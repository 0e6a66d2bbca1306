import type { Overdue, Ref } from "../../src/core/entry.ts";
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
    defaultCharges: BigInt(random.pick([0, 1, 500, 501, random.int(0, 2_000), random.chance(0.1) ? 2 ** 38 - 1 : 10])),
    contractRate: random.pick([0n, 240_000_000n, 2n ** 64n - 1n]),
  };
}
