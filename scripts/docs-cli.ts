/** What docs/cli.md takes from the command line: the help of every command. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Command } from "commander";

import { commands } from "../src/cli/commands.ts";
import { buildProgram } from "../src/cli/program.ts";
import { definitions } from "../src/regulator/simulate-texts.ts";

const WIDTH = 110;

/** A command with all its subcommands, but for `help`. */
export function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.filter((sub) => sub.name() !== "help").flatMap(withSubcommands)];
}

/** Every command of the table, loaded. */
export async function loadedCommands(): Promise<Command[]> {
  return Promise.all(
    commands.map(async ({ name }) => {
      const program = await buildProgram(commands, [name]);
      return program.commands.find((command) => command.name() === name)!;
    }),
  );
}

/** The path of a command, without the program's own name. */
export function pathOf(command: Command): string {
  const parent = command.parent;
  return parent === null || parent.parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

/** What `--help` prints, the texts after the options included. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
}

export async function commandsText(): Promise<string> {
  const all = (await loadedCommands()).flatMap(withSubcommands);
  return all.map((command) => `## ${pathOf(command)}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``).join("\n\n");
}

/** What a dry run of the sample import prints. */
export function importDryRun(): string {
  const root = join(import.meta.dirname, "..");
  const cwd = mkdtempSync(join(tmpdir(), "tally-docs-"));
  const sample = (name: string): string => join(root, "docs/import", name);
  const program = [
    join(root, "src/cli/main.ts"),
    "import",
    sample("sample.csv"),
    "--map",
    sample("sample.yaml"),
    "--dry-run",
  ];
  const env = { ...process.env, TALLY_PSEUDONYM_KEY: "07".repeat(32), TALLY_DATA: cwd };
  try {
    return `\`\`\`text\n${execFileSync(process.execPath, program, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()}\n\`\`\``;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** What a simulation's report calls things, as it says itself. */
export function simulationDefinitions(): string {
  const rows = Object.entries(definitions({ days: 14, loans: 3 })).map(([name, text]) => `| \`${name}\` | ${text} |`);
  return ["| name | meaning |", "| --- | --- |", ...rows].join("\n");
}
