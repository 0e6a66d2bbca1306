import { ruleBit } from "../decision.ts";
import { inWithdrawalWindow } from "../withdrawal-window.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Payment, Rule } from "./rule.ts";

/** `withdrawalMode`. */
const PRO_RATA = 1;

/** WITHDRAWAL. Sources: Directive (EU) 2023/2225 art. 26 (interest of the days used); S.C. Code §34-39-270 (nothing). */
export const withdrawal: Rule<Payment> = {
  name: "WITHDRAWAL",
  must: "Who withdraws inside the window, seconds or days, MUST NOT be charged; or, where the limits say so, not more than the days used.",
  source: "Directive (EU) 2023/2225 art. 26; S.C. Code §34-39-270",
  judge({ entry, times: { effective }, loan, charges, days, cap, settings }, limits) {
    if (entry.kind !== "Closed" || entry.reason !== "withdrawn") return PASS;
    const when = inWithdrawalWindow(limits, loan.opened, effective, settings);
    if (when === "unknown") return UNDETERMINED;
    if (when === "outside" || charges === 0) return PASS;
    if (limits.withdrawalMode !== PRO_RATA) return BREACH;
    const used = BigInt(loan.principal) * BigInt(days);
    const upTo = (share: bigint, whole: bigint) =>
      BigInt(charges) > (used * share + whole - 1n) / whole ? BREACH : PASS;
    if ((limits.on & ruleBit("RATE")) !== 0)
      return cap === undefined ? UNDETERMINED : upTo(cap, 1_000_000_000n * BigInt(limits.rateYearBasis));
    if ((limits.on & ruleBit("DAILY-COST")) !== 0) return upTo(BigInt(limits.dailyShare), 1_000_000_000n);
    return UNDETERMINED;
  },
};
