/**
 * What an import has handed over, on disk in the data directory: a journal of events that the gateway confirmed, and beside it the
 * requests that are under way, written before they are sent. After a crash the same bytes are sent again, and the gateway gives the
 * answer that it gave. Should all this be lost, the gateway still knows each event by its id: the journal only saves the asking.
 */
import { mkdir, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { importError } from "./errors.ts";
import { EVENT_ID_BYTES } from "./names.ts";

const LEAF_BYTES = 32;
/** An event's id, the digest of what it says, and its leaf. */
const ENTRY_BYTES = 2 * EVENT_ID_BYTES + LEAF_BYTES;

const requestSchema = z.object({
  platform: z.int(),
  items: z.array(z.object({ event: z.string(), leaf: z.string(), idempotencyKey: z.string(), record: z.string() })),
});
/** A batch as it is sent. `event` is the event's id in base64url, `leaf` hexadecimal. */
export type Request = z.infer<typeof requestSchema>;

/** An event that the gateway has. */
export interface Confirmed {
  /** The idempotency key that it is there under: its id and the digest of what it says. */
  readonly key: string;
  readonly leaf: Buffer;
}

export class Journal {
  readonly #directory: string;
  readonly #path: string;
  readonly #events: Map<string, Confirmed>;
  #requests = 0;
  #appending: Promise<void> = Promise.resolve();

  private constructor(directory: string, path: string, events: Map<string, Confirmed>) {
    this.#directory = directory;
    this.#path = path;
    this.#events = events;
  }

  /** Opens the journal of a directory, for this process alone. Throws `import-running`. */
  static async open(directory: string): Promise<Journal> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await takeLock(join(directory, "lock"));
    const path = join(directory, "journal");
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    const whole = bytes.length - (bytes.length % ENTRY_BYTES);
    // A write cut short leaves part of an entry; what follows it must begin at an entry's place.
    if (whole !== bytes.length) await truncate(path, whole);
    const events = new Map<string, Confirmed>();
    for (let at = 0; at < whole; at += ENTRY_BYTES) {
      const leaf = bytes.subarray(at + 2 * EVENT_ID_BYTES, at + ENTRY_BYTES);
      const event = bytes.toString("base64url", at, at + EVENT_ID_BYTES);
      const content = bytes.toString("base64url", at + EVENT_ID_BYTES, at + 2 * EVENT_ID_BYTES);
      events.set(event, { key: `${event}.${content}`, leaf });
    }
    return new Journal(directory, path, events);
  }

  get size(): number {
    return this.#events.size;
  }

  /** What is known of an event, by its id in base64url. */
  find(event: string): Confirmed | undefined {
    return this.#events.get(event);
  }

  /** Requests that were under way when the last import ended, in their order. */
  async leftovers(): Promise<{ readonly name: string; readonly request: Request }[]> {
    const names = (await readdir(this.#directory)).filter((name) => /^request-\d{8}\.json$/u.test(name)).sort();
    const found: { name: string; request: Request }[] = [];
    for (const name of names) {
      const text = await readFile(join(this.#directory, name), "utf8");
      const request = requestSchema.safeParse(parseJson(text));
      // One that was not written to its end was not sent either.
      if (request.success) found.push({ name, request: request.data });
      else await rm(join(this.#directory, name));
    }
    this.#requests = Number(names.at(-1)?.slice(8, 16) ?? 0);
    return found;
  }

  /** Writes a request down before it is sent. Returns its name, by which it is forgotten once it is answered. */
  async begin(request: Request): Promise<string> {
    const name = `request-${String(++this.#requests).padStart(8, "0")}.json`;
    await writeFile(join(this.#directory, name), JSON.stringify(request), { mode: 0o600 });
    return name;
  }

  /** Notes what the gateway has, and forgets the request. */
  async end(name: string, confirmed: readonly Confirmed[]): Promise<void> {
    const parts = confirmed.flatMap(({ key, leaf }) => [
      ...key.split(".").map((part) => Buffer.from(part, "base64url")),
      leaf,
    ]);
    const bytes = Buffer.concat(parts, confirmed.length * ENTRY_BYTES);
    for (const one of confirmed) this.#events.set(one.key.split(".")[0]!, one);
    const append = this.#appending.then(async () => {
      const file = await open(this.#path, "a", 0o600);
      try {
        await file.write(bytes);
      } finally {
        await file.close();
      }
    });
    this.#appending = append.catch(() => undefined);
    await append;
    await rm(join(this.#directory, name), { force: true });
  }

  async close(): Promise<void> {
    await this.#appending;
    await rm(join(this.#directory, "lock"), { force: true });
  }
}

async function takeLock(path: string): Promise<void> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx", mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    if (Number.isInteger(owner) && owner > 0 && owner !== process.pid && isAlive(owner))
      throw importError("import-running", `Process ${owner} is importing into the same data directory`);
    await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
