import type { Hex } from "../core/bytes.ts";
import { type ClaimsJson, issuerName } from "../core/record.ts";
import type { Leg } from "../core/schedule.ts";
import { CLOSING, HAPPENED } from "./events.ts";
import type { Happening, Loan } from "./loan.ts";

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

/** The claims of one step of a loan (`Timeline.stepAt`). */
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
  if (step >= HAPPENED) return happeningClaims(loan.happened[step - HAPPENED]!, common, founded);
  const { at, principal, charges } = loan.repaid[step - 1]!;
  const event = { ...founded, principal: String(principal), charges: String(charges) };
  return { ...common, kind: "Repaid", event, time: { at } };
}

type Common = Pick<Extract<ClaimsJson, { kind: "Overdue" }>, "iss" | "iat" | "jti" | "fmt" | "borrower" | "loan">;

function happeningClaims(one: Happening, common: Common, founded: { founded?: true }): ClaimsJson {
  const time = { at: one.at };
  switch (one.kind) {
    case "Disbursed":
      return { ...common, kind: one.kind, event: { ...founded, amount: String(one.amount) }, time };
    case "Extended": {
      const { extension } = one;
      const amounts = { fee: String(one.fee), writeDown: String(one.writeDown), paid: String(one.paid) };
      const event = { ...founded, extension, ...amounts };
      return { ...common, kind: one.kind, event, schedule: { legs: one.schedule.map(legJson) }, time };
    }
    case "Overdue": {
      const { daysPastDue, amountOverdue, defaultCharges, contractRate } = one;
      const amounts = { amountOverdue: String(amountOverdue), defaultCharges: String(defaultCharges) };
      const event = { ...founded, daysPastDue, ...amounts, contractRate: String(contractRate) };
      return { ...common, kind: one.kind, event, time };
    }
    case "Contacted": {
      const { channel, party, agent } = one;
      return { ...common, kind: one.kind, event: { ...founded, channel, party, agent }, time };
    }
  }
}

const legJson = ({ count, unit, gap, amount }: Leg) => ({ count, unit, gap, amount: String(amount) });

/** Kinds of entry that a file can make. */
export type ImportedKind = "Opened" | "Repaid" | "Closed" | Happening["kind"];

/** The kind of entry that a step of a loan makes. */
export function kindOf(loan: Loan, step: number): ImportedKind {
  if (step === 0) return "Opened";
  if (step === CLOSING) return "Closed";
  return step >= HAPPENED ? loan.happened[step - HAPPENED]!.kind : "Repaid";
}

/** How many entries of each kind there are: the three that every file makes, and others where there are any. */
export type EntryCounts = { Opened: number; Repaid: number; Closed: number } & Partial<
  Record<Happening["kind"], number>
>;

export function countOne(counts: EntryCounts, kind: ImportedKind): void {
  counts[kind] = (counts[kind] ?? 0) + 1;
}
