import { findLoan, holderOf, loanAt } from "./book.ts";
import type { Book, Loan } from "./book.ts";
import type { Barred, Entry, EntryKind, Opened } from "./entry.ts";
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

/** Kinds of entry that the authority may file on any loan, with an order. */
export const ORDERABLE: ReadonlySet<EntryKind> = new Set(["Closed", "Complained", "Assigned", "Corrected"] as const);

/** Why the platform can't file an entry with these flags, whatever loan it is about. */
export function notBy(
  { founded, order }: Pick<LoanEntry, "founded" | "order">,
  position: Position,
): "NOT-FOUNDING" | "NO-AUTHORITY" | undefined {
  if (founded && !position.founding) return "NOT-FOUNDING";
  return order !== undefined && !position.authority ? "NO-AUTHORITY" : undefined;
}

/**
 * Finds the loan of an entry among those that the platform holds, and places the entry in time (protocol §6); or says why it can't.
 *
 * @param byAnyone whether a platform that doesn't hold the loan may file this
 */
export function locateLoan(
  entry: LoanEntry,
  position: Position,
  world: World,
  byAnyone = false,
): Located | RefusingFinding {
  const finding = notBy(entry, position);
  if (finding) return finding;
  const { blockTime, platform } = position;
  const book = world.book(entry.borrower);
  const place = findLoan(book, entry.ref);
  if (place === undefined) return "NO-LOAN";
  const loan = loanAt(book, place);
  const ordered = entry.order !== undefined && ORDERABLE.has(entry.kind);
  if (holderOf(loan) !== platform && !ordered && !byAnyone) return "NO-LOAN";
  const settings = world.settingsAt(blockTime);
  if (hasLapsed(loan, blockTime, settings)) return "LAPSED";
  const kind = entry.borrower[0]!;
  const present = world.limitsAt(loan.product, kind, blockTime);
  const stated = { stated: entry.time, founded: entry.founded === true, notBefore: loan.opened };
  const times = timesOf(stated, blockTime, present);
  return { book, place, loan, times, settings, limits: world.limitsAt(loan.product, kind, loan.opened) };
}
