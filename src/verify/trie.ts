import { keccak_256 } from "@noble/hashes/sha3.js";

import { equal } from "../core/bytes.ts";
import { decodeRlp, type Rlp } from "./rlp.ts";

/**
 * Merkle-Patricia proofs (Ethereum yellow paper, appendix D), as `eth_getProof` gives them: the nodes on the way from the root to
 * the value, each as RLP. Chains hash the keys of state and storage first; so does this.
 */
export type TrieProof =
  | { readonly found: true; readonly value: Uint8Array }
  /** The proof shows that nothing is there. */
  | { readonly found: false }
  /** The proof shows nothing; why. */
  | { readonly bad: string };

/** What a proof shows to be at `key` under `root`. Every node of the proof must be needed. */
export function readProof(root: Uint8Array, key: Uint8Array, nodes: readonly Uint8Array[]): TrieProof {
  const path = nibblesOf(keccak_256(key));
  let at = 0;
  let used = 0;
  let wanted: Rlp = root;
  for (;;) {
    const node = resolve(wanted, nodes[used]);
    if (typeof node === "string") return { bad: `node ${used} ${node}` };
    if (node.taken) used++;
    const step = walk(node.items, path, at);
    if ("bad" in step) return step;
    if (!("next" in step))
      return used === nodes.length ? step : { bad: "there are nodes that the proof does not need" };
    wanted = step.next;
    at = step.at;
  }
}

interface Step {
  readonly next: Rlp;
  readonly at: number;
}

/** The node that a reference stands for: the next of the proof, by its hash, or, if shorter than a hash, what is written in place. */
function resolve(wanted: Rlp, next: Uint8Array | undefined): { items: readonly Rlp[]; taken: boolean } | string {
  if (!(wanted instanceof Uint8Array)) return { items: wanted, taken: false };
  if (wanted.length !== 32) return "is referred to by something that is no hash";
  if (next === undefined) return "is missing";
  if (!equal(keccak_256(next), wanted)) return "does not hash to what refers to it";
  const items = decodeRlp(next);
  return items === undefined || items instanceof Uint8Array ? "is no RLP list" : { items, taken: true };
}

function walk(items: readonly Rlp[], path: Uint8Array, at: number): Step | TrieProof {
  if (items.length === 17) {
    const end = at === path.length;
    const child = items[end ? 16 : path[at]!]!;
    if (isEmpty(child)) return { found: false };
    if (!end) return { next: child, at: at + 1 };
    return valueOf(child);
  }
  const [first, second] = items;
  if (items.length !== 2 || !(first instanceof Uint8Array) || second === undefined)
    return { bad: "a node has no known shape" };
  const part = compactPath(first);
  if (part === undefined) return { bad: "a node has no well-formed path" };
  const matches = part.nibbles.every((nibble, i) => path[at + i] === nibble);
  if (!matches) return { found: false };
  const after = at + part.nibbles.length;
  if (!part.leaf)
    return part.nibbles.length === 0 ? { bad: "an extension leads nowhere" } : { next: second, at: after };
  return after === path.length ? valueOf(second) : { found: false };
}

function valueOf(item: Rlp): TrieProof {
  return item instanceof Uint8Array ? { found: true, value: item } : { bad: "a value is a list" };
}

function isEmpty(item: Rlp): boolean {
  return item instanceof Uint8Array && item.length === 0;
}

/** Hex-prefix encoding: the first nibble says leaf or extension, and whether the count of nibbles is odd. */
function compactPath(bytes: Uint8Array): { leaf: boolean; nibbles: Uint8Array } | undefined {
  const all = nibblesOf(bytes);
  const flag = all[0];
  if (flag === undefined || flag > 3) return undefined;
  if (flag % 2 === 0 && all[1] !== 0) return undefined;
  return { leaf: flag >= 2, nibbles: all.subarray(flag % 2 === 1 ? 1 : 2) };
}

function nibblesOf(bytes: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    nibbles[2 * i] = bytes[i]! >> 4;
    nibbles[2 * i + 1] = bytes[i]! & 15;
  }
  return nibbles;
}
