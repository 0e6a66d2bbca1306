/** `tally pilot open`: from a file of terms to the Sandbox. */
import { basename } from "node:path";

import { openPilot } from "../../chain/pilots.ts";
import type { Pilot } from "../../core/sandbox.ts";
import { compilePilot, parsePilotFile, type PilotFile } from "../../regulator/pilot-terms.ts";
import { boundRows, boundsOf } from "../../regulator/pilot-standing.ts";
import { plural } from "../../regulator/value-words.ts";
import { cliError } from "../errors.ts";
import { readGiven } from "../files.ts";
import { openRegulator } from "../operator/regulator.ts";
import { note, print, printJson } from "../output.ts";
import { confirm } from "../rules/confirm.ts";
import type { Law } from "../rules/law.ts";
import { boundFrom, currencyOf, openPilots, type PilotOptions } from "./pilots.ts";

const NOTHING: Pilot["counts"] = { loans: 0, borrowers: 0, defaults: 0, complaints: 0, outstanding: 0n, loss: 0n };

export async function open(file: string, options: PilotOptions): Promise<void> {
  const said = parsePilotFile(await readGiven(file), basename(file));
  const { law, pilots } = await openPilots(options);
  const pilot = compiled(said, basename(file), law);
  const { number, name, terms } = pilot;
  const used = pilots.find((one) => one.number === number);
  if (used !== undefined)
    throw cliError("pilot-blocked", `Pilot ${number} was opened already: ${used.name}`, {
      fix: `A pilot's terms can't be changed. Give this one another number; ${freeNumber(pilots)} is free.`,
    });
  if (terms.endsAt <= law.now)
    throw cliError("pilot-blocked", `The pilot would have ended on ${law.local(terms.endsAt)}, before it opens`, {
      fix: "Give `ends` a day that is still to come.",
    });
  const remarks = await remarksOn(law, pilot);
  const say = options.json === true ? note : print;
  for (const line of describe(law, pilot)) say(line);
  for (const remark of remarks) say(`NOTE  ${remark}`);
  if (options.dryRun === true) {
    if (options.json === true)
      printJson({ opened: false, pilot: number, terms, platforms: [...pilot.platforms], remarks });
    else print("That takes 1 transaction.");
    return;
  }
  await confirm(String(number), "open it", options);
  const { transactor, deployment } = await openRegulator(options, true);
  await openPilot(transactor, deployment, pilot);
  if (options.json === true)
    printJson({ opened: true, pilot: number, terms, platforms: [...pilot.platforms], remarks });
  else print(`Pilot ${number}, ${name}, is open. \`tally pilot show ${number}\` says how it goes.`);
}

function compiled(said: PilotFile, file: string, law: Law): Pilot {
  const product = law.productNumber(said.product);
  const terms = compilePilot(said, file, {
    productNumber: () => product,
    secondsOf: (option, moment) => law.moment(option, moment),
    decimals: currencyOf(law, product)?.decimals ?? 2,
  });
  const state = { standing: "open", reason: "none", stoppedAt: 0, why: "", counts: NOTHING } as const;
  return { number: said.pilot, name: said.name, terms, platforms: new Set(said.platforms), ...state };
}

function describe(law: Law, pilot: Pilot): string[] {
  const { number, name, terms, platforms } = pilot;
  return [
    `Pilot ${number}, ${name}: ${law.named(terms.product).title} (product ${terms.product}).`,
    `  from ${law.local(terms.opensAt)} to ${law.local(terms.endsAt)}, platforms ${[...platforms].join(", ")}`,
    ...boundRows(boundsOf(pilot), currencyOf(law, terms.product)).map(([bound, , allowed]) => `  ${bound}: ${allowed}`),
    ...(terms.defaultFrom === 0 ? ["  defaults do not stop it"] : []),
    ...(terms.complaintFrom === 0 ? ["  complaints do not stop it"] : []),
    terms.consent ? "  every borrower must have acknowledged the disclosure" : "  no disclosure is asked for",
    "These terms can't be changed: a pilot with others is another pilot, under another number. It can be stopped, for good.",
  ];
}

/** What is missing elsewhere before this pilot admits a loan. */
async function remarksOn(law: Law, { number, terms, platforms }: Pilot): Promise<string[]> {
  const { product } = terms;
  const { name } = law.named(product);
  const from = boundFrom(law, product, number);
  const licensed = await law.context.regulator.platforms();
  const unlicensed = [...platforms].filter((one) => {
    const found = licensed.find(({ platform }) => platform === one);
    return found === undefined || found.standing !== "active" || !found.products.includes(product);
  });
  return [
    ...(from.length > 0
      ? []
      : [
          `No version of ${name} names pilot ${number}, so that these bounds bind nobody yet: add \`PILOT: { effect: refuse, pilot: ${number} }\` to its rules, from a day to come, and publish the pack.`,
        ]),
    ...(from.length > 0 && Math.min(...from) > Math.max(terms.opensAt, law.now)
      ? [`The version that names it binds from ${law.local(Math.min(...from))} only: no loan of the pilot before that.`]
      : []),
    ...(unlicensed.length === 0
      ? []
      : [
          `Not licensed for ${name}: ${plural(unlicensed.length, "platform")} (${unlicensed.join(", ")}). See \`tally platform amend\`.`,
        ]),
  ];
}

const freeNumber = (pilots: readonly Pilot[]): number => Math.max(0, ...pilots.map(({ number }) => number)) + 1;
