import { DECISION_BYTES, ruleBit } from "./decision.ts";
import type { CustomCall, CustomOracle } from "./rules/custom.ts";
import { BREACH, PASS, UNDETERMINED } from "./rules/rule.ts";
import type { Verdict } from "./rules/rule.ts";

const BREACHES_AT = 4;
const UNDETERMINED_AT = 8;

/**
 * An oracle that takes a filing's decisions at their word on CUSTOM, whose code only the chain runs. `onCall` is told what was asked and
 * taken, so that somebody with a node can ask again.
 */
export function decidedOracle(
  decisions: Uint8Array,
  onCall: (call: CustomCall, verdict: Verdict) => void = () => undefined,
): CustomOracle {
  const has = (place: number): boolean => {
    const view = new DataView(decisions.buffer, decisions.byteOffset, decisions.byteLength);
    return place + 4 <= decisions.length && (view.getUint32(place) & ruleBit("CUSTOM")) !== 0;
  };
  return (call) => {
    const start = call.index * DECISION_BYTES;
    const verdict = has(start + BREACHES_AT) ? BREACH : has(start + UNDETERMINED_AT) ? UNDETERMINED : PASS;
    onCall(call, verdict);
    return verdict;
  };
}
