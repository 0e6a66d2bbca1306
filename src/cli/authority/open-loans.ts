/** Which loans a platform holds, as the chain has them. */
import type { Ref } from "../../core/entry.ts";
import { findingNames } from "../../core/decision.ts";
import type { Act } from "../../regulator/simulate-history.ts";

const keyOf = ({ platform, number, index }: Ref): string => `${platform}/${number}/${index}`;

/** Openings of the loans that a platform holds and nobody closed, in the order of the chain; written-off ones that may still be paid are among them. */
export function openLoansOf(acts: readonly Act[], platform: number): Ref[] {
  const open = new Map<string, { readonly ref: Ref; readonly holder: number }>();
  for (const { entry, ref, recorded } of acts) {
    if (recorded.outcome === "refused") continue;
    if (entry.kind === "Opened") open.set(keyOf(ref), { ref, holder: ref.platform });
    else if (entry.kind === "Closed" && entry.reason !== "written-off") open.delete(keyOf(entry.ref));
    else if (entry.kind === "Assigned") {
      const loan = open.get(keyOf(entry.ref));
      const waits = findingNames(recorded.findings).includes("PENDING");
      if (loan !== undefined && !waits) open.set(keyOf(entry.ref), { ...loan, holder: entry.to });
    }
  }
  return [...open.values()].filter(({ holder }) => holder === platform).map(({ ref }) => ref);
}
