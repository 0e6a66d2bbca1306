/** `tally pilot stop` and `graduate`. */
import { graduatePilot, stopPilot } from "../../chain/pilots.ts";
import type { Pilot } from "../../core/sandbox.ts";
import { plural } from "../../regulator/value-words.ts";
import { cliError } from "../errors.ts";
import { openRegulator } from "../operator/regulator.ts";
import { note, print, printJson } from "../output.ts";
import { confirm } from "../rules/confirm.ts";
import { openPilots, pilotNamed, standingNow, type OpenPilots, type PilotOptions } from "./pilots.ts";

export interface StopOptions extends PilotOptions {
  readonly why: string;
}

export async function stop(given: string, options: StopOptions): Promise<void> {
  if (options.why.trim() === "")
    throw cliError("option-invalid", "--why is empty", {
      fix: "Say why: it stays on the chain, for everybody to read.",
    });
  const opened = await openPilots(options);
  const pilot = openOne(opened, given);
  const lines = [
    `Pilot ${pilot.number}, ${pilot.name}, admits no loan from now on, for good. The open loans of ${plural(pilot.counts.borrowers, "borrower")} run off, and go on being counted.`,
    `On the chain, for everybody to read: "${options.why}"`,
  ];
  if (!(await confirmed(lines, pilot, "stop it", options))) return;
  const { transactor, deployment } = await openRegulator(options, true);
  await stopPilot(transactor, deployment, pilot.number, options.why);
  if (options.json === true) printJson({ stopped: true, pilot: pilot.number });
  else print(`Pilot ${pilot.number} is stopped. \`tally pilot report ${pilot.number}\` says what came of it.`);
}

export async function graduate(given: string, options: PilotOptions): Promise<void> {
  const opened = await openPilots(options);
  const pilot = openOne(opened, given);
  const { law } = opened;
  const { name } = law.named(pilot.terms.product);
  const lines = [
    `Pilot ${pilot.number}, ${pilot.name}, loses its bounds, for good: ${name} is an ordinary product from now on, for every platform that is licensed for it, within its own limits.`,
    `Afterwards publish a version of ${name} without PILOT: the law then says what it is, and no loan asks the Sandbox any more.`,
  ];
  if (!(await confirmed(lines, pilot, "graduate it", options))) return;
  const { transactor, deployment } = await openRegulator(options, true);
  await graduatePilot(transactor, deployment, pilot.number);
  if (options.json === true) printJson({ graduated: true, pilot: pilot.number });
  else print(`Pilot ${pilot.number} has graduated.`);
}

/** An open pilot of that number. Throws `pilot-blocked`. */
function openOne({ law, pilots }: OpenPilots, given: string): Pilot {
  const pilot = pilotNamed(pilots, given);
  if (pilot.standing === "open") return pilot;
  throw cliError("pilot-blocked", `Pilot ${pilot.number} is not open: ${standingNow(law, pilot)}`, {
    fix: "What it has come to stays. To try again, open another pilot under another number.",
  });
}

async function confirmed(
  lines: readonly string[],
  { number }: Pilot,
  act: string,
  options: PilotOptions,
): Promise<boolean> {
  for (const line of lines) (options.json === true ? note : print)(line);
  if (options.dryRun !== true) {
    await confirm(String(number), act, options);
    return true;
  }
  if (options.json === true) printJson({ pilot: number, transactions: 1 });
  else print("That takes 1 transaction.");
  return false;
}
