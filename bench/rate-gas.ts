/**
 * What RATE costs on chain by the number of instalments: `node bench/rate-gas.ts` prints the rows, `rateGasRows()` returns them.
 *
 * Twice: the rule's own computation, which the bounds are about; and what it adds to a filing, with all that it needs of the limits and of
 * the schedule: the same loans are filed under limits that differ in RATE alone, and the gas of one filing is taken off the other's.
 */
import { toBigInt, toHex } from "../src/core/bytes.ts";
import { ruleBit } from "../src/core/decision.ts";
import { discountRoot } from "../src/core/discount.ts";
import type { Limits } from "../src/core/limit-fields.ts";
import { emptyLimits, encodeLimits } from "../src/core/limits.ts";
import { exceedsCap } from "../src/core/rules/rate.ts";
import { encodeSchedule, type Schedule } from "../src/core/schedule.ts";
import { asArguments, borrower, fixtures, NOW, opened } from "../test/contracts/fixtures.ts";
import { critical, rateLimits } from "../test/support/rate-cases.ts";
import type { RateHarness } from "../types/contracts/test/RateHarness.ts";
import { INSIDE_RULES } from "./inside-rules.ts";
import { row } from "./report.ts";
import { type BenchRow, printIfMain } from "./rows.ts";

const WITH_RATE = 1;
const WITHOUT = 2;
const PRINCIPAL = 1_000_000n;
const REPEATS = 4;
const LEVELS = [
  [1, null],
  [3, null],
  [12, 1_500],
  [36, null],
  [120, null],
  [360, 2_200],
] as const;

const level = (count: number): Schedule => [
  { count, unit: "month", gap: 1, amount: PRINCIPAL / BigInt(count) + 9_000n },
];
/** As many legs as payments, no two alike. */
const irregular = (count: number): Schedule =>
  Array.from({ length: count }, (_, i) => ({
    count: 1,
    unit: "month",
    gap: 1,
    amount: PRINCIPAL / BigInt(count) + 9_000n + BigInt(i),
  }));
const levelPrincipal = (count: number): Schedule => [
  { count, unit: "month", gap: 1, amount: PRINCIPAL / BigInt(count) + 18_000n, step: (18_000n << 16n) / BigInt(count) },
];

/** As many legs as payments, two weeks to two months apart. */
const byDays = (count: number): Schedule =>
  irregular(count).map((leg, i) => ({ ...leg, unit: "day", gap: 14 + ((i * 7) % 47) }));

const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Monthly, by the days that months have. */
const byCalendar = (count: number): Schedule =>
  irregular(count).map((leg, i) => ({ ...leg, unit: "day", gap: MONTHS[i % 12]! }));

interface Irregular {
  readonly name: string;
  readonly schedule: Schedule;
  readonly limits: Partial<Limits>;
  /** Null where the schedule must be read twice, and no leg is like the one before it. */
  readonly bound: number | null;
}

/** Irregular legs under other limits than the nominal one by months, each beside the others. */
const IRREGULAR: readonly Irregular[] = [
  { name: "by days", schedule: byDays(360), limits: {}, bound: 600 },
  {
    name: "monthly, unit period the most frequent gap",
    schedule: irregular(360),
    limits: { rateUnit: 255 },
    bound: 600,
  },
  { name: "by days, unit period the most frequent gap", schedule: byDays(360), limits: { rateUnit: 255 }, bound: 600 },
  {
    name: "by calendar, unit period the most frequent gap",
    schedule: byCalendar(360),
    limits: { rateUnit: 255 },
    bound: null,
  },
  {
    name: "by days, effective",
    schedule: byDays(360),
    limits: {
      rateConvention: 1,
      dayDiscount: discountRoot(365, 240_000_000n),
      monthDiscount: discountRoot(12, 240_000_000n),
    },
    bound: 600,
  },
  { name: "by days, simple", schedule: byDays(360), limits: { rateConvention: 2 }, bound: 600 },
];

/** The rule's own computation, by a contract that only measures. The amount received is the least that passes, or a little more. */
async function aloneRows(harness: RateHarness): Promise<BenchRow[]> {
  const gasOf = async (schedule: Schedule, more: Partial<Limits> = {}): Promise<number> => {
    const limits = rateLimits({ rateCap: 240_000_000n, rateUnit: 2, ...more });
    const bytes = encodeLimits(limits);
    const words = { rate: toBigInt(bytes.subarray(67, 96)) << 24n, discounts: toBigInt(bytes.subarray(96, 128)) };
    const opening = critical((balance) => !exceedsCap(schedule, balance, limits.rateCap, limits));
    const call = { schedule: toHex(encodeSchedule(schedule)), opening, cap: limits.rateCap, ...words };
    const [over, used] = await harness.measure(call);
    if (over) throw new Error("a schedule within the cap was found beyond it");
    return Number(used);
  };
  const rows: BenchRow[] = [];
  for (const [count, bound] of LEVELS)
    rows.push(
      row(`RATE alone, ${count} level instalment${count === 1 ? "" : "s"}`, await gasOf(level(count)), "gas", {
        bound,
      }),
    );
  const legs = 360;
  const each = Math.round((await gasOf(irregular(legs))) / legs);
  rows.push(row(`RATE alone, each of ${legs} irregular legs`, each, "gas", { bound: 600 }));
  for (const { name, schedule, limits, bound } of IRREGULAR)
    rows.push(row(`the same ${name}`, Math.round((await gasOf(schedule, limits)) / schedule.length), "gas", { bound }));
  return rows;
}

export async function rateGasRows(): Promise<BenchRow[]> {
  const { deploy } = await fixtures();
  const t = await deploy();
  // SETTLEMENT can't be had without RATE.
  const on = (INSIDE_RULES & ~ruleBit("SETTLEMENT")) >>> 0;
  const { rateConvention, rateYearBasis, rateUnit, rateUnitCount, rateCap } = emptyLimits();
  const rateless = { rateConvention, rateYearBasis, rateUnit, rateUnitCount, rateCap };
  await t.publish({ product: WITH_RATE, limits: { on, termMaxDays: 12_000 } });
  const without = { ...rateless, on: (on & ~ruleBit("RATE")) >>> 0, termMaxDays: 12_000 };
  await t.publish({ product: WITHOUT, limits: without });
  const platform = await t.grant();
  let clock = NOW;
  let borrowers = 0;

  async function gasOf(product: number, schedules: readonly Schedule[]): Promise<number> {
    clock += 3_600;
    const loans = schedules.map((schedule) =>
      opened({ borrower: borrower(++borrowers), product, principal: PRINCIPAL, time: clock - 60, schedule }),
    );
    const signed = await platform.next(loans);
    await t.networkHelpers.time.setNextBlockTimestamp(clock);
    const [filing, signature] = asArguments(signed);
    const decisions = await t.registry.file.staticCall(filing, signature, { blockTag: "pending" });
    if (!/^0x(01.{22})*$/u.test(decisions)) throw new Error(`a loan was not accepted: ${decisions.slice(0, 26)}`);
    const receipt = await (await t.registry.file(filing, signature, { gasLimit: 16_000_000 })).wait();
    return Number(receipt?.gasUsed);
  }

  /** What more loans of these terms behind one of other terms cost each, for the rule. */
  async function rateGas(schedule: Schedule, more: number, before: Schedule = level(7)): Promise<number> {
    const marginal = async (product: number): Promise<number> => {
      const all = await gasOf(product, [before, ...Array.from({ length: more }, () => schedule)]);
      return all - (await gasOf(product, [before]));
    };
    let sum = 0;
    // Signatures and borrowers have more or fewer zero bytes, which cost less: hence several times.
    for (let i = 0; i < REPEATS; i++) sum += (await marginal(WITH_RATE)) - (await marginal(WITHOUT));
    return Math.round(sum / REPEATS / more);
  }

  // A platform's first filing is dearer than its others.
  await gasOf(WITH_RATE, [level(1)]);
  const rows = await aloneRows(await t.ethers.deployContract("RateHarness"));
  for (const count of [1, 12, 360])
    rows.push(row(`RATE in a filing, ${count} level`, await rateGas(level(count), 1), "gas"));
  const again = await rateGas(level(12), 20, level(12));
  rows.push(row("RATE in a filing, 12 level, terms that it has met before", again, "gas"));
  rows.push(row("RATE in a filing, 12 of level principal", await rateGas(levelPrincipal(12), 1), "gas"));
  rows.push(row("RATE in a filing, 360 of level principal", await rateGas(levelPrincipal(360), 1), "gas"));
  const [few, many] = [await rateGas(irregular(12), 1), await rateGas(irregular(360), 1)];
  rows.push(row("RATE in a filing, 12 irregular", few, "gas"));
  rows.push(row("RATE in a filing, 360 irregular", many, "gas"));
  rows.push(row("RATE in a filing, each further irregular leg", Math.round((many - few) / 348), "gas", { bound: 600 }));
  return rows;
}

await printIfMain(import.meta.url, rateGasRows);
