import { z } from "zod";
import { equal, fromHex, type Hex, toHex, word } from "../core/bytes.ts";
import type { Receipt } from "../core/receipt.ts";
import { sealSlot } from "../verify/seal-slot.ts";
import { encodeHeader, type HeaderFields, headerFields } from "./header.ts";
import { hexBytes, quantity, type JsonRpc, RpcError } from "./rpc.ts";

const nodes = z.array(hexBytes.transform((node) => node.toLowerCase() as Hex));
const proofSchema = z.object({
  accountProof: nodes,
  storageProof: z.tuple([z.object({ value: quantity, proof: nodes })]),
});

/** What a receipt can carry of the chain, beside where it was mined. */
export interface SealEvidence {
  /** Header of the block that mined the filing. */
  readonly header?: Uint8Array;
  /** That the seal is in the registry's state, for the newest block. */
  readonly proof?: NonNullable<Receipt["anchor"]["proof"]>;
}

export interface SealPlace {
  /** The registry that took it, which keeps the seal in its own state. */
  readonly registry: Uint8Array;
  readonly platform: number;
  readonly number: number;
  /** The block that mined the filing. */
  readonly block: { readonly number: number; readonly hash: Uint8Array };
}

/**
 * Collects evidence for a receipt. What the node doesn't have or offer is left out: a receipt is as good without, for whoever can ask
 * a node. Throws only if the node doesn't answer.
 */
export async function sealEvidence(rpc: JsonRpc, place: SealPlace): Promise<SealEvidence> {
  const mined = await blockAt(rpc, `0x${place.block.number.toString(16)}`);
  const header = mined !== null && equal(fromHex(mined.hash), place.block.hash) ? encodeHeader(mined) : undefined;
  if (header === undefined) return {};
  const proof = await sealProof(rpc, place);
  return { header, ...(proof && { proof }) };
}

async function sealProof(rpc: JsonRpc, place: SealPlace): Promise<SealEvidence["proof"]> {
  // State of the newest block is what every node has.
  const newest = await blockAt(rpc, "latest");
  if (newest === null || newest.number < BigInt(place.block.number)) return undefined;
  const header = encodeHeader(newest);
  if (header === undefined) return undefined;
  const slot = toHex(word(sealSlot(place.platform, place.number)));
  const block = `0x${newest.number.toString(16)}`;
  try {
    const answer = await rpc.call("eth_getProof", [toHex(place.registry), [slot], block], proofSchema);
    const [storage] = answer.storageProof;
    // A successor of the registry that took the filing has the seal by asking it, not in a slot of its own.
    if (storage.value === 0n) return undefined;
    return {
      hash: newest.hash as Hex,
      header: toHex(header),
      account: answer.accountProof,
      storage: storage.proof,
    };
  } catch (error) {
    if (error instanceof RpcError) return undefined;
    throw error;
  }
}

async function blockAt(rpc: JsonRpc, block: string): Promise<HeaderFields | null> {
  return rpc.call("eth_getBlockByNumber", [block, false], headerFields.nullable());
}
