import { ByteReader, ByteWriter, fromHex, toHex } from "./bytes.ts";
import { coreError } from "./errors.ts";
import { LIMIT_FIELDS } from "./limit-fields.ts";
import type { CostBracket, LimitField, Limits } from "./limit-fields.ts";

/** Bytes of one version of limits (protocol §5). */
export const LIMITS_BYTES = 320;

/** Brackets of COST. */
export const COST_BRACKETS = 8;

/** Bytes that must be zero: [from, to). */
export const RESERVED_LIMITS = [
  [88, 96],
  [305, 320],
] as const;

/** Bits of `flags`. */
export const LIMIT_FLAGS = { confirm: 1, payments: 2, withdrawalBusinessDays: 4, withdrawalDays: 8 } as const;

type Held = Limits[keyof Limits];

/** Limits with everything off and zero but the format: what a rule pack fills in. */
export function emptyLimits(): Limits {
  const bytes = new Uint8Array(LIMITS_BYTES);
  bytes[0] = 1;
  return decodeLimits(bytes);
}

/** The 320 bytes of a version. Throws `invalid-input` where a value doesn't fit its width. */
export function encodeLimits(limits: Limits): Uint8Array {
  const bytes = new Uint8Array(LIMITS_BYTES);
  for (const field of LIMIT_FIELDS) bytes.set(encodeField(field, limits[field.name]), field.offset);
  return bytes;
}

function encodeField(field: LimitField, value: Held): Uint8Array {
  const writer = new ByteWriter(field.width);
  if (typeof value === "number") writer.uint(value, field.width);
  else if (typeof value === "bigint") writer.big(value, field.width);
  else if (typeof value === "string") writer.bytes(fromHex(value, field.width));
  else {
    if (value.length > COST_BRACKETS)
      throw coreError("invalid-input", `${field.name} has ${value.length} brackets; at most ${COST_BRACKETS} fit`);
    for (const { upTo, share } of value) writer.big(upTo, 5).uint(share, 4);
  }
  return writer.finish();
}

/** The fields of a version's 320 bytes, whatever their values; `LimitsCheck.sol` says which a Rulebook takes. */
export function decodeLimits(bytes: Uint8Array): Limits {
  if (bytes.length !== LIMITS_BYTES)
    throw coreError("invalid-input", `limits have ${LIMITS_BYTES} bytes, not ${bytes.length}`);
  return Object.fromEntries(LIMIT_FIELDS.map((field) => [field.name, decodeField(field, bytes)])) as unknown as Limits;
}

function decodeField({ offset, width }: LimitField, bytes: Uint8Array): Held {
  const reader = new ByteReader(bytes, offset);
  if (width === 20) return toHex(reader.take(width));
  if (width <= 4) return reader.uint(width);
  if (width <= 16) return reader.big(width);
  const brackets: CostBracket[] = [];
  while (brackets.length < COST_BRACKETS) {
    const bracket = { upTo: reader.big(5), share: reader.uint(4) };
    if (bracket.upTo === 0n) break;
    brackets.push(bracket);
  }
  return brackets;
}
