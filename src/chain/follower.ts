import { z } from "zod";
import { hash32, hexBytes, quantity, smallQuantity, type JsonRpc } from "./rpc.ts";

/** A log as the node gives it, of one of the contracts that are followed. */
export interface RawLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly logIndex: number;
}

export interface FollowedBlock {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** UTC seconds. */
  readonly time: number;
  /** In their order within the block. */
  readonly logs: readonly RawLog[];
}

export interface FollowerHandlers {
  /** The next block of the canonical chain. It is done before the next one is fetched. */
  readonly onBlock: (block: FollowedBlock) => Promise<void>;
  /** Blocks above `number` are no longer canonical; the next `onBlock` is `number + 1`. */
  readonly onReorg: (number: number) => Promise<void>;
}

export interface FollowerOptions extends FollowerHandlers {
  readonly rpc: JsonRpc;
  /** Contracts whose logs are wanted, `0x…` in lower case. */
  readonly addresses: readonly string[];
  /** The last block that was followed, oldest first, as far back as a reorg may reach; empty to start at `from`. */
  readonly known: readonly { readonly number: number; readonly hash: string }[];
  /** First block to follow if nothing is known. */
  readonly from: number;
  /** Milliseconds between looks at the chain's end. */
  readonly interval?: number;
  /** Called when a look failed; following goes on at the next. */
  readonly onError: (error: unknown) => void;
}

const logSchema = z.object({
  address: z.string().transform((text) => text.toLowerCase()),
  topics: z.array(hash32),
  data: hexBytes,
  blockNumber: smallQuantity,
  blockHash: hash32,
  transactionHash: hash32,
  logIndex: smallQuantity,
});

const headerSchema = z.object({
  number: smallQuantity,
  hash: hash32,
  parentHash: hash32,
  timestamp: quantity.transform((seconds) => Number(seconds)),
});

/** Blocks fetched in one go while catching up. */
const SPAN = 200;
/** Hashes kept to find where two histories part. */
const MEMORY = 512;

/** Headers and logs of the blocks `from` to `to`, both included. Throws `rpc-answer` if the chain changed in between. */
export async function fetchBlocks(
  rpc: JsonRpc,
  addresses: readonly string[],
  from: number,
  to: number,
): Promise<FollowedBlock[]> {
  const quantityOf = (n: number): string => `0x${n.toString(16)}`;
  const calls = Array.from({ length: to - from + 1 }, (_, i) => ({
    method: "eth_getBlockByNumber",
    params: [quantityOf(from + i), false],
  }));
  const [headers, logs] = await Promise.all([
    rpc.batch(calls, headerSchema),
    rpc.call(
      "eth_getLogs",
      [{ address: addresses, fromBlock: quantityOf(from), toBlock: quantityOf(to) }],
      z.array(logSchema),
    ),
  ]);
  const byBlock = new Map<string, RawLog[]>();
  for (const log of logs) byBlock.set(log.blockHash, [...(byBlock.get(log.blockHash) ?? []), log]);
  return headers.map(({ timestamp, ...header }) => ({
    ...header,
    time: timestamp,
    logs: (byBlock.get(header.hash) ?? []).sort((a, b) => a.logIndex - b.logIndex),
  }));
}

/** Follows the canonical chain block by block, in order, and says where history was rewritten. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #known: { readonly number: number; readonly hash: string }[];
  #running: Promise<void> | undefined;
  #stopping = new AbortController();
  #wake: () => void = () => undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#known = options.known.slice(-MEMORY);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the block in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  /** Looks at once: something is expected. */
  poke(): void {
    this.#wake();
  }

  /** Follows up to the chain's end as it is now, once. */
  async catchUp(): Promise<void> {
    const { rpc, addresses, from, onBlock } = this.#options;
    const end = await rpc.call("eth_blockNumber", [], smallQuantity);
    await this.#leaveStaleBranch();
    let next = (this.#known.at(-1)?.number ?? from - 1) + 1;
    while (next <= end && !this.#stopping.signal.aborted) {
      const blocks = await fetchBlocks(rpc, addresses, next, Math.min(end, next + SPAN - 1));
      for (const block of blocks) {
        const last = this.#known.at(-1);
        if (last !== undefined && block.parentHash !== last.hash) return this.catchUp();
        await onBlock(block);
        this.#known.push({ number: block.number, hash: block.hash });
        if (this.#known.length > MEMORY) this.#known.shift();
        if (this.#stopping.signal.aborted) return;
      }
      next += blocks.length;
    }
  }

  /** Drops known blocks that are no longer canonical. */
  async #leaveStaleBranch(): Promise<void> {
    const { rpc, onReorg } = this.#options;
    let dropped = false;
    for (let last = this.#known.at(-1); last !== undefined; last = this.#known.at(-1)) {
      const header = await rpc.call(
        "eth_getBlockByNumber",
        [`0x${last.number.toString(16)}`, false],
        headerSchema.nullable(),
      );
      if (header?.hash === last.hash) break;
      this.#known.pop();
      dropped = true;
    }
    if (dropped) await onReorg(this.#known.at(-1)?.number ?? this.#options.from - 1);
  }

  async #run(): Promise<void> {
    const interval = this.#options.interval ?? 250;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.catchUp();
      } catch (error) {
        this.#options.onError(error);
      }
      await this.#pause(interval);
    }
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
