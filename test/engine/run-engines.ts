/**
 * A program that runs the engines until it is ended, for tests that kill it: `node run-engines.ts DIRECTORY [busy]`. It prints their
 * addresses, and when busy sends transactions without end and prints each block that it was told is durable.
 */
import { startEngines } from "../../src/engine/engines.ts";
import { userOf } from "./user.ts";

const [dataDir = "", busy] = process.argv.slice(2);
const engines = await startEngines({ dataDir });
const { rpcUrl, databaseUrl } = engines;
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

process.once("SIGTERM", () => void engines.stop());
print({ rpcUrl, databaseUrl });
if (busy !== undefined) {
  engines.journal.onJournaled((block) => {
    print({ block });
  });
  const user = userOf(engines);
  for (;;) await user.send(5, 20_000);
}
