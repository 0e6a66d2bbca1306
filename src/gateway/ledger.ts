import type { FiledEvent, LawEvent } from "../chain/events.ts";
import type { Logger } from "pino";
import { decidedOracle } from "../core/decided-oracle.ts";
import { equal, type Hex, toHex } from "../core/bytes.ts";
import { type Decision, decodeDecisions } from "../core/decision.ts";
import { type Filing, type FilingDomain, headOf } from "../core/filing.ts";
import type { Mark } from "../core/journal.ts";
import { Registry } from "../core/registry.ts";
import type { Database } from "../store/database.ts";
import { findFiling, lastFilings, type MinedFiling } from "../store/filings.ts";
import { type MinedAs, markFinal, storeMined, takeBack, takeBackBeyond, takeBackUnseen } from "../store/mining.ts";
import { leavesOf } from "../store/submissions.ts";
import type { Alarms } from "./alarms.ts";
import type { CrashPoint } from "./crash-points.ts";
import { patiently } from "./patience.ts";
import type { FollowedBlock, FollowerCallbacks } from "./ports.ts";

/** One entry's decision, as a block brought it. */
export interface DecidedEntry {
  readonly id: Hex;
  readonly decision: Decision;
}

/** What the ledger tells the rest of the gateway; all of it is in the database already. */
export interface LedgerEvents {
  /** A filing of ours was mined: provisional. */
  onMined(platform: number, number: number, entries: readonly DecidedEntry[]): void;
  /** A filing of ours is final. */
  onFinal(platform: number, number: number, entries: readonly DecidedEntry[]): void;
  /** The database was changed behind what others remember: a reorganisation, or a platform's queue was overtaken. */
  onUpset(): void;
  onCaughtUp(): void;
}

export interface LedgerOptions {
  readonly db: Database;
  readonly domain: FilingDomain;
  readonly alarms: Alarms;
  readonly events: LedgerEvents;
  readonly crashPoint: CrashPoint;
  readonly log: Logger;
  /** Blocks up to this one were stored as final by an earlier run: they go through the twin alone. */
  readonly storedTo: number;
  /** Ends it, in the middle of a retry too. */
  readonly signal: AbortSignal;
}

/** The chain went back behind what was final: the twin has to begin anew. */
export class FinalTakenBack extends Error {
  override readonly name = "FinalTakenBack";
}

interface Held {
  readonly block: number;
  readonly mark: Mark;
}

const paired = (ids: readonly Hex[], decisions: Uint8Array): DecidedEntry[] => {
  const decoded = decodeDecisions(decisions);
  return ids.flatMap((id, i) => (decoded[i] === undefined ? [] : [{ id, decision: decoded[i] }]));
};

const nameOf = (platform: number, number: number): string => `${platform}/${number}`;

/**
 * Keeps the database and the twin where the chain is. Each block goes into the database first, then through the twin, which replays
 * its filings at their true position and block time; where it decides otherwise than the registry, an alarm is raised.
 */
export class Ledger implements FollowerCallbacks {
  readonly twin: Registry;
  readonly #options: LedgerOptions;
  /** Where the twin stood before each block that is not final. */
  #held: Held[] = [];
  /** Decided entries of our filings that are mined and not final. */
  readonly #pending = new Map<string, readonly DecidedEntry[]>();
  /** Heads of filings beyond what was final, until it has caught up. */
  #seen: Uint8Array[] = [];
  #storedTo: number;
  #block = -1;
  #time = 0;
  /** Ids of the submissions in filings that are on their way, by filing: what would have to be read from the database otherwise. */
  readonly #expected = new Map<string, readonly Hex[]>();
  /** Borrowers that the registry in service has met, where it has a predecessor. */
  readonly #met = new Set<Hex>();
  #caughtUp = false;
  #entries = 0;
  /** Filings on their way are bound to a registry, or signed by a key, that counts no more. */
  #lawMoved = false;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#storedTo = options.storedTo;
    this.twin = Registry.following(options.domain);
  }

  /** The last block followed, and its time. */
  get position(): {
    readonly block: number;
    readonly time: number;
    readonly caughtUp: boolean;
    readonly entries: number;
  } {
    return { block: this.#block, time: this.#time, caughtUp: this.#caughtUp, entries: this.#entries };
  }

  /** The registry that a filing's head was made for: of those that were ever in service, the one whose address gives it. */
  domainOf(filing: Filing, head: Uint8Array): FilingDomain | undefined {
    const { chainId } = this.twin.domain;
    return this.twin.licences.registries
      .map((registry) => ({ chainId, registry }))
      .findLast((domain) => equal(headOf(filing, domain), head));
  }

  /** Whether the registry in service has yet to take over a borrower's book: it hasn't met the borrower since it was installed. */
  adopts(borrower: Hex): boolean {
    return this.twin.licences.registries.length > 1 && !this.#met.has(borrower);
  }

  /** A filing of ours was cut, with these submissions. */
  expect(platform: number, number: number, ids: readonly Hex[]): void {
    this.#expected.set(nameOf(platform, number), ids);
  }

  async onBlocks(blocks: readonly FollowedBlock[]): Promise<void> {
    const mined = this.#minedIn(blocks);
    let answers: MinedAs[] = [];
    const fresh = mined.filter((filing) => filing.blockNumber > this.#storedTo);
    if (!this.#caughtUp) this.#seen.push(...fresh.map(({ head }) => head));
    if (fresh.length > 0) {
      const stored = await this.#patiently("Storing a block", async () => {
        await this.#options.crashPoint("mined:before");
        const done = await storeMined(this.#options.db, fresh);
        await this.#options.crashPoint("mined:after");
        return done;
      });
      answers = [...mined.slice(fresh.length).map((): MinedAs => "again"), ...stored];
    }
    const before = this.twin.domain;
    for (const block of blocks) this.#replay(block);
    if (this.twin.domain !== before) this.#succeeded(before);
    for (const [i, filing] of mined.entries()) await this.#tell(filing, answers[i] ?? "again");
    const overtaken = mined.filter((_, i) => answers[i] === "overtaking");
    for (const { platform, number } of overtaken) {
      const message = `Somebody else filed number ${number} with platform ${platform}'s key; its queue stands still.`;
      this.#options.alarms.raise("queue-overtaken", message, { platform });
      for (const name of this.#expected.keys()) if (name.startsWith(`${platform}/`)) this.#expected.delete(name);
    }
    const upset = overtaken.length > 0 || answers.includes("moved") || this.#lawMoved;
    this.#lawMoved = false;
    if (upset) this.#options.events.onUpset();
  }

  /** Another registry takes filings now: what waits is signed anew for it, with the same numbers. */
  #succeeded(before: FilingDomain): void {
    this.#lawMoved = true;
    this.#met.clear();
    const registry = toHex(this.twin.domain.registry);
    this.#options.log.warn({ registry, before: toHex(before.registry) }, "Another registry is in service.");
  }

  async onRollback(number: number): Promise<void> {
    const ours = await this.#patiently("Taking a reorganisation back", () => takeBack(this.#options.db, number));
    this.#options.log.warn(
      { block: number, filings: ours },
      "The chain took blocks back; their filings are sent again.",
    );
    this.#storedTo = Math.min(this.#storedTo, number);
    const first = this.#held.findIndex(({ block }) => block > number);
    if (this.#block > number) {
      if (first === -1) throw this.#finalTakenBack(number);
      this.twin.rollback(this.#held[first]!.mark);
      if (this.#held[first]!.block > number + 1 && first === 0) throw this.#finalTakenBack(number);
      this.#held = this.#held.slice(0, first);
      this.#block = number;
    }
    this.#pending.clear();
    this.#options.events.onUpset();
  }

  async onFinal(number: number): Promise<void> {
    const became = await this.#patiently("Noting what is final", async () => {
      await this.#options.crashPoint("final:before");
      const rows = await markFinal(this.#options.db, number);
      await this.#options.crashPoint("final:after");
      return rows;
    });
    const next = this.#held.findIndex(({ block }) => block > number);
    this.twin.release(next === -1 ? undefined : this.#held[next]!.mark);
    this.#held = next === -1 ? [] : this.#held.slice(next);
    for (const { platform, number: filing } of became) {
      const name = nameOf(platform, filing);
      const entries = this.#pending.get(name) ?? (await this.#entriesOf(platform, filing));
      this.#pending.delete(name);
      this.#expected.delete(name);
      if (entries.length > 0) this.#options.events.onFinal(platform, filing, entries);
    }
  }

  async onCaughtUp(): Promise<void> {
    await this.#forgetLost();
    this.#caughtUp = true;
    this.#options.events.onCaughtUp();
  }

  /** What an earlier run saw, and the chain has lost since, is to be sent again. */
  async #forgetLost(): Promise<void> {
    const { db, log, alarms } = this.#options;
    const unseen = await this.#patiently("Looking for what the chain has lost", () => takeBackUnseen(db, this.#seen));
    this.#seen = [];
    if (unseen > 0) log.warn({ filings: unseen }, "The chain has lost filings since; they are sent again.");
    const platforms = await this.#patiently("Listing platforms", () => lastFilings(db));
    const numbers = new Map([...platforms.keys()].map((platform) => [platform, this.twin.chainOf(platform).number]));
    const final = await this.#patiently("Looking for what the chain has lost", () => takeBackBeyond(db, numbers));
    if (final === 0) return;
    const message = `The chain has lost ${final} filings that were final, as of block ${this.#block}; they are sent again.`;
    alarms.raise("final-taken-back", message);
    // What replaces them may be in blocks that seemed to be stored.
    this.#storedTo = -1;
  }

  /** The filings in these blocks with what chains them: the event itself doesn't repeat the head before. */
  #minedIn(blocks: readonly FollowedBlock[]): MinedFiling[] {
    const heads = new Map<number, Uint8Array>();
    const mined: MinedFiling[] = [];
    for (const block of blocks) {
      for (const event of block.events) {
        if (event.type !== "filed") continue;
        const previous = heads.get(event.platform) ?? this.twin.chainOf(event.platform).head;
        heads.set(event.platform, event.head);
        mined.push({ ...event, previous, blockNumber: block.number, blockHash: block.hash, blockTime: block.time });
      }
    }
    return mined;
  }

  #replay(block: FollowedBlock): void {
    this.#held.push({ block: block.number, mark: this.twin.mark() });
    for (const event of block.events) {
      if (event.type === "law") this.#applyLaw(event.event);
      else this.#replayFiling(event, block);
    }
    this.#block = block.number;
    this.#time = block.time;
  }

  #applyLaw(event: LawEvent["event"]): void {
    if (event.event === "LicenceSet") {
      const key = this.twin.licences.licenceOf(event.platform)?.key;
      if (key !== undefined && !equal(key, event.key)) this.#lawMoved = true;
    }
    this.twin.apply(event);
  }

  #replayFiling(event: FiledEvent, block: FollowedBlock): void {
    const { platform, number, recordsRoot, entries, decisions } = event;
    const previous = this.twin.chainOf(platform).head;
    const where = `filing ${number} of platform ${platform} in block ${block.number}`;
    const filing = { platform, number, previous, recordsRoot, entries };
    try {
      const applied = this.twin.applyFiling(block.time, filing, decidedOracle(decisions));
      this.#entries += applied.entries.length;
      if (this.twin.licences.registries.length > 1)
        for (const borrower of applied.changed) this.#met.add(toHex(borrower));
      if (equal(applied.head, event.head) && equal(applied.decisions, event.decisions)) return;
      const entry = applied.entries.findIndex(
        (_, i) =>
          !equal(applied.decisions.subarray(12 * i, 12 * i + 12), event.decisions.subarray(12 * i, 12 * i + 12)),
      );
      this.#diverged(`The twin decides ${where} otherwise than the registry, from entry ${entry} on.`);
    } catch (cause) {
      this.#diverged(`The twin does not take ${where}, which the registry took.`, cause);
    }
  }

  #diverged(message: string, cause?: unknown): void {
    this.#options.alarms.raise("twin-diverged", message, { cause });
  }

  async #tell(filing: MinedFiling, as: MinedAs): Promise<void> {
    if (as === "foreign" || as === "overtaking") return;
    // Told again after a restart: those who wait have come since, and look into the database first.
    if (as === "again" && !this.#caughtUp) return;
    const { platform, number } = filing;
    const ids = this.#expected.get(nameOf(platform, number));
    const entries = ids === undefined ? await this.#entriesOf(platform, number) : paired(ids, filing.decisions);
    this.#pending.set(nameOf(platform, number), entries);
    this.#options.events.onMined(platform, number, entries);
  }

  async #entriesOf(platform: number, number: number): Promise<DecidedEntry[]> {
    return this.#patiently("Reading a filing", async () => {
      const row = await findFiling(this.#options.db, platform, number);
      if (row === undefined || row.decisions === null || row.sequences.length === 0) return [];
      const leaves = await leavesOf(this.#options.db, row.sequences);
      return paired(leaves.map(toHex), row.decisions);
    });
  }

  #finalTakenBack(number: number): FinalTakenBack {
    const message = `The chain took blocks above ${number} back, some of which it had called final.`;
    this.#options.alarms.raise("final-taken-back", message);
    return new FinalTakenBack(message);
  }

  async #patiently<T>(what: string, work: () => Promise<T>): Promise<T> {
    return patiently(work, what, this.#options.log, this.#options.signal);
  }
}
