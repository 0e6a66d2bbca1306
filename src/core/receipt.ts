/**
 * A receipt: one file that proves what was recorded, decided and anchored (docs/spec/receipt.md).
 *
 * Every field is bound by something else in the file or on the chain. What nothing could check has no place here.
 */
import { z } from "zod";

import { fromHex, toHex, type Hex } from "./bytes.ts";
import type { FilingDomain, SignedFiling } from "./filing.ts";
import { sealOf } from "./filing.ts";
import { auditPath } from "./merkle.ts";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { recordKeySchema, type RecordKey } from "./record-key.ts";
import type { RecordGroup } from "./record.ts";
import { MAX_RECORD_LENGTH, redact } from "./sd-jwt.ts";

export const RECEIPT_FORMAT = 1;

/** What bounds a receipt, so that a hostile one costs little to refuse. */
export const RECEIPT_LIMITS = {
  /** Characters of the whole file. */
  file: 1_048_576,
  /** Bytes of a filing's entries: more than a transaction can carry. */
  entries: 131_072,
  /** Entries of a filing; the last may stand for all bytes that follow the 256th. */
  count: 257,
  /** Hashes of an inclusion proof. */
  path: 9,
  /** Bytes of a block header. */
  header: 16_384,
  /** Nodes of a state proof, and bytes of each. */
  nodes: 64,
  node: 4_096,
} as const;

/** `0x` and lower-case digits of exactly `bytes` bytes, so that a value has one spelling. */
const fixed = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`, "u"), `must be 0x and ${2 * bytes} lower-case hexadecimal digits`)
    .transform((text) => text as Hex);
const upTo = (bytes: number) =>
  z
    .string()
    .max(2 + 2 * bytes)
    .regex(/^0x(?:[0-9a-f]{2})*$/u, "must be 0x and pairs of lower-case hexadecimal digits")
    .transform((text) => text as Hex);
const seconds = z
  .int()
  .min(0)
  .max(2 ** 40 - 1);

const record = z.strictObject({
  /** The SD-JWT, with as many disclosures as its holder shows. */
  sdJwt: z.string().max(MAX_RECORD_LENGTH),
  /** The key that signed it, and the platform's certificate of that key. */
  key: z.strictObject({ jwk: recordKeySchema, validFrom: seconds, validTo: seconds, signature: fixed(65) }),
});

const inclusion = z.strictObject({
  index: z
    .int()
    .min(0)
    .max(RECEIPT_LIMITS.count - 1),
  /** RFC 6962 audit path from the leaf to the records' root. */
  path: z.array(fixed(32)).max(RECEIPT_LIMITS.path),
});

const filing = z
  .strictObject({
    platform: z
      .int()
      .min(1)
      .max(2 ** 18 - 1),
    number: z
      .int()
      .min(1)
      .max(2 ** 28 - 1),
    previous: fixed(32),
    recordsRoot: fixed(32),
    /** All entries of the filing. Whoever reads them sees the platform's other loans of that moment, under pseudonyms. */
    entries: upTo(RECEIPT_LIMITS.entries).optional(),
    /** keccak-256 of the entries, where they are withheld. */
    entriesHash: fixed(32).optional(),
    /** Address of the filing key. */
    key: fixed(20),
    signature: fixed(65),
  })
  .refine(({ entries, entriesHash }) => (entries === undefined) !== (entriesHash === undefined), {
    path: ["entries"],
    message: "must be there, or else entriesHash",
  });

const decision = z.strictObject({
  /** Time of the block that mined the filing. */
  time: seconds,
  /** The decisions of all entries, 12 bytes each. */
  decisions: upTo(RECEIPT_LIMITS.count * 12),
  seal: fixed(32),
});

const anchor = z
  .strictObject({
    chainId: z.string().regex(/^[1-9][0-9]{0,19}$/u, "must be a chain id as a decimal string"),
    registry: fixed(20),
    /** The block that mined the filing. The header, where the chain's block hashes are hashes of it. */
    block: z.strictObject({
      number: z.int().min(0),
      hash: fixed(32),
      header: upTo(RECEIPT_LIMITS.header).optional(),
    }),
    /** That the seal is in the registry's state: Merkle-Patricia proofs (EIP-1186) against the state root of this or a later block. */
    proof: z
      .strictObject({
        hash: fixed(32),
        header: upTo(RECEIPT_LIMITS.header),
        account: z.array(upTo(RECEIPT_LIMITS.node)).max(RECEIPT_LIMITS.nodes),
        storage: z.array(upTo(RECEIPT_LIMITS.node)).max(RECEIPT_LIMITS.nodes),
      })
      .optional(),
  })
  // Both come from a chain whose hashes are of headers, so one can't be dropped from a receipt that keeps the other.
  .refine(({ block, proof }) => proof === undefined || block.header !== undefined, {
    path: ["block", "header"],
    message: "must be there with a state proof",
  });

/** The parts of a receipt, each of which is checked by the fragment of its name (`anchor` by `anchor` and `chain`). */
export const receiptParts = { record, inclusion, filing, decision, anchor } as const;
export const receiptSchema = z.strictObject({ format: z.literal(RECEIPT_FORMAT), ...receiptParts });
export type Receipt = z.infer<typeof receiptSchema>;

/** What a receipt is made of, as the gateway stores it. */
export interface ReceiptSource {
  readonly domain: FilingDomain;
  /** The SD-JWT with its disclosures, or without any once they are erased. */
  readonly record: string;
  readonly recordKey: {
    readonly jwk: RecordKey;
    readonly validFrom: number;
    readonly validTo: number;
    readonly signature: Uint8Array;
  };
  readonly index: number;
  /** Leaves of all records of the filing. */
  readonly leaves: readonly Uint8Array[];
  readonly filing: SignedFiling;
  readonly head: Uint8Array;
  /** Address of the filing key. */
  readonly key: Uint8Array;
  readonly time: number;
  readonly decisions: Uint8Array;
  readonly block: { readonly number: number; readonly hash: Uint8Array; readonly header?: Uint8Array };
  readonly proof?: NonNullable<Receipt["anchor"]["proof"]>;
}

/** Puts a receipt together. It checks nothing: that is what receipts are for. */
export function buildReceipt(source: ReceiptSource): Receipt {
  const { domain, filing: signed, block } = source;
  const { jwk, validFrom, validTo, signature } = source.recordKey;
  return {
    format: RECEIPT_FORMAT,
    record: { sdJwt: source.record, key: { jwk, validFrom, validTo, signature: toHex(signature) } },
    inclusion: { index: source.index, path: auditPath(source.leaves, source.index).map(toHex) },
    filing: {
      platform: signed.platform,
      number: signed.number,
      previous: toHex(signed.previous),
      recordsRoot: toHex(signed.recordsRoot),
      entries: toHex(signed.entries),
      key: toHex(source.key),
      signature: toHex(signed.signature),
    },
    decision: {
      time: source.time,
      decisions: toHex(source.decisions),
      seal: toHex(sealOf(source.head, source.time, source.decisions)),
    },
    anchor: {
      chainId: domain.chainId.toString(),
      registry: toHex(domain.registry),
      block: {
        number: block.number,
        hash: toHex(block.hash),
        ...(block.header && { header: toHex(block.header) }),
      },
      ...(source.proof && { proof: source.proof }),
    },
  };
}

/**
 * The receipt for somebody who is to see only some groups of its record. The entries are withheld too, since entry `index` says
 * most of what the record says, and its neighbours are other people's loans.
 */
export function redactReceipt(receipt: Receipt, groups: readonly RecordGroup[]): Receipt {
  const { entries, ...filing } = receipt.filing;
  const withheld = entries === undefined ? filing : { ...filing, entriesHash: toHex(keccak_256(fromHex(entries))) };
  return {
    ...receipt,
    record: { ...receipt.record, sdJwt: redact(receipt.record.sdJwt, groups) },
    filing: withheld,
  };
}
