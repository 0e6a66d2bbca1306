/** Filings of 100 entries, and what each entry of one costs. */
import { keccak256, toBeHex } from "ethers";

import { fromHex } from "../src/core/bytes.ts";
import type { Entry, Ref } from "../src/core/entry.ts";
import { asArguments, type fixtures, NOW, type Platform } from "../test/contracts/fixtures.ts";

export const FILING = 100;
const HOUR = 3_600;

type Deployed = Awaited<ReturnType<Awaited<ReturnType<typeof fixtures>>["deploy"]>>;

/** As random as a pseudonym is. */
export function pseudonym(number: number): Uint8Array {
  const bytes = fromHex(keccak256(toBeHex(number, 32)), 32);
  bytes[0] = 1;
  return bytes;
}

/** Files on a deployment, with a clock of its own that only `pass` moves. */
export class Filer {
  readonly #t: Deployed;
  #clock = NOW;

  constructor(deployed: Deployed) {
    this.#t = deployed;
  }

  /** Seconds; what is filed next is filed then. */
  get clock(): number {
    return this.#clock;
  }

  pass(seconds: number = HOUR): void {
    this.#clock += seconds;
  }

  /** A filing's gas. All its entries must be accepted. */
  async gasOf(by: Platform, entries: readonly Entry[]): Promise<number> {
    return this.#file(by, entries, /^0x(01.{22})*$/u);
  }

  /** A filing's gas, whatever becomes of its entries. */
  async gasOfAny(by: Platform, entries: readonly Entry[]): Promise<number> {
    return this.#file(by, entries, /^/u);
  }

  /** An hour later, a filing of 100 that are all accepted, or flagged as well: the mean gas of one, and their references. */
  async each(
    by: Platform,
    make: (k: number) => Entry,
    { flagged = false }: { readonly flagged?: boolean } = {},
  ): Promise<{ readonly gas: number; readonly refs: readonly Ref[] }> {
    this.pass();
    const { number } = await by.last();
    const entries = Array.from({ length: FILING }, (_, k) => make(k));
    const gas = await this.#file(by, entries, flagged ? /^0x(0[12].{22})*$/u : /^0x(01.{22})*$/u);
    const refs = entries.map((_, index) => ({ platform: by.platform, number: number + 1, index }));
    return { gas: Math.round(gas / FILING), refs };
  }

  async #file(by: Platform, entries: readonly Entry[], expected: RegExp): Promise<number> {
    const { networkHelpers, registry } = this.#t;
    const signed = await by.next(entries, { recordsRoot: fromHex(keccak256("0x01"), 32) });
    await networkHelpers.time.setNextBlockTimestamp(this.#clock);
    const [filing, signature] = asArguments(signed);
    const decisions = await registry.file.staticCall(filing, signature, { blockTag: "pending" });
    if (!expected.test(decisions)) throw new Error(`decided otherwise: ${decisions}`);
    const receipt = await (await registry.file(filing, signature, { gasLimit: 16_000_000 })).wait();
    return Number(receipt?.gasUsed);
  }
}
