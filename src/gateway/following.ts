import { setTimeout as sleep } from "node:timers/promises";
import { FinalTakenBack, Ledger, type LedgerEvents, type LedgerOptions } from "./ledger.ts";
import type { Follower } from "./ports.ts";

export interface FollowingOptions extends Omit<LedgerOptions, "events" | "storedTo"> {
  readonly create: () => Follower;
  /** The last block that an earlier run stored as final. */
  readonly storedTo: () => Promise<number>;
  readonly events: Omit<LedgerEvents, "onCaughtUp">;
}

/**
 * Follows the chain for as long as the gateway runs. Should the chain take back what was final, the twin begins anew at the first
 * block, as at a start.
 */
export class Following {
  readonly #options: FollowingOptions;
  #ledger: Ledger;
  #follower: Follower | undefined;
  #running: Promise<void> | undefined;
  #caughtUp: () => void = () => undefined;
  #whenCaughtUp: Promise<void>;

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#whenCaughtUp = this.#newPromise();
    this.#ledger = this.#newLedger(-1);
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  get reachable(): boolean {
    return this.#follower?.state.reachable === true;
  }

  /** Fulfilled while the ledger is at the chain's end. */
  get caughtUp(): Promise<void> {
    return this.#whenCaughtUp;
  }

  poke(): void {
    this.#follower?.poke();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    await this.#follower?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal, log, create, storedTo } = this.#options;
    while (!signal.aborted) {
      try {
        this.#ledger = this.#newLedger(await storedTo());
        this.#follower = create();
        await this.#follower.run(this.#ledger);
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error }, "Following the chain ended; it begins anew.");
        this.#whenCaughtUp = this.#newPromise();
        this.#options.events.onUpset();
        if (!(error instanceof FinalTakenBack)) await sleep(1_000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #newPromise(): Promise<void> {
    return new Promise((resolve) => (this.#caughtUp = resolve));
  }

  #newLedger(storedTo: number): Ledger {
    const { db, domain, alarms, crashPoint, log, signal, events } = this.#options;
    return new Ledger({
      ...{ db, domain, alarms, crashPoint, log, signal, storedTo },
      events: { ...events, onCaughtUp: () => this.#caughtUp() },
    });
  }
}
