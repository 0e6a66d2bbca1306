import { parseDocument } from "yaml";
import type { Hex } from "../core/bytes.ts";
import { canonicalHash } from "./canonical.ts";

/**
 * What a pack's text is known by on the chain: SHA-256 of its canonical JSON. All that it says is in it, law and sources too; comments,
 * layout and the order of keys are not. The text must be one that `parseRulePack` takes.
 */
export function packHash(text: string): Hex {
  return canonicalHash(parseDocument(text).toJS({ maxAliasCount: 100 }));
}
