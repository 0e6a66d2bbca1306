import { z } from "zod";
import { toHex } from "../core/bytes.ts";
import { hash32, quantity, RpcError, smallQuantity, type JsonRpc } from "./rpc.ts";
import { addressOfKey, signTransaction, type SignedTransaction } from "./transaction.ts";

/** EIP-7825: no transaction may ask for more gas than this. It bounds a filing. */
export const TRANSACTION_GAS_LIMIT = 16_777_216n;

/** What became of bytes handed to the node. Only *sent* and *known* mean that it has them. */
export type Broadcast = "sent" | "known" | "nonce-used" | "underpriced";

export interface Fees {
  /** Wei a unit of gas, the most we pay. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

export interface MinedTransaction {
  readonly hash: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
}

const receiptSchema = z
  .object({
    transactionHash: hash32,
    blockNumber: smallQuantity,
    blockHash: hash32,
    status: quantity,
    gasUsed: quantity,
  })
  .transform(({ status, transactionHash, ...rest }) => ({ ...rest, hash: transactionHash, succeeded: status === 1n }))
  .nullable();

const blockFees = z.object({ baseFeePerGas: quantity.optional() });

/**
 * An account that sends transactions. Nonces are its caller's to keep, because only the caller knows which transactions it has stored
 * and not yet sent.
 */
export class Account {
  readonly address: Uint8Array;
  readonly #rpc: JsonRpc;
  readonly #chainId: bigint;
  readonly #key: Uint8Array;

  constructor(rpc: JsonRpc, chainId: bigint, key: Uint8Array) {
    this.#rpc = rpc;
    this.#chainId = chainId;
    this.#key = key;
    this.address = addressOfKey(key);
  }

  /** The account's next nonce as mined, not counting what waits in the node's pool. */
  async minedNonce(): Promise<number> {
    return this.#rpc.call("eth_getTransactionCount", [toHex(this.address), "latest"], smallQuantity);
  }

  /**
   * Twice the base fee of now and the node's tip, so that a risen base fee doesn't stall the queue. Where there is no base fee (a
   * consortium's chain), gas is free and the account needs no funds.
   */
  async fees(): Promise<Fees> {
    const block = await this.#rpc.call("eth_getBlockByNumber", ["latest", false], blockFees);
    const base = block.baseFeePerGas ?? 0n;
    if (base === 0n) return { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };
    const tip = await this.#rpc.call("eth_maxPriorityFeePerGas", [], quantity).catch((error: unknown) => {
      if (error instanceof RpcError) return 0n;
      throw error;
    });
    return { maxFeePerGas: 2n * base + tip, maxPriorityFeePerGas: tip };
  }

  /** Signs a call to `to`. The same input gives the same bytes again. */
  sign(call: {
    to: Uint8Array | null;
    data: Uint8Array;
    nonce: number;
    gasLimit: bigint;
    fees: Fees;
  }): SignedTransaction {
    return signTransaction(
      {
        chainId: this.#chainId,
        nonce: call.nonce,
        maxFeePerGas: call.fees.maxFeePerGas,
        maxPriorityFeePerGas: call.fees.maxPriorityFeePerGas,
        gasLimit: call.gasLimit,
        to: call.to,
        value: 0n,
        data: call.data,
      },
      this.#key,
    );
  }

  /** Hands signed bytes to the node; as often as one likes, they are one transaction. */
  async broadcast(raw: Uint8Array): Promise<Broadcast> {
    try {
      await this.#rpc.call("eth_sendRawTransaction", [toHex(raw)], hash32);
      return "sent";
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      if (/already known|already imported|known transaction/i.test(error.message)) return "known";
      if (/nonce too low|nonce is too low|already been used/i.test(error.message)) return "nonce-used";
      if (/underpriced|less than block base fee|fee cap/i.test(error.message)) return "underpriced";
      throw error;
    }
  }

  /** Where a transaction was mined, or undefined if it wasn't (or no longer is). */
  async mined(hash: Uint8Array): Promise<MinedTransaction | undefined> {
    const receipt = await this.#rpc.call("eth_getTransactionReceipt", [toHex(hash)], receiptSchema);
    return receipt ?? undefined;
  }
}
