/** `tally gateway`: the gateway alone, on a chain and a database that others run. */
import type { Command } from "commander";

import { DEFAULT_DATA } from "../home.ts";
import { whole } from "../operator/options.ts";
import { note, print } from "../output.ts";

interface Options {
  readonly rpc?: string;
  readonly database?: string;
  readonly deployment?: string;
  readonly data?: string;
  readonly host: string;
  readonly port: number;
  readonly confirmations: number;
}

export function register(program: Command): void {
  program
    .command("gateway")
    .summary("the gateway alone, on a chain and a database of your own")
    .description("Runs the gateway on an EVM chain and a Postgres database that are there already, until Ctrl-C.")
    .option("--rpc <url>", "JSON-RPC address of a node (or TALLY_RPC)")
    .option("--database <url>", "Postgres, as postgres://user:password@host/name (better: TALLY_DATABASE)")
    .option("--deployment <file>", "deployment.json that `tally deploy` wrote; needed the first time")
    .option("--data <dir>", `keys, passwords and log (default: TALLY_DATA, or ./${DEFAULT_DATA})`)
    .option("--host <address>", "address to listen on; beyond 127.0.0.1 put a proxy with TLS before it", "127.0.0.1")
    .option("--port <number>", "port to listen on", whole(0, 65_535), 4150)
    .option(
      "--confirmations <number>",
      "blocks above one that make it final; 0 for a chain that never reorganises",
      whole(0, 10_000),
      12,
    )
    .addHelpText(
      "after",
      `
One gateway at a time files from a database; a second one waits for its lock. Its relaying account is made at the first start, and pays
for filings where gas has a price. Platforms are added with \`tally platform add … --key REGULATOR\` while it runs.

Exit code: 0 stopped by a signal, 2 could not start or could not go on.`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ homeAt, homePath }, { startGateway }, { runUntilStopped, showSteps }] = await Promise.all([
    import("../home.ts"),
    import("../start/external.ts"),
    import("../start/until-stopped.ts"),
  ]);
  const steps = showSteps();
  await runUntilStopped({
    async start(signal) {
      try {
        const { rpc = process.env["TALLY_RPC"], database = process.env["TALLY_DATABASE"] } = options;
        const running = await startGateway({
          ...options,
          ...{ rpc, database, signal },
          home: homeAt(homePath(options.data)),
          onStep: (what) => steps.begin(what),
        });
        print(`The gateway is ready: ${running.url}`);
        print(`  data       ${running.home.path}`);
        print(`  chain      number ${running.deployment.chainId}, registry ${running.deployment.registry}`);
        print(`  relayer    ${running.relayer}`);
        note("Ctrl-C stops it.");
        return running;
      } finally {
        steps.end();
      }
    },
    failed: () => new Promise(() => undefined),
    stop: (running) => running.stop(),
  });
}
