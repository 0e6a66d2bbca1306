import type { Limits } from "./limit-fields.ts";
import type { Times } from "./rules/rule.ts";

/** The two times of an entry (protocol §6), from the version at the block's time, if there is one. */
export function timesOf(
  entry: {
    readonly stated: number;
    readonly founded: boolean;
    readonly notBefore?: number;
    readonly deadline?: number;
  },
  block: number,
  present: Limits | undefined,
): Times {
  const { stated, founded, notBefore = 0, deadline } = entry;
  const earliest = block - reportingWindow(stated, deadline, present);
  const latest = block + (present?.clockSkew ?? 0);
  const held = founded ? Math.min(stated, block) : Math.max(Math.min(stated, block), earliest);
  return { stated, block, earliest, latest, founded, effective: Math.max(held, notBefore) };
}

/** Infinite without a version: nothing says then what is late. An outage's ends with its deadline, within bounds. */
function reportingWindow(stated: number, deadline: number | undefined, present: Limits | undefined): number {
  if (!present) return Infinity;
  if (deadline === undefined) return present.reportingWindow;
  return Math.min(Math.max(deadline - stated, 0), present.outageWindow);
}
