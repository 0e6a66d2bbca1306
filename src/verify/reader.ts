/**
 * What a verifier asks of a chain that it trusts. `src/chain` implements it over a node; a reader speaks for one registry, and
 * says what the node says: whoever doesn't trust the node gives a block hash and no reader.
 *
 * Methods reject if the node can't be asked; that makes a fragment ERROR, never INVALID.
 */
export interface ChainReader {
  /** The registry's seal of a filing; undefined if it has no such filing. */
  sealOf(platform: number, number: number): Promise<Uint8Array | undefined>;
  /** The canonical block of that number; undefined if the chain is not that long. Rejects if the node no longer has it. */
  block(number: number): Promise<{ readonly hash: Uint8Array; readonly time: number } | undefined>;
  /** Addresses of the filing keys that the platform was licensed with at any moment of that block, 20 bytes each. */
  keysOf(platform: number, block: number): Promise<readonly Uint8Array[]>;
}
