import { readFile, rename, writeFile } from "node:fs/promises";
import { keccak256 } from "ethers";
import { z } from "zod";
import { fromHex, type Hex } from "../core/bytes.ts";
import type { FilingDomain } from "../core/filing.ts";
import { artifact, librariesOf } from "./artifacts.ts";
import { ContractCreator, type ProgressStore } from "./contract-creator.ts";
import { chainError } from "./errors.ts";
import { hexBytes, type JsonRpc } from "./rpc.ts";
import { chainIdOf, type ContractCall, type Transactor } from "./transactor.ts";

const contractAddress = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "an address: 0x and 40 hexadecimal digits")
  .transform((text) => text.toLowerCase() as Hex);

/** Where the contracts of one jurisdiction are. Public; kept as `deployment.json`. */
export const deploymentSchema = z.object({
  format: z.literal(1),
  chainId: z.string().regex(/^[0-9]{1,20}$/),
  registry: contractAddress,
  rulebook: contractAddress,
  licences: contractAddress,
  administration: contractAddress,
  /** Keeps pilots; deployments of before have none. */
  sandbox: contractAddress.optional(),
  /** Reads entries and decisions for people (`IEntryDecoder`); deployments of before have none. */
  decoder: contractAddress.optional(),
  /** Block of the first deployment: where replaying begins. */
  block: z.int().nonnegative(),
  /** Registries that were in service before this one, the last one first; none before the first succession. */
  predecessors: z.array(contractAddress).optional(),
  /** The registry that is announced to take over, the hash of its code, and from when (UTC seconds). */
  successor: z
    .object({
      registry: contractAddress,
      codeHash: z
        .string()
        .regex(/^0x[0-9a-f]{64}$/)
        .transform((text) => text as Hex),
      from: z.int().nonnegative(),
    })
    .optional(),
});
export type Deployment = z.infer<typeof deploymentSchema>;

export interface DeployOptions {
  /** Seconds between publication of a stricter rule and its binding, at least. */
  readonly notice: number;
  /** The same of what relaxes; as `notice` if it isn't said. */
  readonly relaxationNotice?: number;
  /** Seconds between the announcement of a successor and its installation, at least. */
  readonly successionNotice: number;
  /** Told before each step: what it is, how many were begun, of how many. */
  readonly onStep?: (step: string, begun: number, total: number) => void;
  /** Where a deployment that is cut short finds how far it had come. */
  readonly progress?: ProgressStore;
  /** Addresses of libraries that are there already. */
  readonly libraries?: Readonly<Record<string, Hex>>;
}

/** Roles of `contracts/Administration.sol`, by the functions that they may call. */
export const ROLES = [
  {
    role: 1n,
    name: "rulemaker",
    contract: "Rulebook",
    functions: [
      "publish",
      "publishHistory",
      "withdraw",
      "publishSettings",
      "withdrawSettings",
      "openSeries",
      "setNotices",
      "notePack",
    ],
  },
  { role: 2n, name: "reference", contract: "Rulebook", functions: ["publishRate"] },
  {
    role: 3n,
    name: "licensor",
    contract: "Licences",
    functions: ["grant", "amend", "setKey", "suspend", "restore", "withdraw", "setProducts"],
  },
  { role: 4n, name: "recovery", contract: "Licences", functions: ["revokeKey"] },
  { role: 5n, name: "announcer", contract: "Licences", functions: ["announceRegistry", "renounceRegistry"] },
  { role: 6n, name: "installer", contract: "Licences", functions: ["installRegistry"] },
  { role: 7n, name: "emergency", contract: "Rulebook", functions: ["declareEmergency", "liftEmergency"] },
  { role: 8n, name: "sandbox", contract: "Sandbox", functions: ["open", "stop", "graduate"] },
] as const;

const CONTRACTS = ["Administration", "Licences", "Rulebook", "Sandbox", "Registry", "EntryDecoder"] as const;

/**
 * Deploys Administration, Licences, Rulebook, Sandbox, Registry and EntryDecoder, gives the deploying account every role, and puts the registry in
 * service.
 * A regulator then grants the roles to the people who are to have them, with delays, and renounces its own
 * (`docs/design/contracts.md`). Run again after it was cut short, it goes on where it was.
 */
export async function deploy(transactor: Transactor, options: DeployOptions): Promise<Deployment> {
  const total = new Set(CONTRACTS.flatMap(withLibraries)).size + ROLES.length + 1;
  let begun = 0;
  const say = (step: string): void => options.onStep?.(step, ++begun, total);
  const onCreate = (name: string): void => say(`contract ${name}`);
  const creator = await ContractCreator.open(transactor, options.progress, onCreate, options.libraries);

  const administration = await creator.create("Administration", [transactor.address]);
  const licences = await creator.create("Licences", [administration, options.successionNotice]);
  const { notice, relaxationNotice = notice } = options;
  const rulebook = await creator.create("Rulebook", [administration, licences, notice, relaxationNotice]);
  const sandbox = await creator.create("Sandbox", [administration, licences]);
  const registry = await createRegistry(creator, { licences, rulebook, sandbox }, `0x${"00".repeat(20)}`);
  const decoder = await creator.create("EntryDecoder", []);

  const manager = artifact("Administration").interface;
  const asManager = (name: string, args: readonly unknown[]): Promise<unknown> =>
    transactor.send({ to: administration, interface: manager, function: name, args });
  const targets = { Rulebook: rulebook, Licences: licences, Sandbox: sandbox };
  for (const { role, name, contract, functions } of ROLES) {
    say(`role ${name}`);
    const selectors = functions.map((one) => artifact(contract).interface.getFunction(one)?.selector);
    await asManager("setTargetFunctionRole", [targets[contract], selectors, role]);
    await asManager("grantRole", [role, transactor.address, 0]);
  }

  say("registry in service");
  await putInService(transactor, licences, registry);
  const { chainId, block } = creator;
  return { format: 1, chainId, registry, rulebook, licences, administration, sandbox, decoder, block };
}

/** Creates a registry on these licences and this rulebook, with the libraries that it links. */
export async function createRegistry(
  creator: ContractCreator,
  { licences, rulebook, sandbox }: Pick<Deployment, "licences" | "rulebook" | "sandbox">,
  predecessor: Hex,
): Promise<Hex> {
  return creator.create("Registry", [licences, rulebook, predecessor, sandbox ?? `0x${"00".repeat(20)}`]);
}

async function putInService(transactor: Transactor, licences: Hex, registry: Hex): Promise<void> {
  const call = (name: string, args: readonly unknown[]): ContractCall => ({
    to: licences,
    interface: artifact("Licences").interface,
    function: name,
    args,
  });
  const [inService] = await transactor.view(call("registryInService", []));
  if (String(inService).toLowerCase() === registry) return;
  const code = await transactor.rpc.call("eth_getCode", [registry, "latest"], hexBytes);
  await transactor.send(call("announceRegistry", [registry, keccak256(code), 0]));
  await transactor.send(call("installRegistry", [registry]));
}

/** A contract and the libraries that have to be there before it. */
function withLibraries(name: string): string[] {
  return [name, ...librariesOf(artifact(name)).flatMap(withLibraries)];
}

/** What signatures over filings are bound to. */
export function domainOf(deployment: Deployment): FilingDomain {
  return { chainId: BigInt(deployment.chainId), registry: fromHex(deployment.registry, 20) };
}

/** Checks that the node serves the deployment's chain and has its registry. Throws `chain-mismatch` or `no-contract`. */
export async function checkDeployment(rpc: JsonRpc, deployment: Deployment): Promise<void> {
  const chainId = await chainIdOf(rpc);
  if (chainId.toString() !== deployment.chainId)
    throw chainError("chain-mismatch", `The node serves chain ${chainId}, the deployment is on ${deployment.chainId}`);
  const code = await rpc.call("eth_getCode", [deployment.registry, "latest"], hexBytes);
  if (code === "0x") throw chainError("no-contract", `There is no contract at ${deployment.registry}`);
}

/** Reads `deployment.json`. Throws `no-contract` where there is none or it can't be read. */
export async function readDeployment(path: string): Promise<Deployment> {
  try {
    return deploymentSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw chainError("no-contract", `${path} is no readable description of a deployment`, { cause });
  }
}

/** Writes `deployment.json`, whole or not at all. */
export async function writeDeployment(path: string, deployment: Deployment): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(deployment, null, 2)}\n`);
  await rename(`${path}.new`, path);
}
