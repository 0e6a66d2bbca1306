import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { storeError } from "./errors.ts";
import type { Schema } from "./schema.ts";

export type Database = Kysely<Schema>;

const INT8 = 20;
const INT8_ARRAY = 1016;

/** Every bigint column of ours stays far below 2⁵³: sequences, nonces, block numbers, seconds. */
function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the database holds the integer ${text}, beyond 2^53`);
  return value;
}

const int8Array = (text: string): number[] => (text === "{}" ? [] : text.slice(1, -1).split(",").map(exactNumber));

/** Parsers of this product's connections alone: other users of `pg` in the process keep theirs. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text") => {
    if (oid === INT8) return exactNumber;
    if (oid === INT8_ARRAY) return int8Array;
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
  }) as pg.CustomTypesConfig["getTypeParser"],
};

export interface DatabaseOptions {
  /** Connections at most. */
  readonly connections?: number;
  /** Called when an idle connection breaks: the database went away. */
  readonly onLost?: (error: Error) => void;
}

/** Opens a pool of connections. Nothing is sent until the first query. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 8,
    connectionTimeoutMillis: 5_000,
    // A query that waits for a dead server must not hold a request for ever.
    query_timeout: 30_000,
    application_name: "tallystick",
    keepAlive: true,
    types,
  });
  pool.on("error", (error) => options.onLost?.(error));
  // One that breaks while it is in use tells its query, and emits this beside: unheard, it would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

/** Whether the error says that the database is away, shutting down or starting, rather than that a statement is wrong. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string" && (/^(08|57P)/u.test(code) || NETWORK.has(code))) return true;
  return /terminated|timeout|not queryable|Client was closed/u.test(error.message);
}

const NETWORK = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOENT", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"]);

/** Runs `work`; a failure to reach the database comes out as `database-unreachable`, without the URL. */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isUnreachable(cause)) throw storeError("database-unreachable", "The database does not answer.", { cause });
    throw cause;
  }
}

/** One gateway at a time may file from a database. */
export interface FilingLock {
  /** Whether the connection that holds the lock is still there. */
  readonly held: boolean;
  release(): Promise<void>;
}

/** "TALY", as the number of the advisory lock. */
const LOCK = 0x54414c59;

/**
 * Takes the lock that keeps a second gateway from filing. The database lets it go by itself when this process dies.
 *
 * @throws AppError `database-in-use` or `database-unreachable`.
 */
export async function takeFilingLock(url: string): Promise<FilingLock> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: "tallystick-lock",
    keepAlive: true,
  });
  let held = true;
  client.on("error", () => (held = false));
  client.on("end", () => (held = false));
  const taken = await reaching(async () => {
    await client.connect();
    const answer = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [LOCK]);
    return answer.rows[0]?.taken === true;
  }).catch(async (error: unknown) => {
    await client.end().catch(() => undefined);
    throw error;
  });
  if (!taken) {
    await client.end();
    throw storeError("database-in-use", "Another gateway holds the filing lock of this database.");
  }
  return {
    get held() {
      return held;
    },
    async release() {
      await client.end().catch(() => undefined);
    },
  };
}
