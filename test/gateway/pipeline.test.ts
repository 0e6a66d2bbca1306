import { expect } from "chai";
import { localSigner } from "../../src/chain/signer.ts";
import { Account } from "../../src/chain/account.ts";
import { domainOf } from "../../src/chain/deployment.ts";
import { Follower } from "../../src/chain/follower.ts";
import { FilingRelay } from "../../src/chain/relay.ts";
import { type Hex, toHex } from "../../src/core/bytes.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import type { Signer } from "../../src/gateway/ports.ts";
import { sql } from "kysely";
import { z } from "zod";
import { openDatabase } from "../../src/store/database.ts";
import { auditOf, entriesOnChain, filingsOnChain } from "../support/chain-content.ts";
import { CHAIN_ID, testKey } from "../support/local-chain.ts";
import {
  ask,
  issue,
  type Json,
  Market,
  newBorrower,
  promise,
  ready,
  settled,
  submit,
  type TestPlatform,
  until,
} from "../support/market.ts";

const OPENED = 1;
const CLOSED = 4;

describe("the pipeline", function () {
  this.timeout(90_000);
  let market: Market;
  let gateway: Gateway;

  const one = (): TestPlatform => market.platforms[0]!;
  const two = (): TestPlatform => market.platforms[1]!;

  beforeEach(async () => {
    market = await Market.open(2);
    gateway = market.gateway();
    await gateway.start();
  });

  afterEach(async () => {
    await gateway.stop();
    await market.close();
  });

  const stateOf = async (platform: TestPlatform, id: Hex): Promise<Json> =>
    (await ask(gateway, "GET", `/v1/submissions/${id}`, { key: platform.apiKey })).body;

  it("mines each borrower's entries in the order of promises, across platforms", async () => {
    const borrowers = Array.from({ length: 5 }, () => newBorrower());
    const promised: { borrower: Hex; platform: number }[] = [];
    let last: { platform: TestPlatform; id: Hex } | undefined;
    for (let i = 0; i < 60; i++) {
      const borrower = borrowers[(i * 7) % 5]!;
      const platform = (i * 3) % 4 < 2 ? one() : two();
      const terms = { basis: "founded" as const, product: 64, principal: "100000" };
      const { record, id } = issue(platform, market.opened(platform, borrower, { terms }));
      await promise(gateway, platform, record);
      promised.push({ borrower, platform: platform.number });
      last = { platform, id };
    }
    await settled(gateway, last!.platform, last!.id);
    for (const { id, platform } of [last!]) expect((await settled(gateway, platform, id)).state).to.equal("final");
    const mined = await entriesOnChain(market);
    for (const borrower of borrowers) {
      const of = (rows: { borrower: Hex; platform: number }[]): number[] =>
        rows.filter((row) => row.borrower === borrower).map((row) => row.platform);
      expect(of(mined)).to.deep.equal(of(promised));
    }
    expect((await auditOf(market)).mismatches).to.deep.equal(0);
  });

  it("holds what follows a request until that is decided, and files it then", async () => {
    const borrower = newBorrower();
    const opening = issue(one(), market.opened(one(), borrower));
    const closing = issue(one(), market.closed(one(), borrower, opening.id));
    const next = issue(two(), market.opened(two(), borrower));
    await promise(gateway, one(), opening.record);
    await promise(gateway, one(), closing.record);
    await promise(gateway, two(), next.record);
    expect((await settled(gateway, two(), next.id)).decision.outcome).to.equal("accepted");
    expect((await settled(gateway, one(), closing.id)).decision.outcome).to.equal("accepted");
    const kinds = (await entriesOnChain(market)).map(({ kind }) => kind);
    expect(kinds).to.deep.equal([OPENED, CLOSED, OPENED]);
  });

  it("does not file what follows a refused request, and says so", async () => {
    const borrower = newBorrower();
    const first = issue(one(), market.opened(one(), borrower));
    const second = issue(two(), market.opened(two(), borrower));
    const closing = issue(two(), market.closed(two(), borrower, second.id));
    await promise(gateway, one(), first.record);
    await promise(gateway, two(), second.record);
    await promise(gateway, two(), closing.record);
    const end = await settled(gateway, two(), closing.id);
    expect(end).to.include({ state: "not_filed", reason: "the opening of its loan was refused" });
    expect(end.decision).to.equal(undefined);
    expect((await settled(gateway, two(), second.id)).decision.outcome).to.equal("refused");
    expect(await entriesOnChain(market)).to.have.length(2);
  });

  it("binds an event to its opening in the same filing", async () => {
    const borrower = newBorrower();
    const terms = { basis: "founded" as const, product: 64, principal: "100000" };
    const opening = issue(one(), market.opened(one(), borrower, { terms }));
    const closing = issue(one(), market.closed(one(), borrower, opening.id));
    const { body } = await ask(gateway, "POST", "/v1/records/batch?wait=20", {
      key: one().apiKey,
      body: { items: [opening, closing].map(({ record, id }) => ({ record, idempotencyKey: id })) },
    });
    const [a, b] = body.results.map((result: Json) => result.submission);
    expect([a.filing.number, b.filing.number]).to.deep.equal([1, 1]);
    expect(b.decision.findings).to.deep.equal([]);
  });

  it("binds a loan to the one that it refinances, in the same filing, across platforms, and where that one was refused", async () => {
    const borrower = newBorrower();
    const terms = { basis: "founded" as const, product: 64, principal: "100000" };
    const after = (predecessor: Hex): Json => ({ terms, loan: { number: "loan", predecessor } });
    const first = issue(one(), market.opened(one(), borrower, { terms }));
    const second = issue(one(), market.opened(one(), borrower, after(first.id)));
    const event = { reason: "refinanced" as const, principal: "100000", charges: "1000" };
    const closing = issue(one(), { ...market.closed(one(), borrower, first.id), event } as ReturnType<
      typeof market.closed
    >);
    const { body } = await ask(gateway, "POST", "/v1/records/batch?wait=20", {
      key: one().apiKey,
      body: { items: [first, second, closing].map(({ record, id }) => ({ record, idempotencyKey: id })) },
    });
    const filed = body.results.map(({ submission }: Json) => [submission.filing.number, submission.decision.outcome]);
    // The second is the borrower's second open loan, until the first one's close.
    expect(filed).to.deep.equal(["accepted", "flagged", "accepted"].map((outcome) => [1, outcome]));

    const third = issue(two(), market.opened(two(), borrower, after(second.id)));
    await promise(gateway, two(), third.record);
    expect((await settled(gateway, two(), third.id)).decision.outcome).to.equal("flagged");
    const asked = issue(two(), market.opened(two(), borrower));
    const last = issue(two(), market.opened(two(), borrower, { loan: { number: "last", predecessor: asked.id } }));
    await promise(gateway, two(), asked.record);
    await promise(gateway, two(), last.record);
    expect((await settled(gateway, two(), asked.id)).decision.outcome).to.equal("refused");
    const { decision } = await settled(gateway, two(), last.id);
    expect(decision.outcome).to.equal("refused");
    expect(JSON.stringify(decision.findings)).to.include("NO-LOAN");
    expect((await auditOf(market)).mismatches).to.equal(0);
  });

  it("files again what a reorganisation took back, to the same heads", async () => {
    const snapshot = await market.chain.rpc.call("evm_snapshot", [], z.string());
    const records = [1, 2, 3].map(() => issue(one(), market.opened(one(), newBorrower())));
    for (const { record } of records) await submit(gateway, one(), record);
    const before = (await filingsOnChain(market)).map(({ head }) => head);
    expect(await market.chain.rpc.call("evm_revert", [snapshot], z.boolean())).to.equal(true);
    expect(await filingsOnChain(market)).to.have.length(0);
    gateway.poke();
    const { record, id } = issue(one(), market.opened(one(), newBorrower()));
    await promise(gateway, one(), record);
    expect((await settled(gateway, one(), id)).state).to.equal("final");
    const after = (await filingsOnChain(market)).map(({ head }) => head);
    expect(after.slice(0, before.length)).to.deep.equal(before);
    expect(await entriesOnChain(market)).to.have.length(4);
    expect((await auditOf(market)).mismatches).to.equal(0);
  });

  it("files again what the chain lost while the gateway was away", async () => {
    const { rpc } = market.chain;
    const { deployment } = market;
    await gateway.stop();
    // Nothing becomes final, so that losing it breaks no promise of the chain's.
    const options = { createFollower: () => new Follower({ rpc, deployment, confirmations: 1_000, interval: 25 }) };
    gateway = market.gateway(options);
    await gateway.start();
    const snapshot = await rpc.call("evm_snapshot", [], z.string());
    const offered = [1, 2].map(() => issue(one(), market.opened(one(), newBorrower())));
    for (const { record, id } of offered) {
      await promise(gateway, one(), record);
      await until(async () => ((await stateOf(one(), id)).state === "mined" ? true : undefined));
    }
    const before = (await filingsOnChain(market)).map(({ head }) => head);
    await gateway.stop();
    await rpc.call("evm_revert", [snapshot], z.boolean());
    expect(await filingsOnChain(market)).to.have.length(0);
    gateway = market.gateway(options);
    await gateway.start();
    await until(async () => ((await filingsOnChain(market)).length === before.length ? true : undefined));
    expect((await filingsOnChain(market)).map(({ head }) => head)).to.deep.equal(before);
    for (const { id } of offered) {
      await until(async () => ((await stateOf(one(), id)).state === "mined" ? true : undefined));
    }
    await ready(gateway);
  });

  it("says so, and files again, where the chain has lost what it had called final", async () => {
    const { rpc } = market.chain;
    const snapshot = await rpc.call("evm_snapshot", [], z.string());
    const { record, id } = issue(one(), market.opened(one(), newBorrower()));
    expect((await submit(gateway, one(), record)).body.state).to.equal("final");
    await gateway.stop();
    await rpc.call("evm_revert", [snapshot], z.boolean());
    gateway = market.gateway();
    await gateway.start();
    await until(async () => ((await filingsOnChain(market)).length === 1 ? true : undefined));
    expect((await settled(gateway, one(), id)).state).to.equal("final");
    expect((await gateway.lacks()).map(({ code }) => code)).to.deep.equal(["final-taken-back"]);
  });

  it("halts a platform whose number somebody else took, and goes on behind it on the operator's word", async () => {
    const stranger = new FilingRelay(
      market.chain.rpc,
      new Account(market.chain.rpc, CHAIN_ID, testKey(5)),
      market.deployment,
    );
    const filing = {
      ...{ platform: one().number, number: 1, previous: new Uint8Array(32) },
      ...{ recordsRoot: new Uint8Array(32).fill(7), entries: new Uint8Array(0) },
    };
    // The signer is slow, so that the theft happens between the cut and the broadcast.
    let thieve: () => Promise<void> = async () => undefined;
    const honest = one().signer;
    const slow: Signer = {
      address: honest.address,
      async signFiling(own, domain) {
        await thieve();
        thieve = async () => undefined;
        return honest.signFiling(own, domain);
      },
    };
    market.signers.set(one().number, slow);
    thieve = async () => {
      const signature = await localSigner(one().key).signFiling(filing, domainOf(market.deployment));
      const { raw } = await stranger.build({ ...filing, signature }, { nonce: 0, gasLimit: 2_000_000 });
      await stranger.send([raw]);
    };
    const { record, id } = issue(one(), market.opened(one(), newBorrower()));
    await promise(gateway, one(), record);
    const other = issue(two(), market.opened(two(), newBorrower()));
    expect((await submit(gateway, two(), other.record)).body.state).to.equal("final");
    const halted = await until(async () => {
      const { body } = await ask(gateway, "GET", "/v1/operator/queues", { key: market.operatorKey });
      return body.queues[0].halted === null ? undefined : body;
    });
    expect(halted.queues[0].halted).to.contain("number 1");
    expect(halted.alarms.map((alarm: Json) => alarm.code)).to.deep.equal(["queue-overtaken"]);
    const readiness = await ask(gateway, "GET", "/readyz");
    expect([readiness.status, readiness.body.lacks[0].code]).to.deep.equal([503, "queue-overtaken"]);

    const resumed = await ask(gateway, "POST", `/v1/operator/platforms/${one().number}/resume`, {
      key: market.operatorKey,
    });
    expect(resumed.body).to.deep.equal({ waiting: 1 });
    const end = await settled(gateway, one(), id);
    expect(end.filing).to.include({ number: 2, index: 0 });
    expect(end.decision.outcome).to.equal("accepted");
    const cleared = await ask(gateway, "DELETE", "/v1/operator/alarms/queue-overtaken", { key: market.operatorKey });
    expect(cleared.body).to.deep.equal({ cleared: 1 });
    expect((await ask(gateway, "GET", "/readyz")).status).to.equal(200);
  });

  it("goes on when the database drops all connections in the middle, and files everything once", async () => {
    const administrator = openDatabase(market.databaseUrl, { connections: 1 });
    const offered = Array.from({ length: 40 }, () => issue(one(), market.opened(one(), newBorrower())));
    const send = async ({ record }: { record: string }): Promise<void> => {
      for (;;) if ((await submit(gateway, one(), record, { wait: 0 })).status < 500) return;
    };
    for (const [i, offer] of offered.entries()) {
      if (i % 10 === 5) {
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`.execute(administrator);
      }
      await send(offer);
    }
    for (const { id } of offered) expect((await settled(gateway, one(), id)).state).to.equal("final");
    expect(await entriesOnChain(market)).to.have.length(offered.length);
    await administrator.destroy();
  });

  it("lets no second gateway file from its database", async () => {
    await ready(gateway);
    const second = market.gateway();
    await second.start();
    // Told after a few attempts, each refused.
    const lacks = await until(async () => {
      const found = await second.lacks();
      return found.some(({ code }) => code === "pipeline-failing") && found;
    });
    expect(lacks.map(({ code }) => code)).to.have.members(["pipeline-stopped", "pipeline-failing"]);
    expect(lacks.find(({ code }) => code === "pipeline-failing")?.message).to.contain("Another gateway holds");
    await second.stop();
    expect(await gateway.lacks()).to.deep.equal([]);
  });

  it("raises fees that have become too low while filings waited", async () => {
    const { rpc } = market.chain;
    const relayer = toHex(new Account(rpc, CHAIN_ID, testKey(4)).address);
    await rpc.call("anvil_setBalance", [relayer, "0xffffffffffffffffffff"], z.unknown());
    await rpc.call("evm_setAutomine", [false], z.unknown());
    const { record, id } = issue(one(), market.opened(one(), newBorrower()));
    await promise(gateway, one(), record);
    await until(async () => ((await stateOf(one(), id)).state === "broadcast" ? true : undefined));
    await rpc.call("anvil_setNextBlockBaseFeePerGas", ["0x3b9aca00"], z.unknown());
    await rpc.call("evm_mine", [], z.unknown());
    await rpc.call("evm_setAutomine", [true], z.unknown());
    expect((await settled(gateway, one(), id)).decision.outcome).to.equal("accepted");
  });

  it("keeps a platform's filings while its signer is away, and lets others pass", async () => {
    const honest = one().signer;
    let away = true;
    market.signers.set(one().number, {
      address: honest.address,
      signFiling: async (filing, domain) => {
        if (away) throw new Error("no answer");
        return honest.signFiling(filing, domain);
      },
    });
    const { record, id } = issue(one(), market.opened(one(), newBorrower()));
    await promise(gateway, one(), record);
    const other = issue(two(), market.opened(two(), newBorrower()));
    expect((await submit(gateway, two(), other.record)).body.state).to.equal("final");
    away = false;
    expect((await settled(gateway, one(), id)).decision.outcome).to.equal("accepted");
  });

  it("follows a key that was rotated while filings were on their way", async () => {
    const honest = one().signer;
    const fresh = localSigner(testKey(0x77));
    market.signers.set(one().number, {
      address: honest.address,
      async signFiling(filing, domain) {
        // Signed with the old key, but too late: the new one is in force when the filing arrives.
        const signature = await honest.signFiling(filing, domain);
        market.signers.set(one().number, fresh);
        await market.setKey(one().number, fresh.address);
        return signature;
      },
    });
    const { record, id } = issue(one(), market.opened(one(), newBorrower()));
    await promise(gateway, one(), record);
    expect((await settled(gateway, one(), id)).decision.outcome).to.equal("accepted");
  });
});
