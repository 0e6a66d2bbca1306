import type { RulePack, RulePackRules, RulePackVersion } from "./rule-pack.ts";
import type { Judging } from "./sense.ts";

/** What the checks of rules have in common. */

export interface VersionAtHand {
  readonly rules: RulePackRules;
  readonly general: Pick<RulePackVersion, "withdrawalWindow" | "confirm">;
  readonly pack: Pick<RulePack, "currency" | "series" | "calendar">;
  /** Rules that could not be read: nothing is known of them. */
  readonly unread: ReadonlySet<string>;
}

export type Rule<Name extends keyof RulePackRules> = NonNullable<RulePackRules[Name]>;
export type RuleChecks = {
  readonly [Name in keyof RulePackRules]?: (rule: Rule<Name>, to: Judging, version: VersionAtHand) => void;
};

export const NOTHING = "It judges nothing as it stands.";
/** Seconds that fit into 32 bits. */
export const MOST_SECONDS = 2 ** 32 - 1;

export const isOff = ({ effect }: { readonly effect: string }): boolean => effect === "off";

export const isOn = ({ rules, unread }: VersionAtHand, name: keyof RulePackRules): boolean =>
  unread.has(name) || (rules[name] !== undefined && !isOff(rules[name]));
