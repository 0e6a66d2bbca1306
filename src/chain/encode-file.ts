import { keccak_256 } from "@noble/hashes/sha3.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { concat, word } from "../core/bytes.ts";
import type { SignedFiling } from "../core/filing.ts";

const FILE_SELECTOR = keccak_256(utf8ToBytes("file((uint24,uint32,bytes32,bytes32,bytes),bytes)")).subarray(0, 4);

/** The calldata of `Registry.file(filing, signature)`, word by word: a general coder takes longer on it than the chain does. */
export function encodeFile(filing: SignedFiling): Uint8Array {
  const entries = paddedBytes(filing.entries);
  return concat(
    FILE_SELECTOR,
    word(64),
    word(64 + 5 * 32 + entries.length),
    word(filing.platform),
    word(filing.number),
    filing.previous,
    filing.recordsRoot,
    word(5 * 32),
    entries,
    paddedBytes(filing.signature),
  );
}

/** `bytes` in the ABI: the length in a word, then the bytes up to a whole number of words. */
function paddedBytes(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(32 + Math.ceil(bytes.length / 32) * 32);
  padded.set(word(bytes.length));
  padded.set(bytes, 32);
  return padded;
}
