import { HEAD, SLOTS, headless, replaceLoan, takeOut, withoutOpening } from "./book.ts";
import type { Book, Loan } from "./book.ts";
import { findingBit } from "./decision.ts";
import { AMOUNT_LIMIT, marketOf } from "./entry.ts";
import type { Closed, Disbursed, Repaid } from "./entry.ts";
import { decideFact, refusal, verdictsOf } from "./findings.ts";
import type { RefusingFinding } from "./findings.ts";
import { detailWith } from "./judge-opened.ts";
import { locateLoan } from "./locate-loan.ts";
import type { Located } from "./locate-loan.ts";
import { future } from "./rules/future.ts";
import { late } from "./rules/late.ts";
import type { Rule, Timed } from "./rules/rule.ts";
import { confirmationWindow } from "./settings.ts";
import type { Judgement, Position, World } from "./world.ts";

/** The rules of later events that this registry serves. */
export const EVENT_RULES: readonly Rule<Timed>[] = [late, future];

type Event = Disbursed | Repaid | Closed;

/** What an event does to a loan, or why it can't. */
type Effect = { readonly book: Book; readonly findings: number } | RefusingFinding;

/** Judges an event of a loan (protocol §6). */
export function judgeEvent(entry: Event, position: Position, world: World): Judgement {
  const located = locateLoan(entry, position, world);
  if (typeof located === "string") return { entry, decision: refusal(located) };
  const effect = effectOf(entry, located);
  if (typeof effect === "string") return { entry, decision: refusal(effect) };
  const { times, limits } = located;
  const decision = decideFact(limits, effect.findings, limits && verdictsOf(EVENT_RULES, { times }, limits));
  return { entry, decision, book: effect.book };
}

function effectOf(entry: Event, state: Located): Effect {
  switch (entry.kind) {
    case "Disbursed":
      return { book: replaceLoan(state.book, state.place, { ...state.loan, unconfirmed: false }), findings: 0 };
    case "Repaid":
      return repay(entry, state);
    case "Closed":
      return entry.reason === "written-off" ? writeOff(entry, state) : close(entry, state);
  }
}

/** The loan after a payment; undefined if its charges would outgrow their width. */
function afterPayment(loan: Loan, principal: number, charges: number): Loan | undefined {
  const detail = loan.detail ?? detailWith(0);
  const total = detail.charges + charges;
  if (total >= AMOUNT_LIMIT) return undefined;
  return {
    ...loan,
    outstanding: Math.max(loan.outstanding - principal, 0),
    unconfirmed: false,
    detail: { ...detail, charges: total },
  };
}

function excess({ outstanding }: Loan, principal: number): number {
  return principal > outstanding ? findingBit("EXCESS") : 0;
}

function repay(entry: Repaid, { book, place, loan }: Located): Effect {
  const principal = Number(entry.principal);
  const paid = afterPayment(loan, principal, Number(entry.charges));
  return paid ? { book: replaceLoan(book, place, paid), findings: excess(loan, principal) } : "WIDTH";
}

/** A loan that is written off stays, as charged off, while something is outstanding. */
function writeOff(entry: Closed, { book, place, loan }: Located): Effect {
  const [principal, charges] = [Number(entry.principal), Number(entry.charges)];
  const findings = excess(loan, principal);
  if (principal >= loan.outstanding) return { book: takeOut(book, place), findings };
  if (place === HEAD && book.slots.length === SLOTS) return "FULL";
  const paid = principal > 0 || charges > 0 ? afterPayment(loan, principal, charges) : loan;
  if (!paid) return "WIDTH";
  const left = { ...paid, unconfirmed: false, chargedOff: true };
  const after = place === HEAD ? headless(book, [...book.slots, left]) : replaceLoan(book, place, left);
  return { book: after, findings };
}

/** All other reasons take the loan out. A clean close leaves no trace; any other counts for cooling-off, unless charged off before. */
function close(entry: Closed, state: Located): Effect {
  const { book, place, loan, times, settings } = state;
  const principal = Number(entry.principal);
  const { clean, findings } = howClosed(entry, state);
  const all = excess(loan, principal) | findings;
  const rest = takeOut(book, place);
  if (clean) {
    return { book: loan.inRing ? withoutOpening(rest, loan.opened, settings.zone) : rest, findings: all };
  }
  if (loan.chargedOff) return { book: rest, findings: all };
  return { book: { ...rest, lastClosed: Math.max(rest.lastClosed, times.effective) }, findings: all };
}

function howClosed(entry: Closed, { loan, times, limits, settings }: Located): { clean: boolean; findings: number } {
  const short = entry.principal < loan.outstanding ? findingBit("SHORT") : 0;
  const borne = (loan.detail?.charges ?? 0) + (loan.detail?.defaultCharges ?? 0);
  const free = borne === 0 && entry.charges === 0n;
  const since = times.effective - loan.opened;
  switch (entry.reason) {
    case "voided": {
      const untouched = free && entry.principal === 0n && loan.outstanding === loan.principal;
      const clean = untouched && since <= confirmationWindow(settings, marketOf(loan.product));
      return { clean, findings: clean ? 0 : findingBit("WINDOW") };
    }
    case "withdrawn": {
      const inside = since <= (limits?.withdrawalWindow ?? 0);
      return { clean: inside && free, findings: short | (inside ? 0 : findingBit("WINDOW")) };
    }
    case "repaid":
    case "refinanced":
      return { clean: false, findings: short };
    default:
      return { clean: false, findings: 0 };
  }
}
