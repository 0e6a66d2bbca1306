/** `tally authority`: what the authority orders, on any platform's loans. */
import { type Command, Option } from "commander";

import type { AssignOptions, BarOptions, CloseOptions, ComplainOptions, CorrectOptions } from "../authority/acts.ts";
import { CLOSE_REASONS } from "../../core/entry.ts";
import { chainOptions } from "../operator/options.ts";

const LOANS = "ids of the submissions that opened the loans";

export function register(program: Command): void {
  const authority = program
    .command("authority")
    .summary("orders that reach any platform's loans: close, correct, assign, complain, bar")
    .description(
      "Files what the authority orders, in public and with the order's hash: the remedy against a platform that withholds closes, files fakes, or is gone.",
    )
    .addHelpText(
      "after",
      `
The authority is a licence of its own: \`tally platform add "The Regulator" --authority\`. Each of these builds the record, signs it with
the authority's record key and files it through the running gateway of the data directory. The order's file stays with you; its SHA-256
goes into the record and onto the chain, so that whoever has the file can check it.

A market exit, from the end of a licence to the last loan (docs/operating.md):
  tally platform withdraw 2
  tally authority assign --platform 2 --to 3 --order order-12.pdf --dry-run
  tally authority assign --platform 2 --to 3 --order order-12.pdf`,
    );

  orders(loans(authority.command("close")))
    .summary("end loans: forgiven, or as what really happened")
    .description("Closes loans that their platform doesn't close, or that never were.")
    .addOption(new Option("--reason <reason>", "as what").choices(CLOSE_REASONS).makeOptionMandatory())
    .option("--principal <amount>", "principal of the last payment (default: 0)")
    .option("--charges <amount>", "charges of the last payment (default: 0)")
    .addHelpText(
      "after",
      `
\`repaid\` says that the borrower paid, and is flagged SHORT if principal is left; \`forgiven\` that nobody owes it any more; \`voided\` that it
was never paid out.

Example:
  tally authority close 0x8f… --reason repaid --principal 500 --order judgment.pdf`,
    )
    .action(async (ids: string[], options: CloseOptions) => (await import("../authority/acts.ts")).close(ids, options));

  orders(loans(authority.command("correct")))
    .summary("correct what is outstanding, or when or as what a loan was closed")
    .description("Puts right what a platform filed. Nothing is deleted, and no decision is made again.")
    .option("--outstanding <amount>", "principal that is outstanding now")
    .option("--closed-at <when>", "when the borrower's last close really was; --at is when it is on record as")
    .addOption(
      new Option("--close-reason <reason>", "as what it was closed: on record, and no more").choices(CLOSE_REASONS),
    )
    .option("--superseded <id>", "the submission that is corrected (default: the loan's opening)")
    .option("--why <code>", "code of the reason, 0 to 255, as the authority fixed them", "0")
    .addHelpText(
      "after",
      `
Example:
  tally authority correct 0x8f… --outstanding 120.50 --order order-7.pdf`,
    )
    .action(async (ids: string[], options: CorrectOptions) =>
      (await import("../authority/acts.ts")).correct(ids, options),
    );

  orders(loans(authority.command("assign")))
    .summary("hand loans to another lender, at once")
    .description("Hands loans to another platform, whether or not their holder agrees.")
    .requiredOption("--to <number>", "platform that holds them from now on; its licence must be active")
    .addHelpText(
      "after",
      `
Example:
  tally authority assign --platform 2 --to 3 --order order-12.pdf`,
    )
    .action(async (ids: string[], options: AssignOptions) =>
      (await import("../authority/acts.ts")).assign(ids, options),
    );

  orders(loans(authority.command("complain")))
    .summary("put a complaint on record that came to the authority")
    .description("Files a borrower's complaint: the time to answer it runs for whoever holds the loan.")
    .requiredOption("--topic <code>", "code of what it is about, 0 to 255, as the authority fixed them")
    .addHelpText(
      "after",
      `
Example:
  tally authority complain 0x8f… --topic 3 --at 2026-11-20 --order letter.pdf`,
    )
    .action(async (ids: string[], options: ComplainOptions) =>
      (await import("../authority/acts.ts")).complain(ids, options),
    );

  orders(authority.command("bar").argument("[loans...]", LOANS))
    .summary("bar a borrower from loans until a day, or lift a bar")
    .description(
      "Bars the borrower of a loan, or one by the pseudonym. By an order a bar may also become shorter, or end.",
    )
    .option("--borrower <pseudonym>", "whom, instead of the borrower of a loan")
    .option("--until <when>", "day or instant until which nothing may be lent")
    .option("--lift", "end the bar")
    .option("--why <code>", "1: the borrower's own wish; others as the authority fixed them", "2")
    .addHelpText(
      "after",
      `
Example:
  tally authority bar 0x8f… --until 2028-01-01 --order judgment.pdf`,
    )
    .action(async (ids: string[], options: BarOptions) => (await import("../authority/acts.ts")).bar(ids, options));
}

function loans(command: Command): Command {
  return command
    .argument("[loans...]", LOANS)
    .option("--platform <number>", "all open loans that this platform holds, instead");
}

function orders(command: Command): Command {
  return chainOptions(
    command
      .requiredOption("--order <file>", "the order; its SHA-256 goes onto the chain")
      .option("--at <when>", "when it happened: a day (its local midnight) or an instant (default: now)")
      .option("--as <number>", "which authority acts, where there are several"),
  )
    .option("--yes", "confirm, instead of being asked")
    .option("--dry-run", "tell what would be filed, and end");
}
