/** A gateway on a chain and a database that others run. */
import { join } from "node:path";

import { checkDeployment, type Deployment, readDeployment, writeDeployment } from "../../chain/deployment.ts";
import { JsonRpc } from "../../chain/rpc.ts";
import { addressOfKey } from "../../chain/transaction.ts";
import { type Hex, toHex } from "../../core/bytes.ts";
import { openDataDirectory } from "../../engine/data-directory.ts";
import { readConfig } from "../../gateway/config.ts";
import { cliError } from "../errors.ts";
import { refreshDeployment } from "../operator/succession.ts";
import type { Home } from "../home.ts";
import { ensureKeys } from "./keys.ts";
import { serve, type Served, whenReady } from "./serve.ts";
import { ensureOperatorKey } from "./setup.ts";

export interface ExternalOptions {
  readonly home: Home;
  readonly rpc: string | undefined;
  readonly database: string | undefined;
  readonly deployment?: string;
  readonly host: string;
  readonly port: number;
  readonly confirmations: number;
  readonly signal: AbortSignal;
  readonly onStep: (what: string) => void;
}

export interface RunningGateway {
  readonly url: string;
  readonly home: Home;
  readonly deployment: Deployment;
  /** The account that pays for filings. */
  readonly relayer: Hex;
  stop(): Promise<void>;
}

export async function startGateway(options: ExternalOptions): Promise<RunningGateway> {
  const { home, host, port, confirmations, signal, onStep } = options;
  const rpcUrl = needed("--rpc", "TALLY_RPC", options.rpc);
  const databaseUrl = needed("--database", "TALLY_DATABASE", options.database);
  const directory = await openDataDirectory(home.path);
  let served: Served | undefined;
  const stop = async (): Promise<void> => {
    await served?.stop();
    await directory.close();
  };
  try {
    onStep("chain");
    const rpc = new JsonRpc(rpcUrl);
    const recorded = await deploymentOf(home, options.deployment);
    await checkDeployment(rpc, recorded);
    const deployment = await refreshDeployment(join(home.path, "deployment.json"), rpc, recorded);
    await ensureKeys(home, ["relayer"]);
    onStep("database");
    await ensureOperatorKey(home, databaseUrl);
    onStep("gateway");
    const config = readConfig({ host, port }, process.env);
    served = await serve({ home, rpc, databaseUrl, deployment, config, confirmations });
    const { url } = served.gateway;
    await home.saveConnections({ format: 1, gatewayUrl: url, rpcUrl, databaseUrl });
    await whenReady(served, signal, (code) => onStep(`gateway: ${code}`));
    signal.throwIfAborted();
    return { url, home, deployment, relayer: toHex(addressOfKey(await home.key("relayer"))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The deployment given, kept in the data directory from then on; a directory belongs to one deployment. */
async function deploymentOf(home: Home, given: string | undefined): Promise<Deployment> {
  const known = await home.deployment();
  if (given === undefined) {
    if (known !== undefined) return known;
    throw cliError("option-invalid", "--deployment is missing", {
      fix: "Give the deployment.json that `tally deploy` wrote.",
    });
  }
  const deployment = await readDeployment(given);
  if (known !== undefined && (known.licences !== deployment.licences || known.chainId !== deployment.chainId))
    throw cliError(
      "option-invalid",
      `${home.path} belongs to the licences ${known.licences}, not to ${deployment.licences}`,
      {
        fix: "Give another directory with --data.",
      },
    );
  await writeDeployment(join(home.path, "deployment.json"), deployment);
  return deployment;
}

function needed(option: string, variable: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw cliError("option-invalid", `${option} is missing`, { fix: `Give ${option}, or set ${variable}.` });
}
