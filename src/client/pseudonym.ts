import { createHmac, type KeyObject } from "node:crypto";

import type { Hex } from "../core/bytes.ts";

/** Kinds of borrower by the first byte of their pseudonyms. */
export const BORROWER_KINDS = { person: 1, business: 2 } as const;
export type BorrowerKind = keyof typeof BORROWER_KINDS;

/** Set apart what is made with the same key for other purposes. */
const PURPOSE = "tallystick/pseudonym/1\0";

/**
 * The pseudonym of a borrower: the kind, then 31 bytes of HMAC-SHA-256 over the identifier. Whoever has the key can try identifiers;
 * without it a pseudonym says nothing. All platforms of a market must use one key, or their loans don't meet.
 *
 * @param key at least 32 bytes; as a KeyObject (`createSecretKey`) it is several times as fast
 */
export function pseudonymOf(identifier: string, kind: BorrowerKind, key: Uint8Array | KeyObject): Hex {
  const mac = createHmac("sha256", key).update(PURPOSE).update(identifier, "utf8").digest("hex");
  return `0x0${BORROWER_KINDS[kind]}${mac.slice(0, 62)}`;
}
