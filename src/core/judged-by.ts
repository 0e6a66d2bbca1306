import type { Opened } from "./entry.ts";
import type { Limits } from "./limit-fields.ts";
import type { Dated, Rulebook } from "./rulebook.ts";
import { timesOf } from "./times.ts";

/** A loan's `Opened`, and the time of the block that mined it. */
export interface MinedOpening {
  readonly entry: Pick<Opened, "borrower" | "product" | "basis" | "time" | "outage">;
  readonly blockTime: number;
}

/** The law that an entry was judged by. */
export interface JudgedBy {
  readonly product: number;
  /** Kind of borrower: 1 natural person, 2 business. */
  readonly kind: number;
  /** When the loan was opened, as the registry took it: the stated time, held within the reporting window. */
  readonly opened: number;
  /** In force when the loan was opened: what rules go by. */
  readonly version: Dated<Limits> | undefined;
  /** In force at the block's time: what says how late an entry may be. */
  readonly present: Dated<Limits> | undefined;
}

/**
 * The versions that an entry of a loan was judged by in a block of this time, as the Rulebook was then (protocol §6). Without a time it is
 * the opening itself that is asked about. A `Barred` has no loan, and no version judges it.
 */
export function judgedBy(
  rulebook: Rulebook,
  { entry, blockTime }: MinedOpening,
  judgedAt: number = blockTime,
): JudgedBy {
  const { borrower, product, basis, time, outage } = entry;
  const kind = borrower[0]!;
  const versionAt = (at: number, knownAt: number): Dated<Limits> | undefined =>
    rulebook.versionAt(product, kind, at, knownAt);
  const stated = { stated: time, founded: basis === "founded", ...(outage && { deadline: outage.deadline }) };
  const opened = timesOf(stated, blockTime, versionAt(blockTime, blockTime)?.value).effective;
  return { product, kind, opened, version: versionAt(opened, judgedAt), present: versionAt(judgedAt, judgedAt) };
}
