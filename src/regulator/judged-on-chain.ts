import { fetchLogs } from "../chain/blocks.ts";
import { decodeLog, type FiledEvent, filedTopics } from "../chain/events.ts";
import { hexBytes, type JsonRpc } from "../chain/rpc.ts";
import { equal, fromHex, type Hex, toHex } from "../core/bytes.ts";
import { decodeEntry } from "../core/decode-entry.ts";
import type { Entry, Ref } from "../core/entry.ts";
import { keccak256, splitEntries } from "../core/filing.ts";
import { type JudgedBy, judgedBy } from "../core/judged-by.ts";
import { readRulebook, type RulebookOnChain } from "./rulebook-on-chain.ts";

const RULEBOOK = toHex(keccak256(new TextEncoder().encode("rulebook()")).subarray(0, 4));

export interface JudgedOnChain extends JudgedBy {
  readonly chain: RulebookOnChain;
}

/** Where an entry was filed, on a line of registries that is trusted. */
export interface FiledPlace extends Ref {
  /** Of the filing. */
  readonly head: Uint8Array;
  /** The registries that are trusted, any of which may have taken it, or its loan. */
  readonly line: readonly Uint8Array[];
  /** The block from which on there are contracts. */
  readonly from: number;
}

/**
 * The law that an entry was judged by, from the logs of a node: the entry itself, the opening of the loan that it is about, and the
 * Rulebook as it was then. Undefined where the node has no such filing, and for what no version judges.
 */
export async function judgedOnChain(rpc: JsonRpc, place: FiledPlace): Promise<JudgedOnChain | undefined> {
  const { line, from } = place;
  const filings = async (ref: Ref): Promise<FiledEvent[]> => {
    const addresses = line.map(toHex);
    const logs = await fetchLogs(rpc, addresses, from, "latest", filedTopics(ref.platform, ref.number));
    return logs.map(decodeLog).filter((event) => event?.type === "filed");
  };
  const own = (await filings(place)).find(({ head }) => equal(head, place.head));
  const entry = own && entryAt(own, place.index);
  if (own === undefined || entry === undefined || entry.kind === "Barred") return undefined;
  const { entry: opening, filing } =
    entry.kind === "Opened" ? { entry, filing: own } : await openingOf(entry.ref, filings);
  if (opening === undefined || filing === undefined) return undefined;
  const answer = await rpc.call("eth_call", [{ to: own.registry, data: RULEBOOK }, "latest"], hexBytes);
  if (answer.length !== 66) return undefined;
  const rulebook: Hex = toHex(fromHex(answer).subarray(12));
  const chain = await readRulebook(rpc, { rulebook, block: from });
  return { chain, ...judgedBy(chain.rulebook, { entry: opening, blockTime: filing.time }, own.time) };
}

/** A loan is named by where it was opened; platforms' numbers go on from one registry to the next. */
async function openingOf(ref: Ref, filings: (ref: Ref) => Promise<FiledEvent[]>) {
  for (const filing of await filings(ref)) {
    const entry = entryAt(filing, ref.index);
    if (entry?.kind === "Opened") return { entry, filing };
  }
  return { entry: undefined, filing: undefined };
}

function entryAt({ entries }: FiledEvent, index: number): Entry | undefined {
  const bytes = splitEntries(entries)[index];
  const entry = bytes && decodeEntry(bytes);
  return typeof entry === "object" ? entry : undefined;
}
