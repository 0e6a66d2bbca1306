import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { fromHex, type Hex, toHex } from "../../src/core/bytes.ts";
import { decodeEntry } from "../../src/core/decode-entry.ts";
import type { Entry } from "../../src/core/entry.ts";
import { splitEntries } from "../../src/core/filing.ts";
import { referencesOf } from "../../src/core/record-entry.ts";
import { type ClaimsJson, parseClaims } from "../../src/core/record.ts";
import { Cutter, type Ended } from "../../src/gateway/cutter.ts";
import { CUT_LIMITS, type ClosedFiling, type Waiting } from "../../src/gateway/open-filing.ts";
import { Positions } from "../../src/gateway/positions.ts";

const DOMAIN = { chainId: 1n, registry: new Uint8Array(20).fill(9) };
const hash = (text: string): Hex => toHex(createHash("sha256").update(text).digest());

interface Step {
  readonly platform: number;
  readonly borrower: number;
  /** Which of the borrower's earlier openings at the platform this is an event of; none: an opening. */
  readonly of: number;
  readonly request: boolean;
  readonly refused: boolean;
  /** What happens after it was added: a pass, decisions of what is closed, that they are final. */
  readonly then: "nothing" | "pass" | "mine" | "finalise";
}

const step: fc.Arbitrary<Step> = fc.record({
  platform: fc.integer({ min: 1, max: 3 }),
  borrower: fc.integer({ min: 1, max: 4 }),
  of: fc.integer({ min: -2, max: 3 }),
  request: fc.boolean(),
  refused: fc.boolean(),
  then: fc.constantFrom("nothing", "nothing", "pass", "mine", "finalise"),
});

function waiting(sequence: number, { platform, borrower, request }: Step, opening: Hex | undefined): Waiting {
  const header = { iss: `tally:platform:${platform}`, iat: 1_700_000_000, jti: `e${sequence}`, fmt: 1 as const };
  const pseudonym = `0x01${borrower.toString(16).padStart(62, "0")}`;
  const common = { ...header, borrower: { pseudonym }, time: { at: 1_700_000_000 } };
  const claims: ClaimsJson =
    opening === undefined
      ? {
          ...common,
          ...{ kind: "Opened", loan: { number: `${sequence}` } },
          terms: { basis: request ? "request" : "founded", product: 64, principal: "1000" },
          schedule: { legs: [{ count: 1, unit: "day", gap: 30, amount: "1000" }] },
        }
      : {
          ...common,
          ...{ kind: "Repaid", loan: { number: "x", opening }, event: { principal: "1", charges: "0" } },
        };
  const parsed = parseClaims(claims);
  const id = hash(`${sequence}`);
  return {
    ...{ sequence, id, leaf: fromHex(id), platform, jti: header.jti, kind: opening === undefined ? 1 : 3, record: "" },
    ...{ borrower: pseudonym as Hex, claims: parsed, references: referencesOf(parsed), receivedAt: sequence },
    question: opening === undefined && request,
  };
}

/** Plays steps as the pipeline would, and then lets everything come to its end. */
async function play(steps: readonly Step[], ahead: number) {
  const positions = new Positions(async () => []);
  const limits = { ...CUT_LIMITS, entries: 4, age: 5, ahead };
  const cutter = new Cutter({
    domain: DOMAIN,
    limits,
    positions,
    links: new Map(),
    halted: new Set(),
    loansOf: () => 0,
    outsideOf: () => ({ pilot: false, customGas: 0 }),
    adopts: () => false,
  });
  const items: Waiting[] = [];
  const refused = new Set<Hex>();
  const openings = new Map<string, Hex[]>();
  const closed: ClosedFiling[] = [];
  const unfiled: Ended[] = [];
  const progress = { mined: 0, final: 0 };

  const pass = async (now: number): Promise<void> => {
    const cut = await cutter.pass(now, 3);
    closed.push(...cut.closed);
    unfiled.push(...cut.unfiled);
  };
  const decide = (filing: ClosedFiling, final: boolean): void => {
    for (const { id } of filing.items) {
      const outcome = refused.has(id) ? "refused" : "accepted";
      positions.set(id, { ...positions.get(id)!, decided: { outcome, final } });
      cutter.wake(id);
    }
  };
  const mine = (): void => closed.slice(progress.mined).forEach((filing) => (decide(filing, false), progress.mined++));
  const finalise = (): void =>
    closed
      .slice(0, progress.mined)
      .slice(progress.final)
      .forEach((filing) => (decide(filing, true), progress.final++));

  for (const [i, one] of steps.entries()) {
    const place = `${one.platform}/${one.borrower}`;
    const opening = openings.get(place)?.[one.of];
    const item = waiting(i + 1, one, opening);
    if (opening === undefined) {
      openings.set(place, [...(openings.get(place) ?? []), item.id]);
      if (one.refused && one.request) refused.add(item.id);
    }
    items.push(item);
    positions.set(item.id, { platform: one.platform, question: item.question, state: "waiting" });
    cutter.add([item]);
    if (one.then === "pass") await pass(i);
    if (one.then === "mine") mine();
    if (one.then === "finalise") finalise();
  }
  for (let round = 0; round < 4 * steps.length + 4; round++) {
    await pass(Number.POSITIVE_INFINITY);
    mine();
    finalise();
  }
  return { cutter, items, refused, closed, unfiled, positions };
}

const play100 = (check: (end: Awaited<ReturnType<typeof play>>) => void): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom(0, 2, 64), async (steps, ahead) =>
      check(await play(steps, ahead)),
    ),
    { numRuns: 300, seed: 7 },
  );

describe("cutting filings", function () {
  this.timeout(60_000);

  it("gives every submission one place or one end, and then waits for none", () =>
    play100(({ cutter, items, closed, unfiled }) => {
      const ends = [...closed.flatMap((filing) => filing.sequences), ...unfiled.map(({ sequence }) => sequence)];
      expect(ends.sort((a, b) => a - b)).to.deep.equal(items.map(({ sequence }) => sequence));
      expect(cutter.waiting).to.equal(0);
      expect(cutter.waitingAfter).to.equal(items.length);
    }));

  it("keeps each borrower's entries in the order of promises, across platforms", () =>
    play100(({ closed }) => {
      const last = new Map<Hex, number>();
      for (const { borrower, sequence } of closed.flatMap((filing) => filing.items)) {
        expect(sequence).to.be.greaterThan(last.get(borrower) ?? 0);
        last.set(borrower, sequence);
      }
    }));

  it("numbers and chains each platform's filings without a gap, within the limits", () =>
    play100(({ closed }) => {
      const heads = new Map<number, { number: number; head: Uint8Array }>();
      for (const { platform, number, previous, head, items } of closed) {
        const before = heads.get(platform) ?? { number: 0, head: new Uint8Array(32) };
        expect(number).to.equal(before.number + 1);
        expect(toHex(previous)).to.equal(toHex(before.head));
        expect(items.length).to.be.within(1, 4);
        heads.set(platform, { number, head });
      }
    }));

  it("binds events to the place of their opening, and leaves out exactly those of refused requests", () =>
    play100(({ items, closed, unfiled, refused, positions }) => {
      const isOfRefused = ({ references }: Waiting): boolean => references.some(({ leaf }) => refused.has(leaf));
      expect(unfiled.map(({ id }) => id)).to.have.members(items.filter(isOfRefused).map(({ id }) => id));
      for (const filing of closed) {
        for (const [i, bytes] of splitEntries(filing.entries).entries()) {
          const [reference] = filing.items[i]!.references;
          const entry = decodeEntry(bytes) as Entry & { ref?: unknown };
          expect(entry.ref).to.deep.equal(reference && positions.get(reference.leaf)?.ref);
        }
      }
    }));

  it("closes a filing when the next entry would exceed its bytes", async () => {
    const positions = new Positions(async () => []);
    const limits = { ...CUT_LIMITS, bytes: 130 };
    const cutter = new Cutter({
      domain: DOMAIN,
      limits,
      positions,
      links: new Map(),
      halted: new Set(),
      loansOf: () => 0,
      outsideOf: () => ({ pilot: false, customGas: 0 }),
      adopts: () => false,
    });
    const opening: Step = { platform: 1, borrower: 1, of: -1, request: false, refused: false, then: "nothing" };
    cutter.add([1, 2, 3, 4, 5].map((sequence) => waiting(sequence, { ...opening, borrower: sequence }, undefined)));
    const { closed } = await cutter.pass(Number.POSITIVE_INFINITY);
    expect(closed.map(({ sequences }) => sequences)).to.deep.equal([[1, 2], [3, 4], [5]]);
    for (const { entries } of closed) expect(entries.length).to.be.at.most(130);
  });

  it("keeps room for all the gas that a regulator's own rule may use", async () => {
    const positions = new Positions(async () => []);
    const cutter = new Cutter({
      domain: DOMAIN,
      limits: CUT_LIMITS,
      positions,
      links: new Map(),
      halted: new Set(),
      loansOf: () => 0,
      outsideOf: () => ({ pilot: true, customGas: 1_000_000 }),
      adopts: () => false,
    });
    const opening: Step = { platform: 1, borrower: 1, of: -1, request: false, refused: false, then: "nothing" };
    cutter.add(Array.from({ length: 20 }, (_, at) => waiting(at + 1, { ...opening, borrower: at + 1 }, undefined)));
    const { closed } = await cutter.pass(Number.POSITIVE_INFINITY);
    expect(closed.map(({ sequences }) => sequences.length)).to.deep.equal([11, 9]);
  });

  it("leaves a halted platform's submissions where they are", async () => {
    const positions = new Positions(async () => []);
    const halted = new Set([1]);
    const cutter = new Cutter({
      domain: DOMAIN,
      limits: CUT_LIMITS,
      positions,
      links: new Map(),
      halted,
      loansOf: () => 0,
      outsideOf: () => ({ pilot: false, customGas: 0 }),
      adopts: () => false,
    });
    const opening: Step = { platform: 1, borrower: 1, of: -1, request: false, refused: false, then: "nothing" };
    cutter.add([waiting(1, opening, undefined), waiting(2, { ...opening, platform: 2 }, undefined)]);
    const { closed } = await cutter.pass(Number.POSITIVE_INFINITY);
    expect(closed.map(({ platform }) => platform)).to.deep.equal([2]);
  });
});
