/** The regulator's side of a deployment, for commands: from the data directory, or from what the command line names. */
import { join } from "node:path";

import { Regulator } from "../../chain/administration.ts";
import { checkDeployment, type Deployment, readDeployment } from "../../chain/deployment.ts";
import { JsonRpc } from "../../chain/rpc.ts";
import { currentDeployment } from "../../chain/succession.ts";
import { Transactor } from "../../chain/transactor.ts";
import { decodeSettings } from "../../core/settings.ts";
import { exists } from "../../engine/data-directory.ts";
import { localTime } from "../../regulator/plan.ts";
import { cliError } from "../errors.ts";
import { type Home, homeAt, homePath, needConnections } from "../home.ts";
import { readKeyOption } from "./keys.ts";

/** Options that say which deployment a command works on, and with whose key. */
export interface RegulatorOptions {
  readonly data?: string;
  readonly rpc?: string;
  readonly deployment?: string;
  readonly key?: string;
}

export interface RegulatorContext {
  readonly home: Home;
  readonly rpc: JsonRpc;
  /** With the registry that is in service now. */
  readonly deployment: Deployment;
  /** As its file has it, which may be from before a succession. */
  readonly recorded: Deployment;
  readonly deploymentPath: string;
  readonly transactor: Transactor;
  readonly regulator: Regulator;
}

/** For reading alone: no key is opened, and whatever would send fails. */
const NO_KEY = new Uint8Array(32).fill(1);

/**
 * Opens the deployment. Without --rpc it is the one that runs on the data directory, and without --key the data directory's
 * administrator acts.
 */
export async function openRegulator(options: RegulatorOptions, acts: boolean): Promise<RegulatorContext> {
  const home = homeAt(homePath(options.data));
  const recorded =
    options.deployment === undefined ? await home.deployment() : await readDeployment(options.deployment);
  if (recorded === undefined)
    throw cliError("no-data-directory", `${home.path} holds no deployment of ours`, {
      fix: "Run `tally start` first, or name one with --data, or with --rpc and --deployment.",
    });
  const url = options.rpc ?? (await needConnections(home)).rpcUrl;
  const rpc = new JsonRpc(url);
  await checkDeployment(rpc, recorded);
  const deployment = await currentDeployment(rpc, recorded);
  const deploymentPath = options.deployment ?? join(home.path, "deployment.json");
  const key = acts ? await keyOf(home, options) : NO_KEY;
  const transactor = new Transactor(rpc, BigInt(deployment.chainId), key);
  const regulator = new Regulator(transactor, deployment);
  transactor.dates = async () => {
    const settings = await regulator.settingsAt(await regulator.now());
    const zone = settings.length === 0 ? [] : decodeSettings(settings).zone;
    return (seconds) => localTime(seconds, zone);
  };
  return { home, rpc, deployment, recorded, deploymentPath, transactor, regulator };
}

async function keyOf(home: Home, { key, deployment }: RegulatorOptions): Promise<Uint8Array> {
  if (key !== undefined) return readKeyOption(key);
  const own = deployment === undefined && (await exists(home.keystorePath("administrator")));
  if (own) return home.key("administrator");
  throw cliError("key-needed", "This sends transactions, and no key was given to sign them");
}
