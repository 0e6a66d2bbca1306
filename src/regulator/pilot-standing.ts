import type { Pilot } from "../core/sandbox.ts";
import { PPM, shareOf } from "./pilot-loans.ts";
import { money } from "./simulate-words.ts";
import { MINOR_UNITS, percentInWords, plural, type Currency } from "./value-words.ts";

/** Where a pilot stands, as the chain says it. */
export interface PilotEnd extends Pick<Pilot, "standing" | "reason" | "why"> {
  /** When it stopped or graduated, UTC seconds, where that is known. */
  readonly endedAt: number | undefined;
  readonly terms: Pick<Pilot["terms"], "opensAt" | "endsAt">;
}

/**
 * Where a pilot stands, in words. `at` says a time in words; without `now`, UTC seconds, it is said of an open one between which dates it
 * admits loans.
 */
export function standingInWords(pilot: PilotEnd, at: (seconds: number) => string, now?: number): string {
  const { standing, reason, why, endedAt, terms } = pilot;
  const when = endedAt === undefined ? "" : ` on ${at(endedAt)}`;
  if (standing === "graduated") return `graduated${when}: its bounds are gone, and the product's own limits are left`;
  if (standing === "stopped") {
    const because = STOPPED[reason] ?? reason;
    return `stopped${when} ${because}${why === "" ? "" : ` ("${why}")`}; open loans run off`;
  }
  if (now === undefined) return `open, from ${at(terms.opensAt)} until ${at(terms.endsAt)}`;
  if (now < terms.opensAt) return `opens on ${at(terms.opensAt)}`;
  if (now >= terms.endsAt) return `ended on ${at(terms.endsAt)}; open loans run off`;
  return `open, until ${at(terms.endsAt)}`;
}

const STOPPED: Readonly<Record<string, string>> = {
  "by-hand": "by the authority",
  defaults: "by itself: the share of defaults went beyond its bound",
  complaints: "by itself: the share of complaints went beyond its bound",
  loss: "by itself: the loss went beyond its bound",
};

/** A bound, and how much of it is used. */
export interface Bound {
  readonly bound: string;
  readonly used: bigint;
  readonly allowed: bigint;
  /** Of a share, 10⁻⁶, that stops the pilot: from how many loans on it is looked at. */
  readonly from?: number;
}

/** All bounds that there are: a stop condition that was left out is none. */
export function boundsOf({ terms, counts }: Pick<Pilot, "terms" | "counts">): Bound[] {
  const share = (bound: string, cases: number, allowed: number, from: number): Bound[] => {
    if (from === 0) return [];
    const used = BigInt(shareOf(BigInt(cases), BigInt(counts.loans), PPM));
    return [{ bound, used, allowed: BigInt(allowed), from }];
  };
  return [
    { bound: "loans", used: BigInt(counts.loans), allowed: BigInt(terms.maxLoans) },
    { bound: "borrowers", used: BigInt(counts.borrowers), allowed: BigInt(terms.maxBorrowers) },
    { bound: "outstanding", used: counts.outstanding, allowed: terms.maxOutstanding },
    { bound: "loss", used: counts.loss, allowed: terms.maxLoss },
    ...share("defaults", counts.defaults, terms.defaultShare, terms.defaultFrom),
    ...share("complaints", counts.complaints, terms.complaintShare, terms.complaintFrom),
  ];
}

export const BOUNDS_HEAD = ["bound", "used", "allowed"] as const;

/** Rows of the bounds: name, used, allowed. */
export function boundRows(bounds: readonly Bound[], currency: Currency = MINOR_UNITS): string[][] {
  return bounds.map(({ bound, used, allowed, from }) => {
    const name = BOUNDS[bound] ?? bound;
    if (from !== undefined)
      return [name, percentOf(Number(used)), `${percentInWords(allowed, 6)}, from ${plural(from, "loan")} on`];
    const told = AMOUNTS.has(bound) ? (value: bigint) => money(value, currency) : String;
    return [name, told(used), told(allowed)];
  });
}

const AMOUNTS: ReadonlySet<string> = new Set(["outstanding", "loss"]);

const BOUNDS: Readonly<Record<string, string>> = {
  loans: "loans opened ever",
  borrowers: "borrowers with an open loan",
  loss: "loss; beyond it the pilot stops",
  defaults: "defaults a loan; beyond it the pilot stops",
  complaints: "complaints a loan; beyond it the pilot stops",
};

/** 10⁻⁶ as `12.34 %`. */
export function percentOf(share: number): string {
  return `${(share / 10_000).toFixed(2)} %`;
}
