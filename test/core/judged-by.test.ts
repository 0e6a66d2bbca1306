import { expect } from "chai";
import fc from "fast-check";
import { ruleBit } from "../../src/core/decision.ts";
import type { Opened, Repaid } from "../../src/core/entry.ts";
import { judgedBy } from "../../src/core/judged-by.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import { Registry } from "../../src/core/registry.ts";
import type { RulebookEvent } from "../../src/core/rulebook.ts";

const DAY = 86_400;
const START = 1_800_000_000;
const domain = { chainId: 1n, registry: new Uint8Array(20).fill(5) };
const LICENCE = ruleBit("LICENCE");

/** A version that can be told from the others. */
const limits = (index: number, reportingWindow: number): Uint8Array =>
  encodeLimits({ ...emptyLimits(), on: LICENCE, maxLoans: index % 32, reportingWindow, outageWindow: 5 * DAY });

/** A year of law: versions that bind some time after they are enacted, some of which are withdrawn before they do. */
const law = fc.array(
  fc.record({
    after: fc.integer({ min: 1, max: 60 * DAY }),
    notice: fc.integer({ min: 1, max: 90 * DAY }),
    window: fc.integer({ min: 0, max: 10 * DAY }),
    withdrawn: fc.boolean(),
  }),
  { maxLength: 8 },
);
const openings = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 30 * DAY }),
    ago: fc.integer({ min: -DAY, max: 60 * DAY }),
    basis: fc.constantFrom("founded" as const, "paidOut" as const, "outage" as const),
    kind: fc.constantFrom(1, 2),
  }),
  { minLength: 1, maxLength: 12 },
);

function eventsOf(all: typeof law extends fc.Arbitrary<infer T> ? T : never): (RulebookEvent & { at: number })[] {
  let now = START - 100 * DAY;
  let last = now - 1_000 * DAY;
  const events: (RulebookEvent & { at: number })[] = [];
  for (const kind of [1, 2]) {
    const first = { event: "VersionPublished" as const, product: 65, kind, index: 0, effectiveFrom: last };
    events.push({ ...first, enactedAt: now, limits: limits(0, 3 * DAY), at: now });
  }
  for (const [i, { after, notice, window, withdrawn }] of all.entries()) {
    now += after;
    const effectiveFrom = Math.max(now + notice, last + 1);
    const named = { product: 65, kind: 1, index: i + 1 };
    events.push({
      event: "VersionPublished",
      ...named,
      effectiveFrom,
      enactedAt: now,
      limits: limits(i + 1, window),
      at: now,
    });
    if (!withdrawn || effectiveFrom - now < 2) {
      last = effectiveFrom;
      continue;
    }
    now += 1;
    events.push({ event: "VersionWithdrawn", ...named, withdrawnAt: now, at: now });
  }
  return events;
}

describe("The version that an entry was judged by", () => {
  it("is found afterwards as the twin took it then, whatever was published since, for openings and later events", () => {
    fc.assert(
      fc.property(law, openings, (versions, loans) => {
        const asked: (Limits | undefined)[] = [];
        const twin: Registry = new Registry(domain, {
          limitsAt: (product, kind, at) => {
            asked.push(twin.rulebook.limitsAt(product, kind, at));
            return asked.at(-1);
          },
        });
        const events = eventsOf(versions);
        const applied = new Set<number>();
        const judged: { entry: Opened; openedIn: number; blockTime: number; limits: Limits | undefined }[] = [];
        let now = START - 90 * DAY;
        const advance = (by: number): void => {
          now += by;
          for (const [i, { at, ...event }] of events.entries())
            if (at <= now && !applied.has(i)) {
              applied.add(i);
              twin.apply(event);
            }
        };
        for (const [index, { after, ago, basis, kind }] of loans.entries()) {
          advance(after);
          const borrower = new Uint8Array([kind, index, ...new Uint8Array(30)]);
          const entry: Opened = {
            ...{ kind: "Opened", basis, borrower, time: now - ago, product: 65, principal: 1_000n, disclosed: 0 },
            schedule: [{ count: 1, unit: "day", gap: 30, amount: 1_100n }],
            ...(basis === "outage" && { outage: { reason: "other", deadline: now - ago + 3 * DAY } }),
          };
          const position = { platform: 1, number: 1, authority: false, founding: true };
          twin.applyEntry(entry, { ...position, blockTime: now, index });
          judged.push({ entry, openedIn: now, blockTime: now, limits: asked.at(-1) });
          const openedIn = now;
          advance(after);
          const repaid: Repaid = {
            ...{ kind: "Repaid", borrower, ref: { platform: 1, number: 1, index }, time: now },
            ...{ principal: 1n, charges: 0n },
          };
          twin.applyEntry(repaid, { ...position, blockTime: now, index: index + 100 });
          judged.push({ entry, openedIn, blockTime: now, limits: asked.at(-1) });
        }
        advance(10_000 * DAY);
        for (const { entry, openedIn, blockTime, limits: then } of judged)
          expect(judgedBy(twin.rulebook, { entry, blockTime: openedIn }, blockTime).version?.value).to.equal(then);
      }),
      { seed: 20_261_122, numRuns: 300 },
    );
  });
});
