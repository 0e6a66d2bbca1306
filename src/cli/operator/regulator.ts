/** The regulator's side of a deployment, for commands: from the data directory, or from what the command line names. */
import { Regulator } from "../../chain/administration.ts";
import { checkDeployment, type Deployment, readDeployment } from "../../chain/deployment.ts";
import { JsonRpc } from "../../chain/rpc.ts";
import { Transactor } from "../../chain/transactor.ts";
import { exists } from "../../engine/data-directory.ts";
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
  readonly deployment: Deployment;
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
  const deployment =
    options.deployment === undefined ? await home.deployment() : await readDeployment(options.deployment);
  if (deployment === undefined)
    throw cliError("no-data-directory", `${home.path} holds no deployment of ours`, {
      fix: "Run `tally start` first, or name one with --data, or with --rpc and --deployment.",
    });
  const url = options.rpc ?? (await needConnections(home)).rpcUrl;
  const rpc = new JsonRpc(url);
  await checkDeployment(rpc, deployment);
  const key = acts ? await keyOf(home, options) : NO_KEY;
  const transactor = new Transactor(rpc, BigInt(deployment.chainId), key);
  return { home, rpc, deployment, regulator: new Regulator(transactor, deployment) };
}

async function keyOf(home: Home, { key, deployment }: RegulatorOptions): Promise<Uint8Array> {
  if (key !== undefined) return readKeyOption(key);
  const own = deployment === undefined && (await exists(home.keystorePath("administrator")));
  if (own) return home.key("administrator");
  throw cliError("key-needed", "This sends transactions, and no key was given to sign them");
}
