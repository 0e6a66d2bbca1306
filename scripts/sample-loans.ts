/**
 * Writes docs/import/sample.csv: a made-up lender's loans, for the worked example of docs/import.md. Always the same, from a fixed seed.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const HEAD = "contract;customer;type;signed;amount;paid_out;months;instalment;extra_on;extra_amount;status;ended";
const SEED = 20_240_229;
const ROWS = 80;
const DAY = 86_400_000;

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const day = (time: number): string => {
  const [year, month, date] = new Date(time).toISOString().slice(0, 10).split("-");
  return `${date}.${month}.${year}`;
};
/** As the made-up lender writes amounts: 1.234,50. */
const money = (cents: number): string => {
  const [whole = "", fraction = ""] = (cents / 100).toFixed(2).split(".");
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/gu, ".")},${fraction}`;
};

/** The file's text. */
export function sampleLoans(): string {
  const random = generator(SEED);
  const upTo = (n: number): number => Math.floor(random() * n);
  const lines = [HEAD];
  const begin = Date.UTC(2022, 0, 3);
  for (let i = 1; i <= ROWS; i++) {
    const business = random() < 0.15;
    const customer = `${business ? "B" : "P"}-${String(1_000 + upTo(40))}`;
    const signed = begin + upTo(700) * DAY;
    const amount = (10 + upTo(90)) * 10_000;
    const months = [6, 12, 24][upTo(3)] ?? 12;
    const monthly = (0.008 + random() * 0.012) / 1;
    const instalment = Math.ceil((amount * monthly) / (1 - (1 + monthly) ** -months));
    const deducted = random() < 0.1 ? Math.round(amount * 0.02) : 0;
    const extra = random() < 0.25 ? { on: day(signed + (35 + upTo(40)) * DAY), amount: money(instalment) } : undefined;
    const ending = random();
    const [status, ended] =
      ending < 0.6
        ? ["paid", day(signed + (80 + upTo(months * 30)) * DAY)]
        : ending < 0.7
          ? ["lost", day(signed + (200 + upTo(100)) * DAY)]
          : ["running", ""];
    const row = [
      `K${10_000 + i}`,
      customer,
      business ? "company" : "private",
      day(signed),
      money(amount),
      money(amount - deducted),
      `${months} months`,
      money(instalment),
      extra?.on ?? "-",
      extra?.amount ?? "-",
      status,
      ended,
    ];
    // Files have such rows: the worked example shows what becomes of them.
    if (i === 17) row[3] = "31.02.2023";
    if (i === 42) row[4] = "n/a";
    lines.push(row.join(";"));
    if (i === 60) lines.push(row.join(";"));
  }
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(join(import.meta.dirname, "../docs/import/sample.csv"), sampleLoans());
