/**
 * What checking a receipt costs: `node bench/verify.ts` prints the rows, `verifyRows()` returns them. The receipts are of filings of
 * requests of 12 level instalments each, with block header and state proof.
 */
import { type Receipt, redactReceipt } from "../src/core/receipt.ts";
import type { ClaimsJson } from "../src/core/record.ts";
import { type Signatures, type Trust, verifyText } from "../src/verify/verify.ts";
import { domain, filingAddress, makeMarket, samples } from "../test/support/receipts.ts";
import { type BenchRow, microseconds, printIfMain } from "./rows.ts";

/** A plain request, as most are. */
function request(i: number): ClaimsJson {
  const opened = samples[0] as Extract<ClaimsJson, { kind: "Opened" }>;
  const { iss, iat, fmt, kind, borrower, disclosure, time } = opened;
  return {
    ...{ iss, iat, fmt, kind, borrower, time, ...(disclosure && { disclosure }) },
    jti: `event-${i}`,
    loan: { number: `L-${i}` },
    terms: { basis: "request", product: 65, principal: "100000" },
    schedule: { legs: [{ count: 12, unit: "month", gap: 1, amount: "9100" }] },
  };
}

export async function verifyRows(): Promise<BenchRow[]> {
  const few = await receiptOf(10);
  const many = await receiptOf(100);
  const redacted = {
    ...many,
    text: JSON.stringify(redactReceipt(JSON.parse(many.text) as Receipt, ["terms", "time"])),
  };
  const unsigned = { checkRecord: () => true, recover: () => filingAddress };
  const row = (
    name: string,
    bound: number | null,
    { text, trust }: Sample,
    signatures: Partial<Signatures> = unsigned,
  ) => microseconds(name, bound, () => verifyText(text, { trust, signatures }));
  return [
    await row("verify a receipt but for its three signatures, filing of 10", 300, few),
    await row("the same, filing of 100, entries withheld", 300, redacted),
    // Half of it is keccak-256 over all entries.
    await row("the same, filing of 100, all entries shown", null, many),
    await row("verify a receipt, signatures and all in plain JavaScript", null, few, {}),
  ];
}

interface Sample {
  readonly text: string;
  readonly trust: Trust;
}

async function receiptOf(count: number): Promise<Sample> {
  const { receipts, blockHash } = await makeMarket({ records: Array.from({ length: count }, (_, i) => request(i)) });
  return { text: JSON.stringify(receipts[count - 3]), trust: { domain, blockHash } };
}

await printIfMain(import.meta.url, verifyRows);
