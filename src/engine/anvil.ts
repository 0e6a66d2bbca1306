/** One run of anvil, the embedded chain's process: how it is started, and what is asked of it. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";

import { JsonRpc, hash32, hexBytes, smallQuantity } from "../chain/rpc.ts";
import { type Child, type Ending, startChild } from "./child.ts";
import { dyingWithUs } from "./child.ts";
import type { DataDirectory } from "./data-directory.ts";
import { engineError } from "./errors.ts";
import type { ChainFacts } from "./journal-frames.ts";

/** SIGTERM lets it save its state. */
export const ANVIL_ENDING: Ending = [
  { signal: "SIGTERM", milliseconds: 60_000 },
  { signal: "SIGKILL", milliseconds: 5_000 },
];

/** States of the recent past that calls and proofs can ask for. Each is a copy of everything, so there are few. */
const STATES_KEPT = 16;
const POLL_MS = 10;
const SLOW_MS = 5_000;
const MINING_TIMEOUT_MS = 300_000;
/** It saves everything each time: seldom enough to write 4 MB a second on average. */
const SAVED_BYTES_A_SECOND = 4_000_000;
const SAVE_SECONDS = { least: 60, most: 3_600 };

export interface ChainFiles {
  readonly home: string;
  readonly journal: string;
  /** Where anvil saves its state, in place and not always whole. */
  readonly saved: string;
  /** The state that it was last started from: the one before. */
  readonly savedBefore: string;
  readonly log: string;
}

export function chainFiles(directory: DataDirectory): ChainFiles {
  const home = join(directory.path, "chain");
  return {
    home,
    journal: join(home, "journal"),
    saved: join(home, "state.json"),
    savedBefore: join(home, "state.before.json"),
    log: join(home, "log"),
  };
}

export function chainUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

const blockSchema = z.object({
  number: smallQuantity,
  hash: hash32,
  parentHash: hash32,
  timestamp: smallQuantity,
  stateRoot: hash32,
  transactions: z.array(hash32),
});

export type AnvilBlock = z.infer<typeof blockSchema>;

/** Everything that we ask of it. */
export class Anvil {
  readonly child: Child;
  readonly url: string;
  readonly #rpc: JsonRpc;

  constructor(child: Child, url: string, rpc: JsonRpc) {
    this.child = child;
    this.url = url;
    this.#rpc = rpc;
  }

  height(): Promise<number> {
    return this.#rpc.call("eth_blockNumber", [], smallQuantity);
  }

  block(number: number): Promise<AnvilBlock | null> {
    return this.#rpc.call("eth_getBlockByNumber", [`0x${number.toString(16)}`, false], blockSchema.nullable());
  }

  async rawTransaction(hash: string): Promise<Uint8Array> {
    const raw = await this.#rpc.call("eth_getRawTransactionByHash", [hash], hexBytes);
    return Buffer.from(raw.slice(2), "hex");
  }

  /** @returns the transaction's hash */
  send(raw: Buffer): Promise<string> {
    return this.#rpc.call("eth_sendRawTransaction", [`0x${raw.toString("hex")}`], hash32);
  }

  /** Transactions that the next block would take. */
  async pending(): Promise<number> {
    const status = await this.#rpc.call("txpool_status", [], z.object({ pending: smallQuantity }));
    return status.pending;
  }

  /** Makes one block of what is pending. @param time UTC seconds, not below the last block's */
  async mine(time: number): Promise<void> {
    await this.#rpc.call("evm_mine", [{ timestamp: time }], z.unknown());
  }

  /** What "pending" calls take for the time, from now on. */
  async setTime(time: number): Promise<void> {
    await this.#rpc.call("evm_setTime", [time], z.unknown());
  }

  /** How many receipts a block has. */
  async receipts(number: number): Promise<number> {
    const params = [`0x${number.toString(16)}`];
    return (await this.#rpc.call("eth_getBlockReceipts", params, z.array(z.unknown()).nullable()))?.length ?? 0;
  }

  /** The first node of the proof of an account that needn't exist: its hash is the root of what is really in the state. */
  async rootNode(): Promise<Uint8Array> {
    const nobody = `0x${"00".repeat(19)}99`;
    const proof = await this.#rpc.call(
      "eth_getProof",
      [nobody, [], "latest"],
      z.object({ accountProof: z.array(hexBytes) }),
    );
    return Buffer.from(proof.accountProof[0]?.slice(2) ?? "", "hex");
  }
}

/**
 * Starts it and waits until it answers.
 *
 * @param state the saved state to begin with; none for a new chain
 * @throws `engine-failed` where it ends instead
 */
export async function startAnvil(
  directory: DataDirectory,
  program: string,
  facts: ChainFacts,
  port: number,
  state: string | undefined,
  tell: (text: string) => void,
): Promise<Anvil> {
  const files = chainFiles(directory);
  const size = state === undefined ? 0 : (await stat(state)).size;
  const { least, most } = SAVE_SECONDS;
  const every = Math.min(most, Math.max(least, Math.ceil(size / SAVED_BYTES_A_SECOND)));
  const child = await startChild(directory, {
    name: "chain",
    program,
    args: [
      ...["--host", "127.0.0.1", "--port", String(port), "--no-cors", "--no-request-size-limit", "--quiet"],
      ...["--chain-id", String(facts.chainId), "--timestamp", String(facts.genesisTime)],
      ...["--hardfork", facts.hardfork, "--gas-limit", String(facts.gasLimit), "--enable-tx-gas-limit"],
      ...["--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee", "--accounts", "1"],
      // We make the blocks; first come, first in.
      ...["--no-mining", "--order", "fifo"],
      ...["--prune-history", String(STATES_KEPT), "--cache-path", join(files.home, "cache")],
      ...["--dump-state", files.saved, "--state-interval", String(every)],
      ...(state === undefined ? [] : ["--load-state", state]),
    ],
    log: files.log,
    prefix: dyingWithUs("TERM"),
    ending: ANVIL_ENDING,
  });
  const url = chainUrl(port);
  const rpc = new JsonRpc(url, { timeout: MINING_TIMEOUT_MS });
  for (let waited = 0; !child.hasExited(); waited += POLL_MS) {
    try {
      await rpc.call("eth_chainId", [], smallQuantity);
      return new Anvil(child, url, rpc);
    } catch {
      // not listening yet
    }
    if (waited === SLOW_MS) tell("The chain is loading its saved state; it may take a while.");
    await wait(POLL_MS);
  }
  const how = await child.exited;
  throw engineError("engine-failed", `the chain ended at its start (${how}): ${child.lastWords()}`, {
    fix: `Read the end of ${files.log}.`,
  });
}
