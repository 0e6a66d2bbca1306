/** What records cost the software that issues them: `node bench/records.ts` prints the rows, `recordRows()` returns them. */
import { issueRecord } from "../src/client/record.ts";
import { parseRecord } from "../src/core/sd-jwt.ts";
import { recordSigner, samples } from "../test/support/receipts.ts";
import { type BenchRow, microseconds, printIfMain } from "./rows.ts";

export async function recordRows(): Promise<BenchRow[]> {
  const [opened, , repaid] = samples;
  const record = issueRecord(opened!, recordSigner);
  return [
    await microseconds("issue a record of 7 groups (ES256 in the platform's process)", 300, () =>
      issueRecord(opened!, recordSigner),
    ),
    await microseconds("issue a repayment's record", 300, () => issueRecord(repaid!, recordSigner)),
    await microseconds("read a record, but for its signature", null, () => parseRecord(record)),
  ];
}

await printIfMain(import.meta.url, recordRows);
