import { spawn } from "node:child_process";
import { copyFile, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { expect } from "chai";
import { Client } from "pg";
import { z } from "zod";

import { JsonRpc, smallQuantity } from "../../src/chain/rpc.ts";
import { AppError } from "../../src/core/errors.ts";
import { type EngineOptions, type Engines, addressesOf, startEngines } from "../../src/engine/engines.ts";
import { isAlive } from "../../src/engine/identity.ts";
import { keepSavedState } from "../../src/engine/saved-state.ts";
import { Messages, photograph, temporaryDirectory } from "./support.ts";
import { CONTRACT, userOf } from "./user.ts";
import { track } from "../support/children.ts";

const childrenSchema = z.array(z.object({ name: z.string(), pid: z.number(), started: z.string() }));

/** What `run-engines.ts` prints. */
const printed = z.object({ block: z.object({ number: z.number(), hash: z.string() }).optional() });

async function childrenOf(path: string): Promise<z.infer<typeof childrenSchema>> {
  return childrenSchema.parse(JSON.parse(await readFile(join(path, "processes.json"), "utf8")));
}

async function kill(path: string, ...names: string[]): Promise<void> {
  for (const child of await childrenOf(path)) if (names.includes(child.name)) process.kill(child.pid, "SIGKILL");
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function refusal(options: EngineOptions): Promise<AppError> {
  const error: unknown = await startEngines(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(AppError);
  return error as AppError;
}

describe("engine: Postgres and the chain on one data directory", function () {
  this.timeout(120_000);
  let path: string;
  let engines: Engines | undefined;
  let messages: Messages;

  async function start(options: Partial<EngineOptions> = {}): Promise<Engines> {
    messages = new Messages();
    engines = await startEngines({ dataDir: path, onMessage: messages.take, ...options });
    return engines;
  }

  async function stop(): Promise<void> {
    await engines?.stop();
    engines = undefined;
  }

  /** Both serve and hold what they held; each test leaves one more block and row. */
  async function prove(running: Engines, photo: unknown, upTo: number): Promise<void> {
    expect(await photograph(running, upTo)).to.deep.equal(photo);
    await userOf(running).send();
    const rows = await query(running.databaseUrl, "INSERT INTO kept SELECT count(*) FROM kept RETURNING n");
    expect(rows).to.have.length(1);
    const counted = await query(running.databaseUrl, "SELECT count(*)::int AS rows, max(n) + 1 AS next FROM kept");
    expect(counted).to.deep.equal([{ rows: rowsKept + 1, next: rowsKept + 1 }]);
    rowsKept += 1;
  }
  let rowsKept = 0;

  before(async () => {
    path = join(await temporaryDirectory(), "data directory");
    const fresh = await start();
    expect(fresh.restored).to.include({ from: "nothing", height: 0 });
    await query(fresh.databaseUrl, "CREATE TABLE kept (n integer PRIMARY KEY)");
    for (let i = 0; i < 4; i += 1) await userOf(fresh).send();
    await stop();
  });

  afterEach(stop);

  it("serve a new directory: durable settings, UTF-8, free gas, the limit of a transaction", async () => {
    const running = await start();
    const settings = ["fsync", "synchronous_commit", "full_page_writes", "server_encoding", "listen_addresses"];
    const rows = await query(
      running.databaseUrl,
      `SELECT name, setting FROM pg_settings WHERE name IN (${settings.map((name) => `'${name}'`).join()}) ORDER BY name`,
    );
    expect(rows).to.deep.equal([
      { name: "fsync", setting: "on" },
      { name: "full_page_writes", setting: "on" },
      { name: "listen_addresses", setting: "127.0.0.1" },
      { name: "server_encoding", setting: "UTF8" },
      { name: "synchronous_commit", setting: "on" },
    ]);
    const rpc = new JsonRpc(running.rpcUrl);
    expect(await rpc.call("eth_chainId", [], smallQuantity)).to.equal(running.chainId);
    expect(await rpc.call("eth_gasPrice", [], smallQuantity)).to.equal(0);
    const proof = z.object({ storageProof: z.array(z.object({ value: z.string() })) });
    const key = `0x${(1000).toString(16).padStart(64, "0")}`;
    const proved = await rpc.call("eth_getProof", [CONTRACT, [key], "latest"], proof);
    const head = await rpc.call("eth_getBlockByNumber", ["0x2", false], z.object({ timestamp: z.string() }));
    expect(proved.storageProof).to.deep.equal([{ value: head.timestamp }]);
    const { rpcUrl, databaseUrl, chainId } = running;
    expect(await addressesOf(path)).to.deep.equal({ owner: process.pid, rpcUrl, databaseUrl, chainId });
    expect(await addressesOf(join(path, ".."))).to.equal(undefined);
    expect((await stat(join(path, "database", "password"))).mode & 0o077).to.equal(0);
  });

  it("stopped and started again have all they had, on their ports", async () => {
    const first = await start();
    const height = first.journal.journaledBlock();
    const photo = await photograph(first);
    const { rpcUrl, databaseUrl } = first;
    await stop();
    const again = await start();
    expect(again).to.include({ rpcUrl, databaseUrl });
    expect(again.restored).to.include({ from: "saved state", height, replayed: 0 });
    await prove(again, photo, height);
    expect(messages.all).to.deep.equal([]);
  });

  for (const names of [["chain"], ["database"], ["chain", "database"]]) {
    it(`come back by themselves after SIGKILL of ${names.join(" and ")}`, async () => {
      const running = await start();
      await userOf(running).send();
      const height = running.journal.journaledBlock();
      const photo = await photograph(running);
      await kill(path, ...names);
      for (const name of names) {
        await messages.until(new RegExp(`The ${name} ended unexpectedly \\(signal SIGKILL\\)`, "u"));
        await messages.until(new RegExp(`The ${name} is back`, "u"));
      }
      await prove(running, photo, height);
    });
  }

  it("suspended and orphaned by SIGKILL of their parent are ended at the next start", async () => {
    const parent = track(
      spawn(process.execPath, [join(import.meta.dirname, "run-engines.ts"), path], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
    const line = await new Promise<string>((resolve) => parent.stdout.setEncoding("utf8").once("data", resolve));
    expect(line).to.contain("rpcUrl");
    const orphans = await childrenOf(path);
    expect(orphans.map((child) => child.name).sort()).to.deep.equal(["chain", "database"]);
    const refused = await refusal({ dataDir: path });
    expect(refused.code).to.equal("data-directory-in-use");
    expect(refused.message).to.contain(`is in use by process ${parent.pid ?? 0}`);
    for (const child of orphans) process.kill(child.pid, "SIGSTOP");
    parent.kill("SIGKILL");
    await new Promise((resolve) => parent.once("exit", resolve));
    expect(orphans.every(isAlive)).to.equal(true);

    const running = await start();
    expect(orphans.some(isAlive)).to.equal(false);
    for (const name of ["chain", "database"])
      await messages.until(new RegExp(`^The ${name} left over from a crash`, "u"));
    await prove(running, await photograph(running), running.journal.journaledBlock());
  });

  it("end with their parent where it is killed and the system can say so", async function () {
    if (process.platform !== "linux") this.skip();
    const parent = track(
      spawn(process.execPath, [join(import.meta.dirname, "run-engines.ts"), path], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
    await new Promise<string>((resolve) => parent.stdout.setEncoding("utf8").once("data", resolve));
    const orphans = await childrenOf(path);
    parent.kill("SIGKILL");
    const deadline = Date.now() + 20_000;
    while (orphans.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(orphans.filter(isAlive)).to.deep.equal([]);
  });

  it("keep every block that was called durable through SIGKILL of everything at work, again and again", async () => {
    const durable = new Map<number, string>();
    for (let round = 0; round < 3; round += 1) {
      const parent = track(
        spawn(process.execPath, [join(import.meta.dirname, "run-engines.ts"), path, "busy"], {
          stdio: ["ignore", "pipe", "inherit"],
        }),
      );
      let seen = 0;
      for await (const line of createInterface({ input: parent.stdout })) {
        const { block } = printed.parse(JSON.parse(line));
        if (block === undefined) continue;
        durable.set(block.number, block.hash);
        seen += 1;
        if (seen !== 6 + round) continue;
        // What it prints between now and its end was durable as well.
        await kill(path, "chain", "database");
        parent.kill("SIGKILL");
      }
    }
    const running = await start();
    const rpc = new JsonRpc(running.rpcUrl);
    for (const [number, hash] of durable) {
      const params = [`0x${number.toString(16)}`, false];
      const block = await rpc.call("eth_getBlockByNumber", params, z.object({ hash: z.string() }).nullable());
      expect(block?.hash, `block ${number}`).to.equal(hash);
    }
    expect(durable.size).to.be.at.least(21);
    await prove(running, await photograph(running), running.journal.journaledBlock());
  });

  describe("the chain", () => {
    const home = (name: string): string => join(path, "chain", name);

    /** The height and all that is shown of a chain that is stopped then. */
    async function remembered(): Promise<{ height: number; photo: unknown }> {
      const running = await start();
      await userOf(running).send();
      const found = { height: running.journal.journaledBlock(), photo: await photograph(running) };
      await stop();
      return found;
    }

    it("falls back to the state before when the last was not saved whole, and makes the rest again", async () => {
      const { height, photo } = await remembered();
      await truncate(home("state.json"), Math.floor((await stat(home("state.json"))).size / 2));
      const running = await start();
      await messages.until(/^A saved state of the chain is damaged/u);
      expect(running.restored).to.include({ from: "saved state", height, replayed: 1 });
      await prove(running, photo, height);
    });

    it("keeps a state that was saved whole from the next saving, and no other", async () => {
      const { height, photo } = await remembered();
      const files = { saved: home("state.json"), savedBefore: home("state.before.json") };
      const saved = await readFile(files.saved);
      expect(await keepSavedState(files)).to.equal(true);
      expect((await readFile(files.savedBefore)).equals(saved)).to.equal(true);
      expect(await keepSavedState(files)).to.equal(false);
      await writeFile(files.saved, saved.subarray(0, -1));
      expect(await keepSavedState(files)).to.equal(false);
      const running = await start();
      expect(running.restored).to.include({ from: "saved state", height, replayed: 0 });
      await prove(running, photo, height);
    });

    it("is rebuilt from its journal alone: the same blocks, times, receipts, code and storage", async () => {
      const { height, photo } = await remembered();
      await writeFile(home("state.json"), "");
      await writeFile(home("state.before.json"), "{}");
      const running = await start();
      await messages.until(/^The chain is rebuilt from its journal/u);
      expect(running.restored).to.include({ from: "journal", height, replayed: height });
      await prove(running, photo, height);
    });

    it("does not believe a saved state of another history", async () => {
      const { height, photo } = await remembered();
      const text = await readFile(home("state.json"), "utf8");
      // One word of the contract's storage: the state is readable, but no longer what the last block says.
      const forged = text.replace(/("0x0*3e8":\s*"0x0*)[0-9a-f]{8}"/u, '$1deadbeef"');
      expect(forged).not.to.equal(text);
      await writeFile(home("state.json"), forged);
      const running = await start();
      await messages.until(/its storage is not the block's/u);
      await prove(running, photo, height);
    });

    it("loses no block that its saved state has when the journal's end is torn", async () => {
      const { height, photo } = await remembered();
      await truncate(home("journal"), (await stat(home("journal"))).size - 3);
      const running = await start();
      await messages.until(/^The end of the chain's journal was torn by a crash/u);
      await messages.until(/^The chain's journal was behind by 1 blocks/u);
      await prove(running, photo, height);
    });

    it("without saved states has all blocks but the torn one", async () => {
      const { height } = await remembered();
      await truncate(home("journal"), (await stat(home("journal"))).size - 3);
      for (const name of ["state.json", "state.before.json"]) await rm(home(name));
      const running = await start();
      expect(running.restored).to.include({ from: "journal", height: height - 1 });
      await prove(running, await photograph(running, height - 1), height - 1);
    });

    it("has its journal written anew from its saved state when that is lost", async () => {
      const { height, photo } = await remembered();
      await copyFile(home("journal"), home("journal.kept"));
      await rm(home("journal"));
      const running = await start();
      await messages.until(new RegExp(`^The chain's journal was behind by ${height} blocks after block 0`, "u"));
      await stop();
      await rm(home("state.before.json"));
      await rm(home("state.json"));
      const again = await start();
      expect(again.restored).to.include({ from: "journal", height });
      await prove(again, photo, height);
      expect(running.journal.journaledBlock()).to.equal(height);
    });

    it("makes its blocks at the interval, with all that is pending in one, and tells when each is durable", async () => {
      const running = await start({ miningIntervalSeconds: 0.5 });
      const told: number[] = [];
      running.journal.onJournaled((block) => told.push(block.transactions.length));
      const before = running.journal.journaledBlock();
      const user = userOf(running);
      const nonce = await user.rpc.call("txpool_status", [], z.object({ pending: smallQuantity }));
      expect(nonce.pending).to.equal(0);
      const sent = await user.send();
      expect(sent.block).to.equal(before + 1);
      expect(told).to.deep.equal([1]);
    });

    for (const [method, ...params] of [
      ["anvil_reorg", 1, []],
      ["anvil_rollback", 1],
    ] as const) {
      it(`changed behind our back by ${method} is put right from the journal at the next block`, async () => {
        const running = await start();
        const user = userOf(running);
        // It can only go back to what it has made itself.
        await user.send();
        await user.send();
        const height = running.journal.journaledBlock();
        const photo = await photograph(running);
        await user.rpc.call(method, params, z.unknown());
        user.send().catch(() => undefined);
        await messages.until(/^The chain is not the journal's any more/u);
        await messages.until(/^The chain is back/u);
        await prove(running, photo, height);
      });
    }
  });

  describe("refuse with one line", () => {
    it("a second start on the same directory", async () => {
      await start();
      const error = await refusal({ dataDir: path });
      expect(error.message).to.equal(`${path} is in use by process ${process.pid}`);
      expect(error.fix).to.match(/^Stop process \d+ first/u);
    });

    it("a port that is taken, when they were told to use it; one that they had gives way", async () => {
      const server = createServer();
      const { rpcUrl } = await start();
      await stop();
      const port = Number(new URL(rpcUrl).port);
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      try {
        const error = await refusal({ dataDir: path, ports: { chain: port } });
        expect(error.code).to.equal("engine-port-taken");
        expect(error.message).to.equal(`port ${port}, meant for the chain, is taken by another process`);
        const moved = await start();
        expect(moved.rpcUrl).not.to.equal(rpcUrl);
        await messages.until(new RegExp(`^Port ${port} of the chain is taken by another process`, "u"));
      } finally {
        server.close();
      }
    });

    it("another chain id than the directory's", async () => {
      const error = await refusal({ dataDir: path, chainId: 5 });
      expect(error.message).to.match(/holds chain 31337, not chain 5$/u);
    });

    it("a database whose password is gone", async () => {
      const file = join(path, "database", "password");
      await copyFile(file, `${file}.kept`);
      await rm(file);
      const error = await refusal({ dataDir: path });
      expect(error.message).to.contain("password is gone");
      await copyFile(`${file}.kept`, file);
      await (await start()).stop();
    });
  });
});
