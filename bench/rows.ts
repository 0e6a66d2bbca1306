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
const WARM_UP_MS = 1_500;
const ROUND_MS = 60;

/**
 * Processor time of one call in microseconds: the median of several rounds, after warming up. It is the thread's own time, so that
 * what else the machine does is not counted.
 */
export async function microseconds(name: string, bound: number | null, work: () => unknown): Promise<BenchRow> {
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end;) await work();
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const end = performance.now() + ROUND_MS;
    const before = process.threadCpuUsage();
    let calls = 0;
    for (; performance.now() < end; calls++) await work();
    const { user, system } = process.threadCpuUsage(before);
    rounds.push((user + system) / calls);
  }
  const value = Math.round(rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]! * 10) / 10;
  return { name, value, unit: "µs", bound, better: "lower", pass: bound === null || value <= bound };
}

/** Prints the rows of a file of the benchmark that is run by itself. */
export async function printIfMain(url: string, rows: () => Promise<BenchRow[]>): Promise<void> {
  if (process.argv[1] !== fileURLToPath(url)) return;
  for (const { name, value, unit, bound } of await rows())
    process.stdout.write(`${name}: ${value} ${unit}${bound === null ? "" : ` (bound ${bound})`}\n`);
}
