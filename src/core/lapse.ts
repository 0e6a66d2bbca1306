import type { Loan } from "./book.ts";
import { marketOf } from "./entry.ts";
import { confirmationWindow } from "./settings.ts";
import type { Settings } from "./settings.ts";

/** Whether an unconfirmed loan has waited too long for its `Disbursed`. */
export function hasLapsed(loan: Loan, blockTime: number, settings: Settings): boolean {
  return loan.unconfirmed && blockTime > loan.opened + confirmationWindow(settings, marketOf(loan.product));
}
