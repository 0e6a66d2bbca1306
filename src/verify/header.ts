import { keccak_256 } from "@noble/hashes/sha3.js";

import { decodeRlp } from "./rlp.ts";

/** What a block header says, as far as receipts need it. */
export interface BlockHeader {
  readonly stateRoot: Uint8Array;
  readonly number: number;
  /** UTC seconds. */
  readonly time: number;
}

/** Places of fields that every header since Frontier has had. */
const FIELDS = { stateRoot: 3, number: 8, time: 11 } as const;
const FEWEST = 15;

/** The hash of a block by its header, on chains that make it so (Ethereum, Clique, anvil; not QBFT). */
export const hashOfHeader = (bytes: Uint8Array): Uint8Array => keccak_256(bytes);

/** Reads a header from its RLP; undefined if it is none. */
export function readHeader(bytes: Uint8Array): BlockHeader | undefined {
  const items = decodeRlp(bytes);
  if (items === undefined || items instanceof Uint8Array || items.length < FEWEST) return undefined;
  const stateRoot = items[FIELDS.stateRoot];
  const number = uint(items[FIELDS.number]);
  const time = uint(items[FIELDS.time]);
  if (!(stateRoot instanceof Uint8Array) || stateRoot.length !== 32) return undefined;
  if (number === undefined || time === undefined) return undefined;
  return { stateRoot, number, time };
}

function uint(item: unknown): number | undefined {
  if (!(item instanceof Uint8Array) || item.length > 6 || item[0] === 0) return undefined;
  return item.reduce((value, byte) => value * 256 + byte, 0);
}
