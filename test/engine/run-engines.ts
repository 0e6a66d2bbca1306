/** A program that runs the engines until it is ended, for tests that kill it: `node run-engines.ts DIRECTORY`. */
import { startEngines } from "../../src/engine/engines.ts";

const engines = await startEngines({ dataDir: process.argv[2] ?? "" });
const { rpcUrl, databaseUrl } = engines;
process.once("SIGTERM", () => void engines.stop());
process.stdout.write(`${JSON.stringify({ rpcUrl, databaseUrl })}\n`);
