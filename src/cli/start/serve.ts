/** A gateway on a chain and a database, whoever runs those: what `tally start` and `tally gateway` have in common. */
import { join } from "node:path";
import { pino } from "pino";

import { Account } from "../../chain/account.ts";
import type { Deployment } from "../../chain/deployment.ts";
import { Follower } from "../../chain/follower.ts";
import { FilingRelay } from "../../chain/relay.ts";
import type { JsonRpc } from "../../chain/rpc.ts";
import { sealEvidence } from "../../chain/seal-evidence.ts";
import { rotateLog } from "../../engine/child.ts";
import type { Config } from "../../gateway/config.ts";
import { createGateway, type Gateway } from "../../gateway/gateway.ts";
import { createLogger } from "../../gateway/logging.ts";
import { Signers } from "../../gateway/signers.ts";
import { cliError } from "../errors.ts";
import type { Home } from "../home.ts";
import { lawOfHome } from "./law-of-home.ts";

export interface ServeOptions {
  readonly home: Home;
  readonly rpc: JsonRpc;
  readonly databaseUrl: string;
  readonly deployment: Deployment;
  readonly config: Config;
  /** A block is final with so many above it. */
  readonly confirmations: number;
  /** A further bound on what is final: the embedded chain's journal. */
  readonly finalUpTo?: () => number;
}

export interface Served {
  readonly gateway: Gateway;
  /** Where the gateway writes what happens, one JSON object a line. */
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Starts the gateway and returns when it listens; `whenReady` tells when it can work. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { home, rpc, databaseUrl, deployment, config, confirmations, finalUpTo } = options;
  const [secrets, relayer] = await Promise.all([home.secrets(), home.key("relayer")]);
  if (secrets === undefined) throw cliError("data-file-damaged", `${join(home.path, "secrets.json")} is missing`);
  const logFile = join(home.path, "gateway.log");
  rotateLog(logFile);
  const destination = pino.destination({ dest: logFile, append: true, mode: 0o600, sync: true });
  const account = new Account(rpc, BigInt(deployment.chainId), relayer);
  const logger = createLogger(process.env["TALLY_LOG"] ?? "info", destination);
  const gateway = createGateway({
    databaseUrl,
    deployment,
    config,
    relay: new FilingRelay(rpc, account, deployment),
    createFollower: () => new Follower({ rpc, deployment, confirmations, ...(finalUpTo && { finalUpTo }) }),
    signers: (db) => new Signers({ db, directory: home.path, password: secrets.keystorePassword }),
    evidence: async (place) => sealEvidence(rpc, place),
    law: lawOfHome(home, (text) => logger.warn(text)),
    logger,
  });
  // The log stays open: what ends after the gateway may still have something to say.
  try {
    await gateway.start();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  return { gateway, logFile, stop: () => gateway.stop() };
}

const LOOK_EVERY = 50;

/** Waits until the gateway can do its work. An open alarm doesn't keep it from that; it is told by `/readyz`. */
export async function whenReady(
  { gateway }: Served,
  signal: AbortSignal,
  onWait: (code: string) => void = () => undefined,
): Promise<void> {
  while (!signal.aborted) {
    const missing = (await gateway.lacks()).find(({ code }) => NOT_YET.has(code));
    if (missing === undefined) return;
    onWait(missing.code);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

/** What is missing while a gateway starts. */
const NOT_YET: ReadonlySet<string> = new Set([
  "database-unreachable",
  "rpc-unreachable",
  "catching-up",
  "pipeline-stopped",
]);
