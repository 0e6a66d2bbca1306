import { compileRulePack, parseRulePack, type CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { FILED_AT } from "./payday-history.ts";

export interface DraftVersion {
  readonly effectiveFrom?: string;
  /** Lines of the rules, without their law: `COOLING-OFF: { time: 24h }`. */
  readonly rules: Readonly<Record<string, string>>;
}

/** A draft for the product 2/1, or the one that is said, in Lagos, in YAML. */
export function draftText(
  versions: readonly DraftVersion[],
  { market = 2, serial = 1, zone = "Africa/Lagos" } = {},
): string {
  const rule = ([name, terms]: [string, string]): string =>
    `      ${name}: { effect: refuse, ${terms === "" ? "" : `${terms}, `}law: { article: A draft, mark: sample } }`;
  const version = ({ effectiveFrom = "2010-01-01", rules }: DraftVersion): string =>
    [
      "  - products: [loan]",
      "    borrowers: [person]",
      `    effectiveFrom: ${effectiveFrom}`,
      "    reportingWindow: 30d",
      `    rules:${Object.keys(rules).length === 0 ? " {}" : ""}`,
      ...Object.entries(rules).map(rule),
    ].join("\n");
  return `pack: draft
title: A draft
currency: { code: NGN, decimals: 2 }
zone: ${zone}
markets:
  short: { number: ${market} }
products:
  loan: { market: short, serial: ${serial}, title: A loan }
versions:
${versions.map(version).join("\n")}
`;
}

export function draftOf(
  versions: readonly DraftVersion[],
  place: Parameters<typeof draftText>[1] = {},
): CompiledRulePack {
  return compileRulePack(parseRulePack(draftText(versions, place), "draft.yaml"), FILED_AT);
}
