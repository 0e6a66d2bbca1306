import { expect } from "chai";

import { toHex } from "../../src/core/bytes.ts";
import { answered, barred, borrower, closed, complained, contacted, DAY, fixtures, NOW, opened } from "./fixtures.ts";

/** A loan that is the first entry of the first filing, and its name as the wire has it. */
const LOAN = { platform: 1, number: 1, index: 0 };
const NAME = (1n << 40n) | (1n << 8n);
const lent = opened({ basis: "paidOut" });

describe("Lens", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  async function given() {
    const t = await deploy();
    return { t, lens: await t.ethers.deployContract("Lens") };
  }

  it("shows what a borrower owes", async () => {
    const { t, lens } = await given();
    await t.publish({ limits: { refuse: 1 << 15 } });
    const platform = await t.grant();
    const lent = (time: number, change = {}) => opened({ basis: "paidOut", time, ...change });
    await platform.file([lent(NOW - 90, { cash: 99_000n }), lent(NOW - 80, { firstDraw: true }), lent(NOW - 70)], {
      time: NOW,
    });
    const name = (index: bigint) => (1n << 40n) | (1n << 8n) | index;
    const registry = await t.registry.getAddress();
    const { outstanding, lastClosed, newestOpening, loans } = await lens.exposureOf(registry, toHex(borrower(1)));
    expect([outstanding, lastClosed, newestOpening]).to.deep.equal([300_000n, 0n, BigInt(NOW - 70)]);
    const shown = loans.map(({ ref, holder, principal, charges, opened: at, term, line }) => [
      ref,
      holder,
      principal,
      charges,
      at,
      term,
      line,
    ]);
    expect(shown).to.deep.equal([
      [name(2n), 1n, 100_000n, 0n, BigInt(NOW - 70), 366n, 0n],
      [name(0n), 1n, 100_000n, 1_000n, BigInt(NOW - 90), 366n, 0n],
      [name(1n), 1n, 100_000n, 0n, BigInt(NOW - 80), 366n, name(1n)],
    ]);
  });

  it("shows what loans before a linked one came to, and what a refinanced one did", async () => {
    const { t, lens } = await given();
    await t.publish({ limits: { refuse: 1 << 15, reportingWindow: 200 * DAY } });
    const platform = await t.grant();
    const registry = await t.registry.getAddress();
    const [first, second] = [LOAN, { ...LOAN, index: 1 }];
    const again = opened({ basis: "paidOut", principal: 50_000n, predecessor: first });
    await platform.file([lent, again, closed(first, { reason: "refinanced", charges: 7n })], { time: NOW });
    await platform.file([opened({ basis: "paidOut", predecessor: second })], { time: NOW });
    const chainOf = async (name: bigint): Promise<unknown[]> => [
      ...(await lens.chainOf(registry, toHex(borrower(1)), name)),
    ];
    expect(await chainOf(NAME)).to.deep.equal([0n, 7n, 100_000n, 0n, false, true, 1n]);
    expect(await chainOf(NAME + 1n)).to.deep.equal([NAME, 0n, 100_000n, 1n, true, false, 0n]);
    expect(await chainOf(NAME + 256n)).to.deep.equal([NAME + 1n, 7n, 100_000n, 2n, true, false, 0n]);
    expect(await chainOf(NAME + 512n)).to.deep.equal([0n, 0n, 0n, 0n, false, false, 0n]);
    const { loans } = await lens.exposureOf(registry, toHex(borrower(1)));
    expect(loans.map(({ linked }) => linked)).to.deep.equal([true, true]);
  });

  it("shows which loans nobody closed in time, once that was looked at", async () => {
    const { t, lens } = await given();
    await t.publish({ limits: { refuse: 1 << 15 } });
    await t.publishSettings({ zone: [], markets: new Map([[0, { confirmationWindow: 0, graceDays: 10 }]]) });
    const platform = await t.grant();
    const month = (time: number) =>
      opened({ basis: "paidOut", time, schedule: [{ count: 1, unit: "day", gap: 30, amount: 100_100n }] });
    const registry = await t.registry.getAddress();
    const stale = async () =>
      (await lens.exposureOf(registry, toHex(borrower(1)))).loans.map((loan) => [loan.opened, loan.stale]);
    const [first, second, third] = [NOW, NOW + 20 * DAY, NOW + 41 * DAY];
    await platform.file([month(first)], { time: first });
    await platform.file([month(second)], { time: second });
    expect(await stale()).to.deep.equal([
      [BigInt(second), false],
      [BigInt(first), false],
    ]);
    await platform.file([month(third)], { time: third });
    expect(await stale()).to.deep.equal([
      [BigInt(third), false],
      [BigInt(first), true],
      [BigInt(second), false],
    ]);
  });

  it("shows a borrower's conduct", async () => {
    const { t, lens } = await given();
    await t.publish({ limits: { refuse: 1 << 15 } });
    const platform = await t.grant();
    const called = contacted(LOAN, { channel: 129, time: NOW - 60 });
    await platform.file([lent, called, contacted(LOAN), barred(NOW + DAY)], { time: NOW });
    const conduct = await lens.conductOf(await t.registry.getAddress(), toHex(borrower(1)));
    const { defaultAt, barredFrom, barredUntil, lastContact, lastConversation, contacts } = conduct;
    expect([defaultAt, barredFrom, barredUntil]).to.deep.equal([0n, BigInt(NOW), BigInt(NOW + DAY)]);
    expect([lastContact, lastConversation]).to.deep.equal([BigInt(NOW), BigInt(NOW - 60)]);
    expect([...contacts]).to.deep.equal([1n, 1n, ...Array.from({ length: 8 }, () => 0n)]);
  });

  it("shows a complaint, and when it is late by the clock", async () => {
    const { t, lens } = await given();
    await t.publish({ limits: { refuse: 1 << 15, answerWithin: DAY } });
    const platform = await t.grant();
    await platform.file([lent, complained(LOAN), complained(LOAN)], { time: NOW });
    await platform.file([answered(LOAN, { ...LOAN, index: 1 }, { time: NOW + DAY })], { time: NOW + DAY });
    const registry = await t.registry.getAddress();
    const complaint = async (index: bigint) => {
      const {
        loan,
        platform: by,
        product,
        complained: at,
        answered: then,
        due,
        late,
      } = await lens.complaintOf(registry, toHex(borrower(1)), NAME + index);
      return [loan, by, product, at, then, due, late];
    };
    const [at, due] = [BigInt(NOW), BigInt(NOW + DAY)];
    expect(await complaint(1n)).to.deep.equal([NAME, 1n, 1n, at, due, due, false]);
    expect(await complaint(2n)).to.deep.equal([NAME, 1n, 1n, at, 0n, due, false]);
    await t.networkHelpers.time.increaseTo(NOW + DAY + 1);
    expect(await complaint(2n)).to.deep.equal([NAME, 1n, 1n, at, 0n, due, true]);
    expect(await complaint(9n)).to.deep.equal([0n, 0n, 0n, 0n, 0n, 0n, false]);
  });
});
