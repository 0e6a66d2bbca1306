import { expect } from "chai";
import fc from "fast-check";
import { packChain, unpackChain } from "../../src/core/chain-words.ts";
import type { Chain } from "../../src/core/chain-words.ts";
import { ruleBit } from "../../src/core/decision.ts";
import type { Closed, Entry, Opened, Ref, Repaid } from "../../src/core/entry.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import type { Registry } from "../../src/core/registry.ts";
import { SCENARIO_START } from "../support/random-scenario.ts";
import { inWords } from "../support/vectors.ts";
import { beginningTwin } from "../support/world.ts";

const borrower = new Uint8Array(32).fill(1);
const ref = (number: number): Ref => ({ platform: 1, number, index: 0 });

/** A twin that judges what charges have come to, and how often a loan was renewed. */
function given(): Registry {
  const twin = beginningTwin({ chainId: 1n, registry: new Uint8Array(20).fill(1) });
  const on = ["LICENCE", "LIFETIME-COST", "ROLLOVER"] as const;
  const limits = {
    ...emptyLimits(),
    on: on.reduce((bits, name) => bits | ruleBit(name), 0),
    refuse: ruleBit("LICENCE"),
    reportingWindow: 2 ** 32 - 1,
    lifetimeShare: 1_000_000,
    rolloverMax: 2,
  };
  const version = { product: 65, kind: 1, index: 0, effectiveFrom: 0, limits: encodeLimits(limits) };
  twin.apply({ event: "VersionPublished", ...version });
  return twin;
}

/** What becomes of entries, each in a place of its own. */
function put(twin: Registry, entries: readonly (readonly [number: number, Entry])[]): string[] {
  const position = { blockTime: SCENARIO_START, platform: 1, index: 0, authority: false, founding: false };
  return entries.map(([number, entry]) => inWords(twin.applyEntry(entry, { ...position, number }).decision));
}

const time = SCENARIO_START - 1;
const opened = (principal: bigint, predecessor?: Ref): Opened => ({
  ...{ kind: "Opened", basis: "paidOut", borrower, time, product: 65, principal, disclosed: time },
  ...(predecessor && { predecessor }),
  schedule: [{ count: 1, unit: "day", gap: 30, amount: principal }],
});
const closed = (of: number, charges: bigint): Closed => {
  return { kind: "Closed", borrower, ref: ref(of), time, reason: "refinanced", principal: 0n, charges };
};
const repaid = (of: number, charges: bigint): Repaid => {
  return { kind: "Repaid", borrower, ref: ref(of), time, principal: 0n, charges };
};

describe("Chains of linked loans", () => {
  it("are words that say what they said", () => {
    const word = fc.record<Chain>({
      charges: fc.nat(2 ** 31 - 1).map((n) => n * 512),
      largest: fc.nat(),
      renewals: fc.nat(255),
      predecessor: fc.record({
        platform: fc.integer({ min: 1, max: 2 ** 18 - 1 }),
        number: fc.nat(),
        index: fc.nat(255),
      }),
      holder: fc.nat(2 ** 18 - 1),
      renewal: fc.boolean(),
      final: fc.boolean(),
    });
    fc.assert(
      fc.property(word, (chain) => void expect(unpackChain(packChain(chain))).to.deep.equal(chain)),
      { seed: 7 },
    );
    expect(unpackChain(0n)).to.equal(undefined);
  });

  it("come to the same whether the new loan or the close of the old one is filed first", () => {
    const amount = fc.bigInt({ min: 1n, max: 50_000n });
    const terms = fc.record({ first: amount, second: amount, before: amount, last: amount, after: amount });
    fc.assert(
      fc.property(terms, ({ first, second, before, last, after }) => {
        const open = [3, opened(second, ref(1))] as const;
        const close = [4, closed(1, last)] as const;
        const [ends, begins] = [[close, open] as const, [open, close] as const].map((both) => {
          const twin = given();
          put(twin, [[1, opened(first)], [2, repaid(1, before)], ...both]);
          return put(twin, [
            [5, repaid(3, after)],
            [6, opened(second, ref(3))],
            [7, opened(second, ref(6))],
          ]);
        });
        expect(begins).to.deep.equal(ends);
        const charges = before + last + after;
        expect(ends![0]!.includes("LIFETIME-COST")).to.equal(charges > (first > second ? first : second));
        expect(ends!.slice(1).map((words) => words.includes("ROLLOVER"))).to.deep.equal([false, true]);
      }),
      { seed: 7 },
    );
  });
});
