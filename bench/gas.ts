/**
 * What entries cost on chain: `node bench/gas.ts` prints the rows, `gasRows()` returns them.
 *
 * Measured as the design's bounds are stated: filings of 100, distinct borrowers, 12 monthly level instalments, one product and
 * version, all served rules on, a platform that has filed before. A filing's whole gas (calldata, log, seal and all) is
 * divided by its entries.
 */
import { keccak256, toBeHex } from "ethers";

import { fromHex } from "../src/core/bytes.ts";
import type { Entry, Opened, Ref } from "../src/core/entry.ts";
import {
  asArguments,
  closed,
  DAY,
  disbursed,
  fixtures,
  NOW,
  opened,
  overdue,
  repaid,
  type Platform,
} from "../test/contracts/fixtures.ts";

/** A figure of the benchmark; `bound` null where there is none. */
export interface GasRow {
  readonly name: string;
  readonly value: number;
  readonly unit: "gas";
  readonly bound: number | null;
  readonly better: "lower";
  readonly pass: boolean;
}

const FILING = 100;
const HOUR = 3_600;

/** As random as a pseudonym is. */
function pseudonym(number: number): Uint8Array {
  const bytes = fromHex(keccak256(toBeHex(number, 32)), 32);
  bytes[0] = 1;
  return bytes;
}

export async function gasRows(): Promise<GasRow[]> {
  const { deploy } = await fixtures();
  const t = await deploy();
  const rows: GasRow[] = [];
  const limits = { coolingOff: DAY, maxLoans: 4, maxLenders: 3, marketCap: 100_000_000n, platformCap: 50_000_000n };
  for (const product of [1, 2, 3]) await t.publish({ product, limits });
  const platform = await t.grant();
  const other = await t.grant();
  let clock = NOW;
  let borrowers = 0;

  const row = (name: string, value: number, bound: number | null = null): void => {
    rows.push({ name, value, unit: "gas", bound, better: "lower", pass: bound === null || value <= bound });
  };

  /** Files at `clock`, which the entries state too; all must be accepted. */
  async function gasOf(by: Platform, entries: readonly Entry[]): Promise<number> {
    const signed = await by.next(entries, { recordsRoot: fromHex(keccak256("0x01"), 32) });
    await t.networkHelpers.time.setNextBlockTimestamp(clock);
    const [filing, signature] = asArguments(signed);
    const decisions = await t.registry.file.staticCall(filing, signature, { blockTag: "pending" });
    if (!/^0x(01.{22})*$/u.test(decisions)) throw new Error(`not all accepted: ${decisions}`);
    const receipt = await (await t.registry.file(filing, signature, { gasLimit: 16_000_000 })).wait();
    return Number(receipt?.gasUsed);
  }

  /** Files at `clock`, whatever becomes of it. */
  async function fileAny(by: Platform, entries: readonly Entry[]): Promise<number> {
    const signed = await by.next(entries);
    await t.networkHelpers.time.setNextBlockTimestamp(clock);
    const receipt = await (await t.registry.file(...asArguments(signed), { gasLimit: 16_000_000 })).wait();
    return Number(receipt?.gasUsed);
  }

  /** The mean of a filing of 100, and the references of its entries. */
  async function each(by: Platform, make: (k: number) => Entry): Promise<{ gas: number; refs: Ref[] }> {
    clock += HOUR;
    const { number } = await by.last();
    const gas = await gasOf(
      by,
      Array.from({ length: FILING }, (_, k) => make(k)),
    );
    const refs = Array.from({ length: FILING }, (_, index) => ({ platform: by.platform, number: number + 1, index }));
    return { gas: Math.round(gas / FILING), refs };
  }

  const loan = (k: number, change: Partial<Opened> = {}): Opened =>
    opened({
      time: clock - 60,
      borrower: pseudonym(k),
      principal: 1_234_567n,
      schedule: [{ count: 12, unit: "month", gap: 1, amount: 113_597n }],
      ...change,
    });
  const group = (): number => (borrowers += FILING) - FILING;
  const at = (base: number, refs: readonly Ref[]) => (k: number) => ({
    borrower: pseudonym(base + k),
    ref: refs[k]!,
    time: clock,
  });
  const closing = (base: number, refs: readonly Ref[]) => {
    const named = at(base, refs);
    return (k: number): Entry => closed(refs[k]!, { ...named(k), principal: 1_234_567n, charges: 128_597n });
  };
  const paying = (base: number, refs: readonly Ref[]) => {
    const named = at(base, refs);
    return (k: number): Entry => repaid(refs[k]!, { ...named(k), principal: 101_234n, charges: 12_363n });
  };

  // Filings
  clock += HOUR;
  row("empty filing, a platform's first", await gasOf(platform, []));
  clock += HOUR;
  const empty = await gasOf(platform, []);
  row("empty filing", empty, 78_000);

  // First loans
  const first = group();
  const a = await each(platform, (k) => loan(first + k));
  row("first loan", a.gas, 32_000);
  const declared = group();
  row(
    "first loan, income declared",
    (await each(platform, (k) => loan(declared + k, { income: 2_500_000n }))).gas,
    32_000,
  );
  const various = group();
  row(
    "first loan, no two of one amount",
    (await each(platform, (k) => loan(various + k, { principal: 1_234_567n + BigInt(k) }))).gas,
  );
  const newcomer = await t.grant();
  const fresh = group();
  row("first loan, in a platform's first filing", (await each(newcomer, (k) => loan(fresh + k))).gas);

  // Payments and closes
  row("partial repayment, first ever", (await each(platform, paying(first, a.refs))).gas, 33_000);
  row("partial repayment", (await each(platform, paying(first, a.refs))).gas, 16_000);
  const named = at(first, a.refs);
  row("disbursed", (await each(platform, (k) => disbursed(a.refs[k]!, { ...named(k), amount: 1_234_567n }))).gas);
  const charge = (k: number): Entry => overdue(a.refs[k]!, { ...named(k), time: clock, defaultCharges: 1_500n });
  row("default charge", (await each(platform, charge)).gas, 13_000);
  const plain = group();
  const b = await each(platform, (k) => loan(plain + k));
  row("closed", (await each(platform, closing(plain, b.refs))).gas, 12_500);
  const rest = (k: number): Entry =>
    closed(a.refs[k]!, { ...named(k), time: clock, principal: 1_032_099n, charges: 12_363n });
  row("closed, after partial repayments", (await each(platform, rest)).gas, 12_500);

  // Returning borrowers. The newest loan is in the borrower's head word, all others are in slots of their own.
  clock += 2 * DAY;
  const c = await each(platform, (k) => loan(plain + k));
  row("returning, none open", c.gas, 16_000);
  const d = await each(platform, (k) => loan(plain + k));
  row("returning, one open, a fresh slot", d.gas);
  await each(platform, closing(plain, d.refs));
  clock += 2 * DAY;
  const e = await each(platform, (k) => loan(plain + k));
  row("returning, one open, slots reused", e.gas, 18_500);
  await each(platform, closing(plain, c.refs));
  clock += 2 * DAY;
  const f = await each(platform, (k) => loan(plain + k));
  row("returning, one open that moves to a slot reused", f.gas);
  await each(platform, closing(plain, f.refs));
  clock += 2 * DAY;
  row("returning, one open at another platform", (await each(other, (k) => loan(plain + k))).gas);

  // Products
  const many = group();
  clock += HOUR;
  const one = await gasOf(
    platform,
    [1, 1, 1].map((product, k) => loan(many + k, { product, principal: 1_234_567n + BigInt(k) })),
  );
  clock += HOUR;
  const three = await gasOf(
    platform,
    [1, 2, 3].map((product, k) => loan(many + 3 + k, { product, principal: 1_234_567n + BigInt(k) })),
  );
  row("each further product and version", Math.round((three - one) / 2), 13_000);
  clock += HOUR;
  const alone = await gasOf(platform, [loan(many + 6)]);
  row("a filing's first product and version", alone - empty - Math.round((one - alone) / 2));

  // What one entry can cost at most
  const crowded = group();
  await t.publish({ product: 4, limits: { ...limits, refuse: 1 << 15, maxLenders: 250 } });
  for (let k = 0; k < 32; k++) {
    const lender = await t.grant();
    clock += HOUR;
    await fileAny(lender, [loan(crowded, { product: 4, basis: "paidOut" })]);
  }
  clock += HOUR;
  const refused = await fileAny(platform, [loan(crowded, { product: 4 })]);
  row("dearest: borrower with 32 loans of 32 groups", refused - empty);
  clock += HOUR;
  const legs = Array.from({ length: 400 }, (_, k) => ({
    count: 3,
    unit: "day" as const,
    gap: 1 + k,
    amount: 900n,
    step: 32_769n,
  }));
  row(
    "dearest: 400 legs of falling payments",
    (await fileAny(platform, [loan(crowded + 1, { schedule: legs })])) - empty,
  );
  return rows;
}

if (import.meta.main) {
  for (const { name, value, bound, pass } of await gasRows())
    console.log(`${name.padEnd(44)}${String(value).padStart(8)}  ${bound ?? ""}${pass ? "" : "  OVER"}`);
}
