import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, type Hex } from "../core/bytes.ts";

/**
 * JSON with the keys of every object in the order of their code points, `bigint` as a decimal string and bytes as hexadecimal text: the
 * same value gives the same text, everywhere.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(ordered(value));
}

/** SHA-256 over the canonical JSON. */
export function canonicalHash(value: unknown): Hex {
  return toHex(sha256(new TextEncoder().encode(canonicalJson(value))));
}

function ordered(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries =
    value instanceof Map ? [...value].map(([key, one]) => [String(key), one] as const) : Object.entries(value);
  // Keys that look like numbers come first in an object whatever its order was: they are in one order too.
  return Object.fromEntries(
    [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, one]) => [key, ordered(one)] as const),
  );
}
