import type { Hex } from "../core/bytes.ts";
import { encodeEntry } from "../core/encode-entry.ts";
import type { Entry } from "../core/entry.ts";
import type { FilingDomain } from "../core/filing.ts";
import { entryOf } from "../core/record-entry.ts";
import type { Unfiled } from "../store/filings.ts";
import { bind } from "./binding.ts";
import { entryGas } from "./gas.ts";
import { type ClosedFiling, type CutLimits, type Link, OpenFiling, type Waiting } from "./open-filing.ts";
import type { Outside } from "./outside.ts";
import type { Positions } from "./positions.ts";

export interface CutterOptions {
  /** What heads are bound to. */
  readonly domain: FilingDomain;
  readonly limits: CutLimits;
  readonly positions: Positions;
  /** The last filing of each platform, which the next is chained to. */
  readonly links: ReadonlyMap<number, Link>;
  /** Platforms whose queue stands still. */
  readonly halted: ReadonlySet<number>;
  /** Loans that a borrower has in state: what judging has to read. */
  readonly loansOf: (borrower: Hex) => number;
  /** Whether the registry has yet to take over the borrower's book from its predecessor. */
  readonly adopts: (borrower: Hex) => boolean;
  /** What other contracts may cost an entry. */
  readonly outsideOf: (entry: Entry) => Outside;
}

/** A submission that will not be filed. */
export interface Ended extends Unfiled {
  readonly id: Hex;
}

/** What one pass decided. */
export interface Cut {
  /** In the order in which they were closed. */
  readonly closed: readonly ClosedFiling[];
  readonly unfiled: readonly Ended[];
}

const FIRST: Link = { number: 0, head: new Uint8Array(32) };

/**
 * Puts submissions into filings, in the order of promises and with each borrower's entries in that order across platforms. It keeps
 * no promise itself: all it knows comes from the database at the start, and what it decides is stored before anything follows from it.
 */
export class Cutter {
  readonly #options: CutterOptions;
  readonly #links: Map<number, Link>;
  readonly #open = new Map<number, OpenFiling>();
  /** The platform in whose open filing a borrower's last entry sits. */
  readonly #lastEntry = new Map<Hex, number>();
  #queue: Waiting[] = [];
  /** Borrowers with something that can't be placed yet; whatever of theirs comes later waits behind it. */
  readonly #held = new Map<Hex, Waiting[]>();
  /** Borrowers that wait on a record, by its id. */
  readonly #waitingOn = new Map<Hex, Set<Hex>>();
  /** Borrowers that wait for a platform's open filing to leave. */
  readonly #waitingForFiling = new Map<number, Set<Hex>>();
  readonly #ready = new Set<Hex>();
  #closed: ClosedFiling[] = [];
  #unfiled: Ended[] = [];
  /** Submissions that this pass has still to place, and those after it. */
  #ahead = 0;
  #now = 0;
  /** The highest sequence that was added. */
  #last = 0;

  constructor(options: CutterOptions) {
    this.#options = options;
    this.#links = new Map(options.links);
  }

  /** Whether another pass may place something at once. */
  get hasWork(): boolean {
    return this.#queue.length > 0 || this.#ready.size > 0;
  }

  /** Submissions that have no place yet, whether open, held or not looked at. */
  get waiting(): number {
    let sum = this.#queue.length;
    for (const items of this.#held.values()) sum += items.length;
    for (const filing of this.#open.values()) sum += filing.length;
    return sum;
  }

  /** Those that the next pass looks at; what is held or in an open filing is not counted. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Adds submissions, in sequence; what was added before is passed over. */
  add(items: readonly Waiting[]): void {
    for (const item of items) {
      if (item.sequence <= this.#last) continue;
      this.#last = item.sequence;
      if (!this.#options.halted.has(item.platform)) this.#queue.push(item);
    }
  }

  /** Something happened to a record (it was placed, decided, or will not be filed): what waits on it is looked at again. */
  wake(id: Hex): void {
    for (const borrower of this.#waitingOn.get(id) ?? []) this.#ready.add(borrower);
    this.#waitingOn.delete(id);
  }

  /** No submission up to this sequence waits any more. */
  get waitingAfter(): number {
    let least = this.#last + 1;
    const see = (item: Waiting | undefined): void => {
      if (item !== undefined && item.sequence < least) least = item.sequence;
    };
    see(this.#queue[0]);
    for (const items of this.#held.values()) see(items[0]);
    // A filing's first entry need not be its oldest, since what was held comes late.
    for (const filing of this.#open.values()) filing.items.forEach(see);
    return least - 1;
  }

  /** When the next open filing comes of age, in milliseconds of the clock; infinite if none is open. */
  get nextClosing(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { openedAt } of this.#open.values()) first = Math.min(first, openedAt);
    return first + this.#options.limits.age;
  }

  /** Places what can be placed: at most `most` new submissions, and what has become ready. */
  async pass(now: number, most = 4096): Promise<Cut> {
    const fresh = this.#queue.slice(0, most);
    const ready = [...this.#ready];
    const looked = [...ready.flatMap((borrower) => this.#held.get(borrower) ?? []), ...fresh];
    await this.#options.positions.load(looked.flatMap((item) => item.references.map(({ leaf }) => leaf)));

    // From here on nothing waits: a pass is one step.
    this.#closed = [];
    this.#unfiled = [];
    this.#queue = this.#queue.slice(fresh.length);
    this.#now = now;
    this.#ahead = this.#queue.length + fresh.length;
    for (const borrower of ready) {
      this.#ready.delete(borrower);
      this.#release(borrower);
    }
    for (const item of fresh) {
      this.#ahead--;
      const behind = this.#held.get(item.borrower);
      if (behind !== undefined) behind.push(item);
      else if (!this.#place(item)) this.#held.set(item.borrower, [item]);
    }
    this.#closeAged(now);
    return { closed: this.#closed, unfiled: this.#unfiled };
  }

  #release(borrower: Hex): void {
    const items = this.#held.get(borrower);
    if (items === undefined) return;
    let placed = 0;
    while (placed < items.length && this.#place(items[placed]!)) placed++;
    if (placed === items.length) this.#held.delete(borrower);
    else this.#held.set(borrower, items.slice(placed));
  }

  /** Gives a submission its place, or its end; false if it has to wait. */
  #place(item: Waiting): boolean {
    const { positions } = this.#options;
    const binding = bind(item, (id) => positions.get(id));
    switch (binding.kind) {
      case "wait": {
        const borrowers = this.#waitingOn.get(binding.on) ?? new Set();
        this.#waitingOn.set(binding.on, borrowers.add(item.borrower));
        return false;
      }
      case "unfiled": {
        const { sequence, platform, question } = item;
        this.#unfiled.push({ id: item.id, sequence, platform, state: binding.state, reason: binding.reason });
        positions.set(item.id, { platform, question, state: binding.state });
        this.wake(item.id);
        return true;
      }
      case "bound":
        if (this.#waitsForFiling(item)) return false;
        this.#append(item, entryOf(item.claims, binding.refs));
        return true;
    }
  }

  /**
   * Whether a submission has to wait because its borrower's last entry sits in another platform's open filing, which must leave first. If
   * little is at hand, that filing is closed at once; otherwise it is left to fill up.
   */
  #waitsForFiling({ borrower, platform }: Waiting): boolean {
    const elsewhere = this.#lastEntry.get(borrower);
    if (elsewhere === undefined || elsewhere === platform) return false;
    if (this.#ahead <= this.#options.limits.ahead) {
      this.#close(elsewhere);
      return false;
    }
    const borrowers = this.#waitingForFiling.get(elsewhere) ?? new Set();
    this.#waitingForFiling.set(elsewhere, borrowers.add(borrower));
    return true;
  }

  #append(item: Waiting, entry: Entry): void {
    const { platform, borrower, question } = item;
    const bytes = encodeEntry(entry);
    const product = entry.kind === "Opened" ? entry.product : undefined;
    const outside = this.#options.outsideOf(entry);
    const gasIn = (filing: OpenFiling): number =>
      entryGas({
        entry,
        bytes: bytes.length,
        loans: this.#options.loansOf(borrower),
        adopts: !filing.hasBorrower(borrower) && this.#options.adopts(borrower),
        outside,
        newVersion: product === undefined ? filing.length === 0 : !filing.hasProduct(product),
      });
    let filing = this.#openFiling(platform);
    if (!filing.takes(bytes.length, gasIn(filing), this.#options.limits)) {
      this.#close(platform);
      filing = this.#openFiling(platform);
    }
    const ref = { platform, number: filing.number, index: filing.length };
    filing.add(item, bytes, gasIn(filing), product);
    this.#lastEntry.set(borrower, platform);
    this.#options.positions.set(item.id, { platform, question, state: "filed", ref });
    this.wake(item.id);
    if (filing.length === this.#options.limits.entries) this.#close(platform);
  }

  #openFiling(platform: number): OpenFiling {
    const open = this.#open.get(platform) ?? new OpenFiling(platform, this.#links.get(platform) ?? FIRST, this.#now);
    this.#open.set(platform, open);
    return open;
  }

  #close(platform: number): void {
    const filing = this.#open.get(platform);
    if (filing === undefined) return;
    this.#open.delete(platform);
    for (const { borrower } of filing.items) {
      if (this.#lastEntry.get(borrower) === platform) this.#lastEntry.delete(borrower);
    }
    const closed = filing.close(this.#options.domain);
    this.#links.set(platform, { number: closed.number, head: closed.head });
    this.#closed.push(closed);
    for (const borrower of this.#waitingForFiling.get(platform) ?? []) this.#ready.add(borrower);
    this.#waitingForFiling.delete(platform);
  }

  #closeAged(now: number): void {
    const aged = [...this.#open.values()].filter((filing) => filing.openedAt + this.#options.limits.age <= now);
    for (const { platform } of aged.sort((a, b) => a.openedAt - b.openedAt)) this.#close(platform);
  }
}
