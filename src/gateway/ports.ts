import type { RegistryEvent } from "../chain/events.ts";
import type { Filing, FilingDomain, SignedFiling } from "../core/filing.ts";
import type { JudgedBy } from "../core/judged-by.ts";
import type { RuleName } from "../core/decision.ts";
import type { LawJson } from "./http/schemas.ts";
import type { RecordKeyTerms } from "../core/record-key.ts";

/**
 * What the pipeline needs of the chain, and nothing more. `src/chain` implements these; tests give the real ones too.
 *
 * All byte strings are `Uint8Array`, times UTC seconds, gas and nonces plain numbers.
 */

/**
 * What rule packs say of the rules that judged a loan: the articles of the version that is on the chain, from a text that has the very
 * same, byte for byte. Rules of which no text at hand speaks are left out.
 */
export interface LawTexts {
  rows(rules: readonly RuleName[], judged: JudgedBy): readonly LawJson[];
}

/** Asked before each answer that names rules: texts may have been published since. It doesn't reject. */
export type LawSource = () => Promise<LawTexts>;

/** Who signs a platform's filings. */
export interface Signer {
  /** Address of the filing key, 20 bytes. */
  readonly address: Uint8Array;
  /** The 65 bytes `r ‖ s ‖ v` over the filing's head. It may take long (a remote signer) and may fail: then it is asked again. */
  signFiling(filing: Filing, domain: FilingDomain): Promise<Uint8Array>;
  /**
   * The 65 bytes over the certificate of a record key that the platform has certified before: asked for after the filing key, or the registry,
   * has changed. A signer may refuse, or not know how; then its platform brings the certificate itself.
   */
  certify?(terms: RecordKeyTerms, domain: FilingDomain): Promise<Uint8Array>;
}

export interface BuiltTransaction {
  readonly raw: Uint8Array;
  readonly hash: Uint8Array;
  readonly nonce: number;
  readonly gasLimit: number;
}

/**
 * What a node made of a raw transaction.
 *
 * `sent`: it is new to the node · `known`: the node has it, pending or mined · `nonce-used`: another transaction of the account has
 * this nonce. Anything else (no funds, a fee cap below the base fee, unreachable) is thrown as AppError and tried again later.
 */
export type Sent = "sent" | "known" | "nonce-used";

/** The relaying account: pays for transactions and proves nothing. It belongs to this gateway alone. */
export interface Relay {
  /** The account, 20 bytes. */
  readonly address: Uint8Array;
  /** The account's next nonce: as mined (`latest`). */
  nonce(): Promise<number>;
  /** The signed transaction that calls `Registry.file` with this nonce and gas limit; same input, same bytes while fees hold. */
  build(
    filing: SignedFiling,
    options: { readonly nonce: number; readonly gasLimit: number },
  ): Promise<BuiltTransaction>;
  /** Sends raw transactions in order; the answers are in the same order. Stops at the first that throws. */
  send(raws: readonly Uint8Array[]): Promise<Sent[]>;
  /** What became of a transaction; undefined while it is not mined. */
  receipt(hash: Uint8Array): Promise<{ readonly ok: boolean; readonly blockNumber: number } | undefined>;
  /** The same account, filing with another registry of the same deployment. */
  at(registry: Uint8Array): Relay;
  /** Whether its registry is the one that takes filings, at `latest`. */
  inService(): Promise<boolean>;
  /** The Registry's last number and head of a platform, at `latest`; number 0 and a zero head if it has filed nothing. */
  lastFiling(platform: number): Promise<{ readonly number: number; readonly head: Uint8Array }>;
}

/** A block with the events of Registry, Rulebook and Licences in it, in the order of logs. */
export interface FollowedBlock {
  readonly number: number;
  readonly hash: Uint8Array;
  readonly time: number;
  readonly events: readonly RegistryEvent[];
}

/**
 * Called one at a time, each awaited before the next. A callback that throws ends the following; `start` then rejects.
 * Blocks without events may be left out or bundled, but the last block of a range is always told.
 */
export interface FollowerCallbacks {
  /** Consecutive stretches of the chain, in order. Several blocks at once while catching up. */
  onBlocks(blocks: readonly FollowedBlock[]): Promise<void>;
  /** Blocks above `number` are no longer part of the chain; what replaces them follows by `onBlocks`. */
  onRollback(number: number): Promise<void>;
  /** Blocks up to and including `number` are final (confirmation depth; for the embedded chain also: its journal holds them). */
  onFinal(number: number): Promise<void>;
  /** Caught up with the head of the chain for the first time since `start`. */
  onCaughtUp(): Promise<void>;
}

/** Follows the chain from the deployment's block on. */
export interface Follower {
  /** Runs until `stop`, or until a callback throws (then rejects with that). A node that doesn't answer is asked again, with patience. */
  run(callbacks: FollowerCallbacks): Promise<void>;
  stop(): Promise<void>;
  /** Looks at once: something is expected. */
  poke(): void;
  /** Number of the chain's newest block that it knows of, and whether the node answered last time. */
  readonly state: { readonly latest: number; readonly reachable: boolean };
}
