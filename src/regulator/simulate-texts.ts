import { LISTED } from "./simulate-whom.ts";
import type { SimulationBasis } from "./simulate-timeline.ts";
import type { SpiralTerms } from "./simulate-spirals.ts";

/** What a simulation's words mean, for its output, its page and its documentation: one text for all. */
export function definitions({ days, loans }: SpiralTerms) {
  return {
    before: "What the law that the chain holds would have decided, asked in the same way as the draft.",
    after: "What the draft would have decided.",
    recorded: "What the registry decided when it was filed.",
    borrowers_affected:
      "Borrowers with a loan that the draft decides otherwise than the law: accepted, flagged or refused.",
    newly_refused: "Loans that the draft refuses and the law does not.",
    newly_let_through: "Loans that the law refuses and the draft does not.",
    never_made:
      "Of the loans newly let through: those that the registry refused, so that nothing is known of how they would have gone on. They are taken to be repaid at the end of their schedule.",
    losing_access:
      "Borrowers of whom the draft refuses every loan that they asked for in the period, and the law does not; with all their loans.",
    gaining_access:
      "Borrowers of whom the law refuses every loan that they asked for in the period, and the draft does not; with all their loans.",
    spirals: `Runs of ${loans} loans or more of one borrower that were made and are not refused, each begun while an earlier one of the run was open or at most ${days} days after.`,
    cut_short: "Spirals under the law of which the draft refuses at least one loan that the law does not.",
    lists: `Borrowers who lose or gain access and spirals cut short, by pseudonym: the ${LISTED} with the most loans of each, then with the most principal. The table of loans (--csv) has all.`,
    punctual_borrowers:
      "Newly refused loans of borrowers who repaid every loan of the whole history on time: closed as repaid, withdrawn or voided at the latest 24 hours after its last payment was due, never overdue, extended or written off.",
    punctual_loans: "Newly refused loans that were repaid on time themselves.",
    first_loans: "Newly refused loans that were their borrower's first in the whole history.",
    undetermined_alone: "Newly refused loans that breach no rule: an input was missing, such as a reference rate.",
    not_applied: "Later entries of loans that were refused: payments and closes that never happened then.",
    unlinked: "Loans judged by themselves, because the one that they refinance or renew was refused.",
  };
}

export const BASIS_TEXTS: Readonly<Record<SimulationBasis, string>> = {
  request:
    "Each loan is asked for at its own time, as a request that can be refused, however it was filed: what was filed as history at its stated time, the rest at the time of its block.",
  "as-filed":
    "Each loan keeps the basis that it was filed with, in the order of the chain. What was filed as a fact can't be refused, so it is flagged at most.",
};

export const MODE_TEXTS = {
  following:
    "The state follows the decisions: a loan that is refused is not there for the next one, and what happened to it later did not happen.",
  "each-alone":
    "History stays as it was: each loan is judged by itself against the loans that were really made, so no refusal changes the next.",
} as const;

export const DATING_TEXTS = {
  drafted:
    "What the draft says and the law doesn't binds from its own date. Where no loan of the period would meet it, it is tried on all of them: its newest version binds for the whole period.",
  newest: "The newest version of each product in the draft binds for the whole period, whatever its date.",
  "as-dated": "What the draft says and the law doesn't binds from its own date, whether a loan meets it or not.",
} as const;
