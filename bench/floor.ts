/**
 * The least that an entry can cost on chain, whatever judges it: `node bench/floor.ts` prints the rows, `floorRows()` returns them. Its bytes
 * as calldata (EIP-2028) and in the filing's event (8 gas a byte), with the decision's twelve; and the storage words that it can't do
 * without (EIP-2929: 22,100 gas for a word that was zero, 5,000 for one that wasn't). No work, no share of the filing, no rules.
 */
import { fromHex } from "../src/core/bytes.ts";
import { encodeEntry } from "../src/core/encode-entry.ts";
import type { Entry } from "../src/core/entry.ts";
import { encodeEntries, keccak256 } from "../src/core/filing.ts";
import { row } from "./report.ts";
import { type BenchRow, printIfMain } from "./rows.ts";

const ZERO_BYTE = 4;
const BYTE = 16;
const LOGGED_BYTE = 8;
const DECISION_BYTES = 12;
const FRESH_WORD = 22_100;
const USED_WORD = 5_000;

const borrower = keccak256(fromHex("0x01"));
const time = 1_767_571_200;
const ref = { platform: 1, number: 2, index: 7 };

/** As bench/gas.ts files them. */
const opened: Entry = {
  ...{ kind: "Opened", basis: "request", borrower, time, product: 1, principal: 1_234_567n, disclosed: time - 3_600 },
  schedule: [{ count: 12, unit: "month", gap: 1, amount: 113_597n }],
};
const repaid: Entry = { kind: "Repaid", borrower, ref, time, principal: 101_234n, charges: 12_363n };
const closed: Entry = { ...repaid, kind: "Closed", reason: "repaid" };

function floor(entry: Entry, words: number): number {
  const frame = encodeEntries([encodeEntry(entry)]);
  const calldata = frame.reduce((gas, byte) => gas + (byte === 0 ? ZERO_BYTE : BYTE), 0);
  return calldata + LOGGED_BYTE * (frame.length + DECISION_BYTES) + words;
}

export function floorRows(): BenchRow[] {
  return [
    row("floor of a first loan", floor(opened, FRESH_WORD), "gas"),
    row("floor of a returning borrower's", floor(opened, USED_WORD), "gas"),
    row("floor of a partial repayment", floor(repaid, 2 * USED_WORD), "gas"),
    row("floor of a close", floor(closed, USED_WORD), "gas"),
  ];
}

await printIfMain(import.meta.url, async () => floorRows());
