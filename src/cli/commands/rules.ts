/** `tally rules`: the regulator's rules, as files and on the chain. */
import { type Command, Option } from "commander";

import { LANGUAGES } from "../../core/rule-texts.ts";
import { DEFAULT_DATA } from "../home.ts";
import type { ActOptions, NoticeOptions, WithdrawOptions } from "../rules/acts.ts";
import type { EmergencyOptions, LiftOptions } from "../rules/emergency.ts";
import type { ExportRulesOptions } from "../rules/export.ts";
import type { LawOptions } from "../rules/law.ts";
import type { PublishOptions } from "../rules/publish.ts";
import type { ShowOptions } from "../rules/show.ts";

const NAMING = "rule pack that gives names (those published from the data directory do so by themselves)";

export function register(program: Command): void {
  const rules = program
    .command("rules")
    .summary("the law: validate, compare and publish rule packs; list, show, withdraw, export")
    .description(
      "The regulator's rules: rule packs are YAML files (docs/rule-packs.md), the Rulebook on the chain holds what binds.",
    );
  registerReading(rules);
  registerPublishing(rules);
  registerEmergency(rules);
}

function registerReading(rules: Command): void {
  reads(rules.command("list"))
    .summary("all that the Rulebook holds")
    .description(
      "Lists every version that was ever published, notice periods, reference series, emergencies and packs.",
    )
    .option("--pack <file>", NAMING)
    .addHelpText(
      "after",
      `
A version binds (now), is past, pending (it binds later), withdrawn (it never bound), or an emergency's. Its number is what
\`tally rules withdraw\` takes.`,
    )
    .action(async (options: LawOptions) => (await import("../rules/list.ts")).list(options));

  reads(rules.command("show").argument("<product>", "product by name or number"))
    .summary("the law of a product on a day, every value in words")
    .description(
      "Shows what binds for a product: every value in words with its unit, and what the rules can't express.",
    )
    .option("--at <day>", "as it binds on this day (its local midnight) or at this instant (default: now)")
    .option("--known-at <day>", "as people knew it on this day (at its end) or at this instant (default: as it stands)")
    .option(
      "--pack <file>",
      "rule pack that gives articles, sources and marks, where its values are those of the chain",
    )
    .addOption(
      new Option("--lang <language>", "names of rules, values, and words of packs in this language")
        .choices(LANGUAGES)
        .default("en"),
    )
    .addHelpText(
      "after",
      `
Law has two times: from when it binds, and when it was enacted. Without --known-at it is the law as it stands now; with it, what
somebody could know then: versions enacted later are left out, and those withdrawn later are still there.

Examples:
  tally rules show payday
  tally rules show payday --at 2027-01-01 --pack rulebooks/us-fl.yaml
  tally rules show payday --at 2027-01-01 --known-at 2026-06-30`,
    )
    .action(async (product: string, options: ShowOptions) => (await import("../rules/show.ts")).show(product, options));

  rules
    .command("validate")
    .argument("<file>", "rule pack (YAML)")
    .summary("check a rule pack without a chain")
    .description(
      "Checks a rule pack: names line and field of all that is wrong with it, warns of what is hardly meant, counts its marks.",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Wrong is what can't be read, what the Rulebook doesn't take, and what no law can mean: a least that is more than the most, a wait of
nothing. A warning is what a law could mean but hardly does. Each comes with what is wrong there, why, and what to write instead.
With --json: {"valid": false, "errors": [{where, line, column, what, why, fix}], "warnings": […]}.

Exit code: 0 valid, with or without warnings; 2 not valid.`,
    )
    .action(async (file: string, options: LawOptions) =>
      (await import("../rules/validate.ts")).validate(file, options),
    );

  reads(rules.command("diff").argument("<a>", "rule pack (YAML)").argument("[b]", "rule pack to compare it with"))
    .summary("what changes for whom, in sentences")
    .description("Says in sentences what changes from pack A to pack B; with one file, from the chain to that file.")
    .addHelpText(
      "after",
      `
Each change is stricter (lenders may do less), less strict, or either way: a direction of its own for each field, by which the
contract finds the notice that a version needs (docs/spec/protocol.md, section 5).

From the chain to a file: law is never edited or taken away, so what the chain has goes on until a version of the file begins, and
what can't be published as it stands is named. Also said: other windows, business days, reference rates and money, and other
articles, sources and marks, where the packs of both are at hand.

Examples:
  tally rules diff rulebooks/sample-market.yaml draft.yaml
  tally rules diff draft.yaml                        from the chain to the draft

Exit code: 0 they say the same, 1 they differ, 2 could not be done.`,
    )
    .action(async (a: string, b: string | undefined, options: LawOptions) =>
      (await import("../rules/diff.ts")).diff(a, b, options),
    );

  reads(rules.command("export"))
    .summary("from the chain back to a rule pack")
    .description(
      "Writes the law as it stands on the chain as a rule pack: compiled, it is what the chain has, to the byte.",
    )
    .option("--pack <file>", "take names and titles from this pack; and its law, if it is the text that was published")
    .option("--zone <name>", "name of the time zone, which the chain doesn't keep")
    .option("--out <file>", "write to this file instead of stdout")
    .addHelpText(
      "after",
      `
The chain keeps values, and no names, currency, articles or sources. They are taken from the texts that were published from the data
directory: what the chain has of them, byte for byte, keeps its wording, so that the export of a published pack equals the pack, comments
aside. --pack does it with a file, and exports its products alone; publishing a pack notes the hash of its text, so that a file is known
to be the one that was published. Without any text, amounts are minor units.

Exit code: 0 exact, 1 something can't be said in a pack (it is named), 2 could not be done.`,
    )
    .action(async (options: ExportRulesOptions) => (await import("../rules/export.ts")).exportRules(options));
}

function registerPublishing(rules: Command): void {
  acts(rules.command("publish").argument("<file>", "rule pack (YAML)"))
    .summary("publish a rule pack, after showing what that would do")
    .description(
      "Compares a rule pack with the Rulebook, prints what publishing it would do, and does so once it is confirmed.",
    )
    .option("--dry-run", "print the plan and end: 0 if it could be published, 1 if it conflicts")
    .addHelpText(
      "after",
      `
What the Rulebook holds already is passed over, so publishing the same pack twice does nothing. Cut short, it is run again. A version
is never edited: a changed rule is a new version with a later effectiveFrom, after the notice that its change needs. What is
published first of a product may be its whole history, from the past and without notice; later changes may not.`,
    )
    .action(async (file: string, options: PublishOptions) =>
      (await import("../rules/publish.ts")).publish(file, options),
    );

  acts(rules.command("withdraw").argument("<product>", "product by name or number"))
    .summary("take back a version that doesn't bind yet")
    .description(
      "Withdraws a pending version, in public. What binds can't be withdrawn: publish a later version instead.",
    )
    .option(
      "--version <number>",
      "number of the version, as `tally rules list` shows it (default: the one that is pending)",
    )
    .option("--borrower <kind>", "person or business, where both have a pending version of that number")
    .option("--pack <file>", NAMING)
    .addHelpText(
      "after",
      `
If another version is pending after it, that one then follows an earlier law; where its notice was too short for that, it has to be
withdrawn first. The version that ends an emergency can't be withdrawn.`,
    )
    .action(async (product: string, options: WithdrawOptions) =>
      (await import("../rules/acts.ts")).withdraw(product, options),
    );

  acts(rules.command("rate").argument("<series>").argument("<day>").argument("<rate>"))
    .summary("enter a point of a reference series")
    .description("Enters the rate that a reference series' source published on a day, such as 3.45%.")
    .option("--pack <file>", NAMING)
    .addHelpText(
      "after",
      `
It holds from its publication (local midnight of that day, or an instant) on, until the next one, or until a rule takes it as too
old. It can be entered up to ten days late; a gap is never guessed: the rule that needs it is undetermined.

Example:
  tally rules rate lpr-1y 2026-11-20 3.00%`,
    )
    .action(async (series: string, day: string, rate: string, options: ActOptions) =>
      (await import("../rules/acts.ts")).rate(series, day, rate, options),
    );

  acts(rules.command("notice"))
    .summary("change the notice periods")
    .description(
      "Changes how long law must be published before it binds; it takes effect after the longer of the present ones.",
    )
    .option("--tightening <time>", "for what is stricter, such as 30d (default: as it is)")
    .option("--relaxation <time>", "for what is less strict (default: as it is)")
    .action(async (options: NoticeOptions) => (await import("../rules/acts.ts")).notice(options));
}

function registerEmergency(rules: Command): void {
  acts(rules.command("emergency").argument("<file>", "rule pack with the version that is to bind"))
    .summary("law without notice, that ends by itself")
    .description(
      "Publishes the versions of a file at once and until a time, for a reason; then the law of before binds again.",
    )
    .requiredOption("--reason <text>", "for everybody to read")
    .requiredOption(
      "--until <day>",
      "when it ends: at most 90 days from now, and before the next published version binds",
    )
    .option("--product <product>", "only this product of the file")
    .option("--borrower <kind>", "only for person, or for business")
    .addHelpText(
      "after",
      `
It needs the emergency's role, which is another one than the rulemaker's (docs/design/rulebook.md). The file's effectiveFrom is not
looked at. After it, as long as it lasted there can't be another one of the same product.

Example:
  tally rules emergency stop.yaml --product payday --until 2026-12-15 --reason "Fraud at scale: see notice 12/2026"`,
    )
    .action(async (file: string, options: EmergencyOptions) =>
      (await import("../rules/emergency.ts")).emergency(file, options),
    );

  acts(rules.command("lift").argument("<product>", "product by name or number"))
    .summary("end an emergency before its time")
    .description("Ends an emergency now: the law of before binds again from the next second on.")
    .option("--pack <file>", NAMING)
    .requiredOption("--reason <text>", "for everybody to read")
    .option("--borrower <kind>", "only for person, or for business")
    .action(async (product: string, options: LiftOptions) =>
      (await import("../rules/emergency.ts")).lift(product, options),
    );
}

/** Options of a command that reads the chain. */
function reads(command: Command): Command {
  return command
    .option("--data <dir>", `data directory (default: TALLY_DATA, or ./${DEFAULT_DATA})`)
    .option("--rpc <url>", "chain to act on, instead of the data directory's own")
    .option("--deployment <file>", "deployment.json of the contracts there")
    .option("--json", "print JSON");
}

/** Options of a command that sends transactions. */
function acts(command: Command): Command {
  return reads(command)
    .option("--yes", "confirm, instead of being asked")
    .option(
      "--key <key>",
      "the key that acts: keystore file, or env:NAME (default: the data directory's administrator)",
    );
}
