import type { Pilot } from "../sandbox.ts";
import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule } from "./rule.ts";

/** A loan as the bounds of a pilot see it. */
export interface PilotLoan {
  readonly platform: number;
  readonly product: number;
  /** Minor units. */
  readonly principal: bigint;
  /** At which it counts as opened, UTC seconds. */
  readonly time: number;
  /** Stated time of disclosure; 0 for none. */
  readonly disclosed: number;
  /** The borrower has an open loan of this pilot already. */
  readonly hasLoan: boolean;
}

/** PILOT: the bounds of a sandbox pilot, which hold by themselves. */
export const pilot: Rule<Opening> = {
  name: "PILOT",
  must: "A loan of a pilot's product MUST stay within the bounds of a pilot that is open.",
  source: "the pilot's own terms",
  judge({ entry, times, platform, pilot }, limits) {
    const { product, principal, disclosed } = entry;
    const { state, hasLoan } = pilot(limits.pilot);
    const loan = { platform, product, principal, time: times.effective, disclosed, hasLoan };
    return isWithin(state, loan) ? PASS : BREACH;
  },
};

/** Whether a pilot admits a loan. One that graduated has no bounds; one that nobody opened, or that stopped, admits nothing. */
export function isWithin(pilot: Pilot | undefined, loan: PilotLoan): boolean {
  if (pilot === undefined || loan.product !== pilot.terms.product) return false;
  const { terms, counts, standing } = pilot;
  if (standing === "graduated") return true;
  return (
    standing === "open" &&
    pilot.platforms.has(loan.platform) &&
    loan.time >= terms.opensAt &&
    loan.time < terms.endsAt &&
    (!terms.consent || loan.disclosed !== 0) &&
    counts.loans + 1 <= terms.maxLoans &&
    (loan.hasLoan || counts.borrowers + 1 <= terms.maxBorrowers) &&
    counts.outstanding + loan.principal <= terms.maxOutstanding
  );
}

/** Whether a share of a pilot's loans, 10⁻⁶, is beyond what stops it; looked at from `from` loans on, 0 for never. */
export function isBeyond(cases: number, loans: number, share: number, from: number): boolean {
  return from !== 0 && loans >= from && BigInt(cases) * 1_000_000n > BigInt(share) * BigInt(loans);
}
