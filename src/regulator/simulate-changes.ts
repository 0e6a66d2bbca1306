import type { Rulebook } from "../core/rulebook.ts";
import type { CompiledRulePack } from "./compile-rule-pack.ts";
import { differencesOf, linesOfRulebook, sentencesOf } from "./law-diff.ts";
import { localTime } from "./plan.ts";
import { linesWith, type AppliedVersion } from "./simulate-draft.ts";

/** What a draft changes for one product and kind of borrower, for some time. */
export interface DraftChange {
  readonly product: string;
  readonly title: string;
  readonly borrower: "person" | "business";
  /** Local days or instants; null: from the beginning, and for good. */
  readonly from: string | null;
  readonly until: string | null;
  /** `the wait after a loan rises from 24 hours to 7 days: stricter`. */
  readonly sentences: readonly string[];
}

/** Where a draft as it is applied differs from the law between two times, in words; what differs at no loan's time is left out. */
export function draftChanges(
  law: Rulebook,
  draft: CompiledRulePack,
  applied: readonly AppliedVersion[],
  [first, last]: readonly [first: number, last: number],
): DraftChange[] {
  const lines = linesOfRulebook(law);
  const context = {
    currency: draft.currency,
    series: (number: number) => draft.series.find((one) => one.number === number)?.title ?? `series ${number}`,
  };
  return differencesOf(lines, linesWith(lines, applied), false)
    .filter(({ from, until = Infinity }) => from <= last && until > first)
    .map((difference) => {
      const { product, kind, from, until, before } = difference;
      const at = (time: number): string => localTime(time, draft.settings.zone);
      const nothing = before === undefined ? ["the law has nothing for them, so that requests are refused by it"] : [];
      return {
        product: `${product >>> 6}/${product & 63}`,
        title: draft.products.find((one) => one.product === product)?.title ?? "",
        borrower: kind === 1 ? "person" : "business",
        from: from <= first ? null : at(from),
        until: until === undefined || until > last ? null : at(until),
        sentences: [...nothing, ...sentencesOf(difference, context).map(({ sentence }) => sentence)],
      };
    });
}
