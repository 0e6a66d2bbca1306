import type { Hex } from "../core/bytes.ts";

/** Somebody who waits for submissions to be settled: final, or not to be filed. */
export class Watch {
  readonly #open: Set<Hex>;
  readonly #end: () => void;
  readonly #ended: Promise<void>;

  constructor(ids: readonly Hex[]) {
    this.#open = new Set(ids);
    let end: () => void = () => undefined;
    this.#ended = new Promise((resolve) => (end = resolve));
    this.#end = end;
    if (this.#open.size === 0) end();
  }

  settle(id: Hex): void {
    this.#open.delete(id);
    if (this.#open.size === 0) this.#end();
  }

  /** Waits until all are settled, or the time is over, or `signal` ends it. */
  async all(milliseconds: number, signal: AbortSignal): Promise<void> {
    const timer = setTimeout(this.#end, milliseconds);
    signal.addEventListener("abort", this.#end, { once: true });
    if (signal.aborted) this.#end();
    await this.#ended;
    clearTimeout(timer);
    signal.removeEventListener("abort", this.#end);
  }
}

/**
 * Requests that wait for decisions. What they are told here is only that it is worth looking: the answer itself is read from the
 * database.
 */
export class Waiters {
  readonly #watches = new Map<Hex, Set<Watch>>();

  /** A submission is settled. */
  settle(id: Hex): void {
    for (const watch of this.#watches.get(id) ?? []) watch.settle(id);
  }

  /** Begins to watch; whoever begins must `forget` at the end. */
  watch(ids: readonly Hex[]): Watch {
    const watch = new Watch(ids);
    for (const id of ids) this.#watches.set(id, (this.#watches.get(id) ?? new Set()).add(watch));
    return watch;
  }

  forget(ids: readonly Hex[], watch: Watch): void {
    for (const id of ids) {
      const watches = this.#watches.get(id);
      watches?.delete(watch);
      if (watches?.size === 0) this.#watches.delete(id);
    }
  }
}
