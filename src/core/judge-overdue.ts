import { replaceLoan, withDefault } from "./book.ts";
import { lifetimeOf } from "./chains.ts";
import { AMOUNT_LIMIT } from "./entry.ts";
import type { Overdue } from "./entry.ts";
import { decideFact, refusal, verdictsOf } from "./findings.ts";
import { EVENT_RULES } from "./judge-event.ts";
import { detailWith } from "./judge-opened.ts";
import { locateLoan } from "./locate-loan.ts";
import { defaultCharge } from "./rules/default-charge.ts";
import type { Default } from "./rules/default-charge.ts";
import { lifetimeCost } from "./rules/lifetime-cost.ts";
import type { Payment, Rule } from "./rules/rule.ts";
import type { Judgement, Position, World } from "./world.ts";

/** The rules of `Overdue` beside those of all events. */
export const OVERDUE_RULES: readonly Rule<Default & Pick<Payment, "lifetime">>[] = [defaultCharge, lifetimeCost];

/** Days past due from which a borrower is in default. */
const DEFAULT_DAYS = 90;

/** Judges an `Overdue` (protocol §6). */
export function judgeOverdue(entry: Overdue, position: Position, world: World): Judgement {
  const located = locateLoan(entry, position, world);
  if (typeof located === "string") return { entry, decision: refusal(located) };
  const { book, place, loan, limits, times } = located;
  const detail = loan.detail ?? detailWith(0);
  const total = BigInt(detail.defaultCharges) + entry.defaultCharges;
  if (total >= AMOUNT_LIMIT) return { entry, decision: refusal("WIDTH") };
  const defaults = entry.daysPastDue >= DEFAULT_DAYS;
  const marks = defaults && !loan.chargedOff && !detail.inDefault;
  const changed = (entry.defaultCharges > 0n || marks) && {
    detail: { ...detail, defaultCharges: Number(total), inDefault: detail.inDefault || marks },
  };
  const after = replaceLoan(book, place, { ...loan, unconfirmed: false, ...changed });
  const lifetime = lifetimeOf(entry.borrower, loan, detail.charges + Number(total), world);
  const subject = { entry, times, principal: BigInt(loan.principal), total, lifetime };
  const verdicts = limits && verdictsOf([...EVENT_RULES, ...OVERDUE_RULES], subject, limits);
  return {
    entry,
    decision: decideFact(limits, 0, verdicts),
    book: defaults ? withDefault(after, times.effective) : after,
  };
}
