import type { Entry, Ref } from "../entry.ts";
import type { Rule, Verdict } from "./rule.ts";

/** What the registry knows of an entry beside its bytes (`contracts/interfaces/IRule.sol`). Amounts are exact `number`s. */
export interface CustomFacts {
  readonly time: number;
  readonly blockTime: number;
  readonly platform: number;
  readonly group: number;
  readonly product: number;
  /** `platform u24 ‖ number u32 ‖ index u8`. */
  readonly loan: bigint;
  readonly opened: number;
  readonly outstanding: number;
  readonly openLoans: number;
}

/** One question to a rule of the regulator's own. */
export interface CustomCall {
  /** Address of the rule. */
  readonly rule: string;
  /** That one call may use. */
  readonly gas: number;
  /** Position of the entry in its filing. */
  readonly index: number;
  readonly entry: Entry;
  readonly facts: CustomFacts;
}

/** A reference as the wire has it, in one number. */
export function refNumber({ platform, number, index }: Ref): bigint {
  return (BigInt(platform) << 40n) | (BigInt(number) << 8n) | BigInt(index);
}

/** Answers for rules whose code is on a chain: core can't run it. */
export type CustomOracle = (call: CustomCall) => Verdict;

/** What CUSTOM judges. */
export interface CustomSubject {
  /** Asks the rule that the limits name. */
  readonly ask: (rule: string, gas: number) => Verdict;
}

/** CUSTOM: a rule of the regulator's own. */
export const custom: Rule<CustomSubject> = {
  name: "CUSTOM",
  must: "An entry MUST pass the regulator's own rule where the limits name one.",
  source: "the contract that the limits name",
  judge: ({ ask }, limits) => ask(limits.custom, limits.customGas),
};
