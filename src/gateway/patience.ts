import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";

/** Does `work` until it succeeds, with growing pauses: for what has to happen before anything else may. Ends with the signal. */
export async function patiently<T>(work: () => Promise<T>, what: string, log: Logger, signal: AbortSignal): Promise<T> {
  for (let pause = 100; ; pause = Math.min(2 * pause, 5_000)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error, pause }, `${what} failed; it is tried again.`);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}
