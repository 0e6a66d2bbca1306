/** `tally deploy`: the contracts on any EVM chain. */
import { rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";

import { cliError } from "../errors.ts";
import { note, print, printJson } from "../output.ts";
import { KEY_HELP } from "../operator/keys.ts";

interface Options {
  readonly rpc: string;
  readonly key: string;
  readonly notice: string;
  readonly relaxationNotice?: string;
  readonly successionNotice: string;
  readonly out: string;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command("deploy")
    .summary("deploy the contracts to an EVM chain")
    .description("Deploys Administration, Licences, Rulebook and Registry, and puts the registry in service.")
    .requiredOption("--rpc <url>", "JSON-RPC address of a node")
    .requiredOption("--key <key>", `the deploying account, which then administers: ${KEY_HELP}`)
    .option("--notice <time>", "notice that a stricter rule needs before it binds, such as 30d", "30d")
    .option("--relaxation-notice <time>", "notice that a less strict one needs (default: as --notice)")
    .option("--succession-notice <time>", "notice that a successor of the registry needs", "90d")
    .option("--out <file>", "where to write the addresses", "deployment.json")
    .option("--json", "print the deployment as JSON")
    .addHelpText(
      "after",
      `
Deployed step by step; cut short, run it again with the same --out and it goes on (FILE.unfinished says how far it had come). On a
chain where gas has a price the account needs funds. It holds every role at first: docs/operating.md says how to hand them out.

Example:
  TALLY_PASSWORD=… tally deploy --rpc http://node.example:8545 --key regulator.json --notice 30d --out deployment.json`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [
    { deploy, domainOf, writeDeployment },
    { JsonRpc },
    { chainIdOf, Transactor },
    { exists },
    files,
    keys,
    { showSteps },
  ] = await Promise.all([
    import("../../chain/deployment.ts"),
    import("../../chain/rpc.ts"),
    import("../../chain/transactor.ts"),
    import("../../engine/data-directory.ts"),
    import("../../engine/files.ts"),
    import("../operator/keys.ts"),
    import("../start/until-stopped.ts"),
  ]);
  const notice = await seconds("--notice", options.notice);
  const relaxationNotice = await seconds("--relaxation-notice", options.relaxationNotice ?? options.notice);
  const successionNotice = await seconds("--succession-notice", options.successionNotice);
  const out = resolve(options.out);
  if (await exists(out))
    throw cliError("option-invalid", `${out} exists, and may be the only note of where contracts are`, {
      fix: "Give another file with --out, or move that one away.",
    });
  if (!(await exists(dirname(out)))) throw cliError("option-invalid", `There is no directory ${dirname(out)}`);
  const unfinished = `${out}.unfinished`;
  const rpc = new JsonRpc(options.rpc);
  const chainId = await chainIdOf(rpc);
  const transactor = new Transactor(rpc, chainId, await keys.readKeyOption(options.key));
  note(`Deploying to chain ${chainId} from ${transactor.address}.`);
  const goesOn = await exists(unfinished);
  if (goesOn) note(`Going on with what ${unfinished} says is there.`);
  const steps = showSteps();
  try {
    const deployment = await deploy(transactor, {
      notice,
      relaxationNotice,
      successionNotice,
      onStep: (step, begun, total) => {
        steps.begin(`${step} (${begun}/${total})`);
        note(`  ${String(begun).padStart(2)}/${total} ${step}`);
      },
      progress: {
        load: async () => files.parseJson(await files.readIfThere(unfinished)),
        save: async (progress) => files.writeDurably(unfinished, `${JSON.stringify(progress, null, 2)}\n`, 0o644),
      },
    });
    await writeDeployment(out, deployment);
    await rm(unfinished, { force: true });
    if (options.json === true) {
      printJson(deployment);
      return;
    }
    print(`Deployed to chain ${domainOf(deployment).chainId}, from block ${deployment.block}:`);
    for (const name of ["registry", "rulebook", "licences", "administration", "sandbox", "decoder"] as const)
      print(`  ${name.padEnd(15)} ${deployment[name] ?? "none"}`);
    print(
      `Written to ${out}. Next: tally rules publish FILE --rpc URL --deployment ${options.out} --key ${options.key}`,
    );
  } finally {
    steps.end();
  }
}

async function seconds(option: string, text: string): Promise<number> {
  const { duration } = await import("../../regulator/units.ts");
  const parsed = duration.safeParse(text);
  if (parsed.success) return parsed.data;
  throw cliError("option-invalid", `${option}: ${text} is no duration such as 30d, 24h or 0s`);
}
