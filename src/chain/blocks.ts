import { z } from "zod";
import { hash32, hexBytes, quantity, RpcError, smallQuantity, type JsonRpc } from "./rpc.ts";

/** A log as the node gives it. */
export interface RawLog {
  /** Lower case. */
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly logIndex: number;
}

/** A block's header, as far as we need it, and the wanted logs in it, in their order. */
export interface RawBlock {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** UTC seconds. */
  readonly time: number;
  readonly logs: readonly RawLog[];
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

/**
 * Logs of these contracts, beginning with these topics, in the blocks `from` to `to`, both included. Nodes bound the blocks or the logs of one answer, each in words of
 * its own: a span that a node refuses is asked for in halves.
 *
 * @throws RpcError where it refuses a single block too
 */
export async function fetchLogs(
  rpc: JsonRpc,
  addresses: readonly string[],
  from: number,
  to: number | "latest",
  topics: readonly string[] = [],
): Promise<RawLog[]> {
  const span = { fromBlock: quantityOf(from), toBlock: to === "latest" ? to : quantityOf(to) };
  const filter = { address: addresses, ...span, ...(topics.length > 0 && { topics }) };
  try {
    return await rpc.call("eth_getLogs", [filter], z.array(logSchema));
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const last = to === "latest" ? await rpc.call("eth_blockNumber", [], smallQuantity) : to;
    if (last <= from) throw error;
    const middle = Math.floor((from + last) / 2);
    const before = await fetchLogs(rpc, addresses, from, middle, topics);
    return [...before, ...(await fetchLogs(rpc, addresses, middle + 1, last, topics))];
  }
}

/** A block's time, UTC seconds. */
export async function fetchBlockTime(rpc: JsonRpc, number: number): Promise<number> {
  const { timestamp } = await rpc.call("eth_getBlockByNumber", [quantityOf(number), false], headerSchema);
  return timestamp;
}

/** Headers and logs of the blocks `from` to `to`, both included. Throws `rpc-answer` if the chain changed in between. */
export async function fetchBlocks(
  rpc: JsonRpc,
  addresses: readonly string[],
  from: number,
  to: number,
): Promise<RawBlock[]> {
  const calls = Array.from({ length: to - from + 1 }, (_, i) => ({
    method: "eth_getBlockByNumber",
    params: [quantityOf(from + i), false],
  }));
  const [headers, logs] = await Promise.all([rpc.batch(calls, headerSchema), fetchLogs(rpc, addresses, from, to)]);
  const byBlock = new Map<string, RawLog[]>();
  for (const log of logs) byBlock.set(log.blockHash, [...(byBlock.get(log.blockHash) ?? []), log]);
  return headers.map(({ timestamp, ...header }) => ({
    ...header,
    time: timestamp,
    logs: (byBlock.get(header.hash) ?? []).sort((a, b) => a.logIndex - b.logIndex),
  }));
}

/** The hash of a canonical block; undefined beyond the chain's end. */
export async function blockHashAt(rpc: JsonRpc, number: number): Promise<string | undefined> {
  const header = await rpc.call("eth_getBlockByNumber", [quantityOf(number), false], headerSchema.nullable());
  return header?.hash;
}

const quantityOf = (n: number): string => `0x${n.toString(16)}`;
