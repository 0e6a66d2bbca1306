import { createHmac, type KeyObject } from "node:crypto";

import type { ClaimsJson } from "../core/record.ts";
import type { Loan } from "./loan.ts";

/** Set apart what is made with the key of pseudonyms for other purposes. */
const EVENT = "tallystick/import/event/1\0";
const CONTENT = "tallystick/import/content/1\0";

/** Bytes of an event's id. */
export const EVENT_ID_BYTES = 16;

/**
 * Names of events that come out the same whenever and from whatever file an event is imported, and say nothing to whoever has not the
 * key: an event's id by platform, loan and step, and an idempotency key by that and by what the event says. So the same event again
 * is the same submission, and one that says something else is found out.
 */
export class EventNames {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** The event's id, 16 bytes; its base64url is the record's `jti`. */
  idOf({ platform, loan }: Pick<Loan, "platform" | "loan">, step: number): Buffer {
    const mac = createHmac("sha256", this.#key).update(`${EVENT}${platform}\0${step}\0${loan}`, "utf8").digest();
    return mac.subarray(0, EVENT_ID_BYTES);
  }

  /** What an event is submitted under. When it was signed and which leaf its opening has doesn't count: they follow from the rest. */
  idempotencyKeyOf(jti: string, claims: ClaimsJson): string {
    const { iat: _iat, loan, ...said } = claims as ClaimsJson & { loan?: { number: string } };
    const text = JSON.stringify([said, loan?.number]);
    const mac = createHmac("sha256", this.#key).update(CONTENT).update(text, "utf8").digest();
    return `${jti}.${mac.subarray(0, EVENT_ID_BYTES).toString("base64url")}`;
  }
}
