import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { addApiKey, type ApiKeyRow, findApiKey } from "../store/api-keys.ts";
import type { Database } from "../store/database.ts";
import type { ApiKeyTable } from "../store/schema.ts";
import { gatewayError } from "./errors.ts";

export type Role = ApiKeyTable["role"];

/** Who makes a request. */
export interface Caller {
  readonly role: Role;
  /** For the role `platform` alone. */
  readonly platform: number | undefined;
  /** The part of its key that is no secret. */
  readonly prefix: string;
}

const FORM = /^tally_[\w-]{43}$/u;
const PREFIX_LENGTH = "tally_".length + 8;
/** Milliseconds for which a key that was looked up is known; a revoked one works so long. */
const MEMORY = 2_000;
const CAPACITY = 10_000;
/** Compared with where there is no key, so that both cases take the same time. */
const NOBODY = Buffer.alloc(32);

const hashOf = (key: string): Buffer => createHash("sha256").update(key).digest();

/** Makes an API key. It is returned this once; the database keeps its hash. */
export async function createApiKey(
  db: Database,
  { role, platform, label }: { role: Role; platform?: number | undefined; label: string },
): Promise<string> {
  const key = `tally_${randomBytes(32).toString("base64url")}`;
  await addApiKey(db, {
    prefix: key.slice(0, PREFIX_LENGTH),
    hash: hashOf(key),
    role,
    platform: platform ?? null,
    label,
  });
  return key;
}

/** Tells callers by their keys. */
export class ApiKeys {
  readonly #db: Database;
  readonly #known = new Map<string, { readonly row: ApiKeyRow | undefined; readonly until: number }>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The caller of a request by its Authorization header. Throws `key-missing` or `key-wrong`. */
  async callerOf(authorization: string | undefined): Promise<Caller> {
    const [scheme, key = ""] = (authorization ?? "").split(" ");
    if (scheme?.toLowerCase() !== "bearer" || key === "") {
      throw gatewayError("key-missing", "The request has no Authorization: Bearer header.");
    }
    const hash = hashOf(key);
    const row = FORM.test(key) ? await this.#find(key.slice(0, PREFIX_LENGTH)) : undefined;
    if (!timingSafeEqual(hash, row?.hash ?? NOBODY) || row === undefined) {
      throw gatewayError("key-wrong", "The API key is not known here.");
    }
    return { role: row.role, platform: row.platform ?? undefined, prefix: row.prefix };
  }

  async #find(prefix: string): Promise<ApiKeyRow | undefined> {
    const now = performance.now();
    const known = this.#known.get(prefix);
    if (known !== undefined && known.until > now) return known.row;
    const row = await findApiKey(this.#db, prefix);
    if (this.#known.size >= CAPACITY) this.#known.clear();
    this.#known.set(prefix, { row, until: now + MEMORY });
    return row;
  }
}
