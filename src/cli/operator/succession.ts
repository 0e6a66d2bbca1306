/** A change of registries, for `tally registry`: what would be done, and doing it so that it can be cut short. */
import { rm } from "node:fs/promises";

import { type Deployment, writeDeployment } from "../../chain/deployment.ts";
import type { JsonRpc } from "../../chain/rpc.ts";
import {
  announceSuccessor,
  currentDeployment,
  deploySuccessor,
  faultOfSuccessor,
  installSuccessor,
  readSuccession,
  renounceSuccessor,
  type Succession,
  successorContracts,
} from "../../chain/succession.ts";
import type { Hex } from "../../core/bytes.ts";
import { parseJson, readIfThere, writeDurably } from "../../engine/files.ts";
import { cliError } from "../errors.ts";
import type { RegulatorContext } from "./regulator.ts";

/** Seconds beyond the notice that an announcement takes to be mined; without a notice nobody waits for long. */
const MARGIN = 900;
const MARGIN_WITHOUT_NOTICE = 15;

/** What a step would do, in lines for people; nothing to do if there are no transactions. */
export interface Plan {
  readonly lines: readonly string[];
  readonly transactions: number;
}

/** How far an announcement that was cut short had come: beside the deployment's file. */
const unfinishedPath = ({ deploymentPath }: RegulatorContext): string => `${deploymentPath}.successor.unfinished`;

/** Brings `deployment.json` to where the chain is. A node that lags behind the file changes nothing. Gives what is there now. */
export async function refreshDeployment(path: string, rpc: JsonRpc, known: Deployment): Promise<Deployment> {
  const current = await currentDeployment(rpc, known);
  const forward = current.registry === known.registry || (current.predecessors ?? []).includes(known.registry);
  if (!forward) return known;
  if (JSON.stringify(current) !== JSON.stringify(known)) await writeDeployment(path, current);
  return current;
}

/** The moment from which a registry that is announced now may be installed, unless a later one is wanted. */
export function earliestInstallation(now: number, notice: number): number {
  return now + notice + (notice === 0 ? MARGIN_WITHOUT_NOTICE : MARGIN);
}

export async function planAnnouncement(context: RegulatorContext, from: number): Promise<Plan> {
  const { rpc, deployment } = context;
  const { inService, announced, notice } = await readSuccession(rpc, deployment.licences);
  if (announced !== undefined) {
    const lines = [`${announced.registry} is announced already, to be installed from ${iso(announced.from)} on.`];
    return { lines, transactions: 0 };
  }
  const goesOn = (await readIfThere(unfinishedPath(context))) !== undefined;
  const contracts = successorContracts();
  return {
    transactions: contracts.length + 1,
    lines: [
      `In service is ${inService}.`,
      ...(goesOn ? ["An earlier announcement was cut short; what it created is used."] : []),
      `A successor is created beside it: ${contracts.join(", ")}. It reads the same licences and the same rulebook.`,
      `It is announced by the hash of its code, and may be installed from ${iso(from)} on (notice: ${notice} seconds).`,
      "Nothing changes before it is installed. Until then it can be renounced.",
    ],
  };
}

/** Creates the successor and announces it. What an earlier run created is used. */
export async function announce(
  context: RegulatorContext,
  from: number,
  onStep: (step: string) => void,
): Promise<{ readonly deployment: Deployment; readonly registry: Hex; readonly from: number }> {
  const { rpc, transactor, deployment, deploymentPath } = context;
  const unfinished = unfinishedPath(context);
  const { announced } = await readSuccession(rpc, deployment.licences);
  let made = announced;
  if (made === undefined) {
    const registry = await deploySuccessor(transactor, deployment, {
      onStep: (step, begun, total) => onStep(`${step} (${begun}/${total})`),
      progress: {
        load: async () => parseJson(await readIfThere(unfinished)),
        save: async (progress) => writeDurably(unfinished, `${JSON.stringify(progress, null, 2)}\n`, 0o644),
      },
    });
    onStep("announcement");
    made = await announceSuccessor(transactor, deployment, registry, from);
  }
  const current = await refreshDeployment(deploymentPath, rpc, deployment);
  await rm(unfinished, { force: true });
  return { deployment: current, registry: made.registry, from: made.from };
}

/** What installing would do. Throws `succession-blocked` where the chain would refuse, or where what is announced is no successor. */
export async function planInstallation(context: RegulatorContext, now: number): Promise<Plan> {
  const { rpc, deployment, recorded } = context;
  const succession = await readSuccession(rpc, deployment.licences);
  const { inService, announced } = succession;
  if (announced === undefined) {
    if (succession.predecessors.includes(recorded.registry))
      return { lines: [`${inService} is in service already; ${recorded.registry} came before it.`], transactions: 0 };
    throw cliError("succession-blocked", "No successor is announced", { fix: "See `tally registry announce --help`." });
  }
  const fault = await faultOfSuccessor(rpc, deployment, succession);
  if (fault !== undefined) throw cliError("succession-blocked", `The announced registry can't be installed: ${fault}`);
  if (announced.from > now)
    throw cliError("succession-blocked", `It can't be installed before ${iso(announced.from)}: that is the notice`, {
      fix: "Run it again from then on.",
    });
  return {
    transactions: 1,
    lines: [
      `${announced.registry} takes over from ${inService} with the next block: platforms' numbers and heads, and all loans, go on in it.`,
      "Gateways notice by themselves, and sign again for the successor what waits. There is no way back.",
    ],
  };
}

export async function install(context: RegulatorContext): Promise<Deployment> {
  const { rpc, transactor, deployment, recorded, deploymentPath } = context;
  const { announced } = await readSuccession(rpc, deployment.licences);
  if (announced !== undefined) await installSuccessor(transactor, deployment, announced.registry);
  return refreshDeployment(deploymentPath, rpc, recorded);
}

export async function renounce(context: RegulatorContext): Promise<Deployment> {
  const { rpc, transactor, deployment, deploymentPath } = context;
  await renounceSuccessor(transactor, deployment);
  await rm(unfinishedPath(context), { force: true });
  return refreshDeployment(deploymentPath, rpc, deployment);
}

/** The announcement that can be renounced. Throws `succession-blocked` if there is none. */
export function announcedOf({ announced }: Succession): NonNullable<Succession["announced"]> {
  if (announced !== undefined) return announced;
  throw cliError("succession-blocked", "No successor is announced, so there is nothing to renounce");
}

export const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
