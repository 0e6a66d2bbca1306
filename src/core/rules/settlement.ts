import { SIMPLE } from "./rate.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Payment, Rule } from "./rule.ts";

/** SETTLEMENT: RATE on what is really paid. Sources as of RATE; what is kept of a loan paid off early is the usual case. */
export const settlement: Rule<Payment> = {
  name: "SETTLEMENT",
  must: "What is really paid MUST NOT cost more than RATE's cap: growing at the cap from one payment to the next, what the borrower received must never be less than what is taken off it.",
  source: "金规〔2025〕9号 art. 6; Directive (EU) 2023/2225 art. 29",
  judge({ paid, charged, charges, leaves, accrual: { balance } }, { rateConvention }) {
    if (balance === undefined) return UNDETERMINED;
    if (rateConvention !== SIMPLE) return paid > balance ? BREACH : PASS;
    return charges > balance && (leaves || charged) ? BREACH : PASS;
  },
};
