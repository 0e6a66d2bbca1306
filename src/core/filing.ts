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
