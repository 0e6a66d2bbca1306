import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { encodeRlp, rlpInteger, type Rlp } from "./rlp.ts";

/** An EIP-1559 transaction before it is signed. Fees are in wei a unit of gas. */
export interface UnsignedTransaction {
  readonly chainId: bigint;
  readonly nonce: number;
  readonly maxPriorityFeePerGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly gasLimit: bigint;
  /** Twenty bytes, or null to create a contract. */
  readonly to: Uint8Array | null;
  readonly value: bigint;
  readonly data: Uint8Array;
}

export interface SignedTransaction {
  /** The bytes for eth_sendRawTransaction. */
  readonly raw: Uint8Array;
  readonly hash: Uint8Array;
}

const TYPE = 0x02;

function fields(tx: UnsignedTransaction): Rlp[] {
  return [
    rlpInteger(tx.chainId),
    rlpInteger(tx.nonce),
    rlpInteger(tx.maxPriorityFeePerGas),
    rlpInteger(tx.maxFeePerGas),
    rlpInteger(tx.gasLimit),
    tx.to ?? new Uint8Array(0),
    rlpInteger(tx.value),
    tx.data,
    [],
  ];
}

function typed(items: Rlp[]): Uint8Array {
  const body = encodeRlp(items);
  const out = new Uint8Array(body.length + 1);
  out[0] = TYPE;
  out.set(body, 1);
  return out;
}

/** Signs with a 32-byte secp256k1 key. The same input gives the same bytes again (RFC 6979). */
export function signTransaction(tx: UnsignedTransaction, key: Uint8Array): SignedTransaction {
  const items = fields(tx);
  const signature = secp256k1.sign(keccak_256(typed(items)), key, { prehash: false, format: "recovered" });
  const r = BigInt(`0x${hex(signature.subarray(1, 33))}`);
  const s = BigInt(`0x${hex(signature.subarray(33, 65))}`);
  const raw = typed([...items, rlpInteger(signature[0] as number), rlpInteger(r), rlpInteger(s)]);
  return { raw, hash: keccak_256(raw) };
}

/** The 20-byte address of a 32-byte secp256k1 key. */
export function addressOfKey(key: Uint8Array): Uint8Array {
  return keccak_256(secp256k1.getPublicKey(key, false).subarray(1)).subarray(12);
}

/** The address of the contract that `sender` creates with `nonce`. */
export function contractAddress(sender: Uint8Array, nonce: number): Uint8Array {
  return keccak_256(encodeRlp([sender, rlpInteger(nonce)])).subarray(12);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Twenty bytes of a `0x…` address. */
export const addressBytes = (address: string): Uint8Array => hexToBytes(address.slice(2));
