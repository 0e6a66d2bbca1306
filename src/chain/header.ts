import { z } from "zod";
import { equal, fromHex } from "../core/bytes.ts";
import { keccak256 } from "../core/filing.ts";
import { encodeRlp, type Rlp, rlpInteger } from "./rlp.ts";
import { hash32, hexBytes, quantity } from "./rpc.ts";

/** Fields of a block header in the order in which it is hashed; those at the end came with later forks. */
const blockSchema = z.object({
  parentHash: hash32,
  sha3Uncles: hash32,
  miner: hexBytes,
  stateRoot: hash32,
  transactionsRoot: hash32,
  receiptsRoot: hash32,
  logsBloom: hexBytes,
  difficulty: quantity,
  number: quantity,
  gasLimit: quantity,
  gasUsed: quantity,
  timestamp: quantity,
  extraData: hexBytes,
  mixHash: hash32,
  nonce: hexBytes,
  baseFeePerGas: quantity.optional(),
  withdrawalsRoot: hash32.optional(),
  blobGasUsed: quantity.optional(),
  excessBlobGas: quantity.optional(),
  parentBeaconBlockRoot: hash32.optional(),
  requestsHash: hash32.optional(),
});

/** A block as `eth_getBlockByNumber` gives it, as far as its header goes. */
export const headerFields = blockSchema.extend({ hash: hash32 });
export type HeaderFields = z.infer<typeof headerFields>;

/**
 * The RLP of a block's header; undefined if it doesn't hash to the block's hash, as on chains that leave validators' seals out of it
 * (QBFT, IBFT) or have fields that are not known here.
 */
export function encodeHeader(block: HeaderFields): Uint8Array | undefined {
  const items: Rlp[] = [];
  for (const name of blockSchema.keyof().options) {
    const value = block[name];
    if (value === undefined) break;
    items.push(typeof value === "bigint" ? rlpInteger(value) : fromHex(value));
  }
  const header = encodeRlp(items);
  return equal(keccak256(header), fromHex(block.hash)) ? header : undefined;
}
