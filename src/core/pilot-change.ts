import type { Loan } from "./book.ts";
import { ruleBit } from "./decision.ts";
import type { Closed, Opened, Repaid } from "./entry.ts";
import type { Limits } from "./limit-fields.ts";
import type { PilotChange } from "./sandbox.ts";

const PILOT = ruleBit("PILOT");

/** Whether loans of this version belong to a pilot. */
export function isPilot(limits: Limits | undefined): limits is Limits {
  return limits !== undefined && (limits.on & PILOT) !== 0;
}

/** What a pilot is told of a loan that enters the state. */
export function openedInPilot(limits: Limits | undefined, { principal }: Opened): PilotChange | undefined {
  return isPilot(limits)
    ? { number: limits.pilot, loan: "opened", outstanding: Number(principal), loss: 0 }
    : undefined;
}

/** What a pilot is told of a loan that owes another amount, otherwise than by a payment. `forgiven`: the difference is a loss. */
export function changedInPilot(
  limits: Limits | undefined,
  loan: Loan,
  outstanding: number,
  forgiven: boolean,
): PilotChange | undefined {
  const change = outstanding - loan.outstanding;
  if (!isPilot(limits) || change === 0) return undefined;
  const number = limits.pilot;
  if (loan.chargedOff) return { number, outstanding: 0, loss: change };
  return { number, outstanding: change, loss: forgiven ? 0 - change : 0 };
}

/** What a pilot is told of a payment or a close. `loan` is the loan before it. */
export function servicedInPilot(
  limits: Limits | undefined,
  entry: Repaid | Closed,
  loan: Loan,
): PilotChange | undefined {
  if (!isPilot(limits)) return undefined;
  const number = limits.pilot;
  const left = Math.max(loan.outstanding - Number(entry.principal), 0);
  const change = left - loan.outstanding;
  if (loan.chargedOff) return { number, outstanding: 0, loss: change };
  if (entry.kind === "Repaid") return { number, outstanding: change, loss: 0 };
  const defaulted = entry.reason === "written-off" && left > 0 && { defaulted: true as const };
  // A loan that was never paid out loses nothing.
  const loss = entry.reason === "voided" ? 0 : left;
  return { number, loan: "ended", ...defaulted, outstanding: 0 - loan.outstanding, loss };
}
