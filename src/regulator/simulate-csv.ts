import { toHex } from "../core/bytes.ts";
import { findingNames, ruleNames, type Decision } from "../core/decision.ts";
import { refText } from "../core/entry.ts";
import type { Simulation } from "./simulate.ts";
import { productText } from "./simulate.ts";

/** The columns of the table, one line a loan. No field needs quotes. */
export const CSV_COLUMNS = [
  "borrower",
  "loan",
  "product",
  "asked_at",
  "principal",
  "filed_as",
  "recorded",
  "before",
  "after",
  "rules_before",
  "rules_after",
  "effect",
  "spiral",
] as const;

const LINES_AT_ONCE = 1_000;

/** One line a loan of the period, in the order of the chain: pieces of text that make the file. */
export function* simulationCsv({ judged, timeline, effects }: Simulation): Generator<string, void, undefined> {
  yield `${CSV_COLUMNS.join(",")}\n`;
  let lines = "";
  for (const [i, { number, loan, before, after }] of judged.entries()) {
    const { opened, act, moment, borrower } = loan;
    lines += `${[
      toHex(timeline.borrowers[borrower]!),
      refText(act.ref),
      productText(opened.product),
      new Date(moment * 1_000).toISOString().replace(".000Z", "Z"),
      opened.principal,
      opened.basis,
      act.recorded.outcome,
      before.outcome,
      after.outcome,
      reasons(before),
      reasons(after),
      effects.get(number)?.effects.join(" ") ?? "",
      effects.get(number)?.spiral ?? "",
    ].join(",")}\n`;
    if (i % LINES_AT_ONCE !== LINES_AT_ONCE - 1) continue;
    yield lines;
    lines = "";
  }
  yield lines;
}

/** Rules and findings by name; `?` where a rule could not be judged. */
export function reasons({ findings, breaches, undetermined }: Decision): string {
  return [...findingNames(findings), ...ruleNames(breaches), ...ruleNames(undetermined).map((rule) => `${rule}?`)].join(
    " ",
  );
}
