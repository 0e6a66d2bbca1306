/**
 * What entries cost on chain: `node bench/gas.ts` prints the rows, `gasRows()` returns them.
 *
 * Measured as the design's bounds are stated: filings of 100, distinct borrowers, 12 monthly level instalments, one product and
 * version, all served rules on, a platform that has filed before. A filing's whole gas (calldata, log, seal and all) is
 * divided by its entries.
 */
import type { Entry, Opened, Ref } from "../src/core/entry.ts";
import { closed, DAY, disbursed, fixtures, opened, overdue, repaid } from "../test/contracts/fixtures.ts";
import { Filer, FILING, pseudonym } from "./filing-gas.ts";
import { outsideGas } from "./outside-gas.ts";

/** A figure of the benchmark; `bound` null where there is none. */
export interface GasRow {
  readonly name: string;
  readonly value: number;
  readonly unit: "gas";
  readonly bound: number | null;
  readonly better: "lower";
  readonly pass: boolean;
}

export async function gasRows(): Promise<GasRow[]> {
  const { deploy } = await fixtures();
  const t = await deploy();
  const rows: GasRow[] = [];
  const limits = { coolingOff: DAY, maxLoans: 4, maxLenders: 3, marketCap: 100_000_000n, platformCap: 50_000_000n };
  for (const product of [1, 2, 3]) await t.publish({ product, limits });
  const platform = await t.grant();
  const other = await t.grant();
  const filer = new Filer(t);
  let borrowers = 0;

  const row = (name: string, value: number, bound: number | null = null): void => {
    rows.push({ name, value, unit: "gas", bound, better: "lower", pass: bound === null || value <= bound });
  };

  const loan = (k: number, change: Partial<Opened> = {}): Opened =>
    opened({
      time: filer.clock - 60,
      borrower: pseudonym(k),
      principal: 1_234_567n,
      schedule: [{ count: 12, unit: "month", gap: 1, amount: 113_597n }],
      ...change,
    });
  const group = (): number => (borrowers += FILING) - FILING;
  const at = (base: number, refs: readonly Ref[]) => (k: number) => ({
    borrower: pseudonym(base + k),
    ref: refs[k]!,
    time: filer.clock,
  });
  const closing = (base: number, refs: readonly Ref[]) => {
    const named = at(base, refs);
    return (k: number): Entry => closed(refs[k]!, { ...named(k), principal: 1_234_567n, charges: 1_200n });
  };
  const paying = (base: number, refs: readonly Ref[]) => {
    const named = at(base, refs);
    return (k: number): Entry => repaid(refs[k]!, { ...named(k), principal: 101_234n, charges: 12_363n });
  };

  // Filings
  filer.pass();
  row("empty filing, a platform's first", await filer.gasOf(platform, []));
  filer.pass();
  const empty = await filer.gasOf(platform, []);
  row("empty filing", empty, 78_000);

  // First loans
  const first = group();
  const a = await filer.each(platform, (k) => loan(first + k));
  row("first loan", a.gas, 32_000);
  const declared = group();
  row(
    "first loan, income declared",
    (await filer.each(platform, (k) => loan(declared + k, { income: 2_500_000n }))).gas,
    32_000,
  );
  const various = group();
  row(
    "first loan, no two of one amount",
    (await filer.each(platform, (k) => loan(various + k, { principal: 1_234_567n + BigInt(k) }))).gas,
  );
  const newcomer = await t.grant();
  const fresh = group();
  row("first loan, in a platform's first filing", (await filer.each(newcomer, (k) => loan(fresh + k))).gas);

  // Payments and closes
  filer.pass(30 * DAY);
  row("partial repayment, first ever", (await filer.each(platform, paying(first, a.refs))).gas, 33_000);
  filer.pass(30 * DAY);
  row("partial repayment", (await filer.each(platform, paying(first, a.refs))).gas, 16_000);
  const named = at(first, a.refs);
  row("disbursed", (await filer.each(platform, (k) => disbursed(a.refs[k]!, { ...named(k), amount: 1_234_567n }))).gas);
  const charge = (k: number): Entry => overdue(a.refs[k]!, { ...named(k), time: filer.clock, defaultCharges: 1_500n });
  row("default charge", (await filer.each(platform, charge)).gas, 13_000);
  const plain = group();
  const b = await filer.each(platform, (k) => loan(plain + k));
  row("closed", (await filer.each(platform, closing(plain, b.refs))).gas, 12_500);
  const rest = (k: number): Entry =>
    closed(a.refs[k]!, { ...named(k), time: filer.clock, principal: 1_032_099n, charges: 12_363n });
  row("closed, after partial repayments", (await filer.each(platform, rest)).gas, 12_500);

  // Returning borrowers. The newest loan is in the borrower's head word, all others are in slots of their own.
  filer.pass(2 * DAY);
  const c = await filer.each(platform, (k) => loan(plain + k));
  row("returning, none open", c.gas, 16_000);
  const d = await filer.each(platform, (k) => loan(plain + k));
  row("returning, one open, a fresh slot", d.gas);
  await filer.each(platform, closing(plain, d.refs));
  filer.pass(2 * DAY);
  const e = await filer.each(platform, (k) => loan(plain + k));
  row("returning, one open, slots reused", e.gas, 18_500);
  await filer.each(platform, closing(plain, c.refs));
  filer.pass(2 * DAY);
  const f = await filer.each(platform, (k) => loan(plain + k));
  row("returning, one open that moves to a slot reused", f.gas);
  await filer.each(platform, closing(plain, f.refs));
  filer.pass(2 * DAY);
  row("returning, one open at another platform", (await filer.each(other, (k) => loan(plain + k))).gas);

  // Products
  const many = group();
  filer.pass();
  const one = await filer.gasOf(
    platform,
    [1, 1, 1].map((product, k) => loan(many + k, { product, principal: 1_234_567n + BigInt(k) })),
  );
  filer.pass();
  const three = await filer.gasOf(
    platform,
    [1, 2, 3].map((product, k) => loan(many + 3 + k, { product, principal: 1_234_567n + BigInt(k) })),
  );
  row("each further product and version", Math.round((three - one) / 2), 13_000);
  filer.pass();
  const alone = await filer.gasOf(platform, [loan(many + 6)]);
  row("a filing's first product and version", alone - empty - Math.round((one - alone) / 2));

  for (const { name, gas } of await outsideGas()) row(name, gas);

  // What one entry can cost at most
  const crowded = group();
  await t.publish({ product: 4, limits: { ...limits, refuse: 1 << 15, maxLenders: 250 } });
  for (let k = 0; k < 32; k++) {
    const lender = await t.grant();
    filer.pass();
    await filer.gasOfAny(lender, [loan(crowded, { product: 4, basis: "paidOut" })]);
  }
  filer.pass();
  const refused = await filer.gasOfAny(platform, [loan(crowded, { product: 4 })]);
  row("dearest: borrower with 32 loans of 32 groups", refused - empty);
  filer.pass();
  const legs = Array.from({ length: 400 }, (_, k) => ({
    count: 3,
    unit: "day" as const,
    gap: 1 + k,
    amount: 900n,
    step: 32_769n,
  }));
  row(
    "dearest: 400 legs of falling payments",
    (await filer.gasOfAny(platform, [loan(crowded + 1, { schedule: legs })])) - empty,
  );
  return rows;
}

if (import.meta.main) {
  for (const { name, value, bound, pass } of await gasRows())
    console.log(`${name.padEnd(44)}${String(value).padStart(8)}  ${bound ?? ""}${pass ? "" : "  OVER"}`);
}
