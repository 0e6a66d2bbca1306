import type { Entry } from "../core/entry.ts";
import type { Outside } from "./outside.ts";

/**
 * What a filing will cost at most, in gas, so that none outgrows a transaction. On the safe side of what `npm run bench` measures:
 * a filing that is predicted too dear is merely a little smaller. One that was predicted too cheap is sent again with the most gas
 * that a transaction may have.
 */
export const FILING_GAS = 120_000;

/** Most gas of a transaction (EIP-7825). */
export const TRANSACTION_GAS = 16_777_216;

/** Two words of state written for the first time, and judging. */
const OPENED_GAS = 62_000;
const EVENT_GAS = 34_000;
/** Of the kinds from `Extended` on: two words written for the first time, and look-ups made anew where they follow another kind. */
const LATER_GAS = 65_000;
/** A note, and a loan with its detail that moves to a slot. */
const ASSIGNED_GAS = 95_000;
/** A loan that moves to a slot with its detail, and the borrower's conduct, each written for the first time. */
const WRITTEN_OFF_GAS = 95_000;
/** What a loan before comes to: the new loan's word of it and its detail, written for the first time; what a refinanced one leaves behind. */
const LINKED_GAS = 65_000;
const REFINANCED_GAS = 75_000;
/** Reading one more loan of the borrower, and the detail it may have. */
const LOAN_GAS = 9_000;
/** A version, settings and licence that this filing has not loaded yet. */
const VERSION_GAS = 20_000;
const LEG_GAS = 700;
/** A byte of calldata and of the log. */
const BYTE_GAS = 26;

/** A successor takes a borrower's book over when it first meets it: two words and a call, and two words for each loan. */
const ADOPTION_GAS = 60_000;
const ADOPTED_LOAN_GAS = 52_000;

/** Asking a pilot and telling it, with a borrower that it meets for the first time; and calling the library that does so. */
const PILOT_GAS = 75_000;
/** What a rule of the regulator's own costs beside its own gas. */
const CUSTOM_GAS = 20_000;

export interface Workload {
  readonly entry: Entry;
  /** Length of the encoded entry. */
  readonly bytes: number;
  /** Loans that the borrower has in state. */
  readonly loans: number;
  /** Whether the filing has no entry of this product yet. */
  readonly newVersion: boolean;
  /** Whether the registry takes the borrower's book over from its predecessor with this entry. */
  readonly adopts: boolean;
  readonly outside: Outside;
}

/** Predicted gas of one entry within a filing. */
export function entryGas({ entry, bytes, loans, newVersion, adopts, outside }: Workload): number {
  const own = ownGas(entry);
  const legs = "schedule" in entry ? entry.schedule.length : 0;
  const adoption = adopts ? ADOPTION_GAS + loans * ADOPTED_LOAN_GAS : 0;
  return (
    own +
    loans * LOAN_GAS +
    legs * LEG_GAS +
    bytes * BYTE_GAS +
    (newVersion ? VERSION_GAS : 0) +
    adoption +
    outsideGas(outside)
  );
}

/** All that CUSTOM may use: the registry wants it left, with a 63rd more, or the filing reverts. */
function outsideGas({ pilot, customGas }: Outside): number {
  return (pilot ? PILOT_GAS : 0) + (customGas === 0 ? 0 : Math.ceil((customGas * 64) / 63) + CUSTOM_GAS);
}

function ownGas(entry: Entry): number {
  switch (entry.kind) {
    case "Opened":
      return entry.predecessor === undefined ? OPENED_GAS : OPENED_GAS + LINKED_GAS;
    case "Disbursed":
    case "Repaid":
      return EVENT_GAS;
    case "Closed":
      if (entry.reason === "written-off") return WRITTEN_OFF_GAS;
      return entry.reason === "refinanced" ? REFINANCED_GAS : EVENT_GAS;
    case "Assigned":
      return ASSIGNED_GAS;
    default:
      return LATER_GAS;
  }
}

/** The gas limit that a filing's transaction asks for: what is not used is not paid. */
export function gasLimitFor(predicted: number): number {
  return Math.min(TRANSACTION_GAS, Math.ceil(predicted * 1.2));
}
