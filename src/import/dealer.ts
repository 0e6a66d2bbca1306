import type { Timeline } from "./events.ts";

/** Events of one platform that are sent together, by their places in the timeline. */
export interface Chunk {
  readonly platform: number;
  readonly places: readonly number[];
}

/** Events looked at, at most, to fill one chunk. */
const LOOKAHEAD = 8_192;

/**
 * Deals events out in chunks such that each borrower's reach the gateway in the order of time, across platforms, whatever the order
 * in which chunks are answered: a borrower with an event under way has no other one sent, unless it is in the same chunk and after it.
 */
export class Dealer {
  readonly #timeline: Timeline;
  readonly #size: number;
  /** Places passed over because their borrower was busy; ascending, and all before `#next`. */
  #waiting: number[] = [];
  #next = 0;
  readonly #done: (place: number) => boolean;
  readonly #busy = new Set<string>();
  /** While it is not known what of the file is filed already: one event of a borrower at a time. */
  careful = true;

  /** `done` tells events that need not be sent. */
  constructor(timeline: Timeline, size: number, done: (place: number) => boolean) {
    this.#timeline = timeline;
    this.#size = size;
    this.#done = done;
  }

  /** The next chunk; undefined if there is none, or none until a chunk under way is answered. */
  deal(): Chunk | undefined {
    const chosen: number[] = [];
    const kept: number[] = [];
    /** Borrowers of whom something stays behind: nothing later of theirs may go before it. */
    const blocked = new Set<string>();
    const inChunk = new Set<string>();
    let platform: number | undefined;
    const consider = (place: number): void => {
      if (this.#done(place)) return;
      const loan = this.#timeline.loans[this.#timeline.loanAt(place)]!;
      const { borrower } = loan;
      const free = !blocked.has(borrower) && !this.#busy.has(borrower) && !(this.careful && inChunk.has(borrower));
      if (free && (platform === undefined || platform === loan.platform)) {
        platform = loan.platform;
        chosen.push(place);
        inChunk.add(borrower);
      } else {
        blocked.add(borrower);
        kept.push(place);
      }
    };
    let looked = 0;
    let i = 0;
    for (; i < this.#waiting.length && chosen.length < this.#size; i++, looked++) consider(this.#waiting[i]!);
    const rest = this.#waiting.slice(i);
    while (
      this.#next < this.#timeline.length &&
      chosen.length < this.#size &&
      looked < LOOKAHEAD &&
      rest.length === 0
    ) {
      consider(this.#next++);
      looked++;
    }
    this.#waiting = [...kept, ...rest];
    if (platform === undefined) return undefined;
    for (const borrower of inChunk) this.#busy.add(borrower);
    return { platform, places: chosen };
  }

  /** A chunk was answered: its borrowers are free again. What of it has to be sent once more is given back. */
  answered({ places }: Chunk, again: readonly number[]): void {
    for (const place of places) this.#busy.delete(this.#timeline.loans[this.#timeline.loanAt(place)]!.borrower);
    if (again.length > 0) this.#waiting = [...this.#waiting, ...again].sort((a, b) => a - b);
  }

  /** Whether nothing is left to deal. */
  get empty(): boolean {
    return this.#next >= this.#timeline.length && this.#waiting.every((place) => this.#done(place));
  }
}
