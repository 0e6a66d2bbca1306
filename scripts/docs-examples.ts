/**
 * Worked examples for the specification, computed by the code that they describe (scripts/docs.ts puts them in).
 */
import { toHex } from "../src/core/bytes.ts";
import { encodeDecisions, ruleBit } from "../src/core/decision.ts";
import type { Decision } from "../src/core/decision.ts";
import { encodeEntry } from "../src/core/encode-entry.ts";
import type { Closed, Opened } from "../src/core/entry.ts";
import { addressOfSecret, domainSeparator, encodeEntries, headOf, sealOf, signHead } from "../src/core/filing.ts";
import { leafHash, treeHead } from "../src/core/merkle.ts";

const borrower = new Uint8Array([1, ...new Uint8Array(31).fill(0xb0)]);
const time = Date.UTC(2026, 7, 1, 8, 30) / 1_000;

/** 1,000.00 received of 1,000.00, twelve monthly instalments of 93.50, disclosed an hour before. */
const opened: Opened = {
  kind: "Opened",
  basis: "request",
  borrower,
  time,
  product: 65,
  principal: 100_000n,
  disclosed: time - 3_600,
  schedule: [{ count: 12, unit: "month", gap: 1, amount: 9_350n }],
};

const closed: Closed = {
  kind: "Closed",
  borrower,
  ref: { platform: 7, number: 1, index: 0 },
  time: time + 86_400,
  reason: "withdrawn",
  principal: 100_000n,
  charges: 65n,
};

/** A field of an example: bytes that it takes, its name, what it says. */
type Field = readonly [width: number, name: string, meaning: string];

const OPENED_FIELDS: readonly Field[] = [
  [1, "kind", "Opened"],
  [1, "flags", "basis request; nothing optional is present"],
  [32, "borrower", "a natural person"],
  [4, "time", "2026-08-01T08:30:00Z, as the contract states it"],
  [2, "product", "market 1, serial 1"],
  [5, "principal", "1,000.00"],
  [4, "disclosed", "an hour before"],
  [2, "legs", "one"],
  [2, "count", "12 payments"],
  [1, "unit", "month"],
  [2, "gap", "every one of them"],
  [5, "amount", "93.50 each"],
];

const CLOSED_FIELDS: readonly Field[] = [
  [1, "kind", "Closed"],
  [1, "flags", "neither founded nor by order"],
  [32, "borrower", "the same"],
  [8, "ref", "opened by platform 7, in its filing 1, as entry 0"],
  [4, "time", "a day later"],
  [1, "reason", "withdrawn"],
  [5, "principal", "the final payment: 1,000.00 of principal"],
  [5, "charges", "and 0.65 of charges"],
];

function broken(bytes: Uint8Array, fields: readonly Field[]): string {
  let at = 0;
  const lines = fields.map(([width, name, meaning]) => {
    const digits = toHex(bytes.subarray(at, (at += width))).slice(2);
    const shown = digits.length > 24 ? `${digits.slice(0, 10)}…${digits.slice(-4)}` : digits;
    return `${shown.padEnd(18)}${name.padEnd(12)}${meaning}`;
  });
  if (at !== bytes.length) throw new Error(`the example's fields are ${at} bytes, its entry ${bytes.length}`);
  return ["```text", ...lines, "```"].join("\n");
}

export function openedExample(): string {
  return broken(encodeEntry(opened), OPENED_FIELDS);
}

export function closedExample(): string {
  return broken(encodeEntry(closed), CLOSED_FIELDS);
}

const DECISIONS: readonly (readonly [decision: Decision, meaning: string])[] = [
  [{ outcome: "accepted", findings: 0, breaches: 0, undetermined: 0 }, "accepted"],
  [
    { outcome: "refused", findings: 0, breaches: ruleBit("OPEN-LOANS") | ruleBit("COOLING-OFF"), undetermined: 0 },
    "refused: OPEN-LOANS and COOLING-OFF are in breach",
  ],
  [
    { outcome: "flagged", findings: 0, breaches: ruleBit("LATE"), undetermined: ruleBit("DISCLOSURE") },
    "flagged: LATE in breach, DISCLOSURE undetermined",
  ],
  [{ outcome: "refused", findings: 4, breaches: 0, undetermined: 0 }, "refused: NO-LOAN"],
];

export function decisionExamples(): string {
  const lines = DECISIONS.map(([decision, meaning]) => {
    const digits = toHex(encodeDecisions([decision])).slice(2);
    const parts = [digits.slice(0, 2), digits.slice(2, 8), digits.slice(8, 16), digits.slice(16)];
    return `${parts.join(" ")}   ${meaning}`;
  });
  return ["```text", ...lines, "```"].join("\n");
}

export function filingExample(): string {
  const domain = { chainId: 31_337n, registry: new Uint8Array(20).fill(0xaa) };
  const secret = new Uint8Array(32).fill(0x11);
  const records = ["the record of the first entry", "the record of the second"].map((text) =>
    new TextEncoder().encode(text),
  );
  const filing = {
    platform: 7,
    number: 1,
    previous: new Uint8Array(32),
    recordsRoot: treeHead(records.map((record) => leafHash(record))),
    entries: encodeEntries([opened, closed].map(encodeEntry)),
  };
  const head = headOf(filing, domain);
  const decisions = encodeDecisions([DECISIONS[0]![0], DECISIONS[0]![0]]);
  const shown: [string, string][] = [
    ["chain", domain.chainId.toString()],
    ["registry", toHex(domain.registry)],
    ["domain separator", toHex(domainSeparator(domain))],
    ["platform", filing.platform.toString()],
    ["number", filing.number.toString()],
    ["previous", toHex(filing.previous)],
    ["recordsRoot", toHex(filing.recordsRoot)],
    ["entries", toHex(filing.entries)],
    ["head", toHex(head)],
    ["secret key", toHex(secret)],
    ["its address", toHex(addressOfSecret(secret))],
    ["signature", toHex(signHead(head, secret))],
    ["block time", `${time + 90_000}`],
    ["decisions", toHex(decisions)],
    ["seal", toHex(sealOf(head, time + 90_000, decisions))],
  ];
  const lines = shown.map(([name, value]) => `${name.padEnd(18)}${value}`);
  return ["```text", ...lines.flatMap(wrapped), "```"].join("\n");
}

/** A line of at most 84 characters; the rest goes below, indented. */
function wrapped(line: string): string[] {
  const lines = [line.slice(0, 84)];
  for (let at = 84; at < line.length; at += 66) lines.push(" ".repeat(18) + line.slice(at, at + 66));
  return lines;
}
