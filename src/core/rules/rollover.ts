import type { Extended } from "../entry.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule, Timed } from "./rule.ts";

/** What rules on an extension judge. */
export interface Extending extends Timed {
  readonly entry: Extended;
  /** Of the loan, minor units. */
  readonly principal: bigint;
  /** Of the principal, before it, minor units. */
  readonly repaid: bigint;
  /** Before this one; MANY_EXTENSIONS: so many at least. */
  readonly extensions: number;
  /** What a linked loan has before it. */
  readonly renewals: number;
}

/** At which the count of extensions stops. */
export const MANY_EXTENSIONS = 15;

/** Whether this kind of extension is counted: a deferment and hardship relief are not. */
export function isCounted({ extension }: Extended): boolean {
  return extension === "extension" || extension === "rollover";
}

/** ROLLOVER. Sources: Fla. Stat. §560.404 (no rollover); FCA CONC 6.7.23 (two at most); RCW 31.45.073. */
export const rollover: Rule<Extending> = {
  name: "ROLLOVER",
  must: "A loan MUST NOT be extended or renewed more often than allowed, nor extended before the share of its principal was paid.",
  source: "Fla. Stat. §560.404; FCA CONC 6.7.23; RCW 31.45.073",
  judge({ entry, principal, repaid, extensions, renewals }, { rolloverMax, rolloverPaid }) {
    if (!isCounted(entry)) return PASS;
    if (extensions + renewals + 1 > rolloverMax || repaid < (principal * BigInt(rolloverPaid)) / 1_000_000n)
      return BREACH;
    return extensions === MANY_EXTENSIONS ? UNDETERMINED : PASS;
  },
};

/** ROLLOVER of a loan that renews one: the one before is over, so that nothing is asked of what was paid of it. */
export const renewal: Rule<Opening> = {
  ...rollover,
  judge: ({ renewals }, { rolloverMax }) => (renewals > rolloverMax ? BREACH : PASS),
};
