/** The pilots that commands of `tally pilot` speak of. */
import { readPilots } from "../../chain/pilots.ts";
import { ruleBit } from "../../core/decision.ts";
import type { Pilot } from "../../core/sandbox.ts";
import { standingInWords } from "../../regulator/pilot-standing.ts";
import type { Currency } from "../../regulator/value-words.ts";
import { cliError } from "../errors.ts";
import { type Law, type LawOptions, openLaw } from "../rules/law.ts";

export interface PilotOptions extends LawOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export interface OpenPilots {
  readonly law: Law;
  readonly pilots: readonly Pilot[];
}

/** Reads law and pilots. */
export async function openPilots(options: LawOptions): Promise<OpenPilots> {
  const law = await openLaw(options);
  const { transactor, deployment } = law.context;
  return { law, pilots: await readPilots(transactor, deployment) };
}

/** The pilot of that number. Throws `option-invalid` with those that there are. */
export function pilotNamed(pilots: readonly Pilot[], given: string): Pilot {
  const found = pilots.find(({ number }) => String(number) === given);
  if (found) return found;
  const known = pilots.map(({ number }) => number);
  throw cliError("option-invalid", `There is no pilot ${given.slice(0, 40)}`, {
    fix:
      known.length === 0
        ? "None was opened yet: `tally pilot open FILE` opens one."
        : `There ${known.length === 1 ? "is" : "are"} ${known.join(", ")}: see \`tally pilot list\`.`,
  });
}

export function currencyOf(law: Law, product: number): Currency | undefined {
  return law.words(product).currency;
}

/** Where a pilot stands now, by the deployment's clock and in its zone. */
export function standingNow(law: Law, { stoppedAt, ...pilot }: Pilot): string {
  const endedAt = stoppedAt === 0 ? undefined : stoppedAt;
  return standingInWords({ ...pilot, endedAt }, (seconds) => law.local(seconds), law.now);
}

/** The times at which versions bind that put a product under a pilot. */
export function boundFrom(law: Law, product: number, number: number): readonly number[] {
  return [1, 2]
    .flatMap((kind) => law.chain.rulebook.versionsOf(product, kind))
    .filter(({ withdrawnAt, value }) => {
      if (withdrawnAt !== undefined) return false;
      return (value.on & ruleBit("PILOT")) !== 0 && value.pilot === number;
    })
    .map(({ effectiveFrom }) => effectiveFrom);
}
