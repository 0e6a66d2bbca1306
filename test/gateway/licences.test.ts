import { expect } from "chai";
import { z } from "zod";
import { Account } from "../../src/chain/account.ts";
import { artifact } from "../../src/chain/artifacts.ts";
import { domainOf } from "../../src/chain/deployment.ts";
import { FilingRelay } from "../../src/chain/relay.ts";
import { localSigner } from "../../src/chain/signer.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import type { Hex } from "../../src/core/bytes.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { auditOf, entriesOnChain, filingsOnChain } from "../support/chain-content.ts";
import { CHAIN_ID, testKey } from "../support/local-chain.ts";
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

describe("the gateway while licences change", function () {
  this.timeout(90_000);
  let market: Market;
  let gateway: Gateway;

  const one = (): TestPlatform => market.platforms[0]!;
  const two = (): TestPlatform => market.platforms[1]!;

  beforeEach(async () => {
    market = await Market.open(2);
    gateway = market.gateway({}, { cutEntries: 2, cutAge: 1 });
    await gateway.start();
  });

  afterEach(async () => {
    await gateway.stop();
    await market.close();
  });

  const offers = (platform: TestPlatform, count: number) =>
    Array.from({ length: count }, () => issue(platform, market.opened(platform, newBorrower())));

  async function mining(on: boolean): Promise<void> {
    await market.chain.rpc.call("evm_setAutomine", [on], z.unknown());
    if (on) await market.chain.rpc.call("evm_mine", [], z.unknown());
  }

  async function expectFiledOnce(platform: TestPlatform, offered: readonly { readonly id: Hex }[]): Promise<void> {
    for (const { id } of offered) {
      const end = await settled(gateway, platform, id);
      expect([end.state, end.decision?.outcome]).to.deep.equal(["final", "accepted"]);
    }
    const filings = await filingsOnChain(market);
    expect(filings.map(({ number }) => number)).to.deep.equal(filings.map((_, i) => i + 1));
    expect(await entriesOnChain(market)).to.have.length(offered.length);
    expect((await auditOf(market)).mismatches).to.equal(0);
  }

  describe("a key rotated in the middle of a queue", () => {
    it("signs again what the old key signed and no block holds, and files none twice", async () => {
      const early = offers(one(), 4);
      for (const { record } of early) await promise(gateway, one(), record);
      for (const { id } of early) await settled(gateway, one(), id);
      await mining(false);
      const late = offers(one(), 12);
      for (const { record } of late) await promise(gateway, one(), record);
      for (const { id } of late) {
        const broadcast = async () =>
          (await ask(gateway, "GET", `/v1/submissions/${id}`, { key: one().apiKey })).body.state === "broadcast";
        await until(async () => broadcast());
      }
      const fresh = localSigner(testKey(0x77));
      market.signers.set(one().number, fresh);
      await market.setKeyNext(one().number, fresh.address);
      await mining(true);
      await expectFiledOnce(one(), [...early, ...late]);
      await ready(gateway);
    });

    it("waits for the new signer without filing anything that would revert, and says so", async () => {
      const fresh = localSigner(testKey(0x78));
      await market.setKey(one().number, fresh.address);
      gateway.poke();
      const offered = offers(one(), 3);
      for (const { record } of offered) await promise(gateway, one(), record);
      const other = offers(two(), 1)[0]!;
      expect((await submit(gateway, two(), other.record)).body.state).to.equal("final");
      const codes = async () => (await gateway.lacks()).map(({ code }) => code);
      await until(async () => (await codes()).includes("signer-unavailable"));
      expect(await filingsOnChain(market)).to.have.length(1);
      market.signers.set(one().number, fresh);
      for (const { id } of offered) expect((await settled(gateway, one(), id)).decision.outcome).to.equal("accepted");
      await ready(gateway);
    });

    it("leaves receipts valid: each carries the certificate by the key that signed its filing", async () => {
      const [before, after] = offers(one(), 2) as [{ record: string; id: Hex }, { record: string; id: Hex }];
      await submit(gateway, one(), before.record);
      const fresh = localSigner(testKey(0x79));
      market.signers.set(one().number, fresh);
      await market.setKey(one().number, fresh.address);
      await submit(gateway, one(), after.record);
      const first = await receiptOf(market, gateway, before.id);
      const second = await receiptOf(market, gateway, after.id);
      expect([first.verdicts, second.verdicts]).to.deep.equal([ALL_VALID, ALL_VALID]);
      expect(first.receipt.filing.key).to.not.equal(second.receipt.filing.key);
      expect(first.receipt.record.key.signature).to.not.equal(second.receipt.record.key.signature);
      // The database has both, and so has a gateway that starts anew.
      await gateway.stop();
      gateway = market.gateway();
      await gateway.start();
      await ready(gateway);
      expect((await receiptOf(market, gateway, before.id)).verdicts).to.equal(ALL_VALID);
    });

    it("says which platform's signer certifies no record keys, and files all the same", async () => {
      const fresh = localSigner(testKey(0x7a));
      market.signers.set(one().number, {
        address: fresh.address,
        signFiling: async (filing, domain) => fresh.signFiling(filing, domain),
      });
      await market.setKey(one().number, fresh.address);
      const [{ record, id }] = offers(one(), 1) as [{ record: string; id: Hex }];
      expect((await submit(gateway, one(), record)).body.state).to.equal("final");
      expect((await gateway.lacks()).map(({ code }) => code)).to.deep.equal(["certificate-missing"]);
      const { report } = await receiptOf(market, gateway, id);
      expect(report.fragments.record.status).to.equal("INVALID");
      expect(report.fragments.filing.status).to.equal("VALID");
    });
  });

  describe("a stolen key", () => {
    it("that overtakes a queue is revoked by the cold key; all that waited is filed once behind the thief's filing", async () => {
      await mining(false);
      const offered = offers(one(), 7);
      for (const { record } of offered) await promise(gateway, one(), record);
      const stranger = new FilingRelay(
        market.chain.rpc,
        new Account(market.chain.rpc, CHAIN_ID, testKey(5)),
        market.deployment,
      );
      const theft = {
        ...{ platform: one().number, number: 1, previous: new Uint8Array(32) },
        ...{ recordsRoot: new Uint8Array(32).fill(7), entries: new Uint8Array(0) },
      };
      const signature = await localSigner(one().key).signFiling(theft, domainOf(market.deployment));
      const { raw } = await stranger.build({ ...theft, signature }, { nonce: 0, gasLimit: 2_000_000 });
      const { rpc } = market.chain;
      await until(async () => isBroadcast(offered[0]!.id));
      // The thief's is the one that a block takes.
      await rpc.call("anvil_dropAllTransactions", [], z.unknown());
      await stranger.send([raw]);
      await mining(true);
      const overtaken = async () => (await gateway.lacks()).some(({ code }) => code === "queue-overtaken");
      await until(async () => overtaken());

      await new Transactor(rpc, CHAIN_ID, testKey(0x60)).send({
        ...{ to: market.deployment.licences, interface: artifact("Licences").interface },
        ...{ function: "revokeKey", args: [one().number] },
      });
      const fresh = localSigner(testKey(0x7b));
      await market.setKey(one().number, fresh.address);
      market.signers.set(one().number, fresh);
      const path = `/v1/operator/platforms/${one().number}/resume`;
      const { body } = await ask(gateway, "POST", path, { key: market.operatorKey });
      expect(body).to.deep.equal({ waiting: offered.length });
      for (const { id } of offered) {
        const end = await settled(gateway, one(), id);
        expect(end.decision.outcome).to.equal("accepted");
        expect(end.filing.number).to.be.above(1);
      }
      expect(await entriesOnChain(market)).to.have.length(offered.length);
      expect((await auditOf(market)).mismatches).to.equal(0);
    });

    async function isBroadcast(id: Hex): Promise<boolean> {
      return (await ask(gateway, "GET", `/v1/submissions/${id}`, { key: one().apiKey })).body.state === "broadcast";
    }
  });

  describe("a licence suspended in the middle of a queue", () => {
    it("refuses requests while it is, takes facts, and accepts again once it is restored", async () => {
      const borrower = newBorrower();
      const opening = issue(one(), market.opened(one(), borrower));
      await submit(gateway, one(), opening.record);
      await mining(false);
      const [waiting] = offers(one(), 1) as [{ record: string; id: Hex }];
      const closing = issue(one(), market.closed(one(), borrower, opening.id));
      await promise(gateway, one(), waiting.record);
      await promise(gateway, one(), closing.record);
      await market.actNext("suspend", [one().number]);
      await mining(true);
      const refused = await settled(gateway, one(), waiting.id);
      expect([refused.decision.outcome, refused.decision.breaches]).to.deep.equal(["refused", ["LICENCE"]]);
      expect((await settled(gateway, one(), closing.id)).decision.outcome).to.equal("accepted");
      await market.act("restore", [one().number]);
      const [again] = offers(one(), 1) as [{ record: string; id: Hex }];
      expect((await submit(gateway, one(), again.record)).body.decision.outcome).to.equal("accepted");
      expect((await auditOf(market)).mismatches).to.equal(0);
    });
  });

  describe("a platform that leaves the market with loans open", () => {
    it("runs its book off: no request is accepted, all facts go in, and its borrowers become free elsewhere", async () => {
      const borrower = newBorrower();
      const opening = issue(one(), market.opened(one(), borrower));
      await submit(gateway, one(), opening.record);
      await market.act("withdraw", [one().number]);
      const elsewhere = issue(two(), market.opened(two(), borrower));
      expect((await submit(gateway, two(), elsewhere.record)).body.decision.breaches).to.deep.equal(["OPEN-LOANS"]);
      const [request] = offers(one(), 1) as [{ record: string; id: Hex }];
      const refused = (await submit(gateway, one(), request.record)).body.decision;
      expect([refused.outcome, refused.breaches]).to.deep.equal(["refused", ["LICENCE"]]);
      const terms = { basis: "paidOut" as const, product: 64, principal: "100000" };
      const fact = issue(one(), market.opened(one(), newBorrower(), { terms }));
      const flagged = (await submit(gateway, one(), fact.record)).body.decision;
      expect([flagged.outcome, flagged.breaches]).to.deep.equal(["flagged", ["LICENCE"]]);
      const closing = issue(one(), market.closed(one(), borrower, opening.id));
      expect((await submit(gateway, one(), closing.record)).body.decision.outcome).to.equal("accepted");
      const free = issue(two(), market.opened(two(), borrower));
      expect((await submit(gateway, two(), free.record)).body.decision.outcome).to.equal("accepted");
      expect((await auditOf(market)).mismatches).to.equal(0);
    });
  });
});
