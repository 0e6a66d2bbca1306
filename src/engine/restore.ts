/**
 * Brings the chain up with every block of the journal in it: from a saved state where that is whole and agrees with the journal, and
 * from the journal for the rest, or for all.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { rename } from "node:fs/promises";

import { toHex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { Anvil, AnvilBlock, ChainFiles } from "./anvil.ts";
import { exists } from "./data-directory.ts";
import { engineError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import type { JournaledBlock } from "./journal-frames.ts";

const PROGRESS_MS = 2_000;
const CHECKED = 100;

/** What was done to bring the chain up. */
export interface Restored {
  readonly from: "nothing" | "saved state" | "journal";
  readonly height: number;
  /** Blocks made again from the journal. */
  readonly replayed: number;
  readonly milliseconds: number;
}

/**
 * @param launch starts anvil, from a saved state or afresh
 * @throws `journal-mismatch` where not even a chain made from the journal alone agrees with it
 */
export async function restoreChain(
  launch: (state: string | undefined) => Promise<Anvil>,
  files: ChainFiles,
  journal: Journal,
  tell: (text: string) => void,
): Promise<{ anvil: Anvil; restored: Restored }> {
  const began = performance.now();
  let refused = 0;
  for (const state of [files.saved, files.savedBefore]) {
    if (!(await exists(state))) continue;
    const found = await tryState(launch, state, journal, tell);
    if (found !== undefined) {
      // It has proved good, so it is the one to fall back upon; anvil will save beside it.
      if (state === files.saved) await rename(state, files.savedBefore);
      const milliseconds = performance.now() - began;
      return { ...found, restored: { ...found.restored, milliseconds } };
    }
    refused += 1;
    await rename(state, `${state}.refused`);
  }

  if (refused > 0 && journal.height > 0) tell("The chain is rebuilt from its journal.");
  const anvil = await launch(undefined);
  try {
    const replayed = await replay(anvil, journal, 1, tell);
    const from = journal.height === 0 ? "nothing" : "journal";
    const milliseconds = performance.now() - began;
    return { anvil, restored: { from, height: journal.height, replayed, milliseconds } };
  } catch (error) {
    await anvil.child.end(AT_ONCE);
    throw error;
  }
}

/** Without saving: what it holds is not to be kept. */
const AT_ONCE = [{ signal: "SIGKILL", milliseconds: 5_000 }] as const;

type Found = { anvil: Anvil; restored: Omit<Restored, "milliseconds"> };

async function tryState(
  launch: (state: string) => Promise<Anvil>,
  state: string,
  journal: Journal,
  tell: (text: string) => void,
): Promise<Found | undefined> {
  let anvil: Anvil;
  try {
    anvil = await launch(state);
  } catch (error) {
    // A missing program or a full disk is nothing that another state would mend.
    if (!(error instanceof AppError) || error.code !== "engine-failed") throw error;
    tell("A saved state of the chain is damaged and is put aside.");
    return undefined;
  }
  try {
    const height = await anvil.height();
    await checkState(anvil, journal, height);
    const replayed = await replay(anvil, journal, height + 1, tell);
    await adopt(anvil, journal, tell);
    return { anvil, restored: { from: "saved state", height: journal.height, replayed } };
  } catch (error) {
    await anvil.child.end(AT_ONCE);
    if (!(error instanceof AppError) || error.code !== "journal-mismatch") throw error;
    tell(`A saved state of the chain is put aside: ${error.message}.`);
    return undefined;
  }
}

/** Whether a loaded state is one chain with the journal, and its storage what its last block says. */
async function checkState(anvil: Anvil, journal: Journal, height: number): Promise<void> {
  const genesis = await anvil.block(0);
  if (genesis?.timestamp !== journal.chain.genesisTime) throw mismatch(0, "it begins at another time");
  const top = await anvil.block(height);
  // It saves piece by piece, and a block may have been made meanwhile.
  const root = toHex(keccak_256(await anvil.rootNode()));
  if (root !== top?.stateRoot) throw mismatch(height, "its storage is not the block's");
  if ((await anvil.receipts(height)) !== top.transactions.length) throw mismatch(height, "its receipts are not there");
  const common = Math.min(height, journal.height);
  const recorded = journal.blockAt(common);
  if (recorded === undefined) return;
  compare(recorded, await anvil.block(common));
}

/** Makes the journal's blocks again, from a number on. @returns how many */
async function replay(anvil: Anvil, journal: Journal, from: number, tell: (text: string) => void): Promise<number> {
  let replayed = 0;
  let told = performance.now();
  for await (const { block, raw } of journal.read(from)) {
    for (const [i, bytes] of raw.entries()) {
      const hash = await anvil.send(bytes);
      if (hash !== block.transactions[i]) throw mismatch(block.number, `its transaction ${i} has another hash`);
    }
    await anvil.mine(block.time);
    replayed += 1;
    // A block's hash stands for all blocks before it, so not each has to be looked at.
    const { number } = block;
    if (number % CHECKED === 0 || number === journal.height) compare(block, await anvil.block(number));
    if (performance.now() - told > PROGRESS_MS) {
      told = performance.now();
      tell(`Rebuilding the chain: block ${block.number} of ${journal.height}.`);
    }
  }
  return replayed;
}

/** Writes down the blocks that a saved state has and the journal has not: made, and cut off from the journal by a crash. */
async function adopt(anvil: Anvil, journal: Journal, tell: (text: string) => void): Promise<void> {
  const before = journal.height;
  const adopted = await catchUp(anvil, journal);
  if (adopted > 0)
    tell(`The chain's journal was behind by ${adopted} blocks after block ${before}; they are written now.`);
}

/** Brings the journal up to the chain's last block. @returns how many blocks it took */
export async function catchUp(
  anvil: Anvil,
  journal: Journal,
  onBlock?: (block: JournaledBlock) => void,
): Promise<number> {
  let taken = 0;
  for (;;) {
    const next = await anvil.block(journal.height + 1);
    if (next === null) return taken;
    const missing = new Map<string, Uint8Array>();
    for (const hash of next.transactions) if (!journal.has(hash)) missing.set(hash, await anvil.rawTransaction(hash));
    const block = asJournaled(next);
    await journal.append(block, missing);
    taken += 1;
    onBlock?.(block);
  }
}

function asJournaled(block: AnvilBlock): JournaledBlock {
  const { number, hash, parentHash, timestamp, stateRoot, transactions } = block;
  return { number, hash, parent: parentHash, time: timestamp, stateRoot, transactions };
}

function compare(recorded: JournaledBlock, made: AnvilBlock | null): void {
  if (made === null) throw mismatch(recorded.number, "it is not there");
  if (made.timestamp !== recorded.time) throw mismatch(recorded.number, "its time is another");
  if (made.transactions.join() !== recorded.transactions.join())
    throw mismatch(recorded.number, "its transactions differ");
  if (made.stateRoot !== recorded.stateRoot) throw mismatch(recorded.number, "its state root is another");
  if (made.hash !== recorded.hash) throw mismatch(recorded.number, "its hash is another");
}

function mismatch(number: number, why: string): AppError {
  return engineError("journal-mismatch", `block ${number} of the chain is not the one of the journal: ${why}`);
}
