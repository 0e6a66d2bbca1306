import type { Closed, Opened, Ref } from "../../src/core/entry.ts";
import type { CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { simulate, type Simulation, type SimulationOptions } from "../../src/regulator/simulate.ts";
import type { History } from "../../src/regulator/simulate-history.ts";
import { FiledHistory } from "./filed-history.ts";

export const DAY = 86_400;
/** Midnight UTC, 2023-11-15. */
export const T0 = 1_700_006_400;
export const PRODUCT = 129;

export const borrowerOf = (name: string): Uint8Array => {
  const bytes = new Uint8Array(32).fill(name.charCodeAt(0));
  bytes[0] = 1;
  return bytes;
};

export interface Terms {
  readonly basis?: Opened["basis"];
  readonly principal?: bigint;
  readonly product?: number;
  /** Days to the only payment. */
  readonly term?: number;
}

/** A loan of 30 days, 100.00 at 5 %, unless something else is said. */
export function openedBy(name: string, time: number, terms: Terms = {}): Opened {
  const { basis = "request", principal = 10_000n, product = PRODUCT, term = 30 } = terms;
  const schedule = [{ count: 1, unit: "day", gap: term, amount: (principal * 105n) / 100n }] as const;
  const base = {
    kind: "Opened",
    basis,
    borrower: borrowerOf(name),
    time,
    product,
    principal,
    disclosed: time,
  } as const;
  return { ...base, schedule, ...(basis === "outage" && { outage: { reason: "other", deadline: time + DAY } }) };
}

export function closedBy(name: string, ref: Ref, time: number, { founded = false, principal = 10_000n } = {}): Closed {
  const event = { borrower: borrowerOf(name), ref, time, ...(founded && { founded: true as const }) };
  return { kind: "Closed", ...event, reason: "repaid", principal, charges: principal / 20n };
}

/** A market with two platforms that is written down by day: what is filed at a time is mined then. */
export class SmallMarket {
  readonly filed = new FiledHistory();

  constructor() {
    this.filed.license(1, [PRODUCT, PRODUCT + 1]);
    this.filed.license(2, [PRODUCT, PRODUCT + 1]);
  }

  /** A loan that is asked for, or told, on a day; and its name. */
  open(name: string, day: number, { platform = 1, ...terms }: Terms & { readonly platform?: number } = {}): Ref {
    const ref = this.filed.nextRef(platform);
    this.filed.file(platform, T0 + day * DAY, [openedBy(name, T0 + day * DAY, terms)]);
    return ref;
  }

  close(name: string, ref: Ref, day: number, { principal = 10_000n } = {}): void {
    this.filed.file(ref.platform, T0 + day * DAY, [closedBy(name, ref, T0 + day * DAY, { principal })]);
  }
}

export function simulated(
  history: History,
  draft: CompiledRulePack,
  change: Partial<SimulationOptions> = {},
): Simulation {
  return simulate({
    ...{ history, draft, registry: "0x00", chainId: 1n, basis: "request", eachAlone: false, dating: "drafted" },
    ...{ spirals: { days: 14, loans: 3 }, ...change },
  });
}
