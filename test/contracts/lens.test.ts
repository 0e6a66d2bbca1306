import { expect } from "chai";

import { concat, toHex } from "../../src/core/bytes.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import { splitEntries } from "../../src/core/filing.ts";
import { borrower, closed, disbursed, fixtures, framesOf, NOW, opened, repaid } from "./fixtures.ts";

const LOAN = { platform: 3, number: 5, index: 7 };
const NAME = (3n << 40n) | (5n << 8n) | 7n;

describe("Lens", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  async function given() {
    const t = await deploy();
    return { t, lens: await t.ethers.deployContract("Lens") };
  }

  it("decodes an Opened with every field", async () => {
    const { lens } = await given();
    const entry = opened({
      basis: "outage",
      cash: 90_000n,
      income: 5n,
      line: LOAN,
      predecessor: { ...LOAN, index: 8 },
      lender: 9,
      outage: { reason: "other", deadline: NOW + 60 },
      schedule: [
        { count: 2, unit: "week", gap: 2, amount: 500n },
        { count: 3, unit: "month", gap: 1, amount: 40_000n, step: 65_537n },
      ],
    });
    const { kind, name, finding, borrower: whose, time, opening } = await lens.decode(toHex(encodeEntry(entry)));
    expect([kind, name, finding, whose, time]).to.deep.equal([1n, "Opened", 0n, toHex(borrower(1)), BigInt(NOW)]);
    // In the order of `ReadableOpening`.
    expect(opening).to.deep.equal([
      1n,
      1n,
      100_000n,
      BigInt(NOW - 3_600),
      90_000n,
      true,
      5n,
      false,
      NAME,
      NAME + 1n,
      9n,
      4n,
      BigInt(NOW + 60),
      [
        [2n, 1n, 2n, 500n, 0n],
        [3n, 2n, 1n, 40_000n, 65_537n],
      ],
    ]);
  });

  it("decodes payments and closes", async () => {
    const { lens } = await given();
    const order = new Uint8Array(32).fill(0xee);
    const close = closed(LOAN, { reason: "withdrawn", principal: 5n, charges: 6n, founded: true, order });
    const { name, founded, loan, amount, charges, reason, order: hash } = await lens.decode(toHex(encodeEntry(close)));
    expect([name, founded, loan, amount, charges, reason, hash]).to.deep.equal([
      "Closed",
      true,
      NAME,
      5n,
      6n,
      3n,
      toHex(order),
    ]);
    const payment = await lens.decode(toHex(encodeEntry(repaid(LOAN, { principal: 1n, charges: 2n }))));
    expect([payment.name, payment.amount, payment.charges, payment.reason]).to.deep.equal(["Repaid", 1n, 2n, 0n]);
    const payout = await lens.decode(toHex(encodeEntry(disbursed(LOAN))));
    expect([payout.name, payout.amount]).to.deep.equal(["Disbursed", 100_000n]);
  });

  it("says of other bytes what the registry would", async () => {
    const { lens } = await given();
    const finding = async (bytes: Uint8Array) => (await lens.decode(toHex(bytes))).finding;
    expect(await finding(new Uint8Array(0))).to.equal(1n);
    expect(await finding(new Uint8Array([1]))).to.equal(1n);
    expect(await finding(new Uint8Array([77]))).to.equal(1n);
    expect(await finding(encodeEntry(opened({ principal: 2n ** 38n })))).to.equal(16n);
    const contacted = new Uint8Array(49).fill(7, 0, 1).fill(9, 48);
    const decoded = await lens.decode(toHex(contacted));
    expect([decoded.name, decoded.finding, decoded.rest]).to.deep.equal([
      "Contacted",
      128n,
      toHex(contacted.subarray(2)),
    ]);
    expect((await lens.decode("0x4d")).name).to.equal("");
  });

  it("splits a filing's entries as the registry does", async () => {
    const { lens } = await given();
    const frame = framesOf([opened()]);
    const cases = [
      new Uint8Array(0),
      frame,
      concat(frame, new Uint8Array(1)),
      concat(frame, new Uint8Array([0, 9, 1])),
      concat(new Uint8Array(2), frame),
      concat(framesOf(Array.from({ length: 256 }, () => new Uint8Array([5]))), frame),
    ];
    for (const entries of cases) {
      const expected = splitEntries(entries).map((entry) => (entry.length === 0 ? "0x" : toHex(entry)));
      expect(await lens.split(entries.length === 0 ? "0x" : toHex(entries))).to.deep.equal(expected);
    }
  });

  it("reads a decision", async () => {
    const { lens } = await given();
    expect(await lens.decodeDecision("0x020001000000008000002000")).to.deep.equal([2n, 256n, 128n, 8_192n]);
  });

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
});
