import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { RpcError } from "../chain/rpc.ts";
import type { Hex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { FilingDomain } from "../core/filing.ts";
import { type Database, type FilingLock, takeFilingLock } from "../store/database.ts";
import { lastFilings, storeCut, WAITING_AFTER } from "../store/filings.ts";
import { readMark } from "../store/marks.ts";
import { listPlatforms } from "../store/platforms.ts";
import { rechain, uncut } from "../store/rechain.ts";
import type { Alarms } from "./alarms.ts";
import { Backlog } from "./backlog.ts";
import type { CrashPoint } from "./crash-points.ts";
import { type Cut, Cutter, type CutterOptions } from "./cutter.ts";
import { gatewayError } from "./errors.ts";
import type { CutLimits, Waiting } from "./open-filing.ts";
import type { Relay, Signer } from "./ports.ts";
import type { Positions } from "./positions.ts";
import { Shipper } from "./shipper.ts";
import { Signal } from "./signal.ts";

export interface PipelineOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  /** Where filings go now. */
  readonly domain: () => FilingDomain;
  /** The address that a platform is licensed with now. */
  readonly licensedKey: (platform: number) => Uint8Array | undefined;
  readonly relay: Relay;
  readonly signerOf: (platform: number) => Promise<Signer>;
  /** Has record keys certified anew where the filing key or the registry has changed. */
  readonly certify: (platform: number, signer: Signer, domain: FilingDomain) => Promise<void>;
  readonly positions: Positions;
  readonly alarms: Alarms;
  readonly limits: CutLimits;
  readonly crashPoint: CrashPoint;
  readonly log: Logger;
  /** Resolves once the follower has reached the chain's end. */
  readonly caughtUp: () => Promise<void>;
  /** Loans that a borrower has in state. */
  readonly loansOf: (borrower: Hex) => number;
  /** Whether the registry in service has yet to take a borrower's book over from its predecessor. */
  readonly adopts: (borrower: Hex) => boolean;
  /** What other contracts may cost an entry. */
  readonly outsideOf: CutterOptions["outsideOf"];
  /** Whether the registry in service has a predecessor. */
  readonly succeeds: () => boolean;
  /** What was cut, stored and is about to be sent. */
  readonly onCut: (cut: Cut) => void;
  readonly onSent: () => void;
  /** Filings that may be cut and not mined before the sequencer lets submissions wait and fill up. */
  readonly maxInFlight: number;
  /** Milliseconds before a filing that was sent is looked after. */
  readonly patience: number;
}

/** Milliseconds after which a session counts as having lived. */
const LIVED = 10_000;
/** Sessions that fail one after the other before somebody is told. */
const FAILURES = 4;

/** Why a session failed, for people; a stranger's error may hold anything, so only its kind is told. */
const reasonOf = (error: unknown): string =>
  error instanceof AppError || error instanceof RpcError ? error.message : `${(error as Error).name}; see the log.`;

/**
 * From what waits to what is sent. It is built to be thrown away: whenever anything fails, all that it has in memory is dropped and
 * taken up again from the database, exactly as after a crash. So the way back from a crash is the way of every day.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #cutSignal = new Signal();
  readonly #shipSignal = new Signal();
  #session: { readonly cutter: Cutter; readonly shipper: Shipper; readonly backlog: Backlog } | undefined;
  #sessionEnd = new AbortController();
  #stopping = false;
  /** A session was ended so that the next can begin, and that has not begun yet. */
  #turning = false;
  /** The registry for which what was on its way is, or was, cut anew. */
  #recut: FilingDomain | undefined;
  #running: Promise<void> | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Whether filings are being sent. While a session gives way to the next on our own word, they are. */
  get running(): boolean {
    return this.#session !== undefined || this.#turning;
  }

  /** Submissions without a place that are in memory, and filings between their cut and their block. */
  get load(): { readonly waiting: number; readonly inFlight: number } {
    return { waiting: this.#session?.cutter.waiting ?? 0, inFlight: this.#session?.shipper.inFlight ?? 0 };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the step in hand. What waits is in the database. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#endSession();
    await this.#running;
  }

  /** Takes what was just stored, in sequence. */
  push(items: readonly Waiting[]): void {
    this.#session?.backlog.push(items);
    this.#cutSignal.wake();
  }

  /** A record was decided. */
  decided(ids: readonly Hex[]): void {
    for (const id of ids) this.#session?.cutter.wake(id);
    this.#cutSignal.wake();
  }

  /** A block holds the filing. */
  mined(platform: number, number: number): void {
    this.#session?.shipper.mined(platform, number);
    this.#wake();
  }

  /** The database was changed behind it: begin anew. */
  restart(): void {
    this.#turning ||= this.#session !== undefined;
    this.#endSession();
  }

  /**
   * A filing reverts with the most gas that a transaction may have. If a succession lies between its cut and now, taking over its borrowers'
   * books has made it too dear: what is on its way is cut anew, smaller, by the next session. Once for a registry; after that it halts.
   */
  #cutAnew(domain: FilingDomain): boolean {
    if (this.#recut === domain || !this.#options.succeeds()) return false;
    this.#recut = domain;
    this.restart();
    return true;
  }

  #wake(): void {
    this.#cutSignal.wake();
    this.#shipSignal.wake();
  }

  #endSession(): void {
    this.#sessionEnd.abort();
    this.#wake();
  }

  async #run(): Promise<void> {
    const { log, alarms } = this.#options;
    let failures = 0;
    for (let pause = 50; !this.#stopping;) {
      this.#sessionEnd = new AbortController();
      const began = performance.now();
      let lock: FilingLock | undefined;
      try {
        lock = await takeFilingLock(this.#options.databaseUrl);
        await this.#serve(lock, this.#sessionEnd.signal);
        pause = 50;
      } catch (error) {
        this.#turning = false;
        if (performance.now() - began > LIVED) [pause, failures] = [50, 0];
        if (++failures === FAILURES) alarms.raise("pipeline-failing", `Nothing is filed: ${reasonOf(error)}`);
        log.warn({ err: error, pause }, "The pipeline stopped; it goes on from the database.");
        if (!this.#stopping) await sleep(pause);
        pause = Math.min(2 * pause, 5_000);
      } finally {
        this.#session = undefined;
        await lock?.release();
      }
    }
  }

  async #serve(lock: FilingLock, signal: AbortSignal): Promise<void> {
    const { db, positions, caughtUp, signerOf, licensedKey, certify, alarms, crashPoint, patience } = this.#options;
    await Promise.race([caughtUp(), aborted(signal)]);
    if (signal.aborted) return;
    // For the whole session: when another registry takes over, the next one begins.
    const domain = this.#options.domain();
    const relay = this.#options.relay.at(domain.registry);
    await crashPoint("rechained:before");
    if (this.#recut === domain && (await uncut(db)) > 0)
      this.#options.log.warn("Filings outgrew a transaction of the successor's; they are cut anew.");
    const rechained = await rechain(db, domain, licensedKey);
    await crashPoint("rechained:after");
    if (rechained.heads + rechained.signatures > 0)
      this.#options.log.info(rechained, "Filings on their way have new heads or need new signatures.");
    positions.clear();
    const [links, platforms, after] = await Promise.all([
      lastFilings(db),
      listPlatforms(db),
      readMark(db, WAITING_AFTER),
    ]);
    const halted = new Set(platforms.filter((platform) => platform.halted !== null).map(({ number }) => number));
    const { limits, loansOf, adopts, outsideOf, onSent } = this.#options;
    const cutter = new Cutter({ domain, limits, positions, links, halted, loansOf, adopts, outsideOf });
    const recut = (): boolean => this.#cutAnew(domain);
    const shipper = new Shipper({
      db,
      relay,
      domain,
      signerOf,
      licensedKey,
      certify,
      recut,
      alarms,
      onSent,
      crashPoint,
      patience,
    });
    const backlog = new Backlog(db, cutter, after, this.#options.log);
    this.#session = { cutter, shipper, backlog };
    this.#turning = false;
    await shipper.resume();
    const loops = [this.#cutLoop(lock, signal), this.#shipLoop(signal)];
    // The first that fails ends the other.
    for (const loop of loops) loop.catch(() => this.#endSession());
    const lived = setTimeout(() => alarms.lower("pipeline-failing"), LIVED);
    const ends = await Promise.allSettled(loops);
    clearTimeout(lived);
    const failed = ends.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #cutLoop(lock: FilingLock, signal: AbortSignal): Promise<void> {
    const { cutter, shipper, backlog } = this.#session!;
    while (!signal.aborted) {
      if (!lock.held) throw gatewayError("not-ready", "The connection that holds the database's filing lock is gone.");
      const unreadable = await backlog.refill();
      if (shipper.inFlight >= this.#options.maxInFlight) {
        if (unreadable.length > 0) await this.#keep({ closed: [], unfiled: unreadable });
        await this.#cutSignal.wait(250);
        continue;
      }
      const cut = await cutter.pass(Date.now());
      await this.#keep({ closed: cut.closed, unfiled: [...unreadable, ...cut.unfiled] });
      if (!cutter.hasWork && backlog.complete) {
        await this.#cutSignal.wait(Math.min(1_000, Math.max(1, cutter.nextClosing - Date.now())));
      }
    }
  }

  /** Stores what a pass decided, and only then lets anything follow from it. */
  async #keep({ closed, unfiled }: Cut): Promise<void> {
    if (closed.length === 0 && unfiled.length === 0) return;
    const { cutter, shipper } = this.#session!;
    await this.#options.crashPoint("cut:before");
    const ordinals = await storeCut(this.#options.db, closed, unfiled, cutter.waitingAfter);
    await this.#options.crashPoint("cut:after");
    for (const [i, { platform, number, previous, recordsRoot, entries, gas }] of closed.entries()) {
      shipper.add({ ordinal: ordinals[i]!, gas, filing: { platform, number, previous, recordsRoot, entries } });
    }
    this.#options.onCut({ closed, unfiled });
    this.#shipSignal.wake();
  }

  async #shipLoop(signal: AbortSignal): Promise<void> {
    const { shipper } = this.#session!;
    while (!signal.aborted) {
      if (!(await shipper.step(Date.now()))) await this.#shipSignal.wait(250);
    }
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
