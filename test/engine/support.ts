import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

import { JsonRpc } from "../../src/chain/rpc.ts";
import type { Engines } from "../../src/engine/engines.ts";
import { CONTRACT } from "./user.ts";

const directories: string[] = [];

/** A directory of a test's own, with a space in its path; gone after the run. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "tally engine "));
  directories.push(path);
  return path;
}

after("removes the data directories of the engines", async () => {
  await Promise.all(directories.map((path) => rm(path, { recursive: true, force: true })));
});

/** What the engines said, and a way to wait for it. */
export class Messages {
  readonly all: string[] = [];
  readonly #waiting = new Set<() => void>();

  readonly take = (text: string): void => {
    this.all.push(text);
    for (const look of [...this.#waiting]) look();
  };

  /** Fulfilled when something was said, since the last call or from now on, that matches. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const i = this.all.findIndex((text) => pattern.test(text));
      const [found] = i < 0 ? [] : this.all.splice(i, 1);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }
}

/** Everything that the chain shows, up to a block: blocks with their hashes, receipts, logs, code and storage. */
export async function photograph(engines: Engines, upTo = engines.journal.journaledBlock()): Promise<unknown> {
  const rpc = new JsonRpc(engines.rpcUrl);
  const numbers = Array.from({ length: upTo + 1 }, (_, i) => `0x${i.toString(16)}`);
  const blocks = await rpc.batch(
    numbers.map((number) => ({ method: "eth_getBlockByNumber", params: [number, true] })),
    z.record(z.string(), z.unknown()),
  );
  const receipts = await rpc.batch(
    numbers.map((number) => ({ method: "eth_getBlockReceipts", params: [number] })),
    z.unknown(),
  );
  const logs = await rpc.call("eth_getLogs", [{ fromBlock: "0x0", toBlock: numbers.at(-1) }], z.array(z.unknown()));
  const code = await rpc.call("eth_getCode", [CONTRACT, "latest"], z.string());
  const slots = Array.from({ length: 12 }, (_, nonce) => `0x${(nonce * 1000).toString(16).padStart(64, "0")}`);
  const storage = await rpc.batch(
    slots.map((slot) => ({ method: "eth_getStorageAt", params: [CONTRACT, slot, "latest"] })),
    z.string(),
  );
  return { blocks, receipts, logs, code, storage };
}
