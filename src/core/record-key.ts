/**
 * The key that signs a platform's records (P-256), and the certificate by which the platform's filing key (secp256k1) vouches for
 * it. Records are signed by the thousand, by the platform's own software; the filing key stays with the signer.
 */
import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64UrlToUint8Array, uint8ArrayToBase64Url } from "@sd-jwt/utils";
import { z } from "zod";

import { word } from "./bytes.ts";
import { domainSeparator, type FilingDomain } from "./filing.ts";

const coordinate = z.string().regex(/^[\w-]{43}$/u, "must be 32 bytes in base64url");

/** A P-256 public key as RFC 7517 writes it, and nothing beside. */
export const recordKeySchema = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: coordinate,
  y: coordinate,
});
export type RecordKey = z.infer<typeof recordKeySchema>;

/** What the filing key says of a record key: it signs the platform's records issued from `validFrom` to before `validTo`. */
export interface RecordKeyTerms {
  readonly platform: number;
  /** RFC 7638 thumbprint, 32 bytes. */
  readonly thumbprint: Uint8Array;
  readonly validFrom: number;
  readonly validTo: number;
}

/** RFC 7638 thumbprint of a record key: 32 bytes. */
export function thumbprintOf({ crv, kty, x, y }: RecordKey): Uint8Array {
  return sha256(utf8ToBytes(JSON.stringify({ crv, kty, x, y })));
}

/** The thumbprint as a record's `kid` has it. */
export function kidOf(key: RecordKey): string {
  return uint8ArrayToBase64Url(thumbprintOf(key));
}

/** What EIP-712 calls a certificate, for signers that show what they sign. */
export const RECORD_KEY_TYPES = {
  RecordKey: [
    { name: "platform", type: "uint24" },
    { name: "thumbprint", type: "bytes32" },
    { name: "validFrom", type: "uint40" },
    { name: "validTo", type: "uint40" },
  ],
} as const;

const TYPE_HASH = keccak_256(
  utf8ToBytes(`RecordKey(${RECORD_KEY_TYPES.RecordKey.map(({ name, type }) => `${type} ${name}`).join(",")})`),
);

/** The EIP-712 digest of a certificate, which the platform's filing key signs. */
export function recordKeyDigest(terms: RecordKeyTerms, domain: FilingDomain): Uint8Array {
  const struct = keccak_256(
    concatBytes(TYPE_HASH, word(terms.platform), terms.thumbprint, word(terms.validFrom), word(terms.validTo)),
  );
  return keccak_256(concatBytes(Uint8Array.of(0x19, 0x01), domainSeparator(domain), struct));
}

/** Whether `signature` (64 bytes, `r ‖ s`) over the characters of `text` is by `key`. */
export type RecordSignatureCheck = (text: string, signature: Uint8Array, key: RecordKey) => boolean;

/** The check in plain JavaScript, for a browser or offline; a server has faster ones. A key that is no point of the curve signs nothing. */
export const checkRecordSignature: RecordSignatureCheck = (text, signature, { x, y }) => {
  const point = concatBytes(Uint8Array.of(0x04), base64UrlToUint8Array(x), base64UrlToUint8Array(y));
  try {
    return p256.verify(signature, utf8ToBytes(text), point, { lowS: false });
  } catch {
    return false;
  }
};
