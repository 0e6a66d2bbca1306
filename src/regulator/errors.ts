import { defineErrors } from "../core/errors.ts";

export const regulatorError = defineErrors({
  "rule-pack-invalid": {
    status: 400,
    why: "A rule pack can't be read, or says something that the Rulebook can't hold.",
    fix: "Correct the line and field that the message names; `tally rules validate FILE` checks without publishing.",
  },
  "pilot-invalid": {
    status: 400,
    why: "A file of a pilot's terms can't be read, or says what no pilot can be.",
    fix: "Correct the line and field that the message names; docs/pilots.md has an example.",
  },
  "rules-conflict": {
    status: 409,
    why: "The chain's Rulebook already holds something that the pack contradicts.",
    fix: "Compare with `tally rules list`; a version that binds is never edited, a new one is published with notice.",
  },
  "history-empty": {
    status: 404,
    why: "There is no loan to simulate anything with.",
    fix: "Check the registry, the period and the platforms; `tally import` loads a history.",
  },
  "history-cut": {
    status: 400,
    why: "The chain was read from a block on that is after the deployment: without its beginning nothing can be judged anew.",
    fix: "Give the block of the deployment with --from-block, or an earlier one; 0 is always right.",
  },
  "pilot-unknown": {
    status: 404,
    why: "No pilot with this number was ever opened on this chain.",
    fix: "See `tally pilot list` for those that there are.",
  },
  "draft-unknown-product": {
    status: 409,
    why: "A draft says nothing of any product that the chain knows.",
    fix: "Give the draft's markets and products the numbers that the chain knows.",
  },
});
