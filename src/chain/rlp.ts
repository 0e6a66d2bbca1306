import { hexToBytes } from "@noble/hashes/utils.js";

/** What RLP can carry: a byte string, or a list of such. */
export type Rlp = Uint8Array | readonly Rlp[];

/**
 * RLP (Ethereum yellow paper, appendix B), bytes in, bytes out.
 *
 * The general encoders work on hex strings; on a filing of 100 kB that takes ten times as long as the chain takes to judge it.
 */
export function encodeRlp(item: Rlp): Uint8Array {
  const out = new Uint8Array(size(item));
  write(item, out, 0);
  return out;
}

/** A non-negative integer as RLP wants it: big-endian, without leading zeros, zero as the empty string. */
export function rlpInteger(value: bigint | number): Uint8Array {
  const hex = BigInt(value).toString(16);
  if (hex === "0") return new Uint8Array(0);
  return hexToBytes(hex.length % 2 === 0 ? hex : `0${hex}`);
}

const isList = (item: Rlp): item is readonly Rlp[] => !(item instanceof Uint8Array);

function payloadSize(item: Rlp): number {
  return isList(item) ? item.reduce((sum, one) => sum + size(one), 0) : item.length;
}

function size(item: Rlp): number {
  const payload = payloadSize(item);
  if (!isList(item) && payload === 1 && (item[0] as number) < 0x80) return 1;
  return payload < 56 ? 1 + payload : 1 + lengthBytes(payload) + payload;
}

const lengthBytes = (length: number): number =>
  length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;

function write(item: Rlp, out: Uint8Array, at: number): number {
  const payload = payloadSize(item);
  if (!isList(item) && payload === 1 && (item[0] as number) < 0x80) {
    out[at] = item[0] as number;
    return at + 1;
  }
  const base = isList(item) ? 0xc0 : 0x80;
  if (payload < 56) {
    out[at++] = base + payload;
  } else {
    const width = lengthBytes(payload);
    out[at++] = base + 55 + width;
    for (let shift = width - 1; shift >= 0; shift--) out[at++] = (payload >>> (8 * shift)) & 0xff;
  }
  if (!isList(item)) {
    out.set(item, at);
    return at + payload;
  }
  for (const one of item) at = write(one, out, at);
  return at;
}
