/** The sample's pilot: emergency-fund loans, from the first start on. Cut short, either step is taken up where it was. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseDocument } from "yaml";

import type { Regulator } from "../../chain/administration.ts";
import type { Deployment } from "../../chain/deployment.ts";
import { openPilot, readPilots } from "../../chain/pilots.ts";
import type { Transactor } from "../../chain/transactor.ts";
import { compilePilot, parsePilotFile } from "../../regulator/pilot-terms.ts";
import { secondsOf } from "../../regulator/units.ts";
import { type Home, SAMPLE_PILOT_PACK, SAMPLE_PILOT_TERMS } from "../home.ts";
import { type PackFile, packFrom, publishPack, readPack } from "../operator/rule-packs.ts";
import { iso } from "../platform/values.ts";

/** Seconds that the first attempt leaves between now and the moment from which the pilot's law binds; a later one leaves twice as many. */
const LEAD = 4;
/** Beyond this, what fails is not that the machine is slow. */
const LONGEST_LEAD = 600;

/**
 * Publishes the law of the pilot and gives the pack as it was published. A version under PILOT binds from after its own block, so that
 * its moment is chosen now, and another one where the block came too late for it.
 */
export async function publishPilotLaw(home: Home, regulator: Regulator): Promise<PackFile> {
  const draft = await readPack(SAMPLE_PILOT_PACK, await regulator.now());
  const [version] = draft.compiled.versions;
  for (let lead = LEAD; ; lead *= 2) {
    const [published] = await regulator.versions(version!.product, version!.kind);
    const from = published?.effectiveFrom ?? (await regulator.now()) + lead;
    const pack = boundFrom(draft, from, await regulator.now());
    try {
      await publishPack(home, regulator, pack);
      return pack;
    } catch (error) {
      const tooLate = published === undefined && (await regulator.now()) >= from;
      if (!tooLate || lead > LONGEST_LEAD) throw error;
    }
  }
}

/** The pack with another moment from which it binds, as somebody would write it there. */
function boundFrom({ text }: PackFile, from: number, now: number): PackFile {
  const document = parseDocument(text);
  document.setIn(["versions", 0, "effectiveFrom"], iso(from));
  return packFrom(document.toString({ lineWidth: 0 }), basename(SAMPLE_PILOT_PACK), now);
}

/** Opens the pilot, from when its law binds and for as long as its terms say, unless it is open. */
export async function openSamplePilot(transactor: Transactor, deployment: Deployment, law: PackFile): Promise<void> {
  const file = basename(SAMPLE_PILOT_TERMS);
  const said = parsePilotFile(await readFile(SAMPLE_PILOT_TERMS, "utf8"), file);
  const known = await readPilots(transactor, deployment);
  if (known.some(({ number }) => number === said.pilot)) return;
  const { product, effectiveFrom } = law.compiled.versions[0]!;
  const terms = compilePilot(said, file, {
    productNumber: () => product,
    secondsOf: (_option, text) => secondsOf(text, law.pack.zone),
    decimals: law.compiled.currency.decimals,
  });
  const endsAt = effectiveFrom + (terms.endsAt - terms.opensAt);
  await openPilot(transactor, deployment, {
    ...{ number: said.pilot, name: said.name, platforms: new Set(said.platforms) },
    terms: { ...terms, opensAt: effectiveFrom, endsAt },
  });
}
