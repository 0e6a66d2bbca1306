import { BREACH, PASS } from "./rule.ts";
import type { Opening, Rule, Timed } from "./rule.ts";

/** LICENCE, as things stand in the block. No rulebook can waive it. */
export const licence: Rule<Timed & Pick<Opening, "licensed">> = {
  name: "LICENCE",
  must: "The platform MUST be active and licensed for the product.",
  source: "every licensing law",
  judge({ licensed }) {
    return licensed ? PASS : BREACH;
  },
};
