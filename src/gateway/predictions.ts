import type { Hex } from "../core/bytes.ts";
import type { Outcome } from "../core/decision.ts";
import { splitEntries } from "../core/filing.ts";
import type { DecidedEntry, Ledger } from "./ledger.ts";
import type { ClosedFiling } from "./open-filing.ts";

/** Filings for which predictions are kept. */
const CAPACITY = 1_000;

/**
 * What the twin expected of each request when its filing was cut, on the state as mined then. Races and block times may make the chain
 * decide otherwise: how often, is worth a figure.
 */
export class Predictions {
  readonly #ledger: () => Ledger;
  readonly #made = new Map<string, ReadonlyMap<Hex, Outcome>>();

  constructor(ledger: () => Ledger) {
    this.#ledger = ledger;
  }

  make(filing: ClosedFiling): void {
    if (!filing.items.some((item) => item.question)) return;
    const { twin } = this.#ledger();
    const now = Math.floor(Date.now() / 1000);
    const outcomes = new Map<Hex, Outcome>();
    for (const [i, entry] of splitEntries(filing.entries).entries()) {
      const item = filing.items[i];
      if (item?.question === true) outcomes.set(item.id, twin.check(now, filing.platform, entry).decision.outcome);
    }
    this.#made.set(`${filing.platform}/${filing.number}`, outcomes);
    if (this.#made.size > CAPACITY) this.#made.delete(this.#made.keys().next().value!);
  }

  /** How many of a filing's requests came out otherwise than predicted. */
  compare(platform: number, number: number, entries: readonly DecidedEntry[]): number {
    const name = `${platform}/${number}`;
    const outcomes = this.#made.get(name);
    this.#made.delete(name);
    if (outcomes === undefined) return 0;
    return entries.filter(({ id, decision }) => (outcomes.get(id) ?? decision.outcome) !== decision.outcome).length;
  }
}
