/**
 * How fast the twin replays: `node bench/replay.ts` prints the rows, `replayRows()` returns them.
 *
 * A loan is an `Opened` of 12 level monthly instalments, RATE among its rules, and a `Closed`; filings of 100 entries, 5,000 borrowers who
 * return, all served rules on. Heads, seals and decisions are computed; signatures, which anybody can check in parallel, are not.
 */
import { ruleBit } from "../src/core/decision.ts";
import { encodeEntry } from "../src/core/encode-entry.ts";
import type { Entry, Ref } from "../src/core/entry.ts";
import { encodeEntries } from "../src/core/filing.ts";
import { emptyLimits, encodeLimits } from "../src/core/limits.ts";
import { Registry } from "../src/core/registry.ts";
import { type BenchRow, printIfMain } from "./rows.ts";
import { INSIDE_RULES } from "./inside-rules.ts";

const START = 1_800_000_000;
const DAY = 86_400;
const BORROWERS = 5_000;
const FILINGS = 1_000;
const ENTRIES = 100;
const RUNS = 4;
const BOUND = 50_000;

function newRegistry(): Registry {
  const twin = new Registry({ chainId: 1n, registry: new Uint8Array(20).fill(1) });
  const limits = {
    ...emptyLimits(),
    on: INSIDE_RULES,
    refuse: ruleBit("LICENCE"),
    reportingWindow: 30 * DAY,
    amountMax: 1_000_000n,
    termMaxDays: 400,
    platformCap: 2_000_000n,
    marketCap: 5_000_000n,
    maxLoans: 5,
    maxLenders: 3,
    coolingOff: DAY,
    frequencyCount: 8,
    frequencyWindow: 365,
    rateYearBasis: 365,
    rateUnit: 2,
    rateUnitCount: 1,
    rateCap: 240_000_000n,
    costFlat: 100_000n,
    incomeShare: 500_000,
    streakDays: 400,
    dailyShare: 4_000_000,
    lifetimeShare: 1_000_000,
  };
  twin.apply({ event: "RegistryInstalled", registry: twin.domain.registry });
  const key = new Uint8Array(20).fill(2);
  twin.apply({ event: "LicenceSet", platform: 1, key, group: 1, standing: "active", foundingUntil: 0, flags: 0 });
  twin.apply({ event: "ProductsSet", platform: 1, word: 0, bitmap: 1n << 65n });
  const published = { product: 65, kind: 1, index: 0, effectiveFrom: 0, limits: encodeLimits(limits) };
  twin.apply({ event: "VersionPublished", ...published });
  return twin;
}

/** Entries of all filings, framed: in each, half the entries open loans and half close those of the filing before. */
function framesOfFilings(): { at: number; frames: Uint8Array }[] {
  const schedule = [{ count: 12, unit: "month", gap: 1, amount: 9_400n }] as const;
  let borrower = 0;
  let last: { borrower: Uint8Array; ref: Ref }[] = [];
  return Array.from({ length: FILINGS }, (_, filing) => {
    const at = START + filing * (DAY / 2);
    const entries: Entry[] = last.map((loan) => ({
      kind: "Closed",
      ...loan,
      time: at,
      reason: "repaid",
      principal: 100_000n,
      charges: 50n,
    }));
    last = [];
    while (entries.length < ENTRIES) {
      const bytes = new Uint8Array(32).fill(borrower & 0xff);
      bytes.set([1, borrower >> 8, borrower & 0xff]);
      borrower = (borrower + 1) % BORROWERS;
      last.push({ borrower: bytes, ref: { platform: 1, number: filing + 1, index: entries.length } });
      const terms = { product: 65, principal: 100_000n, income: 50_000n, disclosed: at - 60, schedule };
      entries.push({ kind: "Opened", basis: "request", borrower: bytes, time: at, ...terms });
      if (last.length === ENTRIES / 2 && filing > 0) break;
    }
    return { at, frames: encodeEntries(entries.map(encodeEntry)) };
  });
}

/** Replays all filings from nothing. Throws if an entry was not taken: then something else would be measured. */
function replay(filings: readonly { at: number; frames: Uint8Array }[]): number {
  const twin = newRegistry();
  let loans = 0;
  for (const { at, frames } of filings) {
    const { number, head } = twin.chainOf(1);
    const filing = { platform: 1, number: number + 1, previous: head, recordsRoot: head, entries: frames };
    for (const { entry, decision } of twin.applyFiling(at, filing).entries) {
      if (decision.outcome !== "accepted") throw new Error(`an entry was ${JSON.stringify(decision)}`);
      if (typeof entry === "object" && entry.kind === "Opened") loans++;
    }
  }
  return loans;
}

/** Loans a second of the thread's own processor time, the best of some runs. */
export async function replayRows(): Promise<BenchRow[]> {
  const filings = framesOfFilings();
  let value = 0;
  for (let run = 0; run < RUNS; run++) {
    const before = process.threadCpuUsage();
    const loans = replay(filings);
    const { user, system } = process.threadCpuUsage(before);
    value = Math.max(value, Math.round((loans / (user + system)) * 1e6));
  }
  const name = "replay of loans, each opened (RATE and all other rules on) and closed";
  return [{ name, value, unit: "loans/s", bound: BOUND, better: "higher", pass: value >= BOUND }];
}

await printIfMain(import.meta.url, replayRows);
