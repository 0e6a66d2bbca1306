/**
 * A million random entries through the contracts and the twin (`ENTRIES` and `SEED` change that): some twenty minutes.
 * Ends with what was met, or with the first difference, cut down.
 */
import { DifferentialChain } from "../test/support/differential-chain.ts";
import { Differential } from "../test/support/differential.ts";

const entries = Number(process.env["ENTRIES"] ?? 1_000_000);
const seed = Number(process.env["SEED"] ?? Math.floor(Date.now() / 1_000));

console.log(`${entries} entries from SEED=${seed} on`);
const started = performance.now();
const differential = new Differential(await DifferentialChain.start());
let shown = 0;
await differential.run(seed, entries, (scenario) => {
  const seconds = (performance.now() - started) / 1_000;
  if (seconds < shown + 10) return;
  shown = seconds;
  console.log(`${differential.entries} entries in ${seconds.toFixed(0)} s, at SEED=${scenario}`);
});
for (const [name, count] of [...differential.seen].sort(([a], [b]) => a.localeCompare(b)))
  console.log(`${String(count).padStart(9)} ${name}`);
console.log(
  `no difference in ${differential.entries} entries, ${((performance.now() - started) / 1_000).toFixed(0)} s`,
);
process.exit(0); // Hardhat's EVM keeps the process alive.
