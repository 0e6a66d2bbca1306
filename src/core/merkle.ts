import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { concat, equal } from "./bytes.ts";
import { coreError } from "./errors.ts";

/**
 * Merkle trees of RFC 6962 §2.1 (RFC 9162 §2.1) with SHA-256.
 *
 * Trees are over leaf *hashes*, `SHA-256(0x00 ‖ leaf)`, as `leafHash` makes them.
 */

/** SHA-256 of bytes; a platform's own may be given where it is faster. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** The head of a tree without leaves: SHA-256 of nothing. */
export const EMPTY_TREE_HEAD = nobleSha256(new Uint8Array(0));

/** The hash of a leaf's bytes. */
export function leafHash(leaf: Uint8Array, sha256: Sha256 = nobleSha256): Uint8Array {
  return sha256(concat(LEAF, leaf));
}

const LEAF = new Uint8Array([0]);

/** The hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array, sha256: Sha256 = nobleSha256): Uint8Array {
  const bytes = new Uint8Array(65);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 33);
  return sha256(bytes);
}

/** The tree's head over these leaf hashes. */
export function treeHead(leaves: readonly Uint8Array[], sha256: Sha256 = nobleSha256): Uint8Array {
  let level = leaves;
  while (level.length > 1) level = parents(level, sha256);
  return level[0] ?? EMPTY_TREE_HEAD;
}

/**
 * The hashes that lead from leaf `index` to the head (RFC 6962 §2.1.1), lowest first.
 * Throws `invalid-input` if there is no such leaf.
 */
export function auditPath(leaves: readonly Uint8Array[], index: number, sha256: Sha256 = nobleSha256): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length)
    throw coreError("invalid-input", `leaf ${index} of a tree of ${leaves.length} leaves`);
  const path: Uint8Array[] = [];
  let at = index;
  for (let level = leaves; level.length > 1; level = parents(level, sha256), at >>>= 1) {
    const sibling = level[at ^ 1];
    if (sibling) path.push(sibling); // The last of an odd number goes up as it is.
  }
  return path;
}

/** Pairs of neighbours hashed; a last one without a neighbour goes up as it is, which is the tree that RFC 6962 splits from the top. */
function parents(level: readonly Uint8Array[], sha256: Sha256): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const right = level[i + 1];
    above.push(right ? nodeHash(level[i]!, right, sha256) : level[i]!);
  }
  return above;
}

/** The head to which a path leads (RFC 9162 §2.1.3.2); undefined if no tree of `size` leaves has such a path for the leaf. */
export function headFromPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  sha256: Sha256 = nobleSha256,
): Uint8Array | undefined {
  if (!Number.isInteger(index) || !Number.isInteger(size) || index < 0 || index >= size) return undefined;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0 || sibling.length !== 32) return undefined;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash, sha256);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else hash = nodeHash(hash, sibling, sha256);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? hash : undefined;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

/** Whether the path proves that a leaf is the one at `index` among the `size` leaves under `head`. */
export function isIncluded(
  { leaf, index, size, path }: { leaf: Uint8Array; index: number; size: number; path: readonly Uint8Array[] },
  head: Uint8Array,
  sha256: Sha256 = nobleSha256,
): boolean {
  const found = headFromPath(leaf, index, size, path, sha256);
  return found !== undefined && equal(found, head);
}
