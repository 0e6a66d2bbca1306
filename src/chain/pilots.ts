/** Pilots on the chain: the Sandbox's events and views, and its role's acts, one transaction each. */
import { PILOT_STANDINGS, STOP_REASONS, type Pilot } from "../core/sandbox.ts";
import type { Hex } from "../core/bytes.ts";
import { artifact } from "./artifacts.ts";
import { fetchLogs } from "./blocks.ts";
import type { Deployment } from "./deployment.ts";
import { chainError } from "./errors.ts";
import { decodeLog, pilotTerms } from "./events.ts";
import type { Transactor } from "./transactor.ts";

/** All pilots that were ever opened, by number, as the chain has them now. */
export async function readPilots(transactor: Transactor, deployment: Deployment): Promise<Pilot[]> {
  const to = sandboxOf(deployment);
  const opened = new Map<number, Pick<Pilot, "name" | "platforms"> & { why: string }>();
  for (const log of await fetchLogs(transactor.rpc, [to], deployment.block, "latest")) {
    const decoded = decodeLog(log);
    if (decoded?.type !== "law") continue;
    const { event } = decoded;
    if (event.event === "PilotOpened")
      opened.set(event.number, { name: event.name, platforms: new Set(event.platforms), why: "" });
    if (event.event === "PilotStopped") opened.get(event.number)!.why = event.why;
  }
  const numbers = [...opened.keys()].sort((a, b) => a - b);
  return Promise.all(numbers.map(async (number) => ({ ...opened.get(number)!, ...(await viewOf(number)), number })));

  async function viewOf(
    number: number,
  ): Promise<Pick<Pilot, "terms" | "standing" | "reason" | "stoppedAt" | "counts">> {
    const call = { to, interface: artifact("Sandbox").interface, function: "pilotOf", args: [number] };
    const [terms, state, reason, stoppedAt, counts] = (await transactor.view(call)) as readonly [
      Record<string, unknown>,
      ...bigint[],
    ] & { 4: Record<keyof Pilot["counts"], bigint> };
    const { loans, borrowers, defaults, complaints, outstanding, loss } = counts;
    const standing = PILOT_STANDINGS[Number(state)];
    if (standing === undefined || standing === "none") throw chainError("rpc-answer", `Pilot ${number} isn't there`);
    return {
      terms: pilotTerms(terms),
      standing,
      reason: STOP_REASONS[Number(reason)] ?? "none",
      stoppedAt: Number(stoppedAt),
      counts: {
        ...{ loans: Number(loans), borrowers: Number(borrowers), defaults: Number(defaults) },
        ...{ complaints: Number(complaints), outstanding, loss },
      },
    };
  }
}

/** Opens a pilot: its terms can't be changed afterwards. */
export async function openPilot(
  transactor: Transactor,
  deployment: Deployment,
  pilot: Pick<Pilot, "number" | "name" | "terms" | "platforms">,
): Promise<void> {
  const { number, name, terms, platforms } = pilot;
  await act(transactor, deployment, "open", [number, terms, [...platforms], name]);
}

export async function stopPilot(
  transactor: Transactor,
  deployment: Deployment,
  number: number,
  why: string,
): Promise<void> {
  await act(transactor, deployment, "stop", [number, why]);
}

export async function graduatePilot(transactor: Transactor, deployment: Deployment, number: number): Promise<void> {
  await act(transactor, deployment, "graduate", [number]);
}

async function act(transactor: Transactor, deployment: Deployment, name: string, args: readonly unknown[]) {
  const call = { to: sandboxOf(deployment), interface: artifact("Sandbox").interface, function: name, args };
  return transactor.send(call);
}

function sandboxOf({ sandbox, registry }: Deployment): Hex {
  if (sandbox !== undefined) return sandbox;
  throw chainError("no-contract", `The deployment of ${registry} has no Sandbox: its registry is of before pilots`);
}
