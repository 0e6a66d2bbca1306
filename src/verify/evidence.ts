import { type z } from "zod";

import { type FilingDomain, headFromHash, keccak256, splitEntries } from "../core/filing.ts";
import { fromHex } from "../core/bytes.ts";
import { type Decision, DECISION_BYTES, decodeDecisions } from "../core/decision.ts";
import { type Receipt, receiptParts } from "../core/receipt.ts";
import { type ParsedRecord, parseRecord } from "../core/sd-jwt.ts";
import { type Trust, trustedDomain } from "./verify.ts";

/** A part of a receipt that was read, or what is wrong with it. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly wrong: string };

type PartName = keyof typeof receiptParts;

/** A receipt taken apart: each part by itself, so that one that is damaged doesn't hide what the others prove. */
export interface Evidence {
  readonly format: unknown;
  /** Fields of the receipt that no part knows. */
  readonly strangers: readonly string[];
  readonly record: Read<Receipt["record"]>;
  readonly inclusion: Read<Receipt["inclusion"]>;
  readonly filing: Read<Receipt["filing"]>;
  readonly decision: Read<Receipt["decision"]>;
  readonly anchor: Read<Receipt["anchor"]>;
  /** The record's SD-JWT, taken apart. */
  readonly parsed: Read<ParsedRecord>;
  /** Where the filing was signed for: as trusted, or else as the receipt says. */
  readonly domain: FilingDomain | undefined;
  readonly head: Uint8Array | undefined;
  /** The entries, if they are shown. */
  readonly entries: readonly Uint8Array[] | undefined;
  /** How many entries the filing has. */
  readonly count: number | undefined;
  /** The decisions, if they are any. */
  readonly decisions: readonly Decision[] | undefined;
}

/** Takes a receipt apart. */
export function readEvidence(receipt: Readonly<Record<string, unknown>>, trust: Trust): Evidence {
  const part = <Name extends PartName>(name: Name): Read<Receipt[Name]> =>
    readPart(receiptParts[name] as unknown as z.ZodType<Receipt[Name]>, receipt[name], name);
  const [record, inclusion, filing, decision, anchor] = [
    part("record"),
    part("inclusion"),
    part("filing"),
    part("decision"),
    part("anchor"),
  ] as const;
  const claimed = anchor.ok
    ? { chainId: BigInt(anchor.value.chainId), registry: fromHex(anchor.value.registry) }
    : undefined;
  const domain = (claimed && trustedDomain(trust, claimed.registry)) ?? trust.domain ?? claimed;
  const entries = filing.ok && filing.value.entries !== undefined ? fromHex(filing.value.entries) : undefined;
  const split = entries && splitEntries(entries);
  return {
    format: receipt["format"],
    strangers: Object.keys(receipt).filter((key) => key !== "format" && !Object.hasOwn(receiptParts, key)),
    record,
    inclusion,
    filing,
    decision,
    anchor,
    parsed: record.ok ? readRecord(record.value.sdJwt) : record,
    domain,
    head: filing.ok && domain ? headOf(filing.value, entries, domain) : undefined,
    entries: split,
    decisions: decision.ok ? readDecisions(fromHex(decision.value.decisions)) : undefined,
    count: split?.length ?? (decision.ok ? (decision.value.decisions.length - 2) / (2 * DECISION_BYTES) : undefined),
  };
}

function headOf(filing: Receipt["filing"], entries: Uint8Array | undefined, domain: FilingDomain): Uint8Array {
  const { platform, number, previous, recordsRoot, entriesHash } = filing;
  return headFromHash(
    { platform, number, previous: fromHex(previous), recordsRoot: fromHex(recordsRoot) },
    // One of the two is there: the schema says so.
    entries ? keccak256(entries) : fromHex(entriesHash!),
    domain,
  );
}

function readPart<T>(schema: z.ZodType<T>, value: unknown, name: string): Read<T> {
  if (value === undefined) return { ok: false, wrong: `The receipt has no ${name}.` };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, wrong: `${[name, ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "is wrong"}.` };
}

function readRecord(text: string): Read<ParsedRecord> {
  try {
    return { ok: true, value: parseRecord(text) };
  } catch (error) {
    return { ok: false, wrong: `${error instanceof Error ? error.message : String(error)}.` };
  }
}

/** The decisions in `bytes`; undefined if they are none. */
function readDecisions(bytes: Uint8Array): Decision[] | undefined {
  try {
    return decodeDecisions(bytes);
  } catch {
    return undefined;
  }
}
