/**
 * The directory that holds everything of one installation, owned by one process at a time.
 *
 *     settings.json   what was chosen at the first start: chain, ports
 *     lock            who works on it now: process id and start time, so that a crash can't leave it locked
 *     processes.json  the engines that were started, so that one left over from a crash is known and ended
 *     chain/          the chain's journal, its saved state, its log
 *     database/       the Postgres cluster, its password, its log
 */
import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";

import { engineError } from "./errors.ts";
import { parseJson, readIfThere, systemCode, writeDurably } from "./files.ts";
import { chainFactsSchema } from "./journal-frames.ts";
import { type Identity, commandLine, identify, identitySchema, isAlive } from "./identity.ts";

const settingsSchema = z.object({
  format: z.literal(1),
  ports: z.object({ chain: z.int().optional(), database: z.int().optional() }),
  /** What the chain is made of; the journal says it too, and either can be lost. */
  chain: chainFactsSchema.optional(),
});

export type Settings = z.infer<typeof settingsSchema>;

const childSchema = identitySchema.extend({ name: z.string(), program: z.string() });

/** An engine's process as the directory remembers it. */
export type ChildRecord = z.infer<typeof childSchema>;

const lockSchema = identitySchema.extend({ token: z.string() });

/** Names that a first start cut short may leave behind: a directory with nothing else in it is still ours to take. */
const OWN_FROM_THE_START = /^(lock|(settings|processes)\.json)(\..*\.tmp)?$/u;

/** Long enough for two starts that both found a stale lock to see which of them wrote last. */
const SETTLE_MS = 150;

export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  readonly settings: Settings;
  updateSettings(change: Partial<Omit<Settings, "format">>): Promise<void>;
  /** Engines of an earlier start that are still alive, known by id, start time and command. */
  leftovers(): Promise<ChildRecord[]>;
  recordChild(child: ChildRecord): Promise<void>;
  forgetChild(name: string): Promise<void>;
  /** Gives the directory free for the next. */
  close(): Promise<void>;
}

/**
 * Creates the directory or takes an existing one, for this process alone.
 *
 * @throws `data-directory-in-use`, `data-directory-unusable`, `data-directory-foreign`
 */
export async function openDataDirectory(where: string): Promise<DataDirectory> {
  const path = resolve(where);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await refuseForeign(path);
    const token = await takeLock(path);
    return await opened(path, token);
  } catch (error) {
    throw asUnusable(path, error);
  }
}

/** The settings of a directory that somebody else may be working on, or undefined where it is none of ours. */
export async function readSettings(where: string): Promise<Settings | undefined> {
  const parsed = settingsSchema.safeParse(parseJson(await readIfThere(join(resolve(where), "settings.json"))));
  return parsed.data;
}

/** The process that works on the directory now, if any. */
export async function ownerOf(where: string): Promise<Identity | undefined> {
  const lock = lockSchema.safeParse(parseJson(await readIfThere(join(resolve(where), "lock"))));
  return lock.success && isAlive(lock.data) ? { pid: lock.data.pid, started: lock.data.started } : undefined;
}

async function opened(path: string, token: string): Promise<DataDirectory> {
  let settings = await loadSettings(path);
  const listPath = join(path, "processes.json");
  const parsedList = z.array(childSchema).safeParse(parseJson(await readIfThere(listPath)));
  let children: ChildRecord[] = parsedList.data ?? [];
  // Both engines may start and end at once; their writes follow one another.
  let writing: Promise<void> = Promise.resolve();
  const change = async (next: (list: ChildRecord[]) => ChildRecord[]): Promise<void> => {
    writing = writing
      .catch(() => undefined)
      .then(() => {
        children = next(children);
        return writeDurably(listPath, JSON.stringify(children, null, 2));
      });
    return writing;
  };

  return {
    path,
    get settings() {
      return settings;
    },
    async updateSettings(part) {
      settings = { ...settings, ...part };
      await saveSettings(path, settings);
    },
    async leftovers() {
      return children.filter((child) => isAlive(child) && commandLine(child.pid).includes(child.program));
    },
    recordChild: (child) => change((list) => [...list.filter((one) => one.name !== child.name), child]),
    forgetChild: (name) => change((list) => list.filter((one) => one.name !== name)),
    async close() {
      await writing.catch(() => undefined);
      const lock = lockSchema.safeParse(parseJson(await readIfThere(join(path, "lock"))));
      if (lock.data?.token === token) await rm(join(path, "lock"), { force: true });
    },
  };
}

async function refuseForeign(path: string): Promise<void> {
  const names = await readdir(path);
  if (names.includes("settings.json")) return;
  const foreign = names.find((name) => !OWN_FROM_THE_START.test(name));
  if (foreign === undefined) return;
  throw engineError("data-directory-foreign", `${path} is not a data directory of ours: it holds "${foreign}"`);
}

async function loadSettings(path: string): Promise<Settings> {
  const text = await readIfThere(join(path, "settings.json"));
  if (text === undefined) {
    const fresh: Settings = { format: 1, ports: {} };
    await saveSettings(path, fresh);
    return fresh;
  }
  const parsed = settingsSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw engineError("data-directory-unusable", `${join(path, "settings.json")} is not readable as settings`, {
    fix: "Put back a copy of that file, or give another directory with --data.",
    cause: parsed.error,
  });
}

async function saveSettings(path: string, settings: Settings): Promise<void> {
  await writeDurably(join(path, "settings.json"), JSON.stringify(settings, null, 2));
}

/** @returns the token that marks the lock as ours */
async function takeLock(path: string): Promise<string> {
  const file = join(path, "lock");
  const self = identify(process.pid);
  if (self === undefined) throw new Error("this process can't be identified");
  const token = randomBytes(8).toString("hex");
  const content = JSON.stringify({ ...self, token });

  // A link appears with its content, or not at all: nobody can find our lock half written.
  const fresh = `${file}.${token}.tmp`;
  await writeFile(fresh, content, { mode: 0o600 });
  try {
    await link(fresh, file);
    return token;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  } finally {
    await rm(fresh, { force: true });
  }

  const owner = await ownerOf(path);
  if (owner !== undefined) throw inUse(path, owner.pid);
  // Its owner has died. Two starts may find that at once: each writes, waits, and whoever is not found written gives way.
  await writeDurably(file, content);
  await wait(SETTLE_MS);
  const now = lockSchema.safeParse(parseJson(await readIfThere(file)));
  if (now.data?.token !== token) throw inUse(path, now.data?.pid);
  return token;
}

function inUse(path: string, pid: number | undefined): Error {
  return engineError("data-directory-in-use", `${path} is in use by process ${pid ?? "unknown"}`, {
    fix: `Stop process ${pid ?? "there"} first, or give another directory with --data.`,
    details: { pid },
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of that path is a file",
  EEXIST: "there is a file of that name",
};

function asUnusable(path: string, error: unknown): unknown {
  const reason = REASONS[systemCode(error)];
  if (reason === undefined) return error;
  return engineError("data-directory-unusable", `${path} can't be used as data directory: ${reason}`, { cause: error });
}

/** Whether something of that name exists. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
