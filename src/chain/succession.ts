import { keccak256 } from "ethers";
import type { Hex } from "../core/bytes.ts";
import { ruleNames } from "../core/decision.ts";
import { artifact, librariesOf } from "./artifacts.ts";
import { ContractCreator, type ProgressStore } from "./contract-creator.ts";
import { createRegistry, type Deployment } from "./deployment.ts";
import { chainError } from "./errors.ts";
import { hexBytes, type JsonRpc } from "./rpc.ts";
import type { Transactor } from "./transactor.ts";

/** A registry that is to take over. */
export interface Announcement {
  readonly registry: Hex;
  readonly codeHash: Hex;
  /** UTC seconds from which it may be installed. */
  readonly from: number;
}

/** Which registry takes filings, what came before it, and what is to come. */
export interface Succession {
  readonly inService: Hex;
  /** Those before it, the last one first. */
  readonly predecessors: readonly Hex[];
  readonly announced: Announcement | undefined;
  /** Seconds between an announcement and the installation, at least. */
  readonly notice: number;
}

const NOBODY = `0x${"00".repeat(20)}`;

/** Reads it from the chain: from Licences, and from the registries themselves, whose code names their predecessor. */
export async function readSuccession(rpc: JsonRpc, licences: Hex): Promise<Succession> {
  const [[inService], [registry, codeHash, from], [notice]] = (await Promise.all(
    ["registryInService", "announced", "successionNotice"].map((name) => view(rpc, "Licences", licences, name)),
  )) as [readonly unknown[], readonly unknown[], readonly unknown[]];
  const current = addressOf(inService);
  const next = addressOf(registry);
  return {
    inService: current,
    predecessors: current === NOBODY ? [] : await predecessorsOf(rpc, current),
    announced: next === NOBODY ? undefined : { registry: next, codeHash: String(codeHash) as Hex, from: Number(from) },
    notice: Number(notice),
  };
}

/** The registries before this one, the last one first. Throws `no-contract` if it is no registry. */
export async function predecessorsOf(rpc: JsonRpc, registry: Hex): Promise<Hex[]> {
  const found: Hex[] = [];
  for (let at = registry; ;) {
    const [answer] = await view(rpc, "Registry", at, "predecessor");
    at = addressOf(answer);
    // A contract that isn't ours could lead round in a circle.
    if (at === NOBODY || found.includes(at)) return found;
    found.push(at);
  }
}

/** The deployment with the registry in service as the chain names it now, and those before it. */
export async function currentDeployment(rpc: JsonRpc, deployment: Deployment): Promise<Deployment> {
  const { inService, predecessors, announced } = await readSuccession(rpc, deployment.licences);
  // Cut short before its first registry was in service.
  if (inService === NOBODY) return deployment;
  const { successor: _, ...rest } = deployment;
  return {
    ...rest,
    registry: inService,
    ...(predecessors.length > 0 && { predecessors: [...predecessors] }),
    ...(announced !== undefined && { successor: announced }),
  };
}

export interface SuccessorOptions {
  /** Told before each contract: its name, how many were begun, of how many. */
  readonly onStep?: (step: string, begun: number, total: number) => void;
  /** Where one that is cut short finds how far it had come. */
  readonly progress?: ProgressStore;
}

/** Contracts that a successor consists of: itself and the libraries that it links. */
export function successorContracts(name = "Registry"): string[] {
  return [...new Set([...librariesOf(artifact(name)).flatMap(successorContracts), name])];
}

/** Creates a successor beside the registry in service, with libraries of its own. Nothing changes before it is announced and installed. */
export async function deploySuccessor(
  transactor: Transactor,
  deployment: Deployment,
  { onStep, progress }: SuccessorOptions = {},
): Promise<Hex> {
  const { inService } = await readSuccession(transactor.rpc, deployment.licences);
  const total = successorContracts().length;
  let begun = 0;
  const creator = await ContractCreator.open(transactor, progress, (name) =>
    onStep?.(`contract ${name}`, ++begun, total),
  );
  return createRegistry(creator, deployment, inService);
}

/** Announces a registry by its code. Throws `transaction-failed` with the contract's words: too soon, or not by the announcer. */
export async function announceSuccessor(
  transactor: Transactor,
  { licences }: Deployment,
  registry: Hex,
  from: number,
): Promise<Announcement> {
  const codeHash = await codeHashOf(transactor.rpc, registry);
  await act(transactor, licences, "announceRegistry", [registry, codeHash, from]);
  return { registry, codeHash, from };
}

/** Takes an announcement back. */
export async function renounceSuccessor(transactor: Transactor, { licences }: Deployment): Promise<void> {
  await act(transactor, licences, "renounceRegistry", []);
}

/** Puts the announced registry in service, for good: from the next filing on the former one refuses. */
export async function installSuccessor(transactor: Transactor, { licences }: Deployment, registry: Hex): Promise<void> {
  await act(transactor, licences, "installRegistry", [registry]);
}

/** keccak-256 of a contract's code, as an announcement names it. Throws `no-contract` where there is none. */
export async function codeHashOf(rpc: JsonRpc, address: Hex): Promise<Hex> {
  const code = await rpc.call("eth_getCode", [address, "latest"], hexBytes);
  if (code === "0x") throw chainError("no-contract", `There is no contract at ${address}`);
  return keccak256(code) as Hex;
}

/** A fault that would make an installation fail or a mistake; undefined if there is none. For before anybody signs. */
export async function faultOfSuccessor(
  rpc: JsonRpc,
  deployment: Deployment,
  { inService, announced }: Succession,
): Promise<string | undefined> {
  if (announced === undefined) return "no successor is announced";
  const { registry, codeHash } = announced;
  if ((await codeHashOf(rpc, registry)) !== codeHash)
    return `the code at ${registry} is not the one that was announced`;
  const [predecessor, licences, rulebook, sandbox] = await Promise.all(
    ["predecessor", "licences", "rulebook", "sandbox"].map(async (name) =>
      addressOf((await view(rpc, "Registry", registry, name))[0]),
    ),
  );
  if (predecessor !== inService) return `it succeeds ${predecessor}, and in service is ${inService}`;
  if (licences !== deployment.licences) return `it reads other licences: ${licences}`;
  if (rulebook !== deployment.rulebook) return `it reads another rulebook: ${rulebook}`;
  // A pilot would begin anew with it, and nobody would count its loans.
  if (deployment.sandbox !== undefined && sandbox !== deployment.sandbox) return `it asks another Sandbox: ${sandbox}`;
  return undefined;
}

/** Names of the rules that a registry judges. */
export async function rulesServedBy(rpc: JsonRpc, registry: Hex): Promise<string[]> {
  const [bits] = await view(rpc, "Registry", registry, "servedRules");
  return ruleNames(Number(bits));
}

async function view(
  rpc: JsonRpc,
  contract: "Licences" | "Registry",
  to: Hex,
  name: string,
): Promise<readonly unknown[]> {
  const of = artifact(contract).interface;
  const answer = await rpc.call("eth_call", [{ to, data: of.encodeFunctionData(name, []) }, "latest"], hexBytes);
  try {
    return of.decodeFunctionResult(name, answer);
  } catch (cause) {
    throw chainError("no-contract", `The contract at ${to} is no ${contract}`, { cause });
  }
}

async function act(transactor: Transactor, to: Hex, name: string, args: readonly unknown[]): Promise<void> {
  await transactor.send({ to, interface: artifact("Licences").interface, function: name, args });
}

const addressOf = (value: unknown): Hex => String(value).toLowerCase() as Hex;
