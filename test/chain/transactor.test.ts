import { expect } from "chai";
import { z } from "zod";
import { Account } from "../../src/chain/account.ts";
import { Regulator } from "../../src/chain/administration.ts";
import { deploy, type Deployment } from "../../src/chain/deployment.ts";
import { addressOfKey } from "../../src/chain/transaction.ts";
import { describeRevert, Transactor } from "../../src/chain/transactor.ts";
import { artifact } from "../../src/chain/artifacts.ts";
import { JsonRpc } from "../../src/chain/rpc.ts";
import { AppError } from "../../src/core/errors.ts";
import { CHAIN_ID, type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";

describe("chain/transactor and administration", function () {
  this.timeout(60_000);
  let chain: LocalChain;
  let transactor: Transactor;
  let deployment: Deployment;
  let regulator: Regulator;
  before(async () => {
    chain = await startLocalChain();
    transactor = new Transactor(chain.rpc, CHAIN_ID, testKey(1));
    deployment = await deploy(transactor, { notice: 86_400, successionNotice: 0 });
    regulator = new Regulator(transactor, deployment);
  });
  after(() => chain.stop());

  it("tells a refusal in a sentence, with what to do, and keeps the contract's own words", async () => {
    const error = await failureOf(regulator.publish(0, 1, 0, new Uint8Array(320)));
    expect(error.code).to.equal("transaction-failed");
    expect(error.message).to.equal(
      "The contracts refuse to publish: there can be no product 0: numbers go from 1 to 2047",
    );
    expect(error.fix).to.contain("another number");
    expect(error.details).to.deep.equal({ revert: "Rulebook_BadProduct(product: 0, limit: 2048)" });
  });

  it("tells who lacks a role", async () => {
    const stranger = new Regulator(new Transactor(chain.rpc, CHAIN_ID, testKey(9)), deployment);
    const error = await failureOf(stranger.suspend(1));
    expect(error.message).to.match(
      /^The contracts refuse to suspend: the account 0x[0-9a-fA-F]{40} may not do that: its role is another one$/u,
    );
  });

  it("leaves a revert of somebody else's as it is", () => {
    expect(describeRevert("0xdeadbeef", artifact("Rulebook").interface)).to.equal(undefined);
  });

  it("says that the node doesn't answer without saying where it is", async () => {
    const secret = new JsonRpc("http://127.0.0.1:9/v3/a-provider-key");
    const error = await failureOf(new Transactor(secret, CHAIN_ID, testKey(1)).settled());
    expect(error.code).to.equal("rpc-unreachable");
    expect(`${error.message} ${String(error.cause)} ${error.stack ?? ""}`).to.not.contain("a-provider-key");
  });

  it("grants, lists, suspends and restores platforms", async () => {
    const products = [1, 65, 255, 256, 2_047];
    const [key, recovery] = [addressOfKey(testKey(5)), addressOfKey(testKey(6))];
    const number = await regulator.grant({
      name: "Ümlaut & Söhne",
      key,
      recovery,
      group: 7,
      foundingUntil: 99,
      products,
    });
    await regulator.suspend(number);
    const [suspended] = (await regulator.platforms()).slice(-1);
    expect(suspended).to.deep.equal({
      ...{ platform: number, name: "Ümlaut & Söhne", key, group: 7, standing: "suspended" },
      ...{ foundingUntil: 99, flags: 0, foundingClosed: false, products, outages: 0, stale: 0 },
    });
    await regulator.restore(number);
    await regulator.setProducts(number, [65]);
    const [restored] = (await regulator.platforms()).slice(-1);
    expect(restored).to.include({ standing: "active" });
    expect(restored!.products).to.deep.equal([65]);
  });

  it("waits for what an earlier run left on its way", async () => {
    await chain.rpc.call("evm_setAutomine", [false], z.unknown());
    const account = new Account(chain.rpc, CHAIN_ID, testKey(8));
    const call = { to: addressOfKey(testKey(7)), data: new Uint8Array(), nonce: 0, gasLimit: 21_000n };
    const { raw } = account.sign({ ...call, fees: await account.fees() });
    expect(await account.broadcast(raw)).to.equal("sent");
    expect(await account.broadcast(raw)).to.equal("known");
    const settled = new Transactor(chain.rpc, CHAIN_ID, testKey(8)).settled();
    await chain.rpc.call("evm_mine", [], z.unknown());
    await settled;
    await chain.rpc.call("evm_setAutomine", [true], z.unknown());
    expect(await account.minedNonce()).to.equal(1);
    expect(await account.broadcast(raw)).to.equal("nonce-used");
  });
});

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.catch((cause: unknown) => cause);
  expect(error).to.be.instanceOf(AppError);
  return error as AppError;
}
