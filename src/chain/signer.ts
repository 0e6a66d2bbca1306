import { headOf, signHead, type Filing, type FilingDomain } from "../core/filing.ts";
import { recordKeyDigest, type RecordKeyTerms } from "../core/record-key.ts";
import { addressOfKey } from "./transaction.ts";

/** Who signs a platform's filings. It sees the typed filing, not a bare hash, so that a remote one can look at what it signs. */
export interface Signer {
  /** Address of the filing key, 20 bytes. */
  readonly address: Uint8Array;
  /** The 65 bytes `r ‖ s ‖ v` over the filing's head. */
  signFiling(filing: Filing, domain: FilingDomain): Promise<Uint8Array>;
  /** The certificate of a record key. */
  certify(terms: RecordKeyTerms, domain: FilingDomain): Promise<Uint8Array>;
  /** The same over any EIP-712 digest of the filing domain (the certificate of a record key). */
  signDigest(digest: Uint8Array): Promise<Uint8Array>;
}

/** A signer that holds the key itself, from an encrypted keystore. */
export function localSigner(key: Uint8Array): Signer {
  return {
    address: addressOfKey(key),
    signFiling: async (filing, domain) => signHead(headOf(filing, domain), key),
    certify: async (terms, domain) => signHead(recordKeyDigest(terms, domain), key),
    signDigest: async (digest) => signHead(digest, key),
  };
}
