/** `tally rules`: the regulator's rules, as files and on the chain. */
import type { Command } from "commander";

import type { PublishPlan, PublishStep } from "../../regulator/plan.ts";
import type { CompiledRulePack } from "../../regulator/compile-rule-pack.ts";
import type { Notices } from "../../core/strictness.ts";
import { cliError } from "../errors.ts";
import { DEFAULT_DATA } from "../home.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import type { RegulatorOptions } from "../operator/regulator.ts";

interface Options extends RegulatorOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export function register(program: Command): void {
  const rules = program
    .command("rules")
    .summary("rule packs: validate, publish, list, show")
    .description(
      "The regulator's rules: rule packs are YAML files (docs/rule-packs.md), the Rulebook on the chain holds what binds.",
    );

  onChain(rules.command("publish").argument("<file>", "rule pack (YAML)"))
    .summary("publish a rule pack, after showing what that would do")
    .description(
      "Compares a rule pack with the Rulebook, prints what publishing it would do, and does so once it is confirmed.",
    )
    .option("--yes", "confirm, instead of being asked")
    .option("--dry-run", "print the plan and end: 0 if it could be published, 1 if it conflicts")
    .option(
      "--key <key>",
      "the regulator's key: keystore file, or env:NAME (default: the data directory's administrator)",
    )
    .addHelpText(
      "after",
      `
What the Rulebook holds already is passed over, so publishing the same pack twice does nothing. Cut short, it is run again. A version
is never edited: a changed rule is a new version with a later effectiveFrom, after the notice period.`,
    )
    .action(publish);

  rules
    .command("validate")
    .argument("<file>", "rule pack (YAML)")
    .summary("check a rule pack without a chain")
    .description("Checks a rule pack, and names line and field of what is wrong with it.")
    .option("--json", "print JSON")
    .action(validate);

  onChain(rules.command("list"))
    .summary("products and versions on the chain")
    .description(
      "Lists the versions that the Rulebook holds of the products of the packs published from this data directory.",
    )
    .action(list);

  onChain(rules.command("show").argument("<product>", "product by name or number"))
    .summary("the limits of a product, field by field")
    .description("Shows the limits of a product that bind now, field by field as the chain has them.")
    .action(show);
}

function onChain(command: Command): Command {
  return command
    .option("--data <dir>", `data directory (default: TALLY_DATA, or ./${DEFAULT_DATA})`)
    .option("--rpc <url>", "chain to act on, instead of the data directory's own")
    .option("--deployment <file>", "deployment.json of the contracts there")
    .option("--json", "print JSON");
}

async function validate(file: string, options: Options): Promise<void> {
  const { readPack } = await import("../operator/rule-packs.ts");
  const { compiled } = await readPack(file, Math.floor(Date.now() / 1_000));
  if (options.json === true) printJson({ valid: true, ...summaryOf(compiled) });
  else print(`${file} is a valid rule pack: ${inWords(compiled)}.`);
}

function summaryOf({ pack, title, currency, zone, products, versions, series }: CompiledRulePack) {
  return {
    pack,
    title,
    currency: currency.code,
    zone,
    products: products.map(({ product, name }) => ({ product, name })),
    versions: versions.length,
    series: series.map(({ number, points }) => ({ series: number, points: points.length })),
  };
}

const inWords = ({ pack, products, versions }: CompiledRulePack): string =>
  `${pack}, ${products.length} products (${products.map(({ name }) => name).join(", ")}), ${versions.length} versions`;

async function publish(file: string, options: Options): Promise<void> {
  const [{ openRegulator }, { readPack, publishPack }, { planAgainstChain }] = await Promise.all([
    import("../operator/regulator.ts"),
    import("../operator/rule-packs.ts"),
    import("../../regulator/publish.ts"),
  ]);
  const { regulator, home, deployment } = await openRegulator(options, options.dryRun !== true);
  // The data directory keeps the packs of its own deployment, and of no other.
  const own = (await home.deployment())?.rulebook === deployment.rulebook ? home : undefined;
  const pack = await readPack(file, await regulator.now());
  const [plan, notice] = await Promise.all([planAgainstChain(regulator, pack.compiled), regulator.notices()]);
  const lines = describe(plan, pack.compiled, notice);
  for (const line of lines) (options.json === true ? note : print)(line);
  if (options.dryRun === true) {
    if (options.json === true) printJson({ published: false, ...counts(plan), conflicts: plan.conflicts });
    process.exitCode = plan.conflicts.length > 0 ? EXIT.no : EXIT.ok;
    return;
  }
  if (plan.conflicts.length === 0 && plan.steps.length > 0) await confirm(pack.compiled.pack, options);
  await publishPack(own, regulator, pack, plan, (begun, total, step) => {
    note(`  ${begun}/${total} ${headline(step, pack.compiled)}`);
  });
  if (options.json === true) printJson({ published: true, ...counts(plan) });
  else print(plan.steps.length === 0 ? "Nothing to do." : `Published ${pack.compiled.pack}.`);
}

const counts = (plan: PublishPlan) => ({
  transactions: plan.steps.length,
  unchanged: plan.same,
  remarks: plan.remarks,
});

async function confirm(pack: string, { yes, json }: Options): Promise<void> {
  if (yes === true) return;
  const { ask } = await import("../operator/keys.ts");
  const asked = json !== true && process.stdin.isTTY;
  if (asked && (await ask(`Type ${pack} to publish: `)).trim() === pack) return;
  throw cliError(
    "not-confirmed",
    asked ? "Not published: that was another word" : "Nobody confirmed, so nothing was published",
  );
}

/** The plan for people: what is sent, from when it binds, and what can't be taken back. */
function describe(plan: PublishPlan, pack: CompiledRulePack, { tightening, relaxation }: Notices): string[] {
  const lines = [`${inWords(pack)}.`];
  if (plan.same > 0) lines.push(`${plan.same} of its parts are on the chain already.`);
  lines.push(...plan.remarks, ...plan.conflicts.map((conflict) => `CONFLICT  ${conflict}`));
  if (plan.conflicts.length > 0 || plan.steps.length === 0) return lines;
  lines.push(`To publish it takes ${plan.steps.length} transactions:`);
  lines.push(...plan.steps.map((step) => `  ${headline(step, pack)}`));
  lines.push(
    tightening === 0 && relaxation === 0
      ? "This deployment asks for no notice: a version may bind at once."
      : `This deployment asks for ${tightening} seconds of notice of what is stricter, ${relaxation} of what is less strict.`,
    "What binds can't be edited or taken back; a version that doesn't bind yet can be withdrawn. A point of a series stays for good.",
  );
  return lines;
}

function headline(step: PublishStep, { settings: { zone } }: CompiledRulePack): string {
  const local = (seconds: number): string => {
    // The zone of the pack is the deployment's.
    const shift = [...zone].reverse().find(({ from }) => from <= seconds)?.offset ?? 0;
    return new Date((seconds + shift) * 1_000).toISOString().slice(0, 16).replace("T00:00", "").replace("T", " ");
  };
  switch (step.kind) {
    case "settings":
      return step.first
        ? "settings: time zone and markets, from the beginning of time"
        : `settings: markets, from ${local(step.effectiveFrom)}`;
    case "series":
      return `series ${step.series}, ${step.title}: ${step.points.length} points to ${local(step.points.at(-1)?.publishedAt ?? 0)}`;
    case "rate":
      return `series ${step.series}: ${Number(step.rate) / 1e7} % from ${local(step.publishedAt)}`;
    case "history":
      return `${step.productName} for ${step.borrower === 1 ? "persons" : "businesses"}, all ${step.versions.length} versions, the first from ${local(step.versions[0]?.effectiveFrom ?? 0)}`;
    case "pack":
      return `the hash of the pack's text`;
    case "version":
      return `${step.productName} for ${step.borrower === 1 ? "persons" : "businesses"}, binding from ${local(step.effectiveFrom)}`;
  }
}

async function list(options: Options): Promise<void> {
  const { openRegulator } = await import("../operator/regulator.ts");
  const { knownProducts } = await import("../operator/rule-packs.ts");
  const { decodeLimits } = await import("../../core/limits.ts");
  const { ruleNames } = await import("../../core/decision.ts");
  const { regulator, home } = await openRegulator(options, false);
  const now = await regulator.now();
  const listed = [];
  for (const { product, name } of await knownProducts(home))
    for (const kind of [1, 2] as const) {
      const versions = await regulator.versions(product, kind);
      const binding = versions.findLast(({ effectiveFrom }) => effectiveFrom <= now);
      for (const version of versions)
        listed.push({
          product,
          name,
          borrower: kind === 1 ? ("person" as const) : ("business" as const),
          effectiveFrom: version.effectiveFrom,
          state: version === binding ? "binds" : version.effectiveFrom > now ? "pending" : "past",
          rules: ruleNames(decodeLimits(version.limits).on),
        });
    }
  if (options.json === true) {
    printJson({ notice: await regulator.notices(), versions: listed });
    return;
  }
  if (listed.length === 0) print("No rule pack was published from this data directory.");
  for (const { product, name, borrower, effectiveFrom, state, rules } of listed) {
    print(`${name} (${product}) for ${borrower}, from ${new Date(effectiveFrom * 1_000).toISOString()}: ${state}`);
    print(`   ${rules.join(", ")}`);
  }
}

async function show(given: string, options: Options): Promise<void> {
  const { openRegulator } = await import("../operator/regulator.ts");
  const { knownProducts, productNumber } = await import("../operator/rule-packs.ts");
  const { decodeLimits } = await import("../../core/limits.ts");
  const { LIMIT_FIELDS } = await import("../../core/limit-fields.ts");
  const { ruleNames } = await import("../../core/decision.ts");
  const { regulator, home } = await openRegulator(options, false);
  const product = productNumber(given, await knownProducts(home));
  const now = await regulator.now();
  const found = [];
  for (const kind of [1, 2] as const) {
    const version = (await regulator.versions(product, kind)).findLast(({ effectiveFrom }) => effectiveFrom <= now);
    if (version !== undefined)
      found.push({ kind, effectiveFrom: version.effectiveFrom, limits: decodeLimits(version.limits) });
  }
  if (options.json === true) {
    printJson({ product, versions: found });
    return;
  }
  if (found.length === 0) print(`Nothing binds for product ${product}: requests for it are refused, facts flagged.`);
  for (const { kind, effectiveFrom, limits } of found) {
    print(
      `Product ${product} for ${kind === 1 ? "persons" : "businesses"}, from ${new Date(effectiveFrom * 1_000).toISOString()}`,
    );
    for (const field of LIMIT_FIELDS) {
      const value = limits[field.name];
      const rules = field.name === "on" || field.name === "refuse" || field.name === "undeterminedRefuse";
      if (field.rule !== "general" && !ruleNames(limits.on).includes(field.rule)) continue;
      const text = rules ? ruleNames(Number(value)).join(", ") || "none" : shown(value);
      print(`  ${field.name.padEnd(20)} ${text}${rules || field.unit === "" ? "" : `   [${field.unit}]`}`);
    }
  }
}

function shown(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const brackets = value as readonly { readonly upTo: bigint; readonly share: number }[];
  return brackets.map(({ upTo, share }) => `up to ${upTo}: ${share}`).join("; ") || "none";
}
