import type { GatewayClient, NewSubmission } from "../client/client.ts";
import { issueRecord, type RecordSigner } from "../client/record.ts";
import type { Hex } from "../core/bytes.ts";
import { toHex } from "../core/bytes.ts";
import type { AppError } from "../core/errors.ts";
import { leafOf } from "../core/sd-jwt.ts";
import { claimsOf, type ImportBasis, kindOf } from "./claims.ts";
import { type Chunk, Dealer } from "./dealer.ts";
import { importError } from "./errors.ts";
import type { Timeline } from "./events.ts";
import type { Confirmed, Journal, Request } from "./journal.ts";
import type { EventNames } from "./names.ts";

/** What files for one platform. */
export interface PlatformAccess {
  readonly client: GatewayClient;
  readonly records: RecordSigner;
}

export interface SubmittingOptions {
  readonly timeline: Timeline;
  readonly basis: ImportBasis;
  readonly names: EventNames;
  readonly journal: Journal;
  readonly accessOf: (platform: number) => Promise<PlatformAccess>;
  /** Records of one request. */
  readonly batch: number;
  /** Requests under way at once. */
  readonly pipelined: number;
  /** Ends it after what is under way. */
  readonly signal: AbortSignal;
  readonly onProgress: (submitted: number) => void;
}

/** An event that could not be handed over as it is. */
export interface Conflict {
  readonly line: number;
  readonly loan: string;
  readonly kind: string;
  readonly reason: string;
}

/** What the gateway holds of a file. */
export interface Submitted {
  /** Leaf of the event at each place, 32 bytes each; see `has`. */
  readonly leafAt: (place: number) => Hex;
  /** Whether the gateway has the event. */
  readonly has: (place: number) => boolean;
  /** Events that this run added. */
  readonly added: number;
  /** Events that the gateway has with other contents, or does not take. */
  readonly conflicts: readonly Conflict[];
  /** Whether it was ended before everything was handed over. */
  readonly interrupted: boolean;
}

const LEAF = 32;
const NO_LEAF: Hex = `0x${"00".repeat(LEAF)}`;
const OTHERWISE = "was filed before with other values; what was filed first stands";
const OPEN = 0;
const HELD = 1;
/** Will not be handed over: the gateway doesn't take it, or doesn't have its opening. */
const LEFT = 2;
/** Problems of a single record, which leave the others alone. */
const OF_THE_RECORD: ReadonlySet<string> = new Set(["record-claims", "record-format"]);

/** Hands the events of a file to the gateway, each borrower's in the order of time. */
export class Submitting {
  readonly #options: SubmittingOptions;
  readonly #leaves: Buffer;
  readonly #state: Uint8Array;
  readonly #events: readonly string[];
  /** Place of each loan's opening. */
  readonly #openings: Uint32Array;
  readonly #dealer: Dealer;
  readonly #conflicts: Conflict[] = [];
  #submitted = 0;
  #added = 0;

  private constructor(options: SubmittingOptions) {
    const { timeline, names, journal, batch, basis } = options;
    this.#options = options;
    this.#leaves = Buffer.alloc(timeline.length * LEAF);
    this.#state = new Uint8Array(timeline.length);
    this.#openings = new Uint32Array(timeline.loans.length);
    const events: string[] = [];
    for (let place = 0; place < timeline.length; place++) {
      const loan = timeline.loanAt(place);
      const step = timeline.stepAt(place);
      if (step === 0) this.#openings[loan] = place;
      const event = names.idOf(timeline.loans[loan]!, step).toString("base64url");
      events.push(event);
      const known = journal.find(event);
      if (known === undefined) continue;
      this.#hold(place, known.leaf);
      const claims = claimsOf(timeline.loans[loan]!, step, { basis, iat: 0, jti: event, opening: NO_LEAF });
      if (names.idempotencyKeyOf(event, claims) !== known.key) this.#conflict(place, OTHERWISE);
    }
    this.#events = events;
    this.#dealer = new Dealer(timeline, batch, (place) => this.#state[place] !== OPEN);
    // If a part is known, the rest of what was sent is known from the requests that were under way: nothing else is there.
    this.#dealer.careful = journal.size === 0;
  }

  /**
   * Hands over what the gateway doesn't have yet. What was under way when the last import was cut short goes first, byte by byte.
   *
   * @throws AppError of the client, or `import-refused`; whatever was handed over until then is in the journal
   */
  static async run(options: SubmittingOptions): Promise<Submitted> {
    await repeatLeftovers(options);
    return new Submitting(options).#run();
  }

  async #run(): Promise<Submitted> {
    const { pipelined, signal, onProgress } = this.#options;
    const underWay = new Set<Promise<void>>();
    const failures: Error[] = [];
    onProgress(this.#submitted);
    while (failures.length === 0 && !signal.aborted) {
      const room = underWay.size < (this.#dealer.careful ? 1 : pipelined);
      const chunk = room ? this.#dealer.deal() : undefined;
      if (chunk !== undefined) {
        const sending: Promise<void> = this.#send(chunk)
          .catch((error: unknown) => void failures.push(error instanceof Error ? error : new Error(String(error))))
          .finally(() => underWay.delete(sending));
        underWay.add(sending);
      } else if (underWay.size > 0) await Promise.race(underWay);
      else if (this.#dealer.empty) break;
    }
    await Promise.all(underWay);
    const [failure] = failures;
    if (failure !== undefined) throw failure;
    return {
      leafAt: (place) => toHex(this.#leafAt(place)),
      has: (place) => this.#state[place] === HELD,
      added: this.#added,
      conflicts: this.#conflicts,
      interrupted: signal.aborted,
    };
  }

  async #send(chunk: Chunk): Promise<void> {
    const { journal, accessOf, onProgress } = this.#options;
    const { client, records } = await accessOf(chunk.platform);
    const { places, request } = this.#request(chunk, records);
    if (places.length === 0) {
      this.#dealer.answered(chunk, []);
      return;
    }
    const name = await journal.begin(request);
    const results = await client.submitBatch(toSend(request));
    const confirmed: Confirmed[] = [];
    const again: number[] = [];
    let known = false;
    for (const [i, result] of results.entries()) {
      const place = places[i]!;
      const { idempotencyKey: key, leaf: signed } = request.items[i]!;
      const leaf = "submission" in result ? result.submission.id : heldAs(result.error);
      if (leaf === undefined) {
        if ("error" in result && this.#refused(place, result.error)) again.push(place);
        continue;
      }
      const fresh = "submission" in result && leaf === signed;
      if (fresh) this.#added++;
      else known = true;
      const bytes = Buffer.from(leaf.slice(2), "hex");
      // Filed with other values, it is not noted: the next run is told of it again.
      if ("error" in result && result.error.code === "event-duplicate") this.#conflict(place, OTHERWISE);
      else confirmed.push({ key, leaf: bytes });
      this.#hold(place, bytes);
    }
    await journal.end(name, confirmed);
    this.#dealer.careful = known;
    this.#dealer.answered(chunk, again);
    onProgress(this.#submitted);
  }

  /** The records of a chunk, signed. Events whose opening was left out are left out too. */
  #request({ platform, places: dealt }: Chunk, records: RecordSigner): { places: number[]; request: Request } {
    const { timeline, basis, names } = this.#options;
    const iat = Math.floor(Date.now() / 1_000);
    const places: number[] = [];
    const items: Request["items"] = [];
    for (const place of dealt) {
      const loan = timeline.loanAt(place);
      const step = timeline.stepAt(place);
      const openingPlace = this.#openings[loan]!;
      if (step !== 0 && this.#state[openingPlace] === LEFT) {
        this.#state[place] = LEFT;
        continue;
      }
      const jti = this.#events[place]!;
      const opening = step === 0 ? {} : { opening: toHex(this.#leafAt(openingPlace)) };
      const claims = claimsOf(timeline.loans[loan]!, step, { basis, iat, jti, ...opening });
      const record = issueRecord(claims, records);
      const leaf = leafOf(record.slice(0, record.indexOf("~")));
      // Later events of the loan may stand in the same chunk.
      this.#leaves.set(leaf, place * LEAF);
      places.push(place);
      items.push({ event: jti, leaf: toHex(leaf), idempotencyKey: names.idempotencyKeyOf(jti, claims), record });
    }
    return { places, request: { platform, items } };
  }

  /** Whether a record that was not taken is to be sent again. Throws what concerns them all. */
  #refused(place: number, error: AppError): boolean {
    const { timeline } = this.#options;
    if (error.code === "opening-unknown") {
      const opening = this.#openings[timeline.loanAt(place)]!;
      if (this.#state[opening] === HELD) return true;
      this.#state[place] = LEFT;
      this.#conflict(place, "its opening is not with the gateway");
      return false;
    }
    if (OF_THE_RECORD.has(error.code)) {
      this.#state[place] = LEFT;
      this.#conflict(place, error.message);
      return false;
    }
    throw importError("import-refused", `The gateway does not take ${this.#nameOf(place)}: ${error.message}`, {
      fix: error.fix,
      cause: error,
      details: { code: error.code },
    });
  }

  #conflict(place: number, reason: string): void {
    const { timeline } = this.#options;
    const loan = timeline.loans[timeline.loanAt(place)]!;
    const kind = kindOf(loan, timeline.stepAt(place));
    this.#conflicts.push({ line: loan.line, loan: loan.loan, kind, reason });
  }

  #nameOf(place: number): string {
    const { timeline } = this.#options;
    const loan = timeline.loans[timeline.loanAt(place)]!;
    return `the ${kindOf(loan, timeline.stepAt(place))} of the loan on line ${loan.line}`;
  }

  #hold(place: number, leaf: Uint8Array): void {
    this.#leaves.set(leaf, place * LEAF);
    this.#state[place] = HELD;
    this.#submitted++;
  }

  #leafAt(place: number): Uint8Array {
    return this.#leaves.subarray(place * LEAF, place * LEAF + LEAF);
  }
}

const toSend = ({ items }: Request): NewSubmission[] =>
  items.map(({ idempotencyKey, record }) => ({ idempotencyKey, record }));

/** The submission that the gateway has of the same event, by what it says against another one. */
function heldAs({ code, details }: AppError): Hex | undefined {
  const known = code === "idempotency-conflict" || code === "event-duplicate";
  const { submission } = details;
  return known && typeof submission === "string" && /^0x[0-9a-f]{64}$/u.test(submission)
    ? (submission as Hex)
    : undefined;
}

/** Sends again, exactly as they were, the requests that were under way when an import was cut short. */
async function repeatLeftovers({ journal, accessOf, signal }: SubmittingOptions): Promise<void> {
  for (const { name, request } of await journal.leftovers()) {
    signal.throwIfAborted();
    const { client } = await accessOf(request.platform);
    const results = await client.submitBatch(toSend(request));
    const confirmed = results.flatMap((result, i) => {
      const leaf = "submission" in result ? result.submission.id : heldAs(result.error);
      const key = request.items[i]!.idempotencyKey;
      return leaf === undefined || ("error" in result && result.error.code === "event-duplicate")
        ? []
        : [{ key, leaf: Buffer.from(leaf.slice(2), "hex") }];
    });
    await journal.end(name, confirmed);
  }
}
