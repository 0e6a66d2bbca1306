import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { fromHex, toHex, type Hex } from "../core/bytes.ts";
import { decodeEntry } from "../core/decode-entry.ts";
import { encodeEntry } from "../core/encode-entry.ts";
import { type Entry, ENTRY_KINDS, type Ref, type Undecodable } from "../core/entry.ts";
import { AppError } from "../core/errors.ts";
import { entryOf, isComplete, type Reference, referencesOf, type Refs } from "../core/record-entry.ts";
import { recordError } from "../core/record-errors.ts";
import type { RecordKey } from "../core/record-key.ts";
import { type Claims, issuerOf } from "../core/record.ts";
import { leafOf, type ParsedRecord, parseRecord } from "../core/sd-jwt.ts";
import { gatewayError } from "./errors.ts";

/** A record key that its platform's filing key certified, ready to verify with. */
export interface KnownRecordKey {
  readonly key: KeyObject;
  /** UTC seconds; records issued from `validFrom` to before `validTo` count. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** Finds a platform's record key by its `kid`. */
export type RecordKeyLookup = (platform: number, kid: string) => KnownRecordKey | undefined;

/** A record that may be filed, once its references have their places. */
export interface VerifiedRecord {
  /** Leaf hash as text: the submission's public id. */
  readonly id: Hex;
  readonly leaf: Uint8Array;
  readonly platform: number;
  /** Code of the entry's kind. */
  readonly kind: number;
  readonly jti: string;
  readonly borrower: Hex;
  readonly claims: Claims;
  readonly references: readonly Reference[];
  /** An opening that rules can refuse. */
  readonly question: boolean;
  /** The SD-JWT. */
  readonly record: string;
}

/**
 * Verifies a record for `platform`: its form and claims, that all groups are disclosed, that it is this platform's, and that a
 * certified record key signed it. Throws AppError (`record-…`, `platform-foreign`).
 */
export function verifyRecord(text: string, platform: number, keyOf: RecordKeyLookup): VerifiedRecord {
  const parsed = parseRecord(text);
  const issuer = issuerOf(parsed.claims);
  if (issuer !== platform) {
    throw gatewayError(
      "platform-foreign",
      `The record was issued by platform ${issuer}, the key is platform ${platform}'s.`,
    );
  }
  const known = keyOf(platform, parsed.kid);
  if (known === undefined) {
    throw recordError(
      "record-key",
      `Platform ${platform} has no certified record key with the thumbprint ${parsed.kid}.`,
    );
  }
  const { iat } = parsed.claims;
  if (iat < known.validFrom || iat >= known.validTo) {
    throw recordError(
      "record-key",
      `The record key was certified for another time than ${iat}, when the record was issued.`,
    );
  }
  const signed = verify(
    "sha256",
    Buffer.from(parsed.signingInput, "latin1"),
    { key: known.key, dsaEncoding: "ieee-p1363" },
    parsed.signature,
  );
  if (!signed) {
    throw recordError("record-signature", `The signature does not verify with the record key ${parsed.kid}.`);
  }
  const record = describe(parsed, text);
  assertFilable(record);
  return record;
}

/** Any place will do to see whether the entry can be written. */
const SOMEWHERE: Ref = { platform: 1, number: 1, index: 0 };
const EVERYWHERE: Refs = {
  loan: SOMEWHERE,
  line: SOMEWHERE,
  predecessor: SOMEWHERE,
  complaint: SOMEWHERE,
  superseded: SOMEWHERE,
};

/** What the registry could only call malformed is better said now, while it can be mended. */
function assertFilable({ claims }: VerifiedRecord): void {
  let read: Entry | Undecodable;
  try {
    read = decodeEntry(encodeEntry(entryOf(claims, EVERYWHERE)));
  } catch (cause) {
    const why = cause instanceof AppError ? cause.message : "its values don't fit";
    throw recordError("record-claims", `The record makes no entry: ${why}`, { cause });
  }
  if (typeof read === "string") {
    throw recordError(
      "record-claims",
      `The record's entry would be refused as ${read}: see its amounts, times and schedule.`,
    );
  }
}

/** Reads a record that was verified when it was stored. */
export function rereadRecord(text: string): VerifiedRecord {
  return describe(parseRecord(text), text);
}

function describe(parsed: ParsedRecord, record: string): VerifiedRecord {
  const claims = fullClaims(parsed);
  const leaf = leafOf(parsed.jwt);
  return {
    id: toHex(leaf),
    leaf,
    platform: issuerOf(claims),
    kind: ENTRY_KINDS.indexOf(claims.kind) + 1,
    jti: claims.jti,
    borrower: claims.borrower.pseudonym,
    claims,
    references: referencesOf(claims),
    question: claims.kind === "Opened" && claims.terms.basis === "request",
    record,
  };
}

function fullClaims({ claims, withheld }: ParsedRecord): Claims {
  if (withheld > 0)
    throw recordError("record-disclosure", `The record withholds ${withheld} of its groups; a filing needs all of it.`);
  if (!isComplete(claims))
    throw recordError("record-claims", `The record lacks a group that every ${claims.kind} has.`);
  return claims;
}

/** A record key made ready for verifying. */
export function publicKeyOf(jwk: RecordKey): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: "jwk" });
}

/** The 32 bytes of a pseudonym. */
export const borrowerBytes = (borrower: Hex): Uint8Array => fromHex(borrower, 32);
