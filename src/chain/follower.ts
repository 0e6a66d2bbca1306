import { fromHex } from "../core/bytes.ts";
import { blockHashAt, type RawBlock } from "./blocks.ts";
import { ContractLogs } from "./contract-logs.ts";
import type { Deployment } from "./deployment.ts";
import { decodeLog, type RegistryEvent } from "./events.ts";
import { smallQuantity, type JsonRpc } from "./rpc.ts";

/** A block with the events of Registry, Rulebook, Licences and Sandbox in it, in the order of logs. */
export interface FollowedBlock {
  readonly number: number;
  readonly hash: Uint8Array;
  /** UTC seconds. */
  readonly time: number;
  readonly events: readonly RegistryEvent[];
}

/** Called one at a time, each awaited before the next. One that throws ends the following. */
export interface FollowerCallbacks {
  /** Consecutive blocks, several at once while catching up. */
  onBlocks(blocks: readonly FollowedBlock[]): Promise<void>;
  /** Blocks above `number` are no longer part of the chain; what replaces them follows by `onBlocks`. */
  onRollback(number: number): Promise<void>;
  /** Blocks up to and including `number` are final. */
  onFinal(number: number): Promise<void>;
  /** Caught up with the head of the chain for the first time since `run`. */
  onCaughtUp(): Promise<void>;
}

export interface FollowerOptions {
  readonly rpc: JsonRpc;
  readonly deployment: Deployment;
  /** A block is final with so many blocks above it. */
  readonly confirmations: number;
  /** A further bound on what is final: the embedded chain's journal, for one. */
  readonly finalUpTo?: () => number;
  /** Milliseconds between looks at the chain's end. */
  readonly interval?: number;
  /** A look failed; following goes on. */
  readonly onTrouble?: (error: unknown) => void;
}

/** Blocks fetched in one go while catching up. */
const SPAN = 200;
/** Hashes kept to find where two histories part; a reorg deeper than this is taken back to the oldest. */
const MEMORY = 512;

/** Follows the chain from the deployment's block on, and says where history was rewritten. */
export class Follower {
  readonly state = { latest: 0, reachable: false };
  readonly #options: FollowerOptions;
  readonly #contracts: ContractLogs;
  readonly #known: { readonly number: number; readonly hash: string }[] = [];
  readonly #stopping = new AbortController();
  #caughtUp = false;
  #final = -1;
  #wake: () => void = () => undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#contracts = new ContractLogs(options.rpc, options.deployment, options.deployment.block);
  }

  /** Runs until `stop`, or until a callback throws. A node that doesn't answer is asked again, with patience. */
  async run(callbacks: FollowerCallbacks): Promise<void> {
    const interval = this.#options.interval ?? 200;
    while (!this.#stopping.signal.aborted) {
      const failure = await this.#look(callbacks);
      if (failure !== undefined) this.#options.onTrouble?.(failure);
      await this.#pause(failure === undefined ? interval : Math.max(interval, 1_000));
    }
  }

  /** Ends after the callback in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
  }

  /** Looks at once: something is expected. */
  poke(): void {
    this.#wake();
  }

  /** One look at the chain. What the node does wrong is returned; what a callback throws is thrown. */
  async #look(callbacks: FollowerCallbacks): Promise<unknown> {
    const { rpc, deployment } = this.#options;
    for (;;) {
      let blocks: RawBlock[];
      let fork: number | undefined;
      try {
        this.state.latest = await rpc.call("eth_blockNumber", [], smallQuantity);
        this.state.reachable = true;
        fork = await this.#dropStale();
        const next = (this.#known.at(-1)?.number ?? deployment.block - 1) + 1;
        const end = Math.min(this.state.latest, next + SPAN - 1);
        blocks = fork === undefined && next <= end ? await this.#contracts.blocks(next, end) : [];
      } catch (error) {
        this.state.reachable = false;
        return error;
      }
      if (fork !== undefined) {
        await callbacks.onRollback(fork);
        continue;
      }
      const joined = this.#joined(blocks);
      if (joined.length > 0) await callbacks.onBlocks(joined.map(decodeBlock));
      for (const { number, hash } of joined) this.#known.push({ number, hash });
      this.#known.splice(0, this.#known.length - MEMORY);
      await this.#tellFinal(callbacks);
      if (this.#stopping.signal.aborted) return undefined;
      if (joined.length === blocks.length && (this.#known.at(-1)?.number ?? -1) >= this.state.latest) break;
      if (blocks.length === 0) break;
    }
    if (!this.#caughtUp) {
      this.#caughtUp = true;
      await callbacks.onCaughtUp();
    }
    return undefined;
  }

  /** As many of `blocks` as follow each other and what is known: a reorg may have happened while they were fetched. */
  #joined(blocks: readonly RawBlock[]): RawBlock[] {
    const joined: RawBlock[] = [];
    let last = this.#known.at(-1)?.hash;
    for (const block of blocks) {
      if (last !== undefined && block.parentHash !== last) break;
      joined.push(block);
      last = block.hash;
    }
    return joined;
  }

  /** Forgets known blocks that are no longer canonical; gives the last one that still is, if any was forgotten. */
  async #dropStale(): Promise<number | undefined> {
    let dropped = false;
    for (let last = this.#known.at(-1); last !== undefined; last = this.#known.at(-1)) {
      if ((await blockHashAt(this.#options.rpc, last.number)) === last.hash) break;
      this.#known.pop();
      dropped = true;
    }
    return dropped ? (this.#known.at(-1)?.number ?? this.#options.deployment.block - 1) : undefined;
  }

  async #tellFinal(callbacks: FollowerCallbacks): Promise<void> {
    const followed = this.#known.at(-1)?.number ?? -1;
    const deep = this.state.latest - this.#options.confirmations;
    const final = Math.min(followed, deep, this.#options.finalUpTo?.() ?? Infinity);
    if (final <= this.#final) return;
    this.#final = final;
    await callbacks.onFinal(final);
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}

function decodeBlock(block: RawBlock): FollowedBlock {
  const { number, time } = block;
  return { number, time, hash: fromHex(block.hash, 32), events: block.logs.flatMap((log) => decodeLog(log) ?? []) };
}
