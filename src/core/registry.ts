import { EMPTY_BOOK } from "./book.ts";
import type { Book } from "./book.ts";
import { equal } from "./bytes.ts";
import { packChain } from "./chain-words.ts";
import type { Chain } from "./chain-words.ts";
import { encodeDecisions } from "./decision.ts";
import type { Decision } from "./decision.ts";
import { decodeEntry } from "./decode-entry.ts";
import { BORROWER_BYTES } from "./entry.ts";
import type { Entry, Ref, Undecodable } from "./entry.ts";
import { defineErrors } from "./errors.ts";
import { headOf, isSignedBy, sealOf, splitEntries } from "./filing.ts";
import type { Filing, FilingDomain, SignedFiling } from "./filing.ts";
import { Journal, setIn } from "./journal.ts";
import type { Mark } from "./journal.ts";
import { judgeBytes, judgeEntry } from "./judge.ts";
import { isLicencesEvent, Licences } from "./licences.ts";
import type { LicencesEvent } from "./licences.ts";
import type { NoteTag } from "./notes.ts";
import { Rulebook } from "./rulebook.ts";
import type { RulebookEvent } from "./rulebook.ts";
import type { CustomOracle } from "./rules/custom.ts";
import { UNDETERMINED } from "./rules/rule.ts";
import { isSandboxEvent, Sandbox } from "./sandbox.ts";
import type { SandboxEvent } from "./sandbox.ts";
import type { Counts, Judgement, Position, World } from "./world.ts";

/** Why a registry rejects a whole filing (protocol §2), in the order in which it looks. */
export const filingError = defineErrors({
  "registry-not-in-service": {
    status: 409,
    why: "Another registry, or none, takes filings now.",
    fix: "File with the registry that Licences names.",
  },
  "filing-without-key": {
    status: 403,
    why: "The platform is unknown or has no filing key.",
    fix: "Ask the regulator for a licence or a new key.",
  },
  "filing-wrong-number": {
    status: 409,
    why: "A filing's number is the platform's last plus one.",
    fix: "Take the chain's number and head, and sign the filing again.",
  },
  "filing-wrong-previous": {
    status: 409,
    why: "A filing names the head of the one before it.",
    fix: "Take the chain's number and head, and sign the filing again.",
  },
  "filing-bad-signature": {
    status: 403,
    why: "The signature isn't that of the platform's licensed key over the filing's head.",
    fix: "Sign the head of exactly this filing with the licensed key; s must be low.",
  },
});

/** A filing as the registry took it. */
export interface AppliedFiling {
  readonly head: Uint8Array;
  readonly seal: Uint8Array;
  /** Entry by entry: what its bytes are and what was decided. */
  readonly entries: readonly (Pick<Judgement, "entry"> & { readonly decision: Decision })[];
  /** The decisions as the event carries them. */
  readonly decisions: Uint8Array;
  /** Borrowers whose state is another now, each once. */
  readonly changed: readonly Uint8Array[];
}

/** What the registry remembers of a platform. */
export interface Chained {
  /** Of its last filing; 0 before the first. */
  readonly number: number;
  /** Of its last filing; zero before the first. */
  readonly head: Uint8Array;
  /** A request was mined: its history can no longer be loaded. */
  readonly foundingEnded: boolean;
}

const NO_COUNTS: Counts = { outages: 0, stale: 0 };
/** At which a count stops. */
const MOST = 2 ** 32 - 1;

const UNCHAINED: Chained = { number: 0, head: new Uint8Array(32), foundingEnded: false };

/** A borrower as a key of maps: one character a byte, which is several times faster to make than hexadecimal text. */
function keyOf(borrower: Uint8Array): string {
  return String.fromCharCode.apply(null, borrower as unknown as number[]);
}

function borrowerOf(key: string): Uint8Array {
  return Uint8Array.from(key, (character) => character.charCodeAt(0));
}

function lineKey(borrower: Uint8Array, { platform, number, index }: Ref): string {
  return `${keyOf(borrower)}${platform}/${number}/${index}`;
}

function noteKey(borrower: Uint8Array, ref: Ref, tag: NoteTag): string {
  return `${lineKey(borrower, ref)}/${tag}`;
}

/**
 * The twin of the Registry contract, with the Rulebook and Licences that it reads: fed with what the chain says, in the order of the chain, it comes
 * to the same decisions, heads, seals and borrowers' states.
 *
 * Changes after `mark` can be taken back with `rollback`: for a reorganisation, or to judge what is not mined yet.
 */
export class Registry {
  #domain: FilingDomain;
  #follows = false;
  readonly #journal = new Journal();
  readonly rulebook = new Rulebook(this.#journal);
  readonly licences = new Licences(this.#journal);
  readonly sandbox = new Sandbox(this.#journal);
  /** Answers for CUSTOM; without one it is undetermined. */
  #oracle: CustomOracle | undefined;
  readonly #books = new Map<string, Book>();
  readonly #platforms = new Map<number, Chained>();
  readonly #counts = new Map<number, Counts>();
  readonly #lines = new Map<string, true>();
  readonly #notes = new Map<string, bigint>();
  readonly #chains = new Map<string, Chain>();
  readonly #world: World;

  /** What the world has to say can come from elsewhere, part by part: limits of a draft, say. */
  constructor(domain: FilingDomain, instead: Partial<World> = {}) {
    this.#domain = domain;
    this.#world = {
      book: (borrower) => this.bookOf(borrower),
      knowsLine: (borrower, firstDraw) => this.#lines.has(lineKey(borrower, firstDraw)),
      limitsAt: (product, kind, at) => this.rulebook.limitsAt(product, kind, at),
      settingsAt: (at) => this.rulebook.settingsAt(at),
      referenceAt: (series, at, maxAgeDays) => this.rulebook.referenceAt(series, at, maxAgeDays),
      groupOf: (platform) => this.licences.groupOf(platform),
      note: (borrower, ref, tag) => this.#notes.get(noteKey(borrower, ref, tag)) ?? 0n,
      chain: (borrower, ref) => this.chainOfLoan(borrower, ref),
      isActive: (platform) => this.licences.isActive(platform),
      mayOpen: (platform, product) => this.licences.mayOpen(platform, product),
      pilot: (number, borrower) => this.sandbox.view(number, keyOf(borrower)),
      custom: (call) => this.#oracle?.(call) ?? UNDETERMINED,
      ...instead,
    };
  }

  /** A twin that goes over to a successor when one is installed, as books, numbers and heads do on the chain. */
  static following(domain: FilingDomain): Registry {
    const twin = new Registry(domain);
    twin.#follows = true;
    return twin;
  }

  /** What heads are bound to: the registry whose twin it is now. */
  get domain(): FilingDomain {
    return this.#domain;
  }

  /** Follows an event of Rulebook, Licences or Sandbox. */
  apply(event: RulebookEvent | LicencesEvent | SandboxEvent): void {
    if (isLicencesEvent(event)) this.licences.apply(event);
    else if (isSandboxEvent(event)) this.sandbox.apply(event);
    else this.rulebook.apply(event);
    if (event.event === "RegistryInstalled" && this.#follows) this.#succeed(event.registry);
  }

  /**
   * Takes a filing in a block of this time (UTC seconds). Throws a `filingError` where the contract would revert, and then nothing has changed.
   * A filing without a signature is taken without asking who signed it: for what the chain has already taken. `oracle` answers for CUSTOM, the
   * code of which is on the chain; without one it is undetermined.
   */
  applyFiling(blockTime: number, filing: Filing | SignedFiling, oracle?: CustomOracle): AppliedFiling {
    const head = this.#admit(filing);
    this.#oracle = oracle;
    const { platform, number } = filing;
    const changed = new Map<string, Uint8Array>();
    const judged = splitEntries(filing.entries).map((bytes, index) => {
      const { entry, decision, ...effects } = this.#judge(blockTime, platform, number, index, bytes);
      this.#carryOut(blockTime, { platform, number, index }, { entry, decision, ...effects }, changed);
      return { entry, decision };
    });
    this.#oracle = undefined;
    const decisions = encodeDecisions(judged.map(({ decision }) => decision));
    setIn(this.#journal, this.#platforms, platform, { ...this.chainOf(platform), number, head });
    return {
      head,
      seal: sealOf(head, blockTime, decisions),
      entries: judged,
      decisions,
      changed: [...changed.values()],
    };
  }

  /** Judges one entry as if it were the only one of the platform's next filing, in a block of this time. Nothing changes. */
  check(blockTime: number, platform: number, entry: Uint8Array): Judgement {
    return this.#judge(blockTime, platform, this.chainOf(platform).number + 1, 0, entry);
  }

  /**
   * Judges a well-formed entry where it is said to stand, and carries out what comes of it. It is part of no filing, so no number, head or
   * seal moves: for histories that never were.
   */
  applyEntry(entry: Entry, position: Position): Judgement {
    const judgement = this.checkEntry(entry, position);
    this.#carryOut(position.blockTime, position, judgement);
    return judgement;
  }

  /** The same judgement; nothing changes. */
  checkEntry(entry: Entry, position: Position): Judgement {
    return judgeEntry(entry, position, this.#world);
  }

  /** A borrower's state. */
  bookOf(borrower: Uint8Array): Book {
    return this.#books.get(keyOf(borrower)) ?? EMPTY_BOOK;
  }

  /** What waits for an answer or another side; zero for nothing. */
  noteOf(borrower: Uint8Array, ref: Ref, tag: NoteTag): bigint {
    return this.#notes.get(noteKey(borrower, ref, tag)) ?? 0n;
  }

  /** What a loan of the borrower's has before it, or came to when it was refinanced. */
  chainOfLoan(borrower: Uint8Array, ref: Ref): Chain | undefined {
    return this.#chains.get(lineKey(borrower, ref));
  }

  /** Every note there is, those that are over too, in no order that means anything. */
  *notes(): Generator<{ borrower: Uint8Array; ref: Ref; tag: NoteTag; value: bigint }> {
    for (const [key, value] of this.#notes) {
      const [platform = 0, number = 0, index = 0, tag = 0] = key.slice(BORROWER_BYTES).split("/").map(Number);
      const ref = { platform, number, index };
      yield { borrower: borrowerOf(key.slice(0, BORROWER_BYTES)), ref, tag: tag as NoteTag, value };
    }
  }

  /** Every word of a chain, in no order that means anything. */
  *chains(): Generator<{ borrower: Uint8Array; ref: Ref; value: bigint }> {
    for (const [key, chain] of this.#chains) {
      const [platform = 0, number = 0, index = 0] = key.slice(BORROWER_BYTES).split("/").map(Number);
      const ref = { platform, number, index };
      yield { borrower: borrowerOf(key.slice(0, BORROWER_BYTES)), ref, value: packChain(chain) };
    }
  }

  /** The borrowers that have a state, in no order that means anything. */
  *borrowers(): Generator<Uint8Array> {
    for (const key of this.#books.keys()) yield borrowerOf(key);
  }

  /**
   * Takes a platform's last number and head as somebody else says they are: so that an auditor who found a break can go on behind it.
   */
  adopt(platform: number, number: number, head: Uint8Array): void {
    setIn(this.#journal, this.#platforms, platform, { ...this.chainOf(platform), number, head });
  }

  chainOf(platform: number): Chained {
    return this.#platforms.get(platform) ?? UNCHAINED;
  }

  /** What is counted against a platform. */
  countsOf(platform: number): Counts {
    return this.#counts.get(platform) ?? NO_COUNTS;
  }

  /** Whether a founded entry of the platform's would be taken in a block of this time. */
  isFounding(platform: number, blockTime: number): boolean {
    const licence = this.licences.licenceOf(platform);
    return licence !== undefined && blockTime <= licence.foundingUntil && !this.chainOf(platform).foundingEnded;
  }

  /** From here on changes can be taken back. */
  mark(): Mark {
    return this.#journal.mark();
  }

  /** Takes back all since `mark`, events of Rulebook and Licences included. */
  rollback(mark: Mark): void {
    this.#journal.rollback(mark);
  }

  /** Forgets how to go back behind `mark` (without one: behind now). */
  release(mark?: Mark): void {
    this.#journal.release(mark);
  }

  #succeed(registry: Uint8Array): void {
    const before = this.#domain;
    if (equal(before.registry, registry)) return;
    this.#domain = { chainId: before.chainId, registry };
    this.#journal.record(() => void (this.#domain = before));
  }

  #admit(filing: Filing | SignedFiling): Uint8Array {
    const { platform, number, previous } = filing;
    const { registryInService } = this.licences;
    if (!registryInService || !equal(registryInService, this.domain.registry))
      throw filingError("registry-not-in-service", `filing ${platform}/${number}: this registry is not in service`);
    const licence = this.licences.licenceOf(platform);
    if (!licence || licence.key.every((byte) => byte === 0))
      throw filingError("filing-without-key", `filing ${platform}/${number}: platform ${platform} has no filing key`);
    const last = this.chainOf(platform);
    if (number !== last.number + 1)
      throw filingError("filing-wrong-number", `filing ${platform}/${number}: number ${last.number + 1} is next`);
    if (!equal(previous, last.head))
      throw filingError("filing-wrong-previous", `filing ${platform}/${number}: it doesn't name the last head`);
    const head = headOf(filing, this.domain);
    if ("signature" in filing && !isSignedBy(licence.key, head, filing.signature))
      throw filingError("filing-bad-signature", `filing ${platform}/${number}: not signed by the licensed key`);
    return head;
  }

  #judge(blockTime: number, platform: number, number: number, index: number, bytes: Uint8Array): Judgement {
    const founding = this.isFounding(platform, blockTime);
    const authority = this.licences.isAuthority(platform);
    return judgeBytes(bytes, { blockTime, platform, number, index, founding, authority }, this.#world);
  }

  #carryOut(
    blockTime: number,
    ref: Ref,
    { entry, book, note, chain, counted, beginsLine, endsFounding, pilot }: Judgement,
    changed?: Map<string, Uint8Array>,
  ): void {
    if (endsFounding && !this.chainOf(ref.platform).foundingEnded)
      setIn(this.#journal, this.#platforms, ref.platform, { ...this.chainOf(ref.platform), foundingEnded: true });
    if (typeof entry !== "object") return;
    const { borrower } = entry;
    for (const { platform, what } of counted ?? []) {
      const counts = this.countsOf(platform);
      setIn(this.#journal, this.#counts, platform, { ...counts, [what]: Math.min(counts[what] + 1, MOST) });
    }
    const key = keyOf(borrower);
    if (note) {
      setIn(this.#journal, this.#notes, noteKey(borrower, note.ref, note.tag), note.value);
      changed?.set(key, borrower);
    }
    if (chain) setIn(this.#journal, this.#chains, lineKey(borrower, chain.ref), chain.value);
    if (pilot) this.sandbox.record(blockTime, key, pilot);
    if (!book) return;
    setIn(this.#journal, this.#books, key, book);
    changed?.set(key, borrower);
    if (beginsLine) setIn(this.#journal, this.#lines, lineKey(borrower, ref), true);
  }
}

/** The entries of a filing as values, or why they are none. */
export function entriesOf(filing: Filing): (Entry | Undecodable)[] {
  return splitEntries(filing.entries).map(decodeEntry);
}
