import { ruleBit } from "./decision.ts";
import type { RuleName } from "./decision.ts";
import { ANSWERED_RULES } from "./judge-complaint.ts";
import { CONTACTED_RULES } from "./judge-contacted.ts";
import { EVENT_RULES, OUTSIDE_RULES, PAYMENT_RULES } from "./judge-event.ts";
import { EXTENDED_RULES } from "./judge-extended.ts";
import { OPENED_RULES } from "./judge-opened.ts";
import { OVERDUE_RULES } from "./judge-overdue.ts";

/** A rule that this registry judges, and which entries. */
export interface ServedRule {
  readonly name: RuleName;
  readonly must: string;
  readonly source: string;
  readonly judges: string;
}

const JUDGED = [
  { judges: "`Opened`", rules: OPENED_RULES },
  { judges: "all entries", rules: EVENT_RULES },
  { judges: "`Extended`", rules: EXTENDED_RULES },
  { judges: "`Repaid`, `Closed`", rules: [...PAYMENT_RULES, ...OUTSIDE_RULES] },
  { judges: "`Overdue`", rules: OVERDUE_RULES },
  { judges: "`Contacted`", rules: CONTACTED_RULES },
  { judges: "`Answered`", rules: ANSWERED_RULES },
] as const;

/** Every rule that this registry judges, each once, in the order of bits. */
export const RULES_SERVED: readonly ServedRule[] = [
  ...JUDGED.reduce((found, { judges, rules }) => {
    for (const { name, must, source } of rules) {
      const kinds = judges === "all entries" ? [] : [...(found.get(name)?.kinds ?? []), judges];
      found.set(name, { name, must, source, kinds });
    }
    return found;
  }, new Map<RuleName, Omit<ServedRule, "judges"> & { readonly kinds: readonly string[] }>()),
]
  .map(([, { kinds, ...rule }]) => ({ ...rule, judges: kinds.length === 0 ? "all entries" : kinds.join(", ") }))
  .sort((a, b) => Math.log2(ruleBit(a.name)) - Math.log2(ruleBit(b.name)));

/** The same as a set of bits. */
export const SERVED_RULES: number = RULES_SERVED.reduce((bits, { name }) => bits | ruleBit(name), 0);
