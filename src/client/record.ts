/** Issuing records: what a platform's own software does for each loan event, before it submits it. */
import { createPrivateKey, generateKeyPairSync, hash, type KeyObject, randomBytes, sign } from "node:crypto";

import type { FilingDomain } from "../core/filing.ts";
import { recordError } from "../core/record-errors.ts";
import { kidOf, recordKeyDigest, type RecordKey, recordKeySchema, thumbprintOf } from "../core/record-key.ts";
import { type ClaimsJson, claimsSchema, GROUPS_OF } from "../core/record.ts";
import { RECORD_TYPE } from "../core/sd-jwt.ts";

/** A record key that can sign. Load it once: parsing a key costs more than signing with it. */
export interface RecordSigner {
  readonly publicKey: RecordKey;
  /** Its thumbprint, base64url. */
  readonly kid: string;
  sign(text: string): string;
}

/** A private JWK, as it is stored. */
export type PrivateRecordKey = RecordKey & { readonly d: string };

/** A new record key. Store it readable by its owner alone. */
export function generateRecordKey(): PrivateRecordKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y, d } = privateKey.export({ format: "jwk" });
  return { ...recordKeySchema.parse({ kty, crv, x, y }), d: d! };
}

/** A signer of records from a private JWK. Throws `record-key`. */
export function loadRecordKey(jwk: unknown): RecordSigner {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: jwk as PrivateRecordKey, format: "jwk" });
  } catch (cause) {
    throw recordError("record-key", "the record key is no private JWK of the curve P-256", { cause });
  }
  const { kty, crv, x, y } = key.export({ format: "jwk" });
  const parsed = recordKeySchema.safeParse({ kty, crv, x, y });
  if (!parsed.success) throw recordError("record-key", "the record key is of another curve than P-256");
  return {
    publicKey: parsed.data,
    kid: kidOf(parsed.data),
    sign: (text) => sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url"),
  };
}

const SALT_BYTES = 16;
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * Issues the record of one loan event: an SD-JWT in which each group of claims is disclosable by itself. Claims are checked
 * first. There are no decoys: how many groups a record has is how a verifier knows that it was shown all of them.
 *
 * @throws AppError `record-claims`
 */
export function issueRecord(claims: ClaimsJson, signer: RecordSigner): string {
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw recordError("record-claims", `claim ${issue?.path.join(".") || "(all)"}: ${issue?.message ?? "is wrong"}`);
  }
  const { iss, iat, jti, kind, fmt } = claims;
  const digests: string[] = [];
  const disclosures: string[] = [];
  const groups = GROUPS_OF[kind];
  // Asked for once: the system's generator costs more by the call than by the byte.
  const salts = randomBytes(SALT_BYTES * groups.length);
  for (const [i, group] of groups.entries()) {
    const value = (claims as Readonly<Record<string, unknown>>)[group];
    if (value === undefined) continue;
    const salt = salts.toString("base64url", SALT_BYTES * i, SALT_BYTES * (i + 1));
    const disclosure = base64url([salt, group, value]);
    disclosures.push(disclosure);
    digests.push(hash("sha256", disclosure, "base64url"));
  }
  // In an order that says nothing of which digest is which group's.
  const payload = { iss, iat, jti, kind, fmt, _sd: digests.sort(), _sd_alg: "sha-256" };
  const header = { alg: "ES256", typ: RECORD_TYPE, kid: signer.kid };
  const text = `${base64url(header)}.${base64url(payload)}`;
  return [`${text}.${signer.sign(text)}`, ...disclosures, ""].join("~");
}

/** A certificate of a record key, as a receipt carries it and a gateway stores it. */
export interface RecordKeyCertificate {
  readonly platform: number;
  readonly key: RecordKey;
  readonly validFrom: number;
  readonly validTo: number;
  /** 65 bytes, `r ‖ s ‖ v`, by the platform's filing key. */
  readonly signature: Uint8Array;
}

/** Has the platform's filing key certify a record key. A new filing key has to certify it anew. */
export async function certifyRecordKey(
  signer: { signDigest(digest: Uint8Array): Promise<Uint8Array> },
  terms: { readonly platform: number; readonly key: RecordKey; readonly validFrom: number; readonly validTo: number },
  domain: FilingDomain,
): Promise<RecordKeyCertificate> {
  const { platform, key, validFrom, validTo } = terms;
  const digest = recordKeyDigest({ platform, thumbprint: thumbprintOf(key), validFrom, validTo }, domain);
  return { platform, key, validFrom, validTo, signature: await signer.signDigest(digest) };
}
