import { open, rename } from "node:fs/promises";

import type { ChainFiles } from "./anvil.ts";
import { systemCode } from "./files.ts";

/** The last words of a state that anvil has saved to its end. */
const END = Buffer.from('"historical_states":null}');

/**
 * Puts a state that was saved whole in the place of the one before, so that anvil's next saving, which might be cut short, can't touch it.
 *
 * @returns whether there was one
 */
export async function keepSavedState(files: Pick<ChainFiles, "saved" | "savedBefore">): Promise<boolean> {
  try {
    const file = await open(files.saved, "r");
    try {
      const { size } = await file.stat();
      const tail = Buffer.alloc(END.length);
      if (size < END.length) return false;
      await file.read(tail, 0, tail.length, size - tail.length);
      if (!tail.equals(END)) return false;
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(files.saved, files.savedBefore);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
