import { z } from "zod";

import { JsonRpc, smallQuantity } from "../../src/chain/rpc.ts";
import { addressOfKey, contractAddress, signTransaction } from "../../src/chain/transaction.ts";
import { fromHex, toHex } from "../../src/core/bytes.ts";
import type { Engines } from "../../src/engine/engines.ts";

const key = fromHex("0x" + "17".repeat(32), 32);
const sender = toHex(addressOfKey(key));

/**
 * A contract whose every call stores the block's time under n keys, n the first word of what it is called with and the keys the words
 * after it, and logs all it was called with.
 */
const RUNTIME = "6000355b80156018578060200235429055600190036003565b366000600037366000a000";
const DEPLOY = `0x6024600c60003960246000f3${RUNTIME}`;
export const CONTRACT = toHex(contractAddress(fromHex(sender), 0));

export interface Sent {
  readonly hash: string;
  readonly block: number;
}

/** Someone who uses the chain of running engines, for nothing: gas has no price there. */
export function userOf(engines: Engines): { send(words?: number, tail?: number): Promise<Sent>; rpc: JsonRpc } {
  const rpc = new JsonRpc(engines.rpcUrl);
  return {
    rpc,
    /** Deploys the contract at first, then calls it; settles when the block is durable. */
    async send(words = 3, tail = 0) {
      const nonce = await rpc.call("eth_getTransactionCount", [sender, "pending"], smallQuantity);
      const call = [words, ...Array.from({ length: words }, (_, i) => nonce * 1000 + i)];
      const data = call.map((n) => n.toString(16).padStart(64, "0")).join("") + "5a".repeat(tail);
      const signed = signTransaction(
        {
          chainId: BigInt(engines.chainId),
          nonce,
          maxFeePerGas: 0n,
          maxPriorityFeePerGas: 0n,
          gasLimit: 16_000_000n,
          value: 0n,
          to: nonce === 0 ? null : fromHex(CONTRACT),
          data: fromHex(nonce === 0 ? DEPLOY : `0x${data}`),
        },
        key,
      );
      await engines.journal.remember(toHex(signed.hash), signed.raw);
      const receipt = await rpc.call(
        "eth_sendRawTransactionSync",
        [toHex(signed.raw)],
        z.object({ blockNumber: smallQuantity, status: z.literal("0x1") }),
      );
      await engines.journal.untilJournaled(receipt.blockNumber);
      return { hash: toHex(signed.hash), block: receipt.blockNumber };
    },
  };
}
