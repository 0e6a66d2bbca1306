import { findLoan, holderOf, loanAt } from "./book.ts";
import type { Loan } from "./book.ts";
import { MOST_CHARGES, MOST_RENEWALS } from "./chain-words.ts";
import type { Chain } from "./chain-words.ts";
import type { Opened, Ref } from "./entry.ts";
import { hasLapsed } from "./lapse.ts";
import type { Position, World } from "./world.ts";

/** All charges of a loan and of those before it, and the largest principal: what LIFETIME-COST compares. */
export interface Lifetime {
  readonly charges: number;
  readonly principal: number;
}

/** What a loan about to be opened has before it; or why the loan that it names can't be named. */
export function joinChain(
  { borrower, predecessor }: Opened & { readonly predecessor: Ref },
  { blockTime, platform }: Position,
  world: World,
): Chain | "NO-LOAN" | "LAPSED" {
  const before = refinanced(borrower, predecessor, world) ?? inBook(borrower, predecessor, blockTime, world);
  if (typeof before === "string") return before;
  const renewal = before.holder === platform;
  const renewals = Math.min(before.renewals + (renewal ? 1 : 0), MOST_RENEWALS);
  return { ...before, renewals, predecessor, holder: 0, renewal, final: false };
}

/** What a chain comes to with a loan that is closed as refinanced. */
export function finishChain(borrower: Uint8Array, loan: Loan, charges: number, world: World): Chain {
  return { ...including(borrower, loan, charges, world), final: true };
}

/** The charges of a loan (default charges included) with those of the loans before it, and the largest principal. */
export function lifetimeOf(borrower: Uint8Array, loan: Loan, charges: number, world: World): Lifetime {
  const own = { charges, principal: loan.principal };
  const chain = loan.detail?.linked === true ? world.chain(borrower, loan) : undefined;
  if (!chain) return own;
  // The loan before may have been charged more since.
  const before = (chain.predecessor && refinanced(borrower, chain.predecessor, world)) ?? chain;
  return { charges: charges + before.charges, principal: Math.max(loan.principal, before.largest) };
}

/** How often a loan was renewed, or those before it were extended. */
export function renewalsOf(borrower: Uint8Array, loan: Loan, world: World): number {
  return loan.detail?.linked === true ? (world.chain(borrower, loan)?.renewals ?? 0) : 0;
}

function refinanced(borrower: Uint8Array, ref: Ref, world: World): Chain | undefined {
  const chain = world.chain(borrower, ref);
  return chain?.final === true ? chain : undefined;
}

function inBook(borrower: Uint8Array, ref: Ref, blockTime: number, world: World): Chain | "NO-LOAN" | "LAPSED" {
  const book = world.book(borrower);
  const place = findLoan(book, ref);
  if (place === undefined) return "NO-LOAN";
  const loan = loanAt(book, place);
  if (hasLapsed(loan, blockTime, world.settingsAt(blockTime))) return "LAPSED";
  return including(borrower, loan, 0, world);
}

/** The totals of a chain that ends with this loan. */
function including(borrower: Uint8Array, loan: Loan, moreCharges: number, world: World): Chain {
  const { detail } = loan;
  const own = (detail?.charges ?? 0) + (detail?.defaultCharges ?? 0) + moreCharges;
  const { charges, principal } = lifetimeOf(borrower, loan, own, world);
  const before = detail?.linked === true ? world.chain(borrower, loan)?.predecessor : undefined;
  return {
    charges: Math.min(charges, MOST_CHARGES),
    largest: principal,
    renewals: Math.min((detail?.extensions ?? 0) + renewalsOf(borrower, loan, world), MOST_RENEWALS),
    ...(before && { predecessor: before }),
    holder: holderOf(loan),
    renewal: false,
    final: false,
  };
}
