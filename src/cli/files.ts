/** Files that somebody names on the command line. */
import { readFile } from "node:fs/promises";

import { systemCode } from "../engine/files.ts";
import { cliError } from "./errors.ts";

/** The text of a file. Throws `file-unreadable`. */
export async function readGiven(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** That a file can't be read, and why. */
export function unreadable(path: string, cause: unknown): Error {
  return cliError("file-unreadable", `${path} can't be read: ${reasonOf(cause)}`, { cause });
}

/** Writes a result into a file. Throws `file-unwritable`. */
export async function written(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw cliError("file-unwritable", `${path} can't be written: ${reasonOf(cause)}`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  ENOTDIR: "a part of it is no directory",
  EISDIR: "it is a directory",
  EACCES: "this user may not",
  EPERM: "this user may not",
  ENOSPC: "the disk is full",
};

function reasonOf(cause: unknown): string {
  const code = systemCode(cause);
  return REASONS[code] ?? (code !== "" ? code : cause instanceof Error ? cause.message : String(cause));
}
