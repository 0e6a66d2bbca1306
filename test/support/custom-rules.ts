import { readFileSync } from "node:fs";
import { AbiCoder, keccak256 } from "ethers";
import { toHex } from "../../src/core/bytes.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import type { CustomOracle } from "../../src/core/rules/custom.ts";
import { BREACH, PASS, UNDETERMINED } from "../../src/core/rules/rule.ts";
import type { Verdict } from "../../src/core/rules/rule.ts";
import { factsOf } from "../../src/regulator/ask-custom.ts";

/** Where tests put `contracts/test/HostileRule.sol`; the last byte says what it does. */
export const ruleAddress = (how: number): string => `0xc0de${"00".repeat(17)}${how.toString(16).padStart(2, "0")}`;

/** Behaviours that the code has; any other number is an address without code. */
export const RULE_BEHAVIOURS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] as const;

/** The code, as a chain has it. */
export function hostileRuleCode(): string {
  const path = new URL("../../artifacts/contracts/test/HostileRule.sol/HostileRule.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { deployedBytecode: string }).deployedBytecode;
}

const ARGUMENTS = ["bytes", `(${Array.from({ length: 9 }, () => "uint256").join(",")})`];

/** What the code answers, said again in TypeScript: the first behaviour depends on every byte that it is given. */
export const hostileOracle: CustomOracle = (call) => {
  const how = parseInt(call.rule.slice(-2), 16);
  if (how === 1) {
    const given = AbiCoder.defaultAbiCoder().encode(ARGUMENTS, [toHex(encodeEntry(call.entry)), factsOf(call)]);
    return Number(BigInt(keccak256(given)) % 3n) as Verdict;
  }
  // What it measures is what the call itself has left of its gas.
  if (how === 12) return call.gas < 90_500 ? BREACH : PASS;
  return how === 8 || how === 13 ? PASS : UNDETERMINED;
};
