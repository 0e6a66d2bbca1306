import { expect } from "chai";
import type { Interface } from "ethers";
import { z } from "zod";
import { artifact } from "../../src/chain/artifacts.ts";
import { fetchBlocks, fetchLogs, type RawLog } from "../../src/chain/blocks.ts";
import { decodeLog, type FiledEvent, type RegistryEvent } from "../../src/chain/events.ts";
import { Follower, type FollowedBlock, type FollowerOptions } from "../../src/chain/follower.ts";
import { readKeystore, writeKeystore } from "../../src/chain/keystore.ts";
import { toHex } from "../../src/core/bytes.ts";
import type { Entry } from "../../src/core/entry.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import { ruleBit } from "../../src/core/decision.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { AppError } from "../../src/core/errors.ts";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Filer, type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";

const PRODUCT = 65;
const LIMITS = encodeLimits({
  ...emptyLimits(),
  on: ruleBit("LICENCE"),
  refuse: ruleBit("LICENCE"),
  reportingWindow: 86_400,
});

const opening = (seed: number): Entry => {
  const borrower = new Uint8Array(32).fill(seed);
  borrower[0] = 1;
  return {
    ...{ kind: "Opened", basis: "founded", borrower, time: 1_700_000_000, product: PRODUCT, principal: 1_000n },
    ...{ cash: undefined, income: undefined, line: undefined, predecessor: undefined, lender: undefined },
    ...{ disclosed: 0, outage: undefined, schedule: [{ count: 1, unit: "day", gap: 30, amount: 1_010n }] },
  } as unknown as Entry;
};

/** Notes what it is told, and lets a test wait for it. */
class Notes {
  readonly log: string[] = [];
  readonly events: RegistryEvent[] = [];
  readonly blocks = new Map<number, string>();
  final = -1;
  #waiting: { readonly done: () => boolean; readonly resolve: () => void }[] = [];

  readonly callbacks = {
    onBlocks: async (blocks: readonly FollowedBlock[]): Promise<void> => {
      for (const block of blocks) {
        expect(block.number).to.equal(Math.max(-1, ...this.blocks.keys()) + 1 || block.number);
        this.blocks.set(block.number, toHex(block.hash));
        this.events.push(...block.events);
      }
      this.#look();
    },
    onRollback: async (number: number): Promise<void> => {
      this.log.push(`rollback to ${number}`);
      for (const known of [...this.blocks.keys()]) if (known > number) this.blocks.delete(known);
      this.#look();
    },
    onFinal: async (number: number): Promise<void> => {
      expect(number).to.be.greaterThan(this.final);
      this.final = number;
      this.#look();
    },
    onCaughtUp: async (): Promise<void> => {
      this.log.push("caught up");
      this.#look();
    },
  };

  async until(done: () => boolean): Promise<void> {
    if (done()) return;
    await new Promise<void>((resolve) => this.#waiting.push({ done, resolve }));
  }

  #look(): void {
    for (const { done, resolve } of this.#waiting) if (done()) resolve();
    this.#waiting = this.#waiting.filter(({ done }) => !done());
  }
}

describe("chain/follower, on a real chain", function () {
  this.timeout(60_000);
  let chain: LocalChain;
  let filer: Filer;
  before(async () => {
    chain = await startLocalChain();
    filer = await Filer.create(chain, { products: [PRODUCT] });
    await filer.regulator.publishSettings(
      0,
      encodeSettings({ zone: [{ from: 0, offset: 3_600 }], markets: new Map() }),
    );
    await filer.regulator.openSeries(1, "rate", [{ publishedAt: 1_600_000_000, rate: 34_500_000n }]);
    await filer.regulator.publish(PRODUCT, 1, 1_600_000_000, LIMITS);
    await filer.file([opening(1), opening(2)]);
  });
  after(() => chain.stop());

  const follow = async (
    change: Partial<FollowerOptions>,
    work: (notes: Notes, follower: Follower) => Promise<void>,
  ): Promise<void> => {
    const notes = new Notes();
    const { deployment } = filer;
    const follower = new Follower({ rpc: chain.rpc, deployment, confirmations: 0, interval: 20, ...change });
    const running = follower.run(notes.callbacks);
    await Promise.race([work(notes, follower), running]);
    await follower.stop();
    await running;
  };
  const head = async (): Promise<number> => Number(await chain.rpc.call("eth_blockNumber", [], z.string()));
  const mine = async (count: number): Promise<unknown> =>
    chain.rpc.call("anvil_mine", [`0x${count.toString(16)}`], z.unknown());

  it("tells every block once, in order, and that it has caught up", async () => {
    await mine(450);
    await follow({}, async (notes) => {
      await notes.until(() => notes.log.includes("caught up"));
      expect(Math.max(...notes.blocks.keys())).to.equal(await head());
      expect(notes.events.filter(({ type }) => type === "filed")).to.have.length(1);
      await filer.file([opening(3)]);
      await notes.until(() => notes.events.filter(({ type }) => type === "filed").length === 2);
      expect(notes.log).to.deep.equal(["caught up"]);
    });
  });

  it("takes back what a reorganisation removed, and tells what replaced it", async () => {
    await mine(2);
    const [from] = await chain.rpc.call("eth_accounts", [], z.array(z.string()));
    await chain.rpc.call("eth_sendTransaction", [{ from, to: from, gasPrice: "0x0" }], z.string());
    await mine(1);
    await follow({}, async (notes, follower) => {
      await notes.until(() => notes.log.includes("caught up"));
      const top = await head();
      const before = new Map(notes.blocks);
      await chain.rpc.call("anvil_reorg", [2, []], z.unknown());
      await mine(1);
      follower.poke();
      await notes.until(() => notes.blocks.size > before.size);
      expect(notes.log).to.deep.equal(["caught up", `rollback to ${top - 2}`]);
      expect(notes.blocks.get(top - 2)).to.equal(before.get(top - 2));
      expect(notes.blocks.get(top - 1)).to.not.equal(before.get(top - 1));
    });
  });

  it("takes back what a chain that went back no longer has", async () => {
    const snapshot = await chain.rpc.call("evm_snapshot", [], z.string());
    const base = await head();
    await mine(3);
    await follow({}, async (notes, follower) => {
      await notes.until(() => notes.blocks.has(base + 3));
      await chain.rpc.call("evm_revert", [snapshot], z.unknown());
      follower.poke();
      await notes.until(() => notes.log.length === 2);
      expect(notes.log).to.deep.equal(["caught up", `rollback to ${base}`]);
    });
  });

  it("calls final what has enough blocks above it, and what a further bound allows", async () => {
    let bound = 0;
    await follow({ confirmations: 2, finalUpTo: () => bound }, async (notes, follower) => {
      await notes.until(() => notes.log.includes("caught up"));
      expect(notes.final).to.be.at.most(0);
      bound = Infinity;
      follower.poke();
      const top = await head();
      await notes.until(() => notes.final === top - 2);
    });
  });

  it("goes on when the node answers again, and ends with what a callback throws", async () => {
    const troubles: unknown[] = [];
    const follower = new Follower({
      ...{ rpc: chain.rpc, deployment: { ...filer.deployment }, confirmations: 0, interval: 20 },
      onTrouble: (error) => troubles.push(error),
    });
    const run = follower.run({ ...new Notes().callbacks, onBlocks: () => Promise.reject(new Error("full")) });
    expect(await run.catch((error: Error) => error.message)).to.equal("full");
    expect(troubles).to.deep.equal([]);
  });

  it("decodes events as ethers does", async () => {
    const { registry, rulebook, licences, block } = filer.deployment;
    const logs = await fetchLogs(chain.rpc, [registry, rulebook, licences], block, "latest");
    const interfaces: Record<string, Interface> = {
      [registry]: artifact("Registry").interface,
      [rulebook]: artifact("Rulebook").interface,
      [licences]: artifact("Licences").interface,
    };
    const seen = new Set<string>();
    for (const log of logs) {
      const theirs = interfaces[log.address]!.parseLog({ topics: [...log.topics], data: log.data })!;
      const ours = decodeLog(log);
      if (ours === undefined) continue;
      seen.add(theirs.name);
      const fields = ours.type === "filed" ? ours : ours.event;
      for (const [i, { name }] of theirs.fragment.inputs.entries())
        if (name in fields)
          expect(plain((fields as never)[name]), `${theirs.name}.${name}`).to.equal(plain(theirs.args[i]));
    }
    expect([...seen].sort()).to.deep.equal(
      "Filed LicenceSet ProductsSet RatePublished RegistryInstalled SettingsPublished VersionPublished".split(" "),
    );
  });

  it("refuses a Filed event that is cut short or points outside itself", async () => {
    const { registry, block } = filer.deployment;
    const [log] = await fetchLogs(chain.rpc, [registry], block, "latest");
    const filed = decodeLog(log!) as FiledEvent;
    expect(filed.signature).to.have.length(65);
    const cut = (data: string): RawLog => ({ ...log!, data });
    const outside = `0x${log!.data.slice(2, 2 + 3 * 64)}${"f".repeat(64)}${log!.data.slice(2 + 4 * 64)}`;
    for (const data of ["0x", log!.data.slice(0, 2 + 5 * 64), log!.data.slice(0, -64 * 3), outside])
      expect(() => decodeLog(cut(data)), data.slice(0, 20)).to.throw(AppError, /no readable Filed event/u);
  });

  it("fetches blocks with their logs, in the order of logs", async () => {
    const { registry, rulebook, licences, block } = filer.deployment;
    const blocks = await fetchBlocks(chain.rpc, [registry, rulebook, licences], block, block + 40);
    expect(blocks.map(({ number }) => number)).to.deep.equal(Array.from({ length: 41 }, (_, i) => block + i));
    expect(blocks.flatMap(({ logs }) => logs)).to.deep.equal(
      await fetchLogs(chain.rpc, [registry, rulebook, licences], block, block + 40),
    );
  });
});

/** Values of both decoders in one form: standing is a word of ours and a number of theirs. */
function plain(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value);
  const standing = ["none", "active", "suspended", "withdrawn"].indexOf(value as string);
  return standing === -1 ? String(value).toLowerCase() : String(standing);
}

describe("chain/keystore", function () {
  this.timeout(20_000);
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "tally-keystore-"));
  });
  after(() => rm(directory, { recursive: true }));

  for (const cost of ["light", "full"] as const)
    it(`gives the key back for the password alone, at the ${cost} cost`, async () => {
      const path = join(directory, `${cost}.json`);
      await writeKeystore(path, testKey(3), "correct horse", cost);
      expect(toHex(await readKeystore(path, "correct horse"))).to.equal(toHex(testKey(3)));
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      const error: unknown = await readKeystore(path, "wrong").catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(AppError);
      expect((error as AppError).code).to.equal("keystore-unreadable");
    });
});
