/** The embedded chain: anvil, its journal and its miner, kept running as one. */
import type { AppError } from "../core/errors.ts";
import { chainFiles, chainUrl, startAnvil } from "./anvil.ts";
import type { Child } from "./child.ts";
import type { DataDirectory } from "./data-directory.ts";
import { engineError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import { openJournal } from "./journal.ts";
import type { ChainFacts, JournaledBlock } from "./journal-frames.ts";
import { type Miner, startMiner } from "./miner.ts";
import { anvilProgram } from "./programs.ts";
import { type Restored, restoreChain } from "./restore.ts";
import { keepSavedState } from "./saved-state.ts";
import { type Kept, keepRunning } from "./supervisor.ts";

/** Room for some seventeen transactions of the most gas that one may have (EIP-7825: 2²⁴). */
const BLOCK_GAS = 300_000_000;
/** The rules of public networks today, with that limit; contracts are compiled for an older one and run the same. */
const HARDFORK = "osaka";

/** How often to look for a state that anvil has saved. */
const KEEP_MS = 20_000;

/** What the rest of the program sees of the journal: when a block is safe. */
export interface ChainJournal {
  /** Number of the highest block that is durable. A decision is final when its block is. */
  journaledBlock(): number;
  /** Fulfilled as soon as that block is durable. Nothing rejects it: race it with a time of your own. */
  untilJournaled(number: number): Promise<void>;
  /** Calls back for each block as it becomes durable, in order. @returns how to stop that */
  onJournaled(listener: (block: JournaledBlock) => void): () => void;
  /**
   * Hands over a signed transaction before it is sent, which spares reading it back, and has the miner look for it. It becomes
   * durable with its block, not before: until then it is the sender's to keep and to send again.
   */
  remember(hash: string, raw: Uint8Array): Promise<void>;
}

export interface ChainOptions {
  readonly chainId: number;
  /** See {@link MinerOptions.intervalSeconds}. */
  readonly miningIntervalSeconds: number;
  readonly port: number;
  readonly tell: (text: string) => void;
}

export interface ChainEngine {
  readonly url: string;
  readonly facts: ChainFacts;
  readonly journal: ChainJournal;
  /** How the first start went. */
  readonly restored: Restored;
  readonly failed: Promise<AppError>;
  stop(): Promise<void>;
}

/** @throws `engine-missing`, `engine-failed`, `journal-damaged`, `journal-mismatch` */
export async function startChain(directory: DataDirectory, options: ChainOptions): Promise<ChainEngine> {
  const { tell } = options;
  const program = anvilProgram();
  const files = chainFiles(directory);
  const facts = (): ChainFacts =>
    directory.settings.chain ?? {
      chainId: options.chainId,
      genesisTime: Math.floor(Date.now() / 1000),
      gasLimit: BLOCK_GAS,
      hardfork: HARDFORK,
    };
  const journal = await openJournal(files.journal, facts, tell);
  try {
    return await run(directory, options, journal, program);
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function run(
  directory: DataDirectory,
  options: ChainOptions,
  journal: Journal,
  program: string,
): Promise<ChainEngine> {
  const { tell, port } = options;
  const files = chainFiles(directory);
  if (journal.chain.chainId !== options.chainId) {
    const text = `${directory.path} holds chain ${journal.chain.chainId}, not chain ${options.chainId}`;
    throw engineError("data-directory-unusable", text, { fix: "Keep to that chain id, or give another --data." });
  }
  await directory.updateSettings({ chain: journal.chain });

  const listeners = new Set<(block: JournaledBlock) => void>();
  let miner: Miner | undefined;
  let first: Restored | undefined;

  const start = async (): Promise<Child> => {
    const launch = (state: string | undefined): ReturnType<typeof startAnvil> =>
      startAnvil(directory, program, journal.chain, port, state, tell);
    const { anvil, restored } = await restoreChain(launch, files, journal, tell);
    if (first !== undefined && restored.replayed > 0)
      tell(`The chain has ${restored.replayed} blocks from its journal.`);
    first ??= restored;
    await anvil.setTime(Math.max(Math.floor(Date.now() / 1000), journal.head?.time ?? 0));
    miner = startMiner(anvil, journal, {
      intervalSeconds: options.miningIntervalSeconds,
      onBlock: (block) => {
        for (const listener of listeners) listener(block);
      },
      onBroken: (error) => {
        tell(`The chain is not the journal's any more: ${error.message}.`);
        void anvil.child.end([{ signal: "SIGKILL", milliseconds: 5_000 }]);
      },
      tell,
    });
    return anvil.child;
  };
  const down = async (): Promise<void> => {
    await miner?.stop();
    miner = undefined;
  };

  const kept: Kept = await keepRunning("chain", start, down, tell);
  const keeping = setInterval(() => {
    // The journal has all that a state could; a failure here costs time at the next start, no more.
    keepSavedState(files).catch(() => undefined);
  }, KEEP_MS);
  keeping.unref();
  return {
    url: chainUrl(port),
    facts: journal.chain,
    restored: first ?? { from: "nothing", height: 0, replayed: 0, milliseconds: 0 },
    failed: kept.failed,
    journal: {
      journaledBlock: () => journal.height,
      untilJournaled: (number) =>
        new Promise((resolve) => {
          if (journal.height >= number) {
            resolve();
            return;
          }
          const look = (block: JournaledBlock): void => {
            if (block.number < number) return;
            listeners.delete(look);
            resolve();
          };
          listeners.add(look);
        }),
      onJournaled(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      async remember(hash, raw) {
        await journal.remember(hash, raw);
        miner?.nudge();
      },
    },
    async stop() {
      clearInterval(keeping);
      await kept.stop();
      await journal.close();
    },
  };
}
