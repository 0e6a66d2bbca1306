/**
 * Makes the chain's blocks and writes each into the journal before the next one is made. So at most one block is ever ahead of
 * the journal, and no block is made while nobody is there to write it down.
 */
import { setTimeout as wait } from "node:timers/promises";

import { AppError } from "../core/errors.ts";
import type { Anvil } from "./anvil.ts";
import { engineError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import type { JournaledBlock } from "./journal-frames.ts";
import { catchUp } from "./restore.ts";

/** How often to look for transactions that nobody told us of. */
const LOOK_MS = 1_000;
const RETRY_MS = 500;
const LONGEST_REST_MS = 1_000;
/** Below this a rest is not worth the timer. */
const SHORTEST_REST_MS = 4;

export interface MinerOptions {
  /** Seconds between blocks, at multiples of it by the clock; 0 makes one as soon as something is pending. No block is empty. */
  readonly intervalSeconds: number;
  readonly onBlock: (block: JournaledBlock) => void;
  /** The chain is no longer the journal's: somebody rewound it. */
  readonly onBroken: (error: AppError) => void;
  readonly tell: (text: string) => void;
}

export interface Miner {
  /** Look at once: a transaction is on its way. */
  nudge(): void;
  /** Makes no further block. */
  stop(): Promise<void>;
}

export function startMiner(anvil: Anvil, journal: Journal, options: MinerOptions): Miner {
  const stopping = new AbortController();
  const { signal } = stopping;
  let wake = Promise.withResolvers<void>();
  const nudge = (): void => {
    wake.resolve();
  };
  const pause = async (milliseconds: number): Promise<void> => {
    if (milliseconds < SHORTEST_REST_MS) return;
    await wait(milliseconds, undefined, { signal }).catch(() => undefined);
  };
  const untilNudged = async (): Promise<void> => {
    const timer = setTimeout(nudge, LOOK_MS);
    await wake.promise;
    clearTimeout(timer);
    wake = Promise.withResolvers();
  };

  // The work of a block grows with the chain's state, not with what is in it: with one block for each transaction a large state
  // would take a core for itself. So it rests as long as it worked, and the next block takes all that has come meanwhile.
  let rest = 0;
  const step = async (): Promise<void> => {
    await catchUp(anvil, journal, options.onBlock);
    if ((await anvil.pending()) === 0) return untilNudged();
    const interval = options.intervalSeconds * 1000;
    await pause(interval > 0 ? interval - (Date.now() % interval) : rest);
    if (signal.aborted) return;
    // Time never goes back, whatever the clock does.
    const before = journal.head?.time ?? journal.chain.genesisTime;
    const began = performance.now();
    await anvil.mine(Math.max(Math.floor(Date.now() / 1000), before));
    rest = Math.min(performance.now() - began, LONGEST_REST_MS);
    if ((await catchUp(anvil, journal, options.onBlock)) === 0) {
      const text = `the chain has no block ${journal.height + 1} after one was made: it was rewound behind the journal`;
      throw engineError("journal-mismatch", text);
    }
    // What is pending and can't be taken must not make empty blocks as fast as we can.
    if (journal.head?.transactions.length === 0) await pause(LOOK_MS);
  };

  const run = async (): Promise<void> => {
    let told = "";
    while (!signal.aborted) {
      try {
        await step();
        told = "";
      } catch (error) {
        if (signal.aborted || anvil.child.hasExited()) return;
        if (error instanceof AppError && error.code === "journal-mismatch") {
          options.onBroken(error);
          return;
        }
        const text = error instanceof Error ? error.message : String(error);
        if (text !== told) options.tell(`The chain makes no blocks for now: ${text}.`);
        told = text;
        await pause(RETRY_MS);
      }
    }
  };

  const socket = listen(anvil.url, nudge);
  const running = run();
  return {
    nudge,
    async stop() {
      stopping.abort();
      wake.resolve();
      socket.close();
      await running;
    },
  };
}

/** Calls back for every transaction that arrives. A lost connection only makes us slower: see {@link LOOK_MS}. */
function listen(url: string, arrived: () => void): WebSocket {
  const socket = new WebSocket(url.replace("http:", "ws:"));
  socket.addEventListener("open", () => {
    const params = ["newPendingTransactions"];
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params }));
    arrived();
  });
  socket.addEventListener("message", arrived);
  return socket;
}
