/** `tally pilot`: products on trial, within bounds that hold by themselves. */
import type { Command } from "commander";

import { actingOptions, chainOptions } from "../operator/options.ts";
import type { StopOptions } from "../pilot/acts.ts";
import type { PilotOptions } from "../pilot/pilots.ts";
import type { ReportOptions } from "../pilot/show.ts";
import type { LawOptions } from "../rules/law.ts";

const HELP = `
A pilot is a product with limits of its own, as any product, and bounds beside them: who takes part, from when to when, how many loans and
borrowers, how much outstanding, how much loss. The chain holds them. It ends by itself: at its date, when it is full, or when a stop
condition is met (too many defaults or complaints, too much loss); open loans then run off.

  1. the product's rules name the pilot:      PILOT: { effect: refuse, pilot: 1 }      in its rule pack, from a day to come
  2. tally rules publish PACK                 until the pilot is open, nobody gets a loan of the product
  3. tally pilot open TERMS                   terms can't be changed afterwards (role sandbox)
  4. tally pilot report 1 --html report.html  what came of it, against the same borrowers' other loans
  5. tally pilot graduate 1                   its bounds go; then publish a version without PILOT: an ordinary product
     tally pilot stop 1 --why TEXT            or it ends here, and its record stays

A file of terms (docs/pilots.md says what each means):

  pilot: 1
  name: Emergency-fund loans
  product: emergency
  platforms: [1, 2]
  opens: 2027-01-01
  ends: 2027-07-01
  loans: 2000
  borrowers: 500
  outstanding: 1000000
  loss: 20000
  consent: true
  stop:
    defaults: { share: 5%, from: 50 }
    complaints: { share: 2%, from: 50 }`;

export function register(program: Command): void {
  const pilot = program
    .command("pilot")
    .summary("products on trial: open, list, show, report, stop, graduate")
    .description("Tries products out within bounds that hold by themselves, and says what came of it.")
    .addHelpText("after", HELP);

  acting(pilot.command("open").argument("<file>", "terms (YAML)"))
    .summary("open a pilot; its terms can't be changed")
    .description("Opens a pilot with the terms of a file, and says what is still missing for a first loan.")
    .action(async (file: string, options: PilotOptions) => (await import("../pilot/open.ts")).open(file, options));

  common(pilot.command("list"))
    .summary("every pilot that was ever opened, and where it stands")
    .description("Lists pilots: open, ended, stopped and why, graduated.")
    .action(async (options: LawOptions) => (await import("../pilot/show.ts")).list(options));

  common(pilot.command("show").argument("<number>", "the pilot's number"))
    .summary("a pilot's terms, and how far its bounds are used")
    .description("Shows a pilot's terms and counts, as the chain has them.")
    .action(async (number: string, options: LawOptions) => (await import("../pilot/show.ts")).show(number, options));

  common(pilot.command("report").argument("<number>", "the pilot's number"))
    .summary("what came of a pilot, against the same borrowers' other loans")
    .description(
      "Follows every loan on the chain and says what came of the pilot: take-up, cost, repayment, default and complaints, against the same borrowers' other loans.",
    )
    .option("--html <file>", "write a page that prints well")
    .option("--currency <code>", "code of the currency, where no pack says it; its minor unit is a hundredth")
    .addHelpText(
      "after",
      `
Computed from the filings alone: anybody who reads the chain gets the same figures. Run \`tally audit\` first if they are to convince
somebody. --json has every figure, and the heads that it was computed at.`,
    )
    .action(async (number: string, options: ReportOptions) =>
      (await import("../pilot/show.ts")).report(number, options),
    );

  acting(pilot.command("stop").argument("<number>", "the pilot's number"))
    .summary("end admission, for good")
    .description("Ends admission at once and for good. Open loans run off.")
    .requiredOption("--why <text>", "the reason; public, on the chain")
    .action(async (number: string, options: StopOptions) => (await import("../pilot/acts.ts")).stop(number, options));

  acting(pilot.command("graduate").argument("<number>", "the pilot's number"))
    .summary("take the bounds away: the product goes on as any other")
    .description("Takes a pilot's bounds away. A pilot that stopped can't graduate.")
    .action(async (number: string, options: PilotOptions) =>
      (await import("../pilot/acts.ts")).graduate(number, options),
    );
}

const common = (command: Command): Command =>
  chainOptions(command).option(
    "--pack <file>",
    "rule pack that gives names (those published from the data directory do so by themselves)",
  );

const acting = (command: Command): Command => actingOptions(common(command), "the sandbox role's key");
