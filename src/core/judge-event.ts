import { HEAD, SLOTS, findLoan, headless, holderOf, loanAt, replaceLoan, takeOut, withoutOpening } from "./book.ts";
import type { Book, Loan } from "./book.ts";
import { findingBit, ruleBit } from "./decision.ts";
import { AMOUNT_LIMIT, marketOf } from "./entry.ts";
import type { Closed, Disbursed, Repaid } from "./entry.ts";
import { decide, refusal, unjudged } from "./findings.ts";
import type { RefusingFinding } from "./findings.ts";
import { detailWith, hasLapsed } from "./judge-opened.ts";
import type { Limits } from "./limit-fields.ts";
import { future } from "./rules/future.ts";
import { late } from "./rules/late.ts";
import { BREACH } from "./rules/rule.ts";
import type { Rule, Timed, Times } from "./rules/rule.ts";
import { confirmationWindow } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { timesOf } from "./times.ts";
import type { Judgement, Position, World } from "./world.ts";

/** The rules of later events that this registry serves. */
export const EVENT_RULES: readonly Rule<Timed>[] = [late, future];

type Event = Disbursed | Repaid | Closed;

/** What an event does to a loan, or why it can't. */
type Effect = { readonly book: Book; readonly findings: number } | RefusingFinding;

/** What the effect of an event depends on. */
interface Case {
  readonly book: Book;
  readonly place: number;
  readonly loan: Loan;
  readonly times: Times;
  readonly limits: Limits | undefined;
  readonly settings: Settings;
}

/** Judges an event of a loan (protocol §6). */
export function judgeEvent(entry: Event, { blockTime, platform, founding }: Position, world: World): Judgement {
  const refused = (finding: RefusingFinding): Judgement => ({ entry, decision: refusal(finding) });
  if (entry.founded && !founding) return refused("NOT-FOUNDING");
  const book = world.book(entry.borrower);
  const place = findLoan(book, entry.ref);
  if (place === undefined) return refused("NO-LOAN");
  const loan = loanAt(book, place);
  if (holderOf(loan) !== platform) return refused("NO-LOAN");
  const settings = world.settingsAt(blockTime);
  if (hasLapsed(loan, blockTime, settings)) return refused("LAPSED");

  const kind = entry.borrower[0]!;
  const times = timesOf(
    { stated: entry.time, founded: entry.founded === true, notBefore: loan.opened },
    blockTime,
    world.limitsAt(loan.product, kind, blockTime),
  );
  const limits = world.limitsAt(loan.product, kind, loan.opened);
  const effect = effectOf(entry, { book, place, loan, times, limits, settings });
  if (typeof effect === "string") return refused(effect);
  const decision = limits ? decideEvent(times, limits, effect.findings) : unjudged(effect.findings);
  return { entry, decision, book: effect.book };
}

function decideEvent(times: Times, limits: Limits, findings: number) {
  let breaches = 0;
  for (const rule of EVENT_RULES) if (rule.judge({ times }, limits) === BREACH) breaches |= ruleBit(rule.name);
  return decide(false, limits, findings, breaches, 0);
}

function effectOf(entry: Event, state: Case): Effect {
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

function repay(entry: Repaid, { book, place, loan }: Case): Effect {
  const principal = Number(entry.principal);
  const paid = afterPayment(loan, principal, Number(entry.charges));
  return paid ? { book: replaceLoan(book, place, paid), findings: excess(loan, principal) } : "WIDTH";
}

/** A loan that is written off stays, as charged off, while something is outstanding. */
function writeOff(entry: Closed, { book, place, loan }: Case): Effect {
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
function close(entry: Closed, state: Case): Effect {
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

function howClosed(entry: Closed, { loan, times, limits, settings }: Case): { clean: boolean; findings: number } {
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
