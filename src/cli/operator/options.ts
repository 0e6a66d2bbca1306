/** What the options of several commands have in common. */
import { type Command, InvalidArgumentError } from "commander";

import { DEFAULT_DATA } from "../home.ts";

/** Which deployment, on which chain; and JSON for machines. */
export function chainOptions(command: Command): Command {
  return command
    .option("--data <dir>", `data directory (default: TALLY_DATA, or ./${DEFAULT_DATA})`)
    .option("--rpc <url>", "chain to act on, instead of the data directory's own")
    .option("--deployment <file>", "deployment.json of the contracts there")
    .option("--json", "print JSON");
}

/** What somebody gives who changes something that can't be undone. `key` says whose key it takes. */
export function actingOptions(command: Command, key: string): Command {
  return command
    .option("--key <key>", `${key}: keystore file, or env:NAME (default: the data directory's administrator)`)
    .option("--yes", "confirm: without it, what would be done is told and nothing is")
    .option("--dry-run", "tell what would be done, and end");
}

/** Reads an option that is a whole number. */
export const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/u.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
