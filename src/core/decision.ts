import { ByteReader, ByteWriter } from "./bytes.ts";
import { coreError } from "./errors.ts";

/** Rules by their bit in a decision (protocol §4). */
export const RULES = [
  "RATE",
  "SETTLEMENT",
  "COST",
  "DEDUCTION",
  "AMOUNT",
  "TERM",
  "INCOME",
  "PLATFORM-CAP",
  "MARKET-CAP",
  "OPEN-LOANS",
  "COOLING-OFF",
  "STREAK",
  "FREQUENCY",
  "DISCLOSURE",
  "BARRED",
  "LICENCE",
  "LATE",
  "FUTURE",
  "ROLLOVER",
  "WITHDRAWAL",
  "LIFETIME-COST",
  "DAILY-COST",
  "DEFAULT-CHARGE",
  "CONTACT",
  "COMPLAINT",
  "PILOT",
  "CUSTOM",
] as const;
export type RuleName = (typeof RULES)[number];

/** Findings by their bit in a decision (protocol §4). */
export const FINDINGS = [
  "MALFORMED",
  "NO-VERSION",
  "NO-LOAN",
  "FULL",
  "WIDTH",
  "LAPSED",
  "NOT-FOUNDING",
  "UNSUPPORTED",
  "EXCESS",
  "SHORT",
  "WINDOW",
  "SECONDARY",
  "STALE",
  "FORBIDDEN",
  "NO-AUTHORITY",
  "PENDING",
  "CORRECTED",
] as const;
export type FindingName = (typeof FINDINGS)[number];

export type Outcome = "accepted" | "flagged" | "refused";
const OUTCOMES = ["accepted", "flagged", "refused"] as const;

/** What the registry made of one entry. The last three are sets of bits, by `RULES` and `FINDINGS`. */
export interface Decision {
  readonly outcome: Outcome;
  readonly findings: number;
  readonly breaches: number;
  readonly undetermined: number;
}

/** Bytes of one decision. */
export const DECISION_BYTES = 12;

/** The bit of a rule, as a mask. */
export function ruleBit(name: RuleName): number {
  return 1 << RULES.indexOf(name);
}

/** The bit of a finding, as a mask. */
export function findingBit(name: FindingName): number {
  return 1 << FINDINGS.indexOf(name);
}

/** Names of the bits set in `breaches` or `undetermined`, in the order of bits. */
export function ruleNames(bits: number): RuleName[] {
  return RULES.filter((_, bit) => ((bits >>> bit) & 1) === 1);
}

/** Names of the bits set in `findings`, in the order of bits. */
export function findingNames(bits: number): FindingName[] {
  return FINDINGS.filter((_, bit) => ((bits >>> bit) & 1) === 1);
}

/** The 12 bytes of each decision, one after the other. */
export function encodeDecisions(decisions: readonly Decision[]): Uint8Array {
  const writer = new ByteWriter(decisions.length * DECISION_BYTES);
  for (const { outcome, findings, breaches, undetermined } of decisions)
    writer
      .uint(OUTCOMES.indexOf(outcome) + 1, 1)
      .uint(findings, 3)
      .uint(breaches >>> 0, 4)
      .uint(undetermined >>> 0, 4);
  return writer.finish();
}

/** The decisions of a filing from its event. Throws `invalid-input`. */
export function decodeDecisions(bytes: Uint8Array): Decision[] {
  if (bytes.length % DECISION_BYTES !== 0)
    throw badDecisions(`${bytes.length} bytes are no whole number of decisions of ${DECISION_BYTES} bytes`);
  const reader = new ByteReader(bytes);
  const decisions: Decision[] = [];
  while (reader.left > 0) {
    const code = reader.uint(1);
    const outcome = OUTCOMES[code - 1];
    if (!outcome) throw badDecisions(`Decision ${decisions.length} has the outcome ${code}, which is none of 1, 2, 3`);
    decisions.push({ outcome, findings: reader.uint(3), breaches: reader.uint(4), undetermined: reader.uint(4) });
  }
  return decisions;
}

function badDecisions(what: string): Error {
  return coreError("invalid-input", what, { fix: "Take the decisions from the Filed event of a Tallystick registry." });
}
