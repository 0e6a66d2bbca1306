/**
 * What a first loan costs by the size of the filing it is in, the filing's own share included: `node bench/size-gas.ts` prints the rows,
 * `sizeGasRows()` returns them. The loans are those of bench/gas.ts: 12 level instalments, all served rules on, distinct borrowers.
 */
import { keccak256, toBeHex } from "ethers";

import { fromHex } from "../src/core/bytes.ts";
import { asArguments, DAY, fixtures, NOW, opened } from "../test/contracts/fixtures.ts";
import { row } from "./report.ts";
import { type BenchRow, printIfMain } from "./rows.ts";

const SIZES = [1, 10, 50, 200, 256];

export async function sizeGasRows(): Promise<BenchRow[]> {
  const { deploy } = await fixtures();
  const t = await deploy();
  await t.publish({ product: 1, limits: { coolingOff: DAY, maxLoans: 4, maxLenders: 3 } });
  const platform = await t.grant();
  let clock = NOW;
  let borrowers = 0;

  /** As random as a pseudonym is. */
  const newcomer = (): Uint8Array => {
    const bytes = fromHex(keccak256(toBeHex(++borrowers, 32)), 32);
    bytes[0] = 1;
    return bytes;
  };

  async function gasOf(loans: number): Promise<number> {
    clock += 3_600;
    const schedule = [{ count: 12, unit: "month", gap: 1, amount: 113_597n }] as const;
    const signed = await platform.next(
      Array.from({ length: loans }, () =>
        opened({ time: clock - 60, borrower: newcomer(), principal: 1_234_567n, schedule }),
      ),
      { recordsRoot: fromHex(keccak256("0x01"), 32) },
    );
    await t.networkHelpers.time.setNextBlockTimestamp(clock);
    const [filing, signature] = asArguments(signed);
    const decisions = await t.registry.file.staticCall(filing, signature, { blockTag: "pending" });
    if (!/^0x(01.{22})*$/u.test(decisions)) throw new Error(`a loan was not accepted: ${decisions.slice(0, 26)}`);
    const receipt = await (await t.registry.file(filing, signature, { gasLimit: 16_000_000 })).wait();
    return Number(receipt?.gasUsed);
  }

  // A platform's first filing is dearer than its others.
  await gasOf(1);
  const rows: BenchRow[] = [];
  for (const size of SIZES)
    rows.push(row(`first loan, filing of ${size}`, Math.round((await gasOf(size)) / size), "gas"));
  return rows;
}

await printIfMain(import.meta.url, sizeGasRows);
