/** `tally pilot list`, `show` and `report`. */
import { writeDurably } from "../../engine/files.ts";
import type { Pilot } from "../../core/sandbox.ts";
import { canonicalJson } from "../../regulator/canonical.ts";
import { pilotLines } from "../../regulator/pilot-lines.ts";
import { pilotPage } from "../../regulator/pilot-page.ts";
import { pilotReport, type PilotReport } from "../../regulator/pilot-report.ts";
import { boundRows, BOUNDS_HEAD, boundsOf } from "../../regulator/pilot-standing.ts";
import { collectHistory } from "../../regulator/simulate-history.ts";
import { columns } from "../../regulator/text-columns.ts";
import { MINOR_UNITS, plural } from "../../regulator/value-words.ts";
import { chainIdOf } from "../../chain/transactor.ts";
import { cliError } from "../errors.ts";
import { written } from "../files.ts";
import { note, print, printJson } from "../output.ts";
import { startProgress } from "../progress.ts";
import type { Law, LawOptions } from "../rules/law.ts";
import { boundFrom, currencyOf, openPilots, pilotNamed, standingNow, type OpenPilots } from "./pilots.ts";

export interface ReportOptions extends LawOptions {
  readonly html?: string;
  /** Code of the currency, where no pack says it. */
  readonly currency?: string;
}

export async function list(options: LawOptions): Promise<void> {
  const { law, pilots } = await openPilots(options);
  if (options.json === true) {
    printJson(pilots.map((pilot) => forPrograms(law, pilot)));
    return;
  }
  if (pilots.length === 0) print("No pilot was opened yet: `tally pilot open FILE` opens one.");
  for (const pilot of pilots) {
    const { number, name, terms, counts } = pilot;
    print(`${String(number).padStart(4)}  ${name} (${law.named(terms.product).name})`);
    print(`      ${standingNow(law, pilot)}`);
    print(`      ${plural(counts.loans, "loan")}, ${plural(counts.borrowers, "borrower")} with an open one`);
  }
}

export async function show(given: string, options: LawOptions): Promise<void> {
  const { law, pilots } = await openPilots(options);
  const pilot = pilotNamed(pilots, given);
  if (options.json === true) {
    printJson(forPrograms(law, pilot));
    return;
  }
  const { number, name, terms, platforms } = pilot;
  const { title, name: product } = law.named(terms.product);
  print(`Pilot ${number}: ${name}`);
  print(`  of         ${title} (${product}, product ${terms.product})`);
  print(`  stands     ${standingNow(law, pilot)}`);
  print(`  dates      ${law.local(terms.opensAt)} to ${law.local(terms.endsAt)}`);
  print(`  platforms  ${[...platforms].join(", ")}`);
  print(`  disclosure ${terms.consent ? "must have been acknowledged" : "not asked for"}`);
  const rows = boundRows(boundsOf(pilot), currencyOf(law, terms.product));
  for (const line of columns(BOUNDS_HEAD, rows)) print(`  ${line}`);
  const from = boundFrom(law, terms.product, number);
  if (from.length === 0) note(`No version of ${product} names pilot ${number}: its bounds bind nobody.`);
}

export async function report(given: string, options: ReportOptions): Promise<void> {
  if (options.currency !== undefined && !/^[A-Z]{3}$/u.test(options.currency))
    throw cliError("option-invalid", `--currency: ${options.currency.slice(0, 40)} is no code of a currency`, {
      fix: "Give three capital letters, such as CNY.",
    });
  const opened = await openPilots(options);
  const pilot = pilotNamed(opened.pilots, given);
  const made = await compute(opened, pilot);
  const named = options.currency === undefined ? undefined : { code: options.currency, decimals: 2 };
  const currency = named ?? currencyOf(opened.law, pilot.terms.product) ?? MINOR_UNITS;
  const at = (seconds: number): string => opened.law.local(seconds);
  if (options.html !== undefined) {
    const { html } = options;
    await written(html, () =>
      writeDurably(
        html,
        pilotPage(made, { currency, at, product: opened.law.named(pilot.terms.product).title }),
        0o644,
      ),
    );
    note(`Wrote ${html}.`);
  }
  if (options.json === true) print(canonicalJson(made));
  else for (const line of pilotLines(made, currency, at)) print(line);
}

async function compute({ law }: OpenPilots, { number }: Pilot): Promise<PilotReport> {
  const { rpc, deployment } = law.context;
  const { registry, rulebook, licences, sandbox, block } = deployment;
  const chainId = await chainIdOf(rpc);
  const source = { rpc, chainId, registry, rulebook, licences, sandbox, from: block };
  const bar = await startProgress({ label: "Reading", unit: "blocks" });
  try {
    const history = await collectHistory(source, (done, total) => bar.update(done, `of ${total}`));
    return pilotReport({ history, number, registry, chainId });
  } finally {
    bar.end();
  }
}

function forPrograms(law: Law, { number, platforms, standing: state, ...pilot }: Pilot) {
  const { terms } = pilot;
  return {
    ...{ pilot: number, standing: state, ...pilot, platforms: [...platforms] },
    bound_from: boundFrom(law, terms.product, number),
    ended: law.now >= terms.endsAt,
  };
}
