import { expect } from "chai";
import { pino } from "pino";
import { domainOf } from "../../src/chain/deployment.ts";
import { Follower } from "../../src/chain/follower.ts";
import { Alarms } from "../../src/gateway/alarms.ts";
import { NO_CRASH } from "../../src/gateway/crash-points.ts";
import { FinalTakenBack, Ledger } from "../../src/gateway/ledger.ts";
import type { FollowedBlock } from "../../src/gateway/ports.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { ask, issue, Market, newBorrower, submit, type TestPlatform } from "../support/market.ts";

describe("the ledger", function () {
  this.timeout(60_000);
  let market: Market;
  let db: Database;
  let blocks: FollowedBlock[];

  const one = (): TestPlatform => market.platforms[0]!;

  before(async () => {
    market = await Market.open(1);
    const gateway = market.gateway();
    await gateway.start();
    for (let i = 0; i < 3; i++) await submit(gateway, one(), issue(one(), market.opened(one(), newBorrower())).record);
    await gateway.stop();
    db = openDatabase(market.databaseUrl);
    blocks = await allBlocks();
  });

  after(async () => {
    await db.destroy();
    await market.close();
  });

  /** The chain as the follower tells it, once. */
  async function allBlocks(): Promise<FollowedBlock[]> {
    const told: FollowedBlock[] = [];
    const follower = new Follower({
      rpc: market.chain.rpc,
      deployment: market.deployment,
      confirmations: 0,
      interval: 10,
    });
    await follower.run({
      onBlocks: async (some) => void told.push(...some),
      onRollback: async () => undefined,
      onFinal: async () => undefined,
      onCaughtUp: async () => follower.stop(),
    });
    return told;
  }

  function ledger(): { ledger: Ledger; alarms: Alarms } {
    const log = pino({ level: "silent" });
    const alarms = new Alarms(db, log);
    const events = {
      onMined: () => undefined,
      onFinal: () => undefined,
      onUpset: () => undefined,
      onCaughtUp: () => undefined,
    };
    const options = { db, domain: domainOf(market.deployment), alarms, events, crashPoint: NO_CRASH, log };
    return { ledger: new Ledger({ ...options, storedTo: -1, signal: new AbortController().signal }), alarms };
  }

  const filings = (): number[] =>
    blocks.filter(({ events }) => events.some(({ type }) => type === "filed")).map(({ number }) => number);

  it("replays what was decided, and agrees", async () => {
    const { ledger: fresh, alarms } = ledger();
    await fresh.onBlocks(blocks);
    expect(fresh.twin.chainOf(one().number).number).to.equal(3);
    expect(alarms.open).to.deep.equal([]);
  });

  it("raises an alarm where the registry decided otherwise than the twin", async () => {
    const { ledger: fresh, alarms } = ledger();
    const forged = blocks.map((block) => ({
      ...block,
      events: block.events.map((event) =>
        event.type === "filed" && event.number === 2
          ? { ...event, decisions: event.decisions.map((byte, i) => (i === 0 ? 3 : byte)) }
          : event,
      ),
    }));
    await fresh.onBlocks(forged);
    expect(alarms.open.map(({ code }) => code)).to.deep.equal(["twin-diverged"]);
    expect(alarms.open[0]?.message).to.contain("filing 2 of platform 1").and.to.contain("entry 0");
    await alarms.clear("twin-diverged");
  });

  it("takes blocks back to where they part, and replays what replaces them", async () => {
    const { ledger: fresh, alarms } = ledger();
    await fresh.onBlocks(blocks);
    const fork = filings()[1]! - 1;
    await fresh.onRollback(fork);
    expect(fresh.twin.chainOf(one().number).number).to.equal(1);
    expect(fresh.position.block).to.equal(fork);
    await fresh.onBlocks(blocks.filter(({ number }) => number > fork));
    expect(fresh.twin.chainOf(one().number).number).to.equal(3);
    expect(alarms.open).to.deep.equal([]);
  });

  it("begins anew, with an alarm, if the chain takes back what was final", async () => {
    const { ledger: fresh, alarms } = ledger();
    await fresh.onBlocks(blocks);
    await fresh.onFinal(filings()[1]!);
    const failure = await fresh.onRollback(filings()[0]! - 1).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(FinalTakenBack);
    expect(alarms.open.map(({ code }) => code)).to.deep.equal(["final-taken-back"]);
  });

  it("keeps a lasting alarm over a restart, until it is cleared", async () => {
    const gateway = market.gateway();
    await gateway.start();
    const lacks = async (): Promise<string[]> => (await gateway.lacks()).map(({ code }) => code);
    expect(await lacks()).to.include("final-taken-back");
    await ask(gateway, "DELETE", "/v1/operator/alarms/final-taken-back", { key: market.operatorKey });
    expect(await lacks()).to.not.include("final-taken-back");
    await gateway.stop();
  });
});
