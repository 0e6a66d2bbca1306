/**
 * Records as SD-JWTs (RFC 9901), in the small profile that docs/spec/record.md describes: flat, one disclosure a group, SHA-256,
 * ES256, no key binding. What is outside the profile is refused, so that a record has one reading.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64UrlToUint8Array, Disclosure, uint8ArrayToBase64Url } from "@sd-jwt/utils";
import { z } from "zod";

import { recordError } from "./record-errors.ts";
import { GROUPS_OF, parsePresented, RECORD_FORMAT, type PresentedClaims, type RecordGroup } from "./record.ts";

/** `typ` of a record. */
export const RECORD_TYPE = "tally-record+sd-jwt";

/** Longest record, in characters: one with a schedule of 400 legs fits. */
export const MAX_RECORD_LENGTH = 65_536;

/** Base64url characters of a salt of 128 bits: with fewer, a withheld or erased group could be guessed. */
const MIN_SALT_LENGTH = 22;

/** Three parts with a signature of 64 bytes, then disclosures, each ended by a tilde. */
const SHAPE = /^([\w-]+\.[\w-]+)\.([\w-]{86})((?:~[\w-]+)*)~$/u;

const digest = z.string().regex(/^[\w-]{43}$/u);
const headerSchema = z.strictObject({
  alg: z.literal("ES256"),
  typ: z.literal(RECORD_TYPE),
  /** RFC 7638 thumbprint of the record key. */
  kid: digest,
});
const digestsSchema = z.looseObject({ _sd: z.array(digest).max(16), _sd_alg: z.literal("sha-256") });

/** A record taken apart. Nothing of it is verified but that its disclosures belong to it. */
export interface ParsedRecord {
  /** The issuer-signed JWT: what the leaf hashes. */
  readonly jwt: string;
  /** What the signature is over. */
  readonly signingInput: string;
  /** 64 bytes, `r ‖ s`. */
  readonly signature: Uint8Array;
  /** Thumbprint of the record key, base64url. */
  readonly kid: string;
  readonly claims: PresentedClaims;
  /** The groups that are shown, in the order of the record. */
  readonly disclosed: readonly RecordGroup[];
  /** How many groups the record has beside those. */
  readonly withheld: number;
  /** The disclosures as they are encoded, by group. */
  readonly disclosures: ReadonlyMap<RecordGroup, string>;
}

/** The digest under which an encoded disclosure stands in `_sd` (RFC 9901, 4.2.3). */
export function digestOf(disclosure: string): string {
  return uint8ArrayToBase64Url(sha256(utf8ToBytes(disclosure)));
}

/** Takes a record apart. Throws `record-format`, `record-disclosure` or `record-claims`. */
export function parseRecord(text: string): ParsedRecord {
  if (text.length > MAX_RECORD_LENGTH)
    throw recordError("record-format", `the record has ${text.length} characters, more than ${MAX_RECORD_LENGTH}`);
  const parts = SHAPE.exec(text);
  if (!parts) throw recordError("record-format", "the record is not header.payload.signature~disclosure~…~");
  const [, signingInput = "", signature = "", tail = ""] = parts;
  const [protectedHeader = "", payload = ""] = signingInput.split(".");
  const header = headerSchema.safeParse(json(protectedHeader, "header"));
  if (!header.success) throw recordError("record-format", `the record's header: ${firstIssue(header.error)}`);
  const body = digestsSchema.safeParse(json(payload, "payload"));
  if (!body.success) throw recordError("record-format", `the record's payload: ${firstIssue(body.error)}`);
  const { _sd, _sd_alg, ...open } = body.data;
  const disclosures = match(tail.split("~").slice(1), _sd, open);
  const claims = parsePresented({
    ...open,
    ...Object.fromEntries([...disclosures].map(([group, { value }]) => [group, value])),
  });
  return {
    jwt: `${signingInput}.${signature}`,
    signingInput,
    signature: base64UrlToUint8Array(signature),
    kid: header.data.kid,
    claims,
    disclosed: GROUPS_OF[claims.kind].filter((group) => disclosures.has(group)),
    withheld: _sd.length - disclosures.size,
    disclosures: new Map([...disclosures].map(([group, disclosure]) => [group, disclosure.encode()])),
  };
}

/** The disclosures by their group; each must have its digest in the record, and no group may be there twice. */
function match(encoded: readonly string[], digests: readonly string[], open: Readonly<Record<string, unknown>>) {
  const unused = new Set(digests);
  if (unused.size !== digests.length) throw recordError("record-format", "the record has the same digest twice");
  const found = new Map<RecordGroup, Disclosure>();
  for (const [i, text] of encoded.entries()) {
    const where = `disclosure ${i + 1}`;
    const digest = digestOf(text);
    if (!unused.delete(digest))
      throw recordError("record-disclosure", `${where} has no digest in the signed part, or is given twice`);
    const disclosure = decodeDisclosure(text, digest, where);
    const key = disclosure.key as RecordGroup;
    if (found.has(key) || Object.hasOwn(open, key))
      throw recordError("record-disclosure", `${where} repeats the claim ${key}`);
    found.set(key, disclosure);
  }
  return found;
}

function decodeDisclosure(text: string, digest: string, where: string): Disclosure {
  try {
    const disclosure = Disclosure.fromArray(JSON.parse(textOf(text)) as never, { digest, encoded: text });
    const { key, salt } = disclosure;
    if (typeof key === "string" && typeof salt === "string" && salt.length >= MIN_SALT_LENGTH) return disclosure;
  } catch (cause) {
    throw recordError("record-disclosure", `${where} is no base64url of a JSON array`, { cause });
  }
  throw recordError("record-disclosure", `${where} is not [salt of 128 bits, group, value]`);
}

/** The text that is in base64url. The platform's own decoder is ten times as fast as the library's, and this is most of reading a record. */
function textOf(encoded: string): string {
  const latin = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  // One character a byte; where all are ASCII, that is the text.
  if (!/[\x80-\xff]/u.test(latin)) return latin;
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(latin, (byte) => byte.charCodeAt(0)));
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(textOf(text));
  } catch (cause) {
    throw recordError("record-format", `the record's ${what} is no base64url of JSON`, { cause });
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join(".") || "it"}: ${issue?.message ?? "is wrong"}`;
}

/**
 * The record's leaf: SHA-256 of `00`, the format and the signed part's characters. `jwt` is the issuer-signed JWT, without
 * disclosures.
 */
export function leafOf(jwt: string): Uint8Array {
  const bytes = new Uint8Array(jwt.length + 2);
  bytes[1] = RECORD_FORMAT;
  for (let i = 0; i < jwt.length; i++) bytes[i + 2] = jwt.charCodeAt(i);
  return sha256(bytes);
}

/** The record with only some groups shown. Groups that it doesn't have or doesn't show are passed over. */
export function redact(text: string, groups: readonly RecordGroup[]): string {
  const { jwt, disclosures, disclosed } = parseRecord(text);
  const kept = disclosed.filter((group) => groups.includes(group)).map((group) => `${disclosures.get(group)!}~`);
  return `${jwt}~${kept.join("")}`;
}
