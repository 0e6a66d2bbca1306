import { expect } from "chai";

import { toHex } from "../../src/core/bytes.ts";
import { borrower, fixtures, NOW, opened } from "./fixtures.ts";

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
});
