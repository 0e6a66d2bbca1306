/**
 * What entries, decisions and trees cost to make and read: `node bench/encoding.ts` prints the rows, `encodingRows()` returns
 * them. ethers' general coder does the same entry beside it.
 */
import { solidityPacked } from "ethers";
import { toHex } from "../src/core/bytes.ts";
import { decodeEntry } from "../src/core/decode-entry.ts";
import { encodeEntry } from "../src/core/encode-entry.ts";
import type { Closed, Opened } from "../src/core/entry.ts";
import { leafHash, treeHead } from "../src/core/merkle.ts";
import { type BenchRow, microseconds, printIfMain } from "./rows.ts";

const LEAVES = 100_000;

const borrower = new Uint8Array(32).fill(1);
const time = 1_800_000_000;
const opened: Opened = {
  kind: "Opened",
  basis: "request",
  borrower,
  time,
  product: 65,
  principal: 100_000n,
  disclosed: time - 60,
  schedule: [{ count: 12, unit: "month", gap: 1, amount: 9_400n }],
};
const ref = { platform: 1, number: 5, index: 7 };
const closed: Closed = { kind: "Closed", borrower, ref, time, reason: "repaid", principal: 100_000n, charges: 12_800n };
const irregular: Opened = {
  ...opened,
  schedule: Array.from({ length: 360 }, (_, i) => ({ count: 1, unit: "month", gap: 1, amount: 9_400n + BigInt(i) })),
};

function inEthers(): string {
  const types = ["uint8", "uint8", "bytes32", "uint32", "uint16", "uint40", "uint32"];
  const leg = ["uint16", "uint16", "uint8", "uint16", "uint40"];
  const values = [1, 0, toHex(borrower), time, 65, 100_000n, time - 60, 1, 12, 2, 1, 9_400n];
  return solidityPacked([...types, ...leg], values);
}

/** Seconds of the thread's own processor time for a tree, leaf hashes included. */
function treeRow(): BenchRow {
  const leaves = Array.from({ length: LEAVES }, (_, i) => new Uint8Array(32).fill(i & 255));
  treeHead(leaves.slice(0, 5_000).map((leaf) => leafHash(leaf)));
  const before = process.threadCpuUsage();
  treeHead(leaves.map((leaf) => leafHash(leaf)));
  const { user, system } = process.threadCpuUsage(before);
  const value = Math.round((user + system) / 1e4) / 100;
  return { name: "tree of 100,000 records", value, unit: "s", bound: 1, better: "lower", pass: value <= 1 };
}

export async function encodingRows(): Promise<BenchRow[]> {
  const [openedBytes, closedBytes] = [encodeEntry(opened), encodeEntry(closed)];
  return [
    await microseconds("encode an Opened, 12 level instalments", 20, () => encodeEntry(opened)),
    await microseconds("encode a Closed", 20, () => encodeEntry(closed)),
    await microseconds("decode an Opened", 20, () => decodeEntry(openedBytes)),
    await microseconds("decode a Closed", 20, () => decodeEntry(closedBytes)),
    await microseconds("encode an Opened of 360 irregular instalments", 20, () => encodeEntry(irregular)),
    await microseconds("the same Opened by ethers' packed coder", null, inEthers),
    treeRow(),
  ];
}

await printIfMain(import.meta.url, encodingRows);
