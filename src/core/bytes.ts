import { coreError } from "./errors.ts";

/**
 * Bytes, their hexadecimal form and big-endian numbers.
 *
 * Core keeps hashes, keys and borrowers as `Uint8Array`; hexadecimal text (`0x…`, lower case) is for the edges: JSON,
 * SQL and people.
 */
export type Hex = `0x${string}`;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** `0x…`, lower case. */
export function toHex(bytes: Uint8Array): Hex {
  let text = "0x";
  for (const byte of bytes) text += DIGITS[byte]!;
  return text as Hex;
}

/** The bytes of `0x…` (or of bare digits), in either case. Throws `invalid-input`, also if they are not `length` bytes. */
export function fromHex(text: string, length?: number): Uint8Array {
  const start = text.startsWith("0x") ? 2 : 0;
  const digits = text.length - start;
  const bytes = new Uint8Array(digits >>> 1);
  // Whole filings come as text: by table, because parsing each pair of digits takes ten times as long.
  let wrong = digits & 1;
  for (let i = 0, at = start; i < bytes.length; i++, at += 2) {
    const value = (NIBBLES[text.charCodeAt(at)] ?? NO_DIGIT) * 16 + (NIBBLES[text.charCodeAt(at + 1)] ?? NO_DIGIT);
    wrong |= value & ~0xff;
    bytes[i] = value;
  }
  if (wrong !== 0)
    throw coreError("invalid-input", `"${text.slice(0, 80)}" is not hexadecimal`, {
      fix: "Give 0x and an even number of digits.",
    });
  if (length !== undefined && bytes.length !== length)
    throw coreError("invalid-input", `"${text.slice(0, 80)}" has ${bytes.length} bytes instead of ${length}`, {
      fix: `Give 0x and ${2 * length} digits.`,
    });
  return bytes;
}

/** Stands for a character that is no digit; with it, a byte is 256 or more. */
const NO_DIGIT = 256;
/** The value of each digit, by its character's code. */
const NIBBLES = new Uint16Array(128).fill(NO_DIGIT);
for (const [value, digit] of [..."0123456789abcdef"].entries())
  for (const character of [digit, digit.toUpperCase()]) NIBBLES[character.charCodeAt(0)] = value;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A word of 256 bits: what the chain keeps in one slot, and what hashes of several values are made of. */
export function word(value: bigint | number): Uint8Array {
  const bytes = new Uint8Array(32);
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    for (let i = 31, left = value; left > 0; i--, left = Math.floor(left / 256)) bytes[i] = left % 256;
    return bytes;
  }
  let rest = BigInt(value);
  for (let i = 31; rest > 0n; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** The unsigned big-endian number in all of `bytes`. */
export function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** What no number of so many bytes reaches, up to six. */
const LIMITS = [1, 2 ** 8, 2 ** 16, 2 ** 24, 2 ** 32, 2 ** 40, 2 ** 48];

/** Writes unsigned big-endian numbers one after the other; a value that doesn't fit throws `invalid-input`. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 128) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** `value` in `width` bytes (at most six, so that it is exact). */
  uint(value: number, width: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= LIMITS[width]!) throw doesNotFit(value, width);
    const at = this.#grow(width);
    const bytes = this.#bytes;
    // The low 32 bits as such, and what is above them: bit operations know no more.
    const low = value >>> 0;
    let i = at + width - 1;
    for (let rest = low, end = Math.max(at, i - 3); i >= end; rest >>>= 8) bytes[i--] = rest;
    for (let rest = (value - low) / 2 ** 32; i >= at; rest >>>= 8) bytes[i--] = rest;
    return this;
  }

  /** `value` in `width` bytes, for what may exceed six. */
  big(value: bigint, width: number): this {
    // What is rounded here is too large anyway.
    if (width <= 6) return this.uint(Number(value), width);
    if (value < 0n || value >> BigInt(8 * width) !== 0n) throw doesNotFit(value, width);
    const at = this.#grow(width);
    let rest = value;
    for (let i = at + width - 1; i >= at; i--) {
      this.#bytes[i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    return this;
  }

  bytes(bytes: Uint8Array, width = bytes.length): this {
    if (bytes.length !== width)
      throw coreError("invalid-input", `${bytes.length} bytes given for ${width}`, { fix: `Give ${width} bytes.` });
    const at = this.#grow(width); // First: it may replace the buffer.
    this.#bytes.set(bytes, at);
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }
}

/**
 * Reads unsigned big-endian numbers one after the other. Beyond the end it reads zeros and sets `overrun`, so that a decoder of
 * hostile input checks once, at its end.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get overrun(): boolean {
    return this.at > this.end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The next `width` bytes (at most six). */
  uint(width: number): number {
    let value = 0;
    const next = this.at + width;
    if (next <= this.end) for (let i = this.at; i < next; i++) value = value * 256 + this.bytes[i]!;
    this.at = next;
    return value;
  }

  /** The next `width` bytes, for what may exceed six. */
  big(width: number): bigint {
    if (width <= 6) return BigInt(this.uint(width));
    const high = this.big(width - 6);
    return (high << 48n) | BigInt(this.uint(6));
  }

  /** The next `width` bytes, not copied. */
  take(width: number): Uint8Array {
    const taken = this.at + width <= this.end ? this.bytes.subarray(this.at, this.at + width) : new Uint8Array(width);
    this.at += width;
    return taken;
  }
}

function doesNotFit(value: bigint | number, width: number): Error {
  return coreError("invalid-input", `${value} is not an unsigned whole number of ${width} bytes`, {
    fix: "Give a whole number within the field's width.",
  });
}
