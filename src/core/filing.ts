import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concat, equal, word } from "./bytes.ts";
import { coreError } from "./errors.ts";

/** A numbered batch of entries of one platform (protocol §2). */
export interface Filing {
  readonly platform: number;
  readonly number: number;
  /** Head of the platform's last filing, or 32 zero bytes for its first. */
  readonly previous: Uint8Array;
  /** RFC 6962 tree head over the records' leaves. */
  readonly recordsRoot: Uint8Array;
  /** Frames, as `encodeEntries` makes them. */
  readonly entries: Uint8Array;
}

/** A filing with the platform's signature over its head: 65 bytes `r ‖ s ‖ v`. */
export interface SignedFiling extends Filing {
  readonly signature: Uint8Array;
}

/** Where filings are judged: what the signature is bound to. */
export interface FilingDomain {
  readonly chainId: bigint;
  /** The Registry's address, 20 bytes. */
  readonly registry: Uint8Array;
}

/** Entries that can be referred to; whatever follows them in a filing is one more, malformed. */
export const MAX_ENTRIES = 256;

/** What EIP-712 calls the types, for signers that show or compute them. */
export const FILING_TYPES = {
  Filing: [
    { name: "platform", type: "uint24" },
    { name: "number", type: "uint32" },
    { name: "previous", type: "bytes32" },
    { name: "recordsRoot", type: "bytes32" },
    { name: "entries", type: "bytes" },
  ],
} as const;

/** Name and version of the EIP-712 domain. */
export const DOMAIN_NAME = "Tallystick";
export const DOMAIN_VERSION = "1";

export const keccak256 = (bytes: Uint8Array): Uint8Array => keccak_256(bytes);

const hashOfText = (text: string): Uint8Array => keccak256(new TextEncoder().encode(text));
const DOMAIN_TYPE = hashOfText("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const FILING_TYPE = hashOfText(`Filing(${FILING_TYPES.Filing.map(({ name, type }) => `${type} ${name}`).join(",")})`);

/** Frames of `entries`, one after the other: `length u16 ‖ entry`. */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > MAX_ENTRIES)
    throw coreError("invalid-input", `${entries.length} entries; a filing holds ${MAX_ENTRIES}`);
  const frames = new Uint8Array(entries.reduce((length, entry) => length + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > 0xffff)
      throw coreError("invalid-input", `an entry of ${entry.length} bytes doesn't fit a frame`);
    frames[at] = entry.length >>> 8;
    frames[at + 1] = entry.length & 0xff;
    frames.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return frames;
}

/** The entries in `frames`, as the registry counts them: bytes that don't make a frame are one entry, which is malformed. */
export function splitEntries(frames: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < frames.length) {
    const from = at + 2;
    const to = from + ((frames[at]! << 8) | (frames[at + 1] ?? 0));
    if (entries.length === MAX_ENTRIES || from > frames.length || to > frames.length) {
      entries.push(MALFORMED_ENTRY);
      break;
    }
    entries.push(frames.subarray(from, to));
    at = to;
  }
  return entries;
}

/** What stands for bytes that make no frame. An entry of no bytes is malformed. */
const MALFORMED_ENTRY = new Uint8Array(0);

const separators = new WeakMap<FilingDomain, Uint8Array>();

/** The EIP-712 domain separator, computed once for each domain object. */
export function domainSeparator(domain: FilingDomain): Uint8Array {
  let separator = separators.get(domain);
  if (!separator) separators.set(domain, (separator = separate(domain)));
  return separator;
}

function separate({ chainId, registry }: FilingDomain): Uint8Array {
  return keccak256(
    concat(
      DOMAIN_TYPE,
      hashOfText(DOMAIN_NAME),
      hashOfText(DOMAIN_VERSION),
      word(chainId),
      new Uint8Array(12),
      registry,
    ),
  );
}

/** A filing's head: its EIP-712 digest, which the platform signs and the next filing names. */
export function headOf(filing: Filing, domain: FilingDomain): Uint8Array {
  return headFromHash(filing, keccak256(filing.entries), domain);
}

/** The same where only keccak-256 of the entries is known. */
export function headFromHash(
  filing: Omit<Filing, "entries">,
  entriesHash: Uint8Array,
  domain: FilingDomain,
): Uint8Array {
  const structHash = keccak256(
    concat(FILING_TYPE, word(filing.platform), word(filing.number), filing.previous, filing.recordsRoot, entriesHash),
  );
  return keccak256(concat(EIP_191_TYPED, domainSeparator(domain), structHash));
}

const EIP_191_TYPED = new Uint8Array([0x19, 0x01]);

/** What the registry keeps of a filing: its hash over head, block time and the encoded decisions. */
export function sealOf(head: Uint8Array, blockTime: number, decisions: Uint8Array): Uint8Array {
  return keccak256(concat(head, word(blockTime), keccak256(decisions)));
}

/** Signs a head with a secret key of 32 bytes: 65 bytes `r ‖ s ‖ v`, v being 27 or 28. */
export function signHead(head: Uint8Array, secretKey: Uint8Array): Uint8Array {
  const signature = secp256k1.sign(head, secretKey, { prehash: false, format: "recovered", lowS: true });
  return concat(signature.subarray(1), new Uint8Array([27 + signature[0]!]));
}

/** The address (20 bytes) whose key signed this head; undefined if the signature is none, or has a high `s`. */
export function recoverSigner(head: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const v = signature[64];
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return undefined;
  try {
    const recovered = secp256k1.Signature.fromBytes(signature.subarray(0, 64), "compact").addRecoveryBit(v - 27);
    if (recovered.hasHighS()) return undefined;
    return addressOf(recovered.recoverPublicKey(head).toBytes(false));
  } catch {
    return undefined; // r or s out of range, or no point of the curve: nobody signed this.
  }
}

/** The address of a public key, given uncompressed: 65 bytes, the first of which is 4. */
export function addressOf(publicKey: Uint8Array): Uint8Array {
  return keccak256(publicKey.subarray(1)).subarray(12);
}

/** The address of a secret key. */
export function addressOfSecret(secretKey: Uint8Array): Uint8Array {
  return addressOf(secp256k1.getPublicKey(secretKey, false));
}

/** Whether the key with this address signed the head. */
export function isSignedBy(address: Uint8Array, head: Uint8Array, signature: Uint8Array): boolean {
  const signer = recoverSigner(head, signature);
  return signer !== undefined && equal(signer, address);
}
