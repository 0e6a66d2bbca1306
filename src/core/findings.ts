import { findingBit, ruleBit } from "./decision.ts";
import type { Decision, FindingName } from "./decision.ts";
import type { Limits } from "./limit-fields.ts";
import { BREACH, UNDETERMINED } from "./rules/rule.ts";
import type { Rule } from "./rules/rule.ts";

/** Findings that refuse an entry. */
export type RefusingFinding = Exclude<
  FindingName,
  "EXCESS" | "SHORT" | "WINDOW" | "SECONDARY" | "STALE" | "PENDING" | "CORRECTED"
>;

/** The decision that a refusing finding makes: that finding alone. */
export function refusal(finding: RefusingFinding): Decision {
  return { outcome: "refused", findings: findingBit(finding), breaches: 0, undetermined: 0 };
}

/** What rules say and the version makes of it (protocol §4). */
export function decide(
  question: boolean,
  limits: Limits,
  findings: number,
  breaches: number,
  undetermined: number,
): Decision {
  const broken = (breaches & limits.on) >>> 0;
  const open = (undetermined & limits.on & ~broken) >>> 0;
  if (question && ((broken & limits.refuse) | (open & limits.undeterminedRefuse)) !== 0)
    return { outcome: "refused", findings, breaches: broken, undetermined: open };
  const outcome = (broken | open | findings) === 0 ? "accepted" : "flagged";
  return { outcome, findings, breaches: broken, undetermined: open };
}

/** The decision on a fact that no version judges. */
export function unjudged(findings: number): Decision {
  return { outcome: "flagged", findings: findings | findingBit("NO-VERSION"), breaches: 0, undetermined: 0 };
}

/** What rules make of an entry, as sets of bits. */
export interface Verdicts {
  readonly breaches: number;
  readonly undetermined: number;
}

/** Asks each rule that is on. */
export function verdictsOf<Subject>(rules: readonly Rule<Subject>[], subject: Subject, limits: Limits): Verdicts {
  let breaches = 0;
  let undetermined = 0;
  for (const rule of rules) {
    const bit = ruleBit(rule.name);
    if ((limits.on & bit) === 0) continue;
    const verdict = rule.judge(subject, limits);
    if (verdict === BREACH) breaches |= bit;
    else if (verdict === UNDETERMINED) undetermined |= bit;
  }
  return { breaches, undetermined };
}

/** The decision on a fact: what rules say of it, if there are limits. */
export function decideFact(limits: Limits | undefined, findings: number, verdicts: Verdicts | undefined): Decision {
  if (!limits || !verdicts) return unjudged(findings);
  return decide(false, limits, findings, verdicts.breaches, verdicts.undetermined);
}
