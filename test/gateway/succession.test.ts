import { fork } from "node:child_process";
import { expect } from "chai";
import { z } from "zod";
import { Follower } from "../../src/chain/follower.ts";
import { domainOf } from "../../src/chain/deployment.ts";
import { NodeReader } from "../../src/chain/node-reader.ts";
import { fromHex, type Hex, toHex } from "../../src/core/bytes.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { openDatabase } from "../../src/store/database.ts";
import { verifyReceipt } from "../../src/verify/verify.ts";
import { auditOf, entriesOnChain, filingsOnChain } from "../support/chain-content.ts";
import { track } from "../support/children.ts";
import {
  ALL_VALID,
  ask,
  issue,
  Market,
  newBorrower,
  promise,
  ready,
  receiptOf,
  settled,
  submit,
  type TestPlatform,
  until,
} from "../support/market.ts";

describe("the gateway over a succession of registries", function () {
  this.timeout(180_000);
  let market: Market;
  let gateway: Gateway;
  let made = 0;

  const one = (): TestPlatform => market.platforms[0]!;
  const two = (): TestPlatform => market.platforms[1]!;

  beforeEach(async () => {
    made = 0;
    market = await Market.open(2);
    gateway = market.gateway();
    await gateway.start();
  });

  afterEach(async () => {
    await gateway.stop();
    await market.close();
  });

  it("files with the successor from the next filing on, under the next number", async () => {
    const borrower = newBorrower();
    const opening = issue(one(), market.opened(one(), borrower));
    expect((await submit(gateway, one(), opening.record)).body.filing.number).to.equal(1);
    const successor = await market.succeed();
    gateway.poke();
    const again = issue(two(), market.opened(two(), borrower));
    expect((await submit(gateway, two(), again.record)).body.decision.outcome).to.equal("refused");
    const closing = issue(one(), market.closed(one(), borrower, opening.id));
    const closed = (await submit(gateway, one(), closing.record)).body;
    expect([closed.filing.number, closed.decision.outcome]).to.deep.equal([2, "accepted"]);
    const filings = await filingsOnChain(market);
    expect(filings.map(({ platform, number, registry }) => [platform, number, registry])).to.deep.equal([
      [1, 1, market.deployment.registry],
      [2, 1, successor],
      [1, 2, successor],
    ]);
    expect((await auditOf(market)).mismatches).to.equal(0);
    await ready(gateway);
  });

  it("counts outages of before and after together, as the chain does", async () => {
    const paidOut = () => {
      const deadline = Math.floor(Date.now() / 1_000) + 3_600;
      const terms = { basis: "outage", product: 64, principal: "100000" } as const;
      const claims = market.opened(one(), newBorrower(), {
        terms: { ...terms, outage: { reason: "other", deadline } },
      });
      return issue(one(), claims).record;
    };
    await submit(gateway, one(), paidOut());
    await market.succeed();
    await submit(gateway, one(), paidOut());
    const { mismatches, counts } = await auditOf(market);
    expect([mismatches, counts]).to.deep.equal([
      0,
      [
        { platform: 1, outages: 2, stale: 0 },
        { platform: 2, outages: 0, stale: 0 },
      ],
    ]);
  });

  it("gives receipts that stay valid: of the former registry's filings, and of its own", async () => {
    const [before, after] = offers(2) as [Offer, Offer];
    await submit(gateway, before.platform, before.record);
    await market.succeed();
    await submit(gateway, after.platform, after.record);
    const [first, second] = [await receiptOf(market, gateway, before.id), await receiptOf(market, gateway, after.id)];
    expect([first.verdicts, second.verdicts]).to.deep.equal([ALL_VALID, ALL_VALID]);
    expect(first.receipt.anchor.registry).to.equal(market.deployment.registry);
    expect(first.report.fragments.anchor.reason).to.contain("taken over from its predecessor");
    // Whoever trusts the former registry alone doesn't follow it to its successor.
    const reader = new NodeReader(market.chain.rpc, fromHex(market.deployment.registry));
    const trust = { domain: domainOf(market.deployment) };
    expect((await verifyReceipt(first.receipt, { trust, reader })).fragments.anchor.status).to.equal("VALID");
    expect((await verifyReceipt(second.receipt, { trust, reader })).fragments.anchor.status).to.equal("INVALID");
  });

  it("loses nothing and files nothing twice where the change comes under load", async () => {
    await restart({ cutEntries: 3, cutAge: 1 });
    const offered = offers(150);
    const successor = await market.announce();
    let installed: Promise<void> | undefined;
    for (const [i, { platform, record }] of offered.entries()) {
      await promise(gateway, platform, record);
      if (i === 75) installed = market.install(successor);
    }
    await installed;
    await expectFiledOnce(offered);
    expect(new Set((await filingsOnChain(market)).map(({ registry }) => registry)).size).to.equal(2);
  });

  it("signs again what was signed for the former registry and is not mined", async () => {
    await restart({ cutEntries: 2, cutAge: 1 });
    const successor = await market.announce();
    const early = offers(4);
    for (const { platform, record } of early) await promise(gateway, platform, record);
    for (const { platform, id } of early) await settled(gateway, platform, id);
    await mining(false);
    const late = offers(20);
    for (const { platform, record } of late) await promise(gateway, platform, record);
    for (const { platform, id } of late) await until(async () => (await stateOf(platform, id)) === "broadcast");
    const before = await headsInStore();
    // The change is in a block of its own, and the pool still holds filings for the former registry.
    await market.installNext(successor);
    await mining(true);
    await expectFiledOnce([...early, ...late]);
    const after = await headsInStore();
    const moved = before.filter(({ state }) => state === "broadcast");
    expect(moved).to.have.length.above(4);
    for (const { platform, number, head, entries } of moved) {
      const now = after.find((row) => row.platform === platform && row.number === number)!;
      expect(now.entries).to.equal(entries);
      expect(now.head).to.not.equal(head);
    }
  });

  it("cuts anew what became too dear for a transaction: taking over its borrowers' books", async () => {
    // Long enough for a batch to come into one filing.
    await restart({ cutAge: 3_000 });
    const borrowers = Array.from({ length: 28 }, () => newBorrower());
    const terms = { basis: "founded" as const, product: 64, principal: "100000" };
    const openings = borrowers.map((borrower) =>
      Array.from({ length: 30 }, () => issue(one(), market.opened(one(), borrower, { terms }))),
    );
    const filed = openings.flat();
    for (let i = 0; i < filed.length; i += 210) await batch(filed.slice(i, i + 210));
    for (const { id } of filed) await settled(gateway, one(), id);
    const honest = one().signer;
    market.signers.set(1, { address: honest.address, signFiling: async () => Promise.reject(new Error("away")) });
    const closings = borrowers.map((borrower, i) => issue(one(), market.closed(one(), borrower, openings[i]![0]!.id)));
    await batch(closings);
    await until(async () => (await headsInStore()).some(({ state }) => state === "cut"));
    expect((await headsInStore()).filter(({ state }) => state === "cut")).to.have.length(1);
    await market.succeed();
    market.signers.set(1, honest);
    for (const { id } of closings) expect((await settled(gateway, one(), id)).decision.outcome).to.equal("accepted");
    const bySuccessor = (await filingsOnChain(market)).filter(
      ({ registry }) => registry !== market.deployment.registry,
    );
    expect(bySuccessor).to.have.length.above(1);
    expect(await entriesOnChain(market)).to.have.length(filed.length + closings.length);
    expect((await auditOf(market)).mismatches).to.equal(0);
    await ready(gateway);
  });

  it("goes on where it was when it was down during the change", async () => {
    const honest = one().signer;
    market.signers.set(1, { address: honest.address, signFiling: async () => Promise.reject(new Error("away")) });
    const offered = offers(12);
    for (const { platform, record } of offered) await promise(gateway, platform, record);
    await settled(gateway, two(), offered[0]!.id);
    await until(async () => (await headsInStore()).some(({ platform, state }) => platform === 1 && state === "cut"));
    await gateway.stop();
    await market.succeed();
    market.signers.set(1, honest);
    gateway = market.gateway();
    await gateway.start();
    await expectFiledOnce(offered);
  });

  it("follows a reorganisation across the change, there and back", async () => {
    await gateway.stop();
    const { rpc } = market.chain;
    const { deployment } = market;
    // Nothing becomes final, so that losing it breaks no promise of the chain's.
    const options = { createFollower: () => new Follower({ rpc, deployment, confirmations: 1_000, interval: 25 }) };
    gateway = market.gateway(options);
    await gateway.start();
    const offered = offers(9);
    for (const { platform, record } of offered.slice(0, 3)) await promise(gateway, platform, record);
    for (const { platform, id } of offered.slice(0, 3))
      await until(async () => (await stateOf(platform, id)) === "mined");
    const successor = await market.announce();
    const snapshot = await rpc.call("evm_snapshot", [], z.string());
    await market.install(successor);
    for (const { platform, record } of offered.slice(3, 6)) await promise(gateway, platform, record);
    for (const { platform, id } of offered.slice(3, 6))
      await until(async () => (await stateOf(platform, id)) === "mined");
    expect((await filingsOnChain(market)).at(-1)!.registry).to.equal(successor);
    await rpc.call("evm_revert", [snapshot], z.boolean());
    for (const { platform, record } of offered.slice(6)) await promise(gateway, platform, record);
    for (const { platform, id } of offered) await until(async () => (await stateOf(platform, id)) === "mined");
    expect(new Set((await filingsOnChain(market)).map(({ registry }) => registry))).to.deep.equal(
      new Set([deployment.registry]),
    );
    await market.install(successor);
    const more = offers(2);
    for (const { platform, record } of more) await promise(gateway, platform, record);
    for (const { platform, id } of more) await until(async () => (await stateOf(platform, id)) === "mined");
    expect((await filingsOnChain(market)).at(-1)!.registry).to.equal(successor);
    expect(await entriesOnChain(market)).to.have.length(11);
    expect((await auditOf(market)).mismatches).to.equal(0);
    await ready(gateway);
  });

  for (const [point, passes] of [
    ["rechained:before", 1],
    ["rechained:after", 1],
    ["mined:after", 1],
    ["signed:after", 4],
    ["broadcast:after", 4],
  ] as const) {
    it(`killed at ${point} while the registry changes, the next start goes on`, async () => {
      await gateway.stop();
      const child = track(
        fork(new URL("../support/gateway-child.ts", import.meta.url), {
          stdio: ["ignore", "ignore", "inherit", "ipc"],
        }),
      );
      let end: NodeJS.Signals | null | undefined;
      child.once("exit", (_, signal) => (end = signal));
      const ready = new Promise<{ url: string }>((resolve) =>
        child.once("message", (message) => resolve(message as { url: string })),
      );
      child.send({ plan: market.plan, at: point, passes });
      const doomed = { url: (await ready).url } as Gateway;
      const successor = await market.announce();
      const offered: Offer[] = [];
      let installed: Promise<void> | undefined;
      // However the load is cut into filings: until it is dead.
      while (end === undefined) {
        const [offer] = offers(1) as [Offer];
        offered.push(offer);
        await submit(doomed, offer.platform, offer.record, { wait: 0 }).catch(() => undefined);
        if (offered.length === 8) installed = market.install(successor);
      }
      await (installed ?? market.install(successor));
      expect(end).to.equal("SIGKILL");
      gateway = market.gateway();
      await gateway.start();
      for (const { platform, record } of offered)
        while ((await submit(gateway, platform, record, { wait: 0 })).status >= 500);
      await expectFiledOnce(offered);
    });
  }

  // Helpers

  interface Offer {
    readonly platform: TestPlatform;
    readonly record: string;
    readonly id: Hex;
  }

  async function batch(records: readonly { readonly record: string; readonly id: Hex }[]): Promise<void> {
    const { status } = await ask(gateway, "POST", "/v1/records/batch", {
      key: one().apiKey,
      body: { items: records.map(({ record, id }) => ({ record, idempotencyKey: id })) },
    });
    expect(status).to.be.below(300);
  }

  /** Loans, two of three by the first platform. */
  function offers(count: number): Offer[] {
    return Array.from({ length: count }, () => {
      const platform = made++ % 3 === 0 ? two() : one();
      return { platform, ...issue(platform, market.opened(platform, newBorrower())) };
    });
  }

  async function restart(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await gateway.stop();
    gateway = market.gateway({}, settings);
    await gateway.start();
  }

  async function mining(on: boolean): Promise<void> {
    await market.chain.rpc.call("evm_setAutomine", [on], z.unknown());
    if (on) await market.chain.rpc.call("evm_mine", [], z.unknown());
  }

  async function stateOf(platform: TestPlatform, id: Hex): Promise<string> {
    return (await ask(gateway, "GET", `/v1/submissions/${id}`, { key: platform.apiKey })).body.state;
  }

  /** Filings as the gateway's database has them. */
  async function headsInStore(): Promise<
    { platform: number; number: number; state: string; head: Hex; entries: Hex }[]
  > {
    const db = openDatabase(market.databaseUrl, { connections: 1 });
    const rows = await db.selectFrom("filings").select(["platform", "number", "state", "head", "entries"]).execute();
    await db.destroy();
    return rows.map((row) => ({ ...row, head: toHex(row.head), entries: toHex(row.entries) }));
  }

  /** Everything is final, accepted, once on the chain under unbroken numbers, and an audit over both registries agrees. */
  async function expectFiledOnce(offered: readonly Offer[]): Promise<void> {
    for (const { platform, id } of offered) {
      const end = await settled(gateway, platform, id);
      expect([end.state, end.decision?.outcome]).to.deep.equal(["final", "accepted"]);
    }
    const filings = await filingsOnChain(market);
    for (const platform of [one(), two()]) {
      const numbers = filings.filter((filing) => filing.platform === platform.number).map(({ number }) => number);
      expect(numbers).to.deep.equal(numbers.map((_, i) => i + 1));
    }
    expect(await entriesOnChain(market)).to.have.length(offered.length);
    expect(await auditOf(market)).to.include({ mismatches: 0, entries: offered.length });
    await ready(gateway);
  }
});
