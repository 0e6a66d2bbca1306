import { BREACH, PASS } from "./rule.ts";
import type { Rule, Timed } from "./rule.ts";

/** What the rule of answers judges. */
export interface Answering extends Timed {
  /** When the borrower complained. */
  readonly complained: number;
}

/** COMPLAINT. Sources: 银保监会令〔2020〕3号 (15 days); RBI digital lending directions (30 days); FCA DISP 1.6.2 (eight weeks). */
export const complaint: Rule<Answering> = {
  name: "COMPLAINT",
  must: "A complaint MUST be answered within the time for it.",
  source: "银保监会令〔2020〕3号; RBI Digital Lending Directions, 2025; FCA DISP 1.6.2",
  judge({ complained, times: { effective } }, { answerWithin }) {
    return effective > complained + answerWithin ? BREACH : PASS;
  },
};
