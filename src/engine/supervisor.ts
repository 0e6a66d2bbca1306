/** Keeps an engine running: what ends by itself is started again, a bounded number of times. */
import { setTimeout as wait } from "node:timers/promises";

import type { AppError } from "../core/errors.ts";
import type { Child } from "./child.ts";
import { engineError } from "./errors.ts";

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
const ATTEMPTS_IN_A_ROW = 6;
const ENDS_IN_A_WHILE = 12;
const A_WHILE_MS = 10 * 60_000;

export interface Kept {
  /** Fulfilled when the engine could not be kept running. */
  readonly failed: Promise<AppError>;
  /** Ends the engine for good. */
  stop(): Promise<void>;
}

/**
 * Starts an engine and stays with it. The first start throws what it throws; later ones are tried again.
 *
 * @param name how messages call it ("chain")
 * @param start brings it up, mending whatever its last end left broken
 * @param down is awaited whenever it has ended or is about to be ended
 */
export async function keepRunning(
  name: string,
  start: () => Promise<Child>,
  down: () => Promise<void>,
  tell: (text: string) => void,
): Promise<Kept> {
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const failure = Promise.withResolvers<AppError>();
  let child = await start();

  const giveUp = (text: string, cause?: unknown): void => {
    failure.resolve(engineError("engine-failed", text, { cause }));
  };

  const startAgain = async (): Promise<Child | undefined> => {
    let pause = FIRST_WAIT_MS;
    for (let attempt = 1; !isStopping(); attempt += 1) {
      try {
        return await start();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (attempt === ATTEMPTS_IN_A_ROW) {
          giveUp(`the ${name} can't be started again: ${reason}`, error);
          return undefined;
        }
        tell(`The ${name} did not start: ${reason}. Next attempt in ${pause / 1000} s.`);
      }
      await wait(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_WAIT_MS);
    }
    return undefined;
  };

  const stay = async (): Promise<void> => {
    const ends: number[] = [];
    for (;;) {
      const how = await child.exited;
      const words = child.lastWords();
      await down();
      if (isStopping()) return;
      ends.push(Date.now());
      if (ends.filter((time) => time > Date.now() - A_WHILE_MS).length > ENDS_IN_A_WHILE) {
        giveUp(`the ${name} ends again and again (${how}): ${words}`);
        return;
      }
      tell(`The ${name} ended unexpectedly (${how}); it is started again.`);
      const next = await startAgain();
      if (next === undefined) return;
      child = next;
      if (isStopping()) {
        // We were asked to stop while it came up.
        await down();
        await child.end();
        return;
      }
      tell(`The ${name} is back.`);
    }
  };
  const staying = stay();

  return {
    failed: failure.promise,
    async stop() {
      stopping.abort();
      await down();
      await child.end();
      await staying;
    },
  };
}
