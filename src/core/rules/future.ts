import { BREACH, PASS } from "./rule.ts";
import type { Rule, Timed } from "./rule.ts";

/** FUTURE. */
export const future: Rule<Timed> = {
  name: "FUTURE",
  must: "The time that an entry states MUST NOT be ahead of the block's by more than clocks may differ.",
  source: "none: what keeps a time from being chosen",
  judge({ times: { stated, latest } }) {
    return stated > latest ? BREACH : PASS;
  },
};
