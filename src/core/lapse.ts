import { MAX_TERM } from "./book.ts";
import type { Loan } from "./book.ts";
import { DAY } from "./calendar.ts";
import { marketOf } from "./entry.ts";
import { confirmationWindow, graceDays } from "./settings.ts";
import type { Settings } from "./settings.ts";

/** Whether an unconfirmed loan has waited too long for its `Disbursed`. */
export function hasLapsed(loan: Loan, blockTime: number, settings: Settings): boolean {
  return loan.unconfirmed && blockTime > loan.opened + confirmationWindow(settings, marketOf(loan.product));
}

/** Whether nobody closed an open loan for too long after its term. One whose term isn't known, because it saturated, never is. */
export function isStale(loan: Loan, time: number, settings: Settings): boolean {
  const grace = graceDays(settings, marketOf(loan.product));
  if (grace === 0 || loan.chargedOff || loan.term === MAX_TERM) return false;
  return time > loan.opened + (loan.term + grace) * DAY;
}
