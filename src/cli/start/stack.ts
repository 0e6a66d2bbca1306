/** Everything on one machine: engines, contracts, gateway, started in order and stopped in the reverse. */
import { homeAt, type Home } from "../home.ts";
import { startEngines, type Engines } from "../../engine/engines.ts";
import { ownerOf } from "../../engine/data-directory.ts";
import { isFree } from "../../engine/ports.ts";
import { JsonRpc } from "../../chain/rpc.ts";
import type { Deployment } from "../../chain/deployment.ts";
import type { AppError } from "../../core/errors.ts";
import { readConfig } from "../../gateway/config.ts";
import { gatewayError } from "../../gateway/errors.ts";
import { serve, type Served, whenReady } from "./serve.ts";
import { type Setup, setUp } from "./setup.ts";

export interface StackOptions {
  readonly dataDir: string;
  readonly empty: boolean;
  readonly port: number;
  readonly miningInterval: number;
  /** Told what is being done, in a few words. */
  readonly onStep: (what: string) => void;
  /** Told what had to be mended, or is unusual: a sentence. */
  readonly onMessage: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface Stack {
  readonly home: Home;
  readonly engines: Engines;
  readonly deployment: Deployment;
  readonly setup: Setup;
  readonly served: Served;
  /** Fulfilled when an engine could not be kept running. */
  readonly failed: Promise<AppError>;
  stop(): Promise<void>;
}

/** What a starting gateway waits for, in words. */
const WAITS: Readonly<Record<string, string>> = {
  "catching-up": "reading the chain from its first block",
  "pipeline-stopped": "taking up what waits in the database",
};

/** Starts everything. What was started is stopped again if anything fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, empty, port, miningInterval, onStep, onMessage, signal } = options;
  const home = homeAt(dataDir);
  // Before anything is touched; and a second start on the same directory is told that, not that the port is taken.
  // (A path that can't even be looked at is the engines' to explain.)
  const owner = await ownerOf(dataDir).catch(() => undefined);
  if (owner === undefined && port !== 0 && !(await isFree(port)))
    throw gatewayError("port-taken", `Port ${port} is taken by another process.`, {
      fix: `End that process, or take another port with --port ${port + 1}.`,
    });
  onStep("database and chain");
  const engines = await startEngines({ dataDir, miningIntervalSeconds: miningInterval, onMessage });
  let served: Served | undefined;
  const stop = async (): Promise<void> => {
    try {
      await served?.stop();
    } finally {
      await engines.stop();
    }
  };
  try {
    signal.throwIfAborted();
    const { rpcUrl, databaseUrl } = engines;
    const { deployment, setup } = await setUp({ home, rpcUrl, databaseUrl, empty, onStep });
    signal.throwIfAborted();
    onStep("gateway");
    served = await serve({
      ...{ home, databaseUrl, deployment },
      rpc: new JsonRpc(rpcUrl),
      config: readConfig({ port }, process.env),
      confirmations: 0,
      finalUpTo: () => engines.journal.journaledBlock(),
    });
    const { gateway } = served;
    engines.journal.onJournaled(() => gateway.poke());
    await home.saveConnections({ format: 1, gatewayUrl: gateway.url, rpcUrl, databaseUrl });
    await whenReady(served, signal, (code) => onStep(`gateway: ${WAITS[code] ?? code}`));
    signal.throwIfAborted();
    return { home, engines, deployment, setup, served, failed: engines.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
