/** Builds the command line out of a table of commands. */
import { readFileSync } from "node:fs";

import { Command } from "commander";

import { EXIT } from "./output.ts";

/** What a command's file exports: it adds its one command (with whatever subcommands that has) to the program. */
export interface CommandModule {
  register(program: Command): void;
}

/** A line of the command table. */
export interface CommandEntry {
  readonly name: string;
  /** One line for `tally --help`; the command's own help explains. */
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

const EPILOGUE = `
Begin with:
  tally start            everything on this machine: database, chain, contracts, gateway and a small sample market
  tally COMMAND --help   what a command does, its options and an example

Results go to stdout and everything else to stderr; --json, where a command has it, prints JSON on stdout and nothing else.
Exit code: 0 done, 1 done and the answer is no (an invalid receipt, a mismatch), 2 could not be done.
`;

function packageVersion(): string {
  // The same way up from src/cli and from dist/cli.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The name of the command that `args` asks for, directly or for its help. */
function requestedCommand(args: readonly string[]): string | undefined {
  const words = args.filter((word) => !word.startsWith("-"));
  return words[0] === "help" ? words[1] : words[0];
}

/** The program for one command line: only the command that it asks for is loaded, the others are names and summaries. */
export async function buildProgram(entries: readonly CommandEntry[], args: readonly string[]): Promise<Command> {
  const program = new Command("tally")
    .description("Every loan judged on a chain by the regulator's own rules, with a receipt anybody can check.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "explain a command")
    .addHelpText("after", EPILOGUE)
    // A command may have an option --version of its own.
    .enablePositionalOptions()
    .showHelpAfterError("(add --help for what it takes)")
    .exitOverride();
  const requested = requestedCommand(args);
  for (const { name, summary, load } of entries) {
    if (name === requested) (await load()).register(program);
    else program.command(name).summary(summary).description(summary);
  }
  // Commander's settings are not inherited by commands that are added later, hence here, for the whole tree.
  for (const command of allCommands(program))
    command.exitOverride().showHelpAfterError("(add --help for what it takes)");
  return program;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** Whether commander threw to end the program, and with which exit code; help and version are no failures. */
export function commanderExit(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  if (!error.code.startsWith("commander.")) return undefined;
  const asked = ["commander.help", "commander.helpDisplayed", "commander.version"].includes(error.code);
  return asked && "exitCode" in error && error.exitCode === 0 ? EXIT.ok : EXIT.failed;
}
