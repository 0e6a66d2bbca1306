/** `tally registry`: which registry judges filings, and the change to another. */
import type { Command } from "commander";

import { cliError } from "../errors.ts";
import { actingOptions, chainOptions } from "../operator/options.ts";
import type { Plan } from "../operator/succession.ts";
import type { RegulatorOptions } from "../operator/regulator.ts";
import { note, print, printJson } from "../output.ts";

interface Options extends RegulatorOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly from?: string;
}

const HELP = `
A registry can't be changed and has no owner. New or mended rules come as another registry, which takes over from it:

  1. tally registry announce    creates the successor and announces it by the hash of its code (role announcer)
  2. the notice runs            everybody can read and audit the successor's code at its address; filings go on as ever
  3. tally registry install     puts it in service (role installer: somebody else than the announcer)

From the block of the installation on the former registry takes nothing more, and the successor goes on with every platform's number and
head and every borrower's loans. Gateways follow by themselves. It can't be undone; docs/design/succession.md has the whole of it.

Examples:
  tally registry show
  tally registry announce --dry-run
  TALLY_PASSWORD=… tally registry announce --rpc URL --deployment deployment.json --key announcer.json --yes
  TALLY_PASSWORD=… tally registry install --rpc URL --deployment deployment.json --key installer.json --yes`;

export function register(program: Command): void {
  const registry = program
    .command("registry")
    .summary("the registry in service and its successor: show, announce, install, renounce")
    .description("Shows which registry judges filings, and changes to a successor with notice, by two roles.")
    .addHelpText("after", HELP);

  chainOptions(registry.command("show"))
    .summary("the registry in service, those before it, and the announced one")
    .description("Shows the registry in service, those before it, and what is announced, as the chain has them.")
    .action(show);

  acting(registry.command("announce"))
    .summary("create a successor beside the registry in service, and announce it")
    .description(
      "Creates a registry of this version's contracts beside the one in service, with the libraries it links, and announces it by the hash of its code.",
    )
    .option("--from <when>", "day or instant from which it may be installed (default: as soon as the notice allows)")
    .addHelpText(
      "after",
      `
Cut short, run it again: FILE.successor.unfinished beside deployment.json knows what was created, and nothing is created twice. Announced
already, it does nothing.`,
    )
    .action(announceIt);

  acting(registry.command("install"))
    .summary("put the announced registry in service, for good")
    .description(
      "Puts the announced registry in service once its notice is over, and notes it in deployment.json. Run again, or elsewhere, it brings deployment.json up to date.",
    )
    .action(installIt);

  acting(registry.command("renounce"))
    .summary("take the announcement back")
    .description("Takes an announcement back. The registry that was announced stays where it is, out of service.")
    .action(renounceIt);
}

const acting = (command: Command): Command => actingOptions(chainOptions(command), "the acting role's key");

const load = async () => {
  const [{ openRegulator }, succession, chain] = await Promise.all([
    import("../operator/regulator.ts"),
    import("../operator/succession.ts"),
    import("../../chain/succession.ts"),
  ]);
  return { openRegulator, ...succession, ...chain };
};

async function show(options: Options): Promise<void> {
  const { openRegulator, readSuccession, codeHashOf, faultOfSuccessor, iso, rulesServedBy } = await load();
  const { rpc, deployment, recorded, regulator } = await openRegulator(options, false);
  const succession = await readSuccession(rpc, deployment.licences);
  const { inService, predecessors, announced, notice } = succession;
  const [codeHash, served, now] = await Promise.all([
    codeHashOf(rpc, inService),
    rulesServedBy(rpc, inService),
    regulator.now(),
  ]);
  const fault = announced && (await faultOfSuccessor(rpc, deployment, succession));
  const next = announced && {
    ...announced,
    rules: fault === undefined ? await rulesServedBy(rpc, announced.registry) : [],
    installable: fault === undefined && announced.from <= now,
    ...(fault !== undefined && { fault }),
  };
  if (options.json === true) {
    printJson({ inService, codeHash, rules: served, predecessors, notice, announced: next ?? null });
    return;
  }
  print(`In service  ${inService} on chain ${deployment.chainId}`);
  print(`  code      ${codeHash}`);
  print(`  rules     ${served.join(", ")}`);
  for (const one of predecessors) print(`  before it ${one}`);
  if (next === undefined) print("Announced   nothing");
  else {
    print(`Announced   ${next.registry}`);
    print(`  code      ${next.codeHash}`);
    const more = next.rules.filter((rule) => !served.includes(rule));
    const less = served.filter((rule) => !next.rules.includes(rule));
    if (fault === undefined)
      print(
        `  rules     ${more.length + less.length === 0 ? "the same" : [...more.map((rule) => `+${rule}`), ...less.map((rule) => `-${rule}`)].join(", ")}`,
      );
    print(`  install   from ${iso(next.from)} on${next.installable ? ": that is now" : ""}`);
    if (fault !== undefined) print(`  FAULT     it can't be installed: ${fault}`);
  }
  print(`Notice      ${notice} seconds between announcement and installation`);
  if (recorded.registry !== inService)
    note(`deployment.json names ${recorded.registry}; \`tally registry install\` brings it up to date.`);
}

async function announceIt(options: Options): Promise<void> {
  const { openRegulator, planAnnouncement, announce, earliestInstallation, readSuccession, iso } = await load();
  const { showSteps } = await import("../start/until-stopped.ts");
  const context = await openRegulator(options, options.dryRun !== true);
  const [{ notice }, now] = await Promise.all([
    readSuccession(context.rpc, context.deployment.licences),
    context.regulator.now(),
  ]);
  const from = await installFrom(options.from, earliestInstallation(now, notice));
  if (!(await confirmed(options, await planAnnouncement(context, from), "announced"))) return;
  const steps = showSteps();
  try {
    const done = await announce(context, from, (step) => {
      steps.begin(step);
      note(`  ${step}`);
    });
    if (options.json === true) printJson({ announced: done.registry, from: done.from });
    else {
      print(`${done.registry} is announced. It may be installed from ${iso(done.from)} on:`);
      print("  tally registry install    with the installer's key");
    }
  } finally {
    steps.end();
  }
}

async function installIt(options: Options): Promise<void> {
  const { openRegulator, planInstallation, install } = await load();
  const seen = await openRegulator(options, false);
  const plan = await planInstallation(seen, await seen.regulator.now());
  if (!(await confirmed(options, plan, "installed"))) return;
  const context = plan.transactions === 0 ? seen : await openRegulator(options, true);
  const { registry, predecessors } = await install(context);
  if (options.json === true) printJson({ inService: registry, predecessors, changed: plan.transactions > 0 });
  else print(`${registry} is in service. ${context.deploymentPath} says so.`);
}

async function renounceIt(options: Options): Promise<void> {
  const { openRegulator, renounce, readSuccession, announcedOf } = await load();
  const context = await openRegulator(options, options.dryRun !== true);
  const { registry } = announcedOf(await readSuccession(context.rpc, context.deployment.licences));
  const lines = [`The announcement of ${registry} is taken back; whoever wants it again has to give notice anew.`];
  if (!(await confirmed(options, { lines, transactions: 1 }, "renounced"))) return;
  await renounce(context);
  if (options.json === true) printJson({ renounced: registry });
  else print(`${registry} is no longer announced.`);
}

/** Tells the plan; whether to go on with it. Throws `not-confirmed`. */
async function confirmed({ yes, dryRun, json }: Options, plan: Plan, done: string): Promise<boolean> {
  for (const line of plan.lines) (json === true ? note : print)(line);
  if (plan.transactions === 0) return true;
  if (dryRun === true) {
    if (json === true) printJson({ [done]: false, transactions: plan.transactions });
    else print(`That takes ${plan.transactions} transaction${plan.transactions === 1 ? "" : "s"}.`);
    return false;
  }
  if (yes === true) return true;
  throw cliError("not-confirmed", `Nobody confirmed, so nothing was ${done}`);
}

async function installFrom(given: string | undefined, earliest: number): Promise<number> {
  if (given === undefined) return earliest;
  const [{ secondsOf }, { iso }] = await Promise.all([
    import("../../regulator/units.ts"),
    import("../operator/succession.ts"),
  ]);
  let wanted: number | undefined;
  try {
    if (/^\d{4}-\d\d-\d\d/u.test(given)) wanted = secondsOf(given, "utc");
  } catch {
    // told below, like any other text
  }
  if (wanted === undefined)
    throw cliError("option-invalid", `--from: ${given} is no day and no instant`, {
      fix: "Give a day such as 2030-01-01 (midnight UTC), or an instant such as 2030-01-01T00:00:00+08:00.",
    });
  if (wanted >= earliest) return wanted;
  throw cliError("option-invalid", `--from: the notice ends ${iso(earliest)}, later than ${given}`);
}
