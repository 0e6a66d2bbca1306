import type { Ref } from "./entry.ts";
import { refNumber } from "./rules/custom.ts";

/** What the registry keeps of a loan that is linked to one before it, or of one that was refinanced (design/state.md). */
export interface Chain {
  /** All charges, default charges included, minor units; stops at MOST_CHARGES. */
  readonly charges: number;
  /** The largest principal, minor units. */
  readonly largest: number;
  /** How often the loan was renewed, or those before it were extended; stops at MOST_RENEWALS. */
  readonly renewals: number;
  /** The loan before. */
  readonly predecessor?: Ref;
  /** Of a refinanced loan: the platform that it was owed to; else 0. */
  readonly holder: number;
  /** The loan renews one of the same platform's. */
  readonly renewal: boolean;
  /** The loan was refinanced: its own figures are among the totals, and won't change any more. */
  readonly final: boolean;
}

export const MOST_CHARGES = 2 ** 40 - 1;
export const MOST_RENEWALS = 255;

const RENEWAL = 1n << 253n;
const FINAL = 1n << 254n;
const EXISTS = 1n << 255n;

/** The word of a chain; zero for none. */
export function packChain(chain: Chain | undefined): bigint {
  if (!chain) return 0n;
  const { charges, largest, renewals, predecessor, holder, renewal, final } = chain;
  return (
    BigInt(charges) |
    (BigInt(largest) << 40n) |
    (BigInt(renewals) << 80n) |
    ((predecessor ? refNumber(predecessor) : 0n) << 88n) |
    (BigInt(holder) << 152n) |
    (renewal ? RENEWAL : 0n) |
    (final ? FINAL : 0n) |
    EXISTS
  );
}

/** The chain that a word means; undefined for zero. */
export function unpackChain(word: bigint): Chain | undefined {
  if (word === 0n) return undefined;
  const get = (lowest: bigint, width: bigint): number => Number((word >> lowest) & ((1n << width) - 1n));
  const predecessor = { platform: get(128n, 24n), number: get(96n, 32n), index: get(88n, 8n) };
  return {
    charges: get(0n, 40n),
    largest: get(40n, 40n),
    renewals: get(80n, 8n),
    ...(refNumber(predecessor) !== 0n && { predecessor }),
    holder: get(152n, 24n),
    renewal: (word & RENEWAL) !== 0n,
    final: (word & FINAL) !== 0n,
  };
}
