import { equal } from "../core/bytes.ts";
import type { Limits } from "../core/limit-fields.ts";
import { encodeLimits } from "../core/limits.ts";
import type { CompiledRulePack } from "./compile-rule-pack.ts";
import type { RulePack, RulePackVersion } from "./rule-pack.ts";
import { secondsOf } from "./units.ts";

/** A text that may say what a version on the chain is law by. */
export interface LawPack {
  /** As it was written, with law and sources. */
  readonly pack: RulePack;
  readonly compiled: CompiledRulePack;
}

/** A version on the chain, as far as it says what binds whom. */
export interface VersionOnChain {
  readonly product: number;
  /** 1 natural person, 2 business. */
  readonly kind: number;
  readonly effectiveFrom: number;
  readonly limits: Limits;
}

/** What a pack says of a version: with its articles and sources. */
export interface VersionInPack<File extends LawPack> {
  readonly file: File;
  readonly version: RulePackVersion;
}

/**
 * The version of a pack that is one on the chain, byte for byte, for the same product and kind of borrower: the one from the same moment
 * if there is one; else the last before it, since the law that comes back after an emergency binds from another moment than its text says.
 * Packs are looked through in their order. What differs in a byte is another law, whatever it is called.
 */
export function versionInPacks<File extends LawPack>(
  packs: readonly File[],
  { product, kind, effectiveFrom, limits }: VersionOnChain,
): VersionInPack<File> | undefined {
  const bytes = encodeLimits(limits);
  const same = packs.flatMap((file) =>
    file.compiled.versions
      .filter((one) => one.product === product && one.kind === kind && equal(one.bytes, bytes))
      .map((one) => ({ file, one })),
  );
  const exact = same.find(({ one }) => one.effectiveFrom === effectiveFrom);
  const before = same
    .filter(({ one }) => one.effectiveFrom < effectiveFrom)
    .sort((a, b) => b.one.effectiveFrom - a.one.effectiveFrom);
  const found = exact ?? before[0] ?? same[0];
  if (found === undefined) return undefined;
  const { file, one } = found;
  const version = file.pack.versions.find(
    ({ products, borrowers, effectiveFrom: from }) =>
      products.includes(one.productName) &&
      borrowers.includes(one.kind === 2 ? "business" : "person") &&
      secondsOf(from, file.pack.zone) === one.effectiveFrom,
  );
  return version && { file, version };
}
