/** Both embedded engines on one data directory. */
import { resolve } from "node:path";

import type { AppError } from "../core/errors.ts";
import { ANVIL_ENDING, chainUrl } from "./anvil.ts";
import { type ChainEngine, type ChainJournal, startChain } from "./chain.ts";
import { type Child, endStranger } from "./child.ts";
import { type DataDirectory, openDataDirectory, ownerOf, readSettings } from "./data-directory.ts";
import { readIfThere } from "./files.ts";
import { choosePort } from "./ports.ts";
import { POSTGRES_ENDING, databaseUrl, passwordFile, preparePostgres, startPostgres } from "./postgres.ts";
import type { Restored } from "./restore.ts";
import { type Kept, keepRunning } from "./supervisor.ts";

export interface EngineOptions {
  readonly dataDir: string;
  /** Fixed for a directory by its first start. */
  readonly chainId?: number;
  /**
   * Seconds between blocks, at multiples of it by the clock; 0 makes one as soon as something is pending. No block is empty, so the
   * chain's time stands still while nothing happens.
   */
  readonly miningIntervalSeconds?: number;
  /** Ports to insist on. By default each engine keeps the one it had, or moves if that is taken. */
  readonly ports?: { readonly chain?: number; readonly database?: number };
  /** One sentence about something that had to be mended, or that takes long. */
  readonly onMessage?: (text: string) => void;
}

export interface Engines {
  readonly chainId: number;
  readonly rpcUrl: string;
  /** Carries a password: never to a log. */
  readonly databaseUrl: string;
  readonly journal: ChainJournal;
  /** How the chain came up. */
  readonly restored: Restored;
  /** Fulfilled when an engine could not be kept running; the program should say so and end. */
  readonly failed: Promise<AppError>;
  /** Ends both in order, saving what is quicker saved than rebuilt, and gives the directory free. */
  stop(): Promise<void>;
}

const CHAIN_ID = 31_337;

/**
 * Starts Postgres and the chain, mending what an earlier end left broken.
 *
 * @throws an error of `src/engine/errors.ts`; nothing is left running then
 */
export async function startEngines(options: EngineOptions): Promise<Engines> {
  const tell = options.onMessage ?? (() => undefined);
  const directory = await openDataDirectory(options.dataDir);
  const running: { stop(): Promise<void> }[] = [];
  try {
    await endLeftovers(directory, tell);
    const ports = await choosePorts(directory, options, tell);
    const [database, chain] = await bothOrNeither(
      startDatabase(directory, ports.database, tell).then((engine) => (running.push(engine), engine)),
      startChain(directory, {
        chainId: options.chainId ?? CHAIN_ID,
        miningIntervalSeconds: options.miningIntervalSeconds ?? 0,
        port: ports.chain,
        tell,
      }).then((engine) => (running.push(engine), engine)),
    );
    return together(directory, database, chain);
  } catch (error) {
    await Promise.allSettled(running.map((engine) => engine.stop()));
    await directory.close();
    throw error;
  }
}

/** Where the engines of a directory are, for another program on it. */
export interface Addresses {
  /** The process that runs them now, if any. */
  readonly owner: number | undefined;
  readonly chainId: number;
  readonly rpcUrl: string;
  /** Carries a password: never to a log. */
  readonly databaseUrl: string;
}

/** What a data directory says about its engines, without touching it; undefined before their first start. */
export async function addressesOf(dataDir: string): Promise<Addresses | undefined> {
  const settings = await readSettings(dataDir);
  const password = await readIfThere(passwordFile(resolve(dataDir)));
  if (settings?.chain === undefined || password === undefined) return undefined;
  const { ports, chain } = settings;
  if (ports.chain === undefined || ports.database === undefined) return undefined;
  return {
    owner: (await ownerOf(dataDir))?.pid,
    chainId: chain.chainId,
    rpcUrl: chainUrl(ports.chain),
    databaseUrl: databaseUrl(password.trim(), ports.database),
  };
}

interface DatabaseEngine extends Kept {
  readonly url: string;
}

async function startDatabase(
  directory: DataDirectory,
  port: number,
  tell: (text: string) => void,
): Promise<DatabaseEngine> {
  const plan = await preparePostgres(directory, tell);
  let url = "";
  const start = async (): Promise<Child> => {
    const started = await startPostgres(directory, plan, port, tell);
    url = started.url;
    return started.child;
  };
  const kept = await keepRunning("database", start, async () => undefined, tell);
  return { ...kept, url };
}

function together(directory: DataDirectory, database: DatabaseEngine, chain: ChainEngine): Engines {
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all([database.stop(), chain.stop()]);
    await directory.close();
  };
  return {
    chainId: chain.facts.chainId,
    rpcUrl: chain.url,
    databaseUrl: database.url,
    journal: chain.journal,
    restored: chain.restored,
    failed: Promise.race([database.failed, chain.failed]),
    stop: () => (stopped ??= stop()),
  };
}

/** Ends engines of an earlier start whose parent was killed. They may be ending by themselves already. */
async function endLeftovers(directory: DataDirectory, tell: (text: string) => void): Promise<void> {
  for (const child of await directory.leftovers()) {
    tell(`The ${child.name} left over from a crash (process ${child.pid}) is ended.`);
    await endStranger(child, child.name === "chain" ? ANVIL_ENDING : POSTGRES_ENDING);
  }
}

async function choosePorts(
  directory: DataDirectory,
  options: EngineOptions,
  tell: (text: string) => void,
): Promise<{ chain: number; database: number }> {
  const { ports } = directory.settings;
  const chosen = {
    chain: await choosePort("chain", options.ports?.chain, ports.chain, tell),
    database: await choosePort("database", options.ports?.database, ports.database, tell),
  };
  await directory.updateSettings({ ports: chosen });
  return chosen;
}

/** Both results, or the first failure once neither is still on its way. */
async function bothOrNeither<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([one, other]);
  if (a.status === "rejected") throw a.reason;
  if (b.status === "rejected") throw b.reason;
  return [a.value, b.value];
}
