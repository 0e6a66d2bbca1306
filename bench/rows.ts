import { fileURLToPath } from "node:url";

/** A figure of the benchmark; `bound` null where there is none. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bound: number | null;
  readonly better: "lower" | "higher";
  readonly pass: boolean;
}

const ROUNDS = 9;
/** Processor time, not the clock's: on a busy machine the compilers would not have got round to it yet. */
const WARM_UP_MICROSECONDS = 800_000;
const ROUND_MICROSECONDS = 40_000;
/** Calls between two looks at the time, which costs as much as a short call. */
const BATCH = 8;

/**
 * Processor time of one call in microseconds: the median of several rounds, after warming up. It is the thread's own time, so that
 * what else the machine does is not counted.
 */
export async function microseconds(name: string, bound: number | null, work: () => unknown): Promise<BenchRow> {
  await spend(WARM_UP_MICROSECONDS, work);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await spend(ROUND_MICROSECONDS, work));
  const value = Math.round(rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]! * 10) / 10;
  return { name, value, unit: "µs", bound, better: "lower", pass: bound === null || value <= bound };
}

/** Works for so long; microseconds a call. */
async function spend(budget: number, work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  for (let calls = BATCH; ; calls += BATCH) {
    for (let i = 0; i < BATCH; i++) await work();
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= budget) return (user + system) / calls;
  }
}

/** Prints the rows of a file of the benchmark that is run by itself. */
export async function printIfMain(url: string, rows: () => Promise<BenchRow[]>): Promise<void> {
  if (process.argv[1] !== fileURLToPath(url)) return;
  for (const { name, value, unit, bound } of await rows())
    process.stdout.write(`${name}: ${value} ${unit}${bound === null ? "" : ` (bound ${bound})`}\n`);
}
