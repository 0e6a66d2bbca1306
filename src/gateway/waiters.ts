import type { Hex } from "../core/bytes.ts";

/** How far a submission has come, for whoever waits. */
export type Milestone = "mined" | "settled";

/**
 * Requests that wait for decisions. What they are told here is only that it is worth looking: the answer itself is read from the
 * database.
 */
export class Waiters {
  readonly #waiting = new Map<Hex, Set<(milestone: Milestone) => void>>();

  /** A submission was mined, or is settled: final, or not to be filed. */
  notify(id: Hex, milestone: Milestone): void {
    for (const tell of this.#waiting.get(id) ?? []) tell(milestone);
  }

  /** Waits until all of `ids` are settled, or the time is over, or `signal` ends it. */
  async settled(ids: readonly Hex[], milliseconds: number, signal: AbortSignal): Promise<void> {
    const open = new Set(ids);
    if (open.size === 0 || milliseconds <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const registered = new Map<Hex, (milestone: Milestone) => void>();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        for (const [id, tell] of registered) this.#forget(id, tell);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener("abort", end);
      for (const id of open) {
        const tell = (milestone: Milestone): void => {
          if (milestone !== "settled") return;
          open.delete(id);
          if (open.size === 0) end();
        };
        registered.set(id, tell);
        this.#waiting.set(id, (this.#waiting.get(id) ?? new Set()).add(tell));
      }
    });
  }

  #forget(id: Hex, tell: (milestone: Milestone) => void): void {
    const tells = this.#waiting.get(id);
    tells?.delete(tell);
    if (tells?.size === 0) this.#waiting.delete(id);
  }
}
