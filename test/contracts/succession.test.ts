import { expect } from "chai";

import { toHex } from "../../src/core/bytes.ts";
import { unpackChain } from "../../src/core/chain-words.ts";
import { unpackComplaint } from "../../src/core/complaint.ts";
import type { Entry, Opened } from "../../src/core/entry.ts";
import {
  answered,
  asArguments,
  barred,
  bits,
  borrower,
  closed,
  complained,
  contacted,
  DAY,
  fixtures,
  NOW,
  opened,
  repaid,
  SERVED_RULES,
  told,
} from "./fixtures.ts";

const ZERO = `0x${"00".repeat(32)}`;

describe("A registry's successor", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  const ref = (index: number, number = 1) => ({ platform: 1, number, index });
  const lent = (change: Partial<Opened> = {}): Entry => opened({ basis: "paidOut", ...change });

  /** Three loans and a line of borrower 1, filed with the registry before; then the successor in service, and its clock. */
  async function given() {
    const t = await deploy();
    // What payments may come to is not the matter here.
    const on = bits(SERVED_RULES.filter((rule) => rule !== "SETTLEMENT" && rule !== "DAILY-COST"));
    await t.publish({ limits: { on, reportingWindow: 200 * DAY, refuse: 1 << 15 } });
    const platform = await t.grant();
    const entries = [lent(), lent({ cash: 90_000n }), lent({ firstDraw: true }), lent({ borrower: borrower(2) })];
    await platform.file(entries, { time: NOW });
    await platform.file([repaid(ref(0), { charges: 7n })], { time: NOW + 10 });
    const before = await t.bookOf(borrower(1));
    const last = await platform.last();
    const predecessor = t.registry;
    const seal = await predecessor.sealOf(1, 2);
    const successor = await t.succeed();
    const clock = (await t.networkHelpers.time.latest()) + 100;
    return { t, platform, before, last, predecessor, seal, successor, clock };
  }

  it("goes on from the number and head of the last filing, and finds older seals", async () => {
    const { t, platform, last, seal, successor, clock } = await given();
    expect(await platform.last()).to.deep.equal(last);
    expect((await successor.platformState(1)).foundingClosed).to.equal(false);
    expect(await successor.sealOf(1, 2)).to.equal(seal);
    const signed = await platform.next([]);
    expect([signed.filing.number, signed.filing.previous]).to.deep.equal([3, last.head]);
    await t.networkHelpers.time.setNextBlockTimestamp(clock);
    await successor.file(...asArguments(signed));
    expect((await successor.platformState(1)).number).to.equal(3);
    expect(await successor.sealOf(1, 3)).not.to.equal(ZERO);
  });

  it("reads a borrower's book before it has one, and takes it over whole", async () => {
    const { t, platform, before, predecessor, clock } = await given();
    expect(await t.bookOf(borrower(1))).to.deep.equal(before);
    const old = await predecessor.bookOf(toHex(borrower(1)));
    const decisions = await platform.file([closed(ref(1), { time: clock })], { time: clock });
    expect(decisions.map(told)).to.deep.equal(["accepted"]);
    const after = await t.bookOf(borrower(1));
    expect(after.slots.map(({ index }) => index)).to.deep.equal([0, 2]);
    expect(after.slots[0]?.detail).to.include({ charges: 7 });
    expect(after.lastClosed).to.equal(clock);
    expect(await predecessor.bookOf(toHex(borrower(1)))).to.deep.equal(old);
  });

  it("judges a new loan with those of before counted", async () => {
    const { t, platform, clock } = await given();
    await t.publish({ product: 2, limits: { maxLoans: 3, reportingWindow: 200 * DAY } });
    const decisions = await platform.file([opened({ product: 2, time: clock })], { time: clock });
    expect(decisions.map(told)).to.deep.equal(["refused OPEN-LOANS"]);
  });

  it("knows lines of before", async () => {
    const { platform, successor, clock } = await given();
    const name = (1n << 40n) | (1n << 8n) | 2n;
    expect(await successor.lineOf(toHex(borrower(1)), name)).to.equal(NOW);
    const decisions = await platform.file([lent({ line: ref(2), time: clock }), lent({ line: ref(1), time: clock })], {
      time: clock,
    });
    expect(decisions.map(told)).to.deep.equal(["accepted", "refused NO-LOAN"]);
  });

  it("does not take over again a book that is empty now", async () => {
    const { t, platform, successor, clock } = await given();
    const loan = ref(3);
    const voided = closed(loan, { borrower: borrower(2), time: NOW, reason: "withdrawn", charges: 0n });
    expect((await platform.file([voided], { time: clock })).map(told)).to.deep.equal(["accepted"]);
    const empty = { head: undefined, slots: [], lastClosed: 0, ring: { newest: 0, deltas: [] }, streak: 0 };
    const { head = undefined, ...rest } = await t.bookOf(borrower(2));
    expect({ head, ...rest }).to.deep.equal(empty);
    expect((await successor.bookOf(toHex(borrower(2)))).head).to.equal(0);
    expect((await platform.file([voided], { time: clock + 1 })).map(told)).to.deep.equal(["refused NO-LOAN"]);
    const again = lent({ borrower: borrower(2), time: clock + 2 });
    expect((await platform.file([again], { time: clock + 2 })).map(told)).to.deep.equal(["accepted"]);
    expect((await t.bookOf(borrower(2))).head?.opened).to.equal(clock + 2);
  });

  it("takes over what it knows of a borrower's conduct: contacts, bars and defaults", async () => {
    const t = await deploy();
    const own = { reportingWindow: 200 * DAY, contactsPerDay: 2, barredDays: 400 };
    await t.publish({ limits: { ...own, refuse: bits(["LICENCE", "BARRED"]) } });
    const platform = await t.grant();
    const who = { borrower: borrower(2) };
    await platform.file([lent(), lent(who), contacted(ref(0)), barred(NOW + 900 * DAY, { borrower: borrower(3) })], {
      time: NOW,
    });
    await platform.file([closed(ref(1), { ...who, reason: "written-off", principal: 0n }), contacted(ref(0))]);
    const before = await t.bookOf(borrower(1));
    const [{ conduct }, alone] = [before, await t.bookOf(borrower(3))];
    const successor = await t.succeed();
    const clock = (await t.networkHelpers.time.latest()) + 100;
    expect(await t.bookOf(borrower(1))).to.deep.equal(before);
    expect(conduct).to.include({ lastContact: NOW });
    expect(await t.bookOf(borrower(3))).to.deep.equal(alone);
    const asked = (number: number): Entry => opened({ borrower: borrower(number), time: clock });
    const decisions = await platform.file([contacted(ref(0)), asked(2), asked(3), asked(4)], { time: clock });
    expect(decisions.map(told)).to.deep.equal(["flagged CONTACT", "refused BARRED", "refused BARRED", "accepted"]);
    expect((await t.bookOf(borrower(1))).conduct?.contacts[0]).to.equal(3);
    expect(await successor.conductOf(toHex(borrower(3)))).to.equal(await t.registry.conductOf(toHex(borrower(3))));
  });

  it("knows what linked loans of before came to, and which were refinanced", async () => {
    const t = await deploy();
    await t.publish({
      limits: {
        refuse: 1 << 15,
        on: bits(["LICENCE", "ROLLOVER", "LIFETIME-COST"]),
        rolloverMax: 1,
        lifetimeShare: 2_000_000,
      },
    });
    const platform = await t.grant();
    const money = { principal: 100_000n, charges: 100_000n };
    await platform.file([lent(), lent({ predecessor: ref(0) }), lent({ borrower: borrower(2) })], { time: NOW });
    await platform.file([
      closed(ref(0), { reason: "refinanced", ...money }),
      closed(ref(2), { borrower: borrower(2), reason: "refinanced", ...money }),
    ]);
    const { predecessor } = { predecessor: t.registry };
    const successor = await t.succeed();
    const clock = (await t.networkHelpers.time.latest()) + 100;
    const at = { time: clock };
    const asked = [
      // Renewed once before; its chain of two has been charged what the first was.
      repaid(ref(1), { ...at, principal: 0n, charges: 100_001n }),
      lent({ ...at, predecessor: ref(1) }),
      lent({ ...at, borrower: borrower(2), predecessor: ref(2) }),
      lent({ ...at, borrower: borrower(2), predecessor: ref(1) }),
    ];
    const decisions = await platform.file(asked, { time: clock });
    expect(decisions.map(told)).to.deep.equal([
      "flagged LIFETIME-COST",
      "flagged ROLLOVER",
      "accepted",
      "refused NO-LOAN",
    ]);
    const word = async (registry: typeof t.registry, name: bigint) => registry.chainOf(toHex(borrower(1)), name);
    const second = (1n << 40n) | (1n << 8n) | 1n;
    expect(await word(successor, second)).to.equal(await word(predecessor, second));
    expect(await word(predecessor, (1n << 40n) | (3n << 8n) | 1n)).to.equal(0n);
    // Refinanced here, after it was linked there.
    await platform.file([closed(ref(1), { ...at, reason: "refinanced", charges: 0n })], { time: clock });
    const final = unpackChain(await word(successor, second));
    expect(final).to.deep.include({ charges: 200_001, renewals: 1, predecessor: ref(0), final: true });
  });

  it("knows complaints of before, and which are answered", async () => {
    const t = await deploy();
    await t.publish({ limits: { reportingWindow: 200 * DAY, answerWithin: DAY, refuse: 1 << 15 } });
    const platform = await t.grant();
    await platform.file([lent(), complained(ref(0)), complained(ref(0))], { time: NOW });
    await platform.file([answered(ref(0), ref(1))], { time: NOW + 60 });
    const successor = await t.succeed();
    const clock = (await t.networkHelpers.time.latest()) + 100;
    const answers = [answered(ref(0), ref(1), { time: clock }), answered(ref(0), ref(2), { time: clock })];
    const decisions = await platform.file(answers, { time: clock });
    expect(decisions.map(told)).to.deep.equal(["refused FORBIDDEN", "flagged COMPLAINT"]);
    const again = await platform.file([answered(ref(0), ref(2), { time: clock })], { time: clock + 1 });
    expect(again.map(told)).to.deep.equal(["refused FORBIDDEN"]);
    expect(unpackComplaint(await successor.noteOf(toHex(borrower(1)), (1n << 40n) | (1n << 8n) | 2n, 1))).to.include({
      complained: NOW,
      answered: clock,
    });
  });

  it("says what counts against a platform over all registries: outages filed, and loans nobody closed in time", async () => {
    const t = await deploy();
    await t.publish({ limits: { refuse: 1 << 15 } });
    await t.publishSettings({ zone: [], markets: new Map([[0, { confirmationWindow: 0, graceDays: 10 }]]) });
    const [platform, other] = [await t.grant(), await t.grant()];
    const out = (number: number, time: number) =>
      opened({ basis: "outage", outage: { reason: "other", deadline: time }, time, borrower: borrower(number) });
    const month = (number: number, time: number) =>
      lent({ borrower: borrower(number), time, schedule: [{ count: 1, unit: "day", gap: 30, amount: 100_100n }] });
    await platform.file([out(1, NOW), out(2, NOW), month(3, NOW), month(4, NOW)], { time: NOW });
    await platform.file([month(3, NOW + 41 * DAY)], { time: NOW + 41 * DAY });
    const predecessor = t.registry;
    const before = await predecessor.countsOf(1);
    expect([...before]).to.deep.equal([2n, 1n]);

    const successor = await t.succeed();
    expect([...(await successor.countsOf(1))]).to.deep.equal([2n, 1n]);
    const clock = (await t.networkHelpers.time.latest()) + 100;
    await platform.file([out(5, clock), month(4, clock)], { time: clock });
    expect([...(await successor.countsOf(1))]).to.deep.equal([3n, 2n]);
    expect([...(await predecessor.countsOf(1))]).to.deep.equal([...before]);

    const third = await t.succeed();
    await other.file([out(6, clock + 32 * DAY)], { time: clock + 32 * DAY });
    expect([...(await third.countsOf(1))]).to.deep.equal([3n, 2n]);
    expect([...(await third.countsOf(2))]).to.deep.equal([1n, 0n]);
  });

  it("a refused entry leaves a book as it was, taken over or not", async () => {
    const { t, platform, before, clock } = await given();
    const decisions = await platform.file([repaid(ref(9), { time: clock })], { time: clock });
    expect(decisions.map(told)).to.deep.equal(["refused NO-LOAN"]);
    expect(await t.bookOf(borrower(1))).to.deep.equal(before);
  });

  it("keeps a founding window closed that was closed before", async () => {
    const t = await deploy();
    await t.publish();
    const platform = await t.grant({ foundingUntil: NOW + 1_000 * DAY });
    await platform.file([opened()], { time: NOW });
    const successor = await t.succeed();
    expect((await successor.platformState(1)).foundingClosed).to.equal(true);
    const decisions = await platform.file([opened({ basis: "founded", time: NOW })]);
    expect(decisions.map(told)).to.deep.equal(["refused NOT-FOUNDING"]);
    await platform.file([]);
    expect((await successor.platformState(1)).foundingClosed).to.equal(true);
  });

  it("can have a successor in its turn", async () => {
    const { t, platform, before, last, clock } = await given();
    await platform.file([], { time: clock });
    const third = await t.succeed();
    expect((await third.platformState(1)).number).to.equal(BigInt(last.number + 1));
    expect(await t.bookOf(borrower(1))).to.deep.equal(before);
    expect((await platform.file([closed(ref(0), { principal: 92_000n })])).map(told)).to.deep.equal(["accepted"]);
  });
});
