import { findLoan, holderOf, loanAt } from "./book.ts";
import type { Book, Loan } from "./book.ts";
import type { Barred, Entry, Opened } from "./entry.ts";
import { hasLapsed } from "./lapse.ts";
import type { Limits } from "./limit-fields.ts";
import type { RefusingFinding } from "./findings.ts";
import type { Times } from "./rules/rule.ts";
import type { Settings } from "./settings.ts";
import { timesOf } from "./times.ts";
import type { Position, World } from "./world.ts";

/** Every entry about a loan in state. */
export type LoanEntry = Exclude<Entry, Opened | Barred>;

/** The loan that an entry names, and what judges the entry. */
export interface Located {
  readonly book: Book;
  readonly place: number;
  readonly loan: Loan;
  readonly times: Times;
  /** Those in force at the loan's opening. */
  readonly limits: Limits | undefined;
  readonly settings: Settings;
}

/** Finds the loan of an entry among those that the platform holds, and places the entry in time (protocol §6); or says why it can't. */
export function locateLoan(
  entry: LoanEntry,
  { blockTime, platform, founding }: Position,
  world: World,
): Located | RefusingFinding {
  if (entry.founded && !founding) return "NOT-FOUNDING";
  const book = world.book(entry.borrower);
  const place = findLoan(book, entry.ref);
  if (place === undefined) return "NO-LOAN";
  const loan = loanAt(book, place);
  if (holderOf(loan) !== platform) return "NO-LOAN";
  const settings = world.settingsAt(blockTime);
  if (hasLapsed(loan, blockTime, settings)) return "LAPSED";
  const kind = entry.borrower[0]!;
  const times = timesOf(
    { stated: entry.time, founded: entry.founded === true, notBefore: loan.opened },
    blockTime,
    world.limitsAt(loan.product, kind, blockTime),
  );
  return { book, place, loan, times, settings, limits: world.limitsAt(loan.product, kind, loan.opened) };
}
