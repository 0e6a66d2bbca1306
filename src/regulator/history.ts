import { decodeLog, type RegistryEvent } from "../chain/events.ts";
import type { RawBlock } from "../chain/blocks.ts";
import { ContractLogs } from "../chain/contract-logs.ts";
import { smallQuantity, type JsonRpc } from "../chain/rpc.ts";
import type { Hex } from "../core/bytes.ts";
import { regulatorError } from "./errors.ts";

/** Where a registry's history is read. */
export interface HistorySource {
  readonly rpc: JsonRpc;
  readonly chainId: bigint;
  readonly registry: Hex;
  readonly rulebook: Hex;
  readonly licences: Hex;
  /** A registry of before pilots has none. */
  readonly sandbox?: Hex | undefined;
  /** Block of the deployment; 0 where it isn't known. */
  readonly from: number;
}

/** Events of some consecutive blocks, in the order of the chain. */
export interface Chapter {
  /** The last block of them, whether or not anything happened in it. */
  readonly last: number;
  /** Where the chain ended when reading began. */
  readonly end: number;
  readonly events: readonly { readonly event: RegistryEvent; readonly blockTime: number; readonly block: number }[];
}

const SPAN = 500;

/** What happened from block `first` on, up to where the chain ends now: filings, and every change of rulebook and licences. */
export async function* readHistory(source: HistorySource, first: number): AsyncGenerator<Chapter, void, undefined> {
  const { rpc } = source;
  const logs = new ContractLogs(rpc, source, source.from);
  const end = await rpc.call("eth_blockNumber", [], smallQuantity);
  if (source.from > end)
    throw regulatorError("history-cut", `The chain ends at block ${end}, before block ${source.from}`);
  let begun = first > source.from;
  const fetchFrom = async (next: number): Promise<RawBlock[]> =>
    next > end ? [] : logs.blocks(next, Math.min(end, next + SPAN - 1));
  let coming = fetchFrom(first);
  for (let next = first; next <= end; next += SPAN) {
    const blocks = await coming;
    coming = fetchFrom(next + SPAN); // the node reads on while we judge
    coming.catch(() => undefined); // whoever stops reading doesn't wait for it
    const events = blocks.flatMap(({ time, number, logs: inBlock }) =>
      inBlock.flatMap((log) => {
        const event = decodeLog(log);
        return event === undefined ? [] : [{ event, blockTime: time, block: number }];
      }),
    );
    for (const { event } of events) {
      if (event.type === "law") begun ||= event.event.event === "RegistryInstalled";
      else if (!begun)
        throw regulatorError(
          "history-cut",
          `Filings were taken before a registry was installed, read from block ${source.from} on`,
        );
    }
    yield { last: Math.min(end, next + SPAN - 1), end, events };
  }
}
