import { findingBit } from "./decision.ts";
import type { Decision, FindingName } from "./decision.ts";
import type { Limits } from "./limit-fields.ts";

/** Findings that refuse an entry. */
export type RefusingFinding = Exclude<FindingName, "EXCESS" | "SHORT" | "WINDOW">;

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
