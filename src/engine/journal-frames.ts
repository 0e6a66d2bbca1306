/**
 * The journal's bytes: a header, then frames, each of which says how long it is and carries a checksum.
 *
 *     header  "tallystick journal 1\n"
 *     frame   mark u32 · kind u8 · length u32 · crc32 u32 (over kind, length and payload) · payload
 *     kinds   1 chain (JSON: what the genesis block is made of) · 2 transaction (hash 32 · raw) · 3 block (JSON)
 *
 * A block names its transactions by hash; each stands before it, maybe long before. Integers are big-endian.
 */
import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { z } from "zod";

export const HEADER = Buffer.from("tallystick journal 1\n", "latin1");

export const FRAME_BYTES = 13;
const MARK = 0x9d_c7_1e_a5;
const MARK_BYTES = Buffer.from("9dc71ea5", "hex");
const MAX_PAYLOAD = 1 << 28;
const WINDOW = 4 << 20;

export const CHAIN = 1;
export const TRANSACTION = 2;
export const BLOCK = 3;

const hash = z.string().regex(/^0x[0-9a-f]{64}$/u);

/** What the genesis block and the rules of the chain are made of: with it and the transactions the same chain comes out again. */
export const chainFactsSchema = z.object({
  chainId: z.int().positive(),
  genesisTime: z.int().positive(),
  gasLimit: z.int().positive(),
  hardfork: z.string(),
});

export type ChainFacts = z.infer<typeof chainFactsSchema>;

export const journaledBlockSchema = z.object({
  number: z.int().positive(),
  hash,
  parent: hash,
  /** UTC seconds. */
  time: z.int(),
  stateRoot: hash,
  transactions: z.array(hash),
});

/** A block as the journal keeps it. */
export type JournaledBlock = z.infer<typeof journaledBlockSchema>;

export function encodeFrame(kind: number, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES + payload.length);
  frame.writeUInt32BE(MARK, 0);
  frame.writeUInt8(kind, 4);
  frame.writeUInt32BE(payload.length, 5);
  frame.set(payload, FRAME_BYTES);
  frame.writeUInt32BE(checksum(frame, payload.length), 9);
  return frame;
}

export interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
  /** Where it begins in the file, and where the next one does. */
  readonly at: number;
  readonly next: number;
}

/** The frame at a position, or undefined where there is no whole one with its checksum. */
export async function readFrame(file: FileHandle, at: number): Promise<Frame | undefined> {
  const head = await readExactly(file, at, FRAME_BYTES);
  if (head?.readUInt32BE(0) !== MARK) return undefined;
  const length = head.readUInt32BE(5);
  if (length > MAX_PAYLOAD) return undefined;
  const whole = await readExactly(file, at, FRAME_BYTES + length);
  return whole === undefined ? undefined : parseFrame(whole, at);
}

/** All frames from a position on, up to the first that is not whole. */
export async function* readFrames(file: FileHandle, from: number): AsyncGenerator<Frame> {
  let window: Buffer = Buffer.alloc(0);
  let start = from;
  for (let at = from; ;) {
    const offset = at - start;
    const have = window.length - offset;
    const needed =
      have < FRAME_BYTES ? FRAME_BYTES : FRAME_BYTES + Math.min(window.readUInt32BE(offset + 5), MAX_PAYLOAD);
    if (have < needed) {
      const more = await readUpTo(file, at, Math.max(needed, WINDOW));
      if (more.length < FRAME_BYTES || more.length < needed) return;
      [window, start] = [more, at];
      continue;
    }
    const frame = parseFrame(window.subarray(offset, offset + needed), at);
    if (frame === undefined) return;
    yield frame;
    at = frame.next;
  }
}

/** The first block of a number or above that stands whole anywhere from a position on: a sign that what is before it was not torn off. */
export async function findBlock(file: FileHandle, from: number, number: number): Promise<JournaledBlock | undefined> {
  for (let start = from; ;) {
    const window = await readUpTo(file, start, WINDOW);
    for (let i = window.indexOf(MARK_BYTES); i >= 0; i = window.indexOf(MARK_BYTES, i + 1)) {
      const frame = await readFrame(file, start + i);
      const block = frame?.kind === BLOCK ? parseBlock(frame.payload) : undefined;
      if (block !== undefined && block.number >= number) return block;
    }
    if (window.length < WINDOW) return undefined;
    start += window.length - MARK_BYTES.length + 1;
  }
}

export function parseBlock(payload: Buffer): JournaledBlock | undefined {
  return journaledBlockSchema.safeParse(json(payload)).data;
}

export function parseChainFacts(payload: Buffer): ChainFacts | undefined {
  return chainFactsSchema.safeParse(json(payload)).data;
}

export async function readUpTo(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let have = 0;
  while (have < length) {
    const { bytesRead } = await file.read(buffer, have, length - have, at + have);
    if (bytesRead === 0) break;
    have += bytesRead;
  }
  return buffer.subarray(0, have);
}

async function readExactly(file: FileHandle, at: number, length: number): Promise<Buffer | undefined> {
  const found = await readUpTo(file, at, length);
  return found.length === length ? found : undefined;
}

function parseFrame(bytes: Buffer, at: number): Frame | undefined {
  if (bytes.readUInt32BE(0) !== MARK) return undefined;
  const length = bytes.readUInt32BE(5);
  if (bytes.length !== FRAME_BYTES + length) return undefined;
  if (bytes.readUInt32BE(9) !== checksum(bytes, length)) return undefined;
  return { kind: bytes.readUInt8(4), payload: bytes.subarray(FRAME_BYTES), at, next: at + bytes.length };
}

function checksum(frame: Buffer, length: number): number {
  return crc32(frame.subarray(FRAME_BYTES, FRAME_BYTES + length), crc32(frame.subarray(4, 9)));
}

function json(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch {
    return undefined;
  }
}
