import type { Book } from "./book.ts";
import type { Chain } from "./chain-words.ts";
import type { Decision } from "./decision.ts";
import type { Entry, Ref, Undecodable } from "./entry.ts";
import type { Limits } from "./limit-fields.ts";
import type { NoteTag } from "./notes.ts";
import type { CustomOracle } from "./rules/custom.ts";
import type { PilotChange, PilotView } from "./sandbox.ts";
import type { Settings } from "./settings.ts";

/** Where an entry stands: what its decision depends on beside its bytes and the state. */
export interface Position {
  /** Of the block, UTC seconds. */
  readonly blockTime: number;
  readonly platform: number;
  readonly number: number;
  readonly index: number;
  /** Whether the platform is the authority, which may file orders. */
  readonly authority: boolean;
  /** Whether the platform's founding window is open here. */
  readonly founding: boolean;
}

/** What judging reads. Nothing in here is changed by it. */
export interface World {
  readonly book: (borrower: Uint8Array) => Book;
  /** Whether a line began with this loan of the borrower's. */
  readonly knowsLine: (borrower: Uint8Array, firstDraw: Ref) => boolean;
  readonly limitsAt: (product: number, kind: number, at: number) => Limits | undefined;
  readonly settingsAt: (at: number) => Settings;
  readonly referenceAt: (series: number, at: number, maxAgeDays: number) => bigint | undefined;
  readonly groupOf: (platform: number) => number;
  /** What waits for an answer or another side; zero for nothing. */
  readonly note: (borrower: Uint8Array, ref: Ref, tag: NoteTag) => bigint;
  /** What a loan of the borrower's has before it, or came to when it was refinanced. */
  readonly chain: (borrower: Uint8Array, ref: Ref) => Chain | undefined;
  /** Whether the platform's licence is active. */
  readonly isActive: (platform: number) => boolean;
  readonly mayOpen: (platform: number, product: number) => boolean;
  /** A pilot as a loan of this borrower's sees it. */
  readonly pilot: (number: number, borrower: Uint8Array) => PilotView;
  readonly custom: CustomOracle;
}

/** What is counted against a platform. */
export interface Counts {
  /** Loans that it says it paid out during an outage. */
  readonly outages: number;
  /** Loans with it that nobody closed in time. */
  readonly stale: number;
}

/** What one entry comes to. */
export interface Judgement {
  /** The entry, or why its bytes are none; undefined for a kind that isn't served, which is not looked into. */
  readonly entry: Entry | Undecodable | undefined;
  readonly decision: Decision;
  /** The borrower's book afterwards; absent if nothing changes. */
  readonly book?: Book;
  /** A note of the borrower's as it is afterwards. */
  readonly note?: { readonly ref: Ref; readonly tag: NoteTag; readonly value: bigint } | undefined;
  /** What is kept of a loan's chain from here on. */
  readonly chain?: { readonly ref: Ref; readonly value: Chain } | undefined;
  /** A line begins with this entry. */
  readonly beginsLine?: true;
  /** What a pilot is told of the loan. */
  readonly pilot?: PilotChange;
  /** What this entry counts against platforms, each by one. */
  readonly counted?: readonly { readonly platform: number; readonly what: keyof Counts }[];
  /** This entry ends the platform's founding window. */
  readonly endsFounding?: true;
}
