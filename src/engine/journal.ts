/**
 * The chain's journal: every block of the embedded chain with its raw transactions, in one file that only grows. It alone makes the
 * chain again, to the same blocks; what anvil keeps itself is a cache of it.
 */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

import { engineError } from "./errors.ts";
import { syncDirectory } from "./files.ts";
import {
  BLOCK,
  CHAIN,
  type ChainFacts,
  FRAME_BYTES,
  HEADER,
  type JournaledBlock,
  TRANSACTION,
  encodeFrame,
  findBlock,
  parseBlock,
  parseChainFacts,
  readFrames,
  readUpTo,
} from "./journal-frames.ts";

const HASH_BYTES = 32;

/** Where a raw transaction stands in the file. */
interface Place {
  readonly at: number;
  readonly length: number;
}

interface Kept {
  readonly block: JournaledBlock;
  readonly places: readonly Place[];
}

/** A block with the bytes of its transactions. */
export interface BlockToReplay {
  readonly block: JournaledBlock;
  readonly raw: readonly Buffer[];
}

/** @throws `journal-damaged` where the file is damaged elsewhere than at its end, or is no journal */
export async function openJournal(
  path: string,
  fresh: () => ChainFacts,
  tell: (text: string) => void,
): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await openOrCreate(path);
  try {
    return await Journal.read(file, path, fresh, tell);
  } catch (error) {
    await file.close();
    throw error;
  }
}

export class Journal {
  readonly chain: ChainFacts;
  readonly #file: FileHandle;
  readonly #blocks: Kept[];
  /** Transactions that are in the file and in no block yet. */
  readonly #waiting: Map<string, Place>;
  #size: number;
  /** Writes follow one another, so that what is synced last is all that was written before. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, chain: ChainFacts, blocks: Kept[], waiting: Map<string, Place>, size: number) {
    this.#file = file;
    this.chain = chain;
    this.#blocks = blocks;
    this.#waiting = waiting;
    this.#size = size;
  }

  static async read(
    file: FileHandle,
    path: string,
    fresh: () => ChainFacts,
    tell: (text: string) => void,
  ): Promise<Journal> {
    const { size } = await file.stat();
    const header = await readUpTo(file, 0, HEADER.length);
    if (!header.equals(HEADER.subarray(0, header.length))) {
      throw engineError("journal-damaged", `${path} is no journal of this program`);
    }
    const blocks: Kept[] = [];
    const waiting = new Map<string, Place>();
    let chain: ChainFacts | undefined;
    let end = HEADER.length;
    if (size > HEADER.length) {
      for await (const frame of readFrames(file, HEADER.length)) {
        if (frame.kind === CHAIN) chain = parseChainFacts(frame.payload);
        else if (frame.kind === TRANSACTION) {
          const hash = `0x${frame.payload.toString("hex", 0, HASH_BYTES)}`;
          waiting.set(hash, { at: frame.at + FRAME_BYTES + HASH_BYTES, length: frame.payload.length - HASH_BYTES });
        } else if (frame.kind === BLOCK) blocks.push(keep(path, parseBlock(frame.payload), blocks.at(-1), waiting));
        end = frame.next;
      }
    }
    if (end < size) {
      const known = blocks.length;
      // A block is durable before anything of the next but one is written. So only the very next one can have been torn.
      const later = await findBlock(file, end, chain === undefined ? 1 : known + 2);
      if (later !== undefined) {
        const text = `${path} is damaged at byte ${end}: block ${known} is whole, and so is block ${later.number}, but not all between`;
        throw engineError("journal-damaged", text);
      }
      await file.truncate(end);
      tell(`The end of the chain's journal was torn by a crash: ${size - end} bytes after block ${known} are cut off.`);
    }
    if (chain === undefined) {
      if (blocks.length > 0) throw engineError("journal-damaged", `${path} does not say what chain it is of`);
      chain = fresh();
      const start = Buffer.concat([HEADER, encodeFrame(CHAIN, Buffer.from(JSON.stringify(chain)))]);
      await file.truncate(0);
      await file.write(start, 0, start.length, 0);
      await file.datasync();
      end = start.length;
      waiting.clear();
    }
    return new Journal(file, chain, blocks, waiting, end);
  }

  /** The highest block that is durable, or undefined before the first. */
  get head(): JournaledBlock | undefined {
    return this.#blocks.at(-1)?.block;
  }

  /** Number of the highest durable block; 0 is the genesis block, which is never written. */
  get height(): number {
    return this.#blocks.length;
  }

  blockAt(number: number): JournaledBlock | undefined {
    return this.#blocks[number - 1]?.block;
  }

  /** Whether the transaction's bytes are in the file and in no block yet. */
  has(hash: string): boolean {
    return this.#waiting.has(hash);
  }

  /** Writes a transaction down ahead of its block. It becomes durable with that block, or with the next one. */
  async remember(hash: string, raw: Uint8Array): Promise<void> {
    if (this.#waiting.has(hash)) return;
    await this.#write([{ hash, raw }], undefined);
  }

  /**
   * Appends the block after the head; durable when the promise is fulfilled. After a failure the file is as before.
   *
   * @param missing bytes of those of its transactions that were not remembered
   */
  async append(block: JournaledBlock, missing: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const parent = this.head;
    if (block.number !== this.height + 1 || (parent !== undefined && block.parent !== parent.hash)) {
      const text = `block ${block.number} does not follow block ${this.height}, the last in the chain's journal`;
      throw engineError("journal-mismatch", text);
    }
    const additions = [...missing].map(([hash, raw]) => ({ hash, raw }));
    await this.#write(additions, block);
  }

  /** Blocks in their order, from a number on, with the bytes of their transactions. */
  async *read(from: number): AsyncGenerator<BlockToReplay> {
    for (let number = Math.max(1, from); number <= this.#blocks.length; number += 1) {
      const kept = this.#blocks[number - 1];
      if (kept === undefined) return;
      const raw = await Promise.all(kept.places.map(({ at, length }) => readUpTo(this.#file, at, length)));
      yield { block: kept.block, raw };
    }
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  #write(additions: readonly { hash: string; raw: Uint8Array }[], block: JournaledBlock | undefined): Promise<void> {
    const task = this.#last.then(() => this.#writeNow(additions, block));
    this.#last = task.catch(() => undefined);
    return task;
  }

  async #writeNow(
    additions: readonly { hash: string; raw: Uint8Array }[],
    block: JournaledBlock | undefined,
  ): Promise<void> {
    const places = new Map<string, Place>();
    const frames: Buffer[] = [];
    let size = this.#size;
    const add = (kind: number, payload: Uint8Array): void => {
      const frame = encodeFrame(kind, payload);
      frames.push(frame);
      size += frame.length;
    };
    for (const { hash, raw } of additions) {
      places.set(hash, { at: size + FRAME_BYTES + HASH_BYTES, length: raw.length });
      add(TRANSACTION, Buffer.concat([Buffer.from(hash.slice(2), "hex"), raw]));
    }
    const placesOfBlock = block?.transactions.map((hash) => {
      const place = places.get(hash) ?? this.#waiting.get(hash);
      if (place === undefined) throw new Error(`transaction ${hash} of block ${block.number} was not given`);
      return place;
    });
    if (block !== undefined) add(BLOCK, Buffer.from(JSON.stringify(block)));
    try {
      await writeAll(this.#file, frames, this.#size);
      if (block !== undefined) await this.#file.datasync();
    } catch (error) {
      // What was written in part must not stand between good frames.
      await this.#file.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    this.#size = size;
    for (const [hash, place] of places) this.#waiting.set(hash, place);
    if (block === undefined || placesOfBlock === undefined) return;
    this.#blocks.push({ block, places: placesOfBlock });
    for (const hash of block.transactions) this.#waiting.delete(hash);
  }
}

function keep(
  path: string,
  block: JournaledBlock | undefined,
  parent: Kept | undefined,
  waiting: Map<string, Place>,
): Kept {
  const number = (parent?.block.number ?? 0) + 1;
  if (block?.number !== number || (parent !== undefined && block.parent !== parent.block.hash)) {
    throw engineError("journal-damaged", `${path} holds another block where block ${number} should stand`);
  }
  const places = block.transactions.map((hash) => {
    const place = waiting.get(hash);
    waiting.delete(hash);
    if (place === undefined)
      throw engineError("journal-damaged", `${path} lacks transaction ${hash} of block ${number}`);
    return place;
  });
  return { block, places };
}

async function openOrCreate(path: string): Promise<FileHandle> {
  const file = await open(path, "a+", 0o600);
  await file.close();
  await syncDirectory(dirname(path));
  return open(path, "r+");
}

async function writeAll(file: FileHandle, frames: readonly Buffer[], at: number): Promise<void> {
  const bytes = frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
