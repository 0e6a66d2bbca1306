/**
 * What checking a receipt costs: `node bench/verify.ts` prints the rows, `verifyRows()` returns them. The receipt is one of a filing of
 * 100 requests of 12 level instalments each, with everything shown: record, all entries, block header, state proof.
 */
import { redactReceipt } from "../src/core/receipt.ts";
import type { ClaimsJson } from "../src/core/record.ts";
import { verifyText } from "../src/verify/verify.ts";
import { domain, filingAddress, makeMarket, samples } from "../test/support/receipts.ts";
import { type BenchRow, microseconds, printIfMain } from "./rows.ts";

const FILING = 100;

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
  const { receipts, blockHash } = await makeMarket({ records: Array.from({ length: FILING }, (_, i) => request(i)) });
  const receipt = receipts[42]!;
  const whole = JSON.stringify(receipt);
  const redacted = JSON.stringify(redactReceipt(receipt, ["terms", "time"]));
  const trust = { domain, blockHash };
  const unsigned = { trust, signatures: { checkRecord: () => true, recover: () => filingAddress } };
  return [
    await microseconds("verify a receipt, but for its three signatures", 300, () => verifyText(whole, unsigned)),
    await microseconds("verify one that withholds entries and groups, but for signatures", 300, () =>
      verifyText(redacted, unsigned),
    ),
    await microseconds("verify a receipt, signatures and all, in plain JavaScript", null, () =>
      verifyText(whole, { trust }),
    ),
  ];
}

await printIfMain(import.meta.url, verifyRows);
