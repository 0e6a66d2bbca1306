import type { Hex } from "../core/bytes.ts";
import { type ClaimsJson, issuerName } from "../core/record.ts";
import type { Leg } from "../core/schedule.ts";
import { CLOSING } from "./events.ts";
import type { Loan } from "./loan.ts";

/** How loans are filed: as history that a platform brings along, or as if each were asked for now. */
export type ImportBasis = "founded" | "request";

export interface ClaimsContext {
  readonly basis: ImportBasis;
  /** UTC seconds at which the record is issued. */
  readonly iat: number;
  readonly jti: string;
  /** Leaf of the loan's opening record; not for the opening itself. */
  readonly opening?: Hex;
}

/** The claims of one step of a loan: 0 opens it, {@link CLOSING} closes it, and between are its payments. */
export function claimsOf(loan: Loan, step: number, { basis, iat, jti, opening }: ClaimsContext): ClaimsJson {
  const head = { iss: issuerName(loan.platform), iat, jti, fmt: 1 as const };
  const borrower = { pseudonym: loan.borrower };
  if (step === 0) {
    return {
      ...head,
      kind: "Opened",
      borrower,
      loan: { number: loan.loan },
      terms: {
        basis,
        product: loan.product,
        principal: String(loan.principal),
        ...(loan.cash !== undefined && { cash: String(loan.cash) }),
      },
      schedule: { legs: loan.schedule.map(legJson) },
      ...(loan.disclosed !== undefined && { disclosure: { at: loan.disclosed } }),
      ...(loan.income !== undefined && { income: { monthly: String(loan.income) } }),
      time: { at: loan.opened },
    };
  }
  const common = { ...head, borrower, loan: { number: loan.loan, opening: opening! } };
  const founded = basis === "founded" ? { founded: true as const } : {};
  if (step === CLOSING) {
    const { at, reason, principal, charges } = loan.closed!;
    const event = { ...founded, reason, principal: String(principal), charges: String(charges) };
    return { ...common, kind: "Closed", event, time: { at } };
  }
  const { at, principal, charges } = loan.repaid[step - 1]!;
  const event = { ...founded, principal: String(principal), charges: String(charges) };
  return { ...common, kind: "Repaid", event, time: { at } };
}

const legJson = ({ count, unit, gap, amount }: Leg) => ({ count, unit, gap, amount: String(amount) });

/** The kind of entry that a step makes. */
export function kindOf(step: number): "Opened" | "Repaid" | "Closed" {
  return step === 0 ? "Opened" : step === CLOSING ? "Closed" : "Repaid";
}
