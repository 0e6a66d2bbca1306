import type { Decision } from "../core/decision.ts";
import type { PresentedClaims } from "../core/record.ts";

/** What is checked of a receipt, in this order. */
export const FRAGMENTS = ["record", "inclusion", "filing", "decision", "anchor", "chain"] as const;
export type FragmentName = (typeof FRAGMENTS)[number];

/**
 * `VALID`: it was checked, and holds. `INVALID`: it was checked, and doesn't. `SKIPPED`: what it takes is not there, or rests on a
 * fragment that isn't VALID. `ERROR`: it could not be checked though it should have been.
 */
export type Status = "VALID" | "INVALID" | "SKIPPED" | "ERROR";

export interface Fragment {
  readonly status: Status;
  /** A sentence for people. */
  readonly reason: string;
}

export type Fragments = Readonly<Record<FragmentName, Fragment>>;

/** What the receipt says, as far as it could be read. It is worth what the fragments are. */
export interface Statement {
  readonly platform?: number;
  readonly number?: number;
  readonly index?: number;
  readonly head?: Uint8Array;
  readonly seal?: Uint8Array;
  /** Time of the block. */
  readonly time?: number;
  readonly decision?: Decision;
  readonly claims?: PresentedClaims;
  /** Groups of the record that are not shown. */
  readonly withheld?: number;
}

export interface Report {
  readonly fragments: Fragments;
  readonly says: Statement;
}

export const valid = (reason: string): Fragment => ({ status: "VALID", reason });
export const invalid = (reason: string): Fragment => ({ status: "INVALID", reason });
export const skipped = (reason: string): Fragment => ({ status: "SKIPPED", reason });
export const failed = (reason: string): Fragment => ({ status: "ERROR", reason });

/** One word for the whole: INVALID outweighs ERROR, ERROR outweighs the rest. */
export function verdictOf(fragments: Fragments): "VALID" | "INVALID" | "ERROR" {
  const all = FRAGMENTS.map((name) => fragments[name].status);
  if (all.includes("INVALID")) return "INVALID";
  return all.includes("ERROR") ? "ERROR" : "VALID";
}

/** A report in which nothing could be checked, for the same reason. */
export function unreadable(reason: string): Report {
  const fragments = Object.fromEntries(FRAGMENTS.map((name) => [name, failed(reason)])) as Record<
    FragmentName,
    Fragment
  >;
  return { fragments, says: {} };
}
