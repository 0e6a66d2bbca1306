import type { Ref } from "./entry.ts";
import { NOTE_OVER } from "./notes.ts";

/** A complaint as the registry keeps it: all that its answer is judged by, because the loan may be gone by then. */
export interface ComplaintNote {
  /** When the borrower complained, as stated. */
  readonly complained: number;
  /** The loan that it is about, when that was opened, and of what. */
  readonly loan: Ref;
  readonly opened: number;
  readonly product: number;
  /** The platform that held the loan then, which is to answer. */
  readonly platform: number;
  /** When it was answered; undefined if it wasn't yet. */
  readonly answered?: number;
}

/** Fields of the word: lowest bit and width (design/state.md). */
const BITS = {
  complained: [0n, 32n],
  opened: [32n, 32n],
  product: [64n, 11n],
  platform: [75n, 18n],
  index: [93n, 8n],
  number: [101n, 28n],
  lender: [129n, 18n],
  answered: [147n, 32n],
} as const;

type Field = readonly [lowest: bigint, width: bigint];

const put = (value: number, [lowest]: Field): bigint => BigInt(value) << lowest;
const get = (word: bigint, [lowest, width]: Field): number => Number((word >> lowest) & ((1n << width) - 1n));

export function packComplaint({ complained, loan, opened, product, platform, answered }: ComplaintNote): bigint {
  const word =
    put(complained, BITS.complained) |
    put(opened, BITS.opened) |
    put(product, BITS.product) |
    put(platform, BITS.platform) |
    put(loan.index, BITS.index) |
    put(loan.number, BITS.number) |
    put(loan.platform, BITS.lender);
  return answered === undefined ? word : word | put(answered, BITS.answered) | NOTE_OVER;
}

/** The complaint that a word means; undefined for zero, which is none. */
export function unpackComplaint(word: bigint): ComplaintNote | undefined {
  if (word === 0n) return undefined;
  return {
    complained: get(word, BITS.complained),
    loan: { platform: get(word, BITS.lender), number: get(word, BITS.number), index: get(word, BITS.index) },
    opened: get(word, BITS.opened),
    product: get(word, BITS.product),
    platform: get(word, BITS.platform),
    ...((word & NOTE_OVER) !== 0n && { answered: get(word, BITS.answered) }),
  };
}
