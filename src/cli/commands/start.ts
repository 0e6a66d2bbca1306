/** `tally start`: everything on this machine. */
import { relative } from "node:path";

import { type Command, InvalidArgumentError } from "commander";

import type { CompiledRulePack } from "../../regulator/compile-rule-pack.ts";
import type { SampleSummary } from "../start/sample-filing.ts";
import type { Stack } from "../start/stack.ts";
import { DEFAULT_DATA, SAMPLE_PACK } from "../home.ts";
import { whole } from "../operator/options.ts";
import { note, print } from "../output.ts";

interface Options {
  readonly empty?: boolean;
  readonly port: number;
  readonly data?: string;
  readonly miningInterval: number;
}

export function register(program: Command): void {
  program
    .command("start")
    .summary("everything on this machine: database, chain, contracts, gateway, sample market")
    .description(
      "Starts a database, a chain and the gateway on one data directory, deploys the contracts at the first start, and runs until Ctrl-C. The next start goes on where this one ended.",
    )
    .option("--empty", "at the first start: contracts alone, without the sample's rulebook, platforms and loans")
    .option("--port <number>", "port of the gateway, on 127.0.0.1; 0 takes a free one", whole(0, 65_535), 4150)
    .option("--data <dir>", `data directory (default: TALLY_DATA, or ./${DEFAULT_DATA})`)
    .option(
      "--mining-interval <seconds>",
      "seconds between the chain's blocks; 0 makes one as soon as there is something to put in it",
      interval,
      0,
    )
    .addHelpText(
      "after",
      `
The first start deploys the contracts, publishes rulebooks/sample-market.yaml, licenses three sample platforms, opens a pilot
(rulebooks/sample-pilot.yaml, rulebooks/pilots/sample-emergency.yaml) and files a small market of made-up loans. Everything is kept
in the data directory: its keys and passwords too (secrets.json, keys/), so it is readable by its owner alone. docs/operating.md says
what is in it and how to back it up.

Settings of the gateway: environment variables such as TALLY_WAIT_MAX (docs/operating.md). TALLY_LOG=debug writes more to gateway.log.

Exit code: 0 stopped by a signal, 2 could not start or could not go on.`,
    )
    .action(run);
}

function interval(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/u.test(text) && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError("An interval is a number of seconds up to 3600.");
}

async function run(options: Options): Promise<void> {
  // Only here: a mistyped option need not wait for the engines' libraries.
  const [{ homePath }, { startStack }, { fileSample }, { publishedPacks }, { runUntilStopped, showSteps }] =
    await Promise.all([
      import("../home.ts"),
      import("../start/stack.ts"),
      import("../start/sample-filing.ts"),
      import("../operator/rule-packs.ts"),
      import("../start/until-stopped.ts"),
    ]);
  const began = performance.now();
  const steps = showSteps();
  const dataDir = homePath(options.data);
  await runUntilStopped({
    async start(signal) {
      try {
        const stack = await startStack({
          ...{ dataDir, port: options.port, miningInterval: options.miningInterval, signal },
          empty: options.empty === true,
          onStep: (what) => steps.begin(what),
          onMessage: (text) => note(text),
        });
        try {
          const sample = stack.setup.sample
            ? await fileSample({
                home: stack.home,
                secrets: (await stack.home.secrets())!,
                gatewayUrl: stack.served.gateway.url,
                platforms: stack.setup.platforms,
                signal,
                onProgress: (done, total) => steps.begin(`sample market: ${done} of ${total} entries are final`),
              })
            : undefined;
          const packs = await publishedPacks(stack.home, Math.floor(Date.now() / 1_000));
          const compiled = packs.map((pack) => pack.compiled);
          tell(stack, compiled, sample, (performance.now() - began) / 1_000, options);
          return stack;
        } catch (error) {
          await stack.stop();
          throw error;
        }
      } finally {
        steps.end();
      }
    },
    failed: (stack) => stack.failed,
    stop: (stack) => stack.stop(),
  });
}

function tell(
  stack: Stack,
  packs: readonly CompiledRulePack[],
  sample: SampleSummary | undefined,
  seconds: number,
  options: Options,
): void {
  const { home, engines, deployment, served, setup } = stack;
  const { restored } = engines;
  const blocks = engines.journal.journaledBlock();
  const fresh = restored.height === 0;
  print(`Tallystick is ready: ${served.gateway.url} (${fresh ? "first start" : "going on"}, ${seconds.toFixed(1)} s)`);
  print(`  data       ${home.path}`);
  print(`  chain      ${engines.rpcUrl}, number ${deployment.chainId}, ${blocks} blocks`);
  print(`  contracts  registry ${deployment.registry}`);
  // The last text of each pack is the first here.
  const names = new Map(packs.toReversed().map(({ pack, products }) => [pack, products.map(({ name }) => name)]));
  const rules = [...names].map(([pack, products]) => `${pack}: ${products.join(", ")}`);
  print(`  rules      ${rules.join("; ") || "none yet"}`);
  if (sample !== undefined) {
    const { accepted, flagged, refused } = sample.decisions;
    print(`  platforms  ${setup.platforms.join(", ")}: Amber Loans, Birch Credit, Cedar Finance`);
    print(
      `  sample     ${sample.loans} loans, ${sample.entries} entries in ${sample.filings} filings: ${accepted} accepted, ${flagged} flagged, ${refused} refused`,
    );
  }
  print("Try next, in another terminal:");
  const data = options.data === undefined ? "" : ` --data ${options.data}`;
  if (sample?.shown !== undefined) {
    print(`  npx tally receipt ${sample.shown.id}${data} > receipt.json`);
    print(`      the request that was ${sample.shown.outcome}: ${sample.shown.breaches.join(", ")}`);
    for (const { what, id, outcome, breaches } of sample.scenes)
      print(`  npx tally receipt ${id}${data}    ${what}: ${outcome}, ${breaches.join(", ")}`);
    print(`  npx tally verify receipt.json${data}    npx tally audit${data}    npx tally platform list${data}`);
    print(`  npx tally pilot report 1${data}    emergency-fund loans on trial, within bounds that hold by themselves`);
    print(
      `  npx tally rules show instalment${data}    the law they were judged by; packs after real laws are in rulebooks`,
    );
  } else {
    print(`  npx tally rules publish ${relative(process.cwd(), SAMPLE_PACK)}${data}`);
    print(`  npx tally platform add "My Lender" --products payday --founding-until 2030-01-01${data}`);
  }
  print(`  npx tally import --help    to file loans of your own. Ctrl-C stops; the next start goes on from here.`);
}
