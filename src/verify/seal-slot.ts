import { concat, toBigInt, word } from "../core/bytes.ts";
import { keccak256 } from "../core/filing.ts";

/** Storage slot of the Registry's mapping of seals (`contracts/libraries/State.sol`, which fixes it). */
const SEALS = 0;

/** The storage slot that holds the seal of a filing: that of `platform · 2³² + number` in the mapping. */
export function sealSlot(platform: number, number: number): bigint {
  return toBigInt(keccak256(concat(word((BigInt(platform) << 32n) | BigInt(number)), word(SEALS))));
}
