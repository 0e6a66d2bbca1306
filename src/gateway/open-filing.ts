import { encodeEntries, type Filing, type FilingDomain, headOf, MAX_ENTRIES } from "../core/filing.ts";
import { treeHead } from "../core/merkle.ts";
import type { CutFiling } from "../store/filings.ts";
import { FILING_GAS } from "./gas.ts";
import type { VerifiedRecord } from "./intake-record.ts";

/** A submission that waits for its place. */
export interface Waiting extends VerifiedRecord {
  readonly sequence: number;
  /** Milliseconds of this machine's clock. */
  readonly receivedAt: number;
}

/** When a filing is closed. */
export interface CutLimits {
  readonly entries: number;
  readonly bytes: number;
  readonly gas: number;
  /** Milliseconds that it stays open. */
  readonly age: number;
  /** With more than so many submissions still to be placed, a borrower waits for another platform's filing to fill up instead of having it closed. */
  readonly ahead: number;
}

export const CUT_LIMITS: CutLimits = { entries: MAX_ENTRIES, bytes: 96_000, gas: 14_000_000, age: 300, ahead: 64 };

/** A filing as it was closed, with what it holds. */
export interface ClosedFiling extends CutFiling {
  readonly items: readonly Waiting[];
  readonly gas: number;
}

/** What the next filing of a platform is chained to. */
export interface Link {
  readonly number: number;
  readonly head: Uint8Array;
}

/** A filing that still takes entries. */
export class OpenFiling {
  readonly platform: number;
  readonly number: number;
  /** When it was opened, in milliseconds of the clock. */
  readonly openedAt: number;
  readonly #previous: Uint8Array;
  readonly #items: Waiting[] = [];
  readonly #entries: Uint8Array[] = [];
  readonly #products = new Set<number>();
  readonly #borrowers = new Set<string>();
  #bytes = 0;
  #gas = FILING_GAS;

  constructor(platform: number, after: Link, openedAt: number) {
    this.platform = platform;
    this.openedAt = openedAt;
    this.number = after.number + 1;
    this.#previous = after.head;
  }

  get length(): number {
    return this.#items.length;
  }

  get items(): readonly Waiting[] {
    return this.#items;
  }

  hasProduct(product: number): boolean {
    return this.#products.has(product);
  }

  hasBorrower(borrower: string): boolean {
    return this.#borrowers.has(borrower);
  }

  /** Whether one more entry keeps to the limits. An empty filing takes any. */
  takes(bytes: number, gas: number, limits: CutLimits): boolean {
    if (this.length === 0) return true;
    return this.length < limits.entries && this.#bytes + 2 + bytes <= limits.bytes && this.#gas + gas <= limits.gas;
  }

  add(item: Waiting, entry: Uint8Array, gas: number, product: number | undefined): void {
    this.#items.push(item);
    this.#borrowers.add(item.borrower);
    this.#entries.push(entry);
    this.#bytes += 2 + entry.length;
    this.#gas += gas;
    if (product !== undefined) this.#products.add(product);
  }

  close(domain: FilingDomain): ClosedFiling {
    const filing: Filing = {
      platform: this.platform,
      number: this.number,
      previous: this.#previous,
      recordsRoot: treeHead(this.#items.map((item) => item.leaf)),
      entries: encodeEntries(this.#entries),
    };
    return {
      ...filing,
      head: headOf(filing, domain),
      sequences: this.#items.map((item) => item.sequence),
      items: this.#items,
      gas: this.#gas,
    };
  }
}
