/** The embedded database: a real Postgres server, run directly (no pg_ctl, no shell) and ended by id. */
import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { chmod, chown, mkdir, readdir, readlink, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";

import { type Child, type Ending, endStranger, startChild } from "./child.ts";
import { type DataDirectory, exists } from "./data-directory.ts";
import { engineError } from "./errors.ts";
import { readIfThere, syncDirectory, writeDurably } from "./files.ts";
import { commandLine, identify } from "./identity.ts";
import { type PostgresUser, postgresUser } from "./postgres-user.ts";
import { type PostgresPrograms, postgresPrograms } from "./programs.ts";

const NAME = "tallystick";
const POLL_MS = 20;
const SLOW_MS = 5_000;
const ATTEMPTS = 3;

/** SIGINT is Postgres' fast shutdown, which loses nothing; SIGQUIT its immediate one, mended at the next start. */
export const POSTGRES_ENDING: Ending = [
  { signal: "SIGINT", milliseconds: 30_000 },
  { signal: "SIGQUIT", milliseconds: 5_000 },
  { signal: "SIGKILL", milliseconds: 5_000 },
];

const SYNC_METHOD = process.platform === "linux" ? "syncfs" : "fsync";

/** What the server must run with, whatever its configuration file says. */
const REQUIRED = {
  listen_addresses: "127.0.0.1",
  // A socket's path may be 107 bytes long at most, and a data directory's longer.
  unix_socket_directories: "",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  logging_collector: "off",
  // Nobody replicates from it, so the log may leave out what only replicas need.
  wal_level: "minimal",
  max_wal_senders: "0",
  wal_compression: "on",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  shared_buffers: "128MB",
  max_connections: "60",
  // Short statements all: compiling them costs more than it saves.
  jit: "off",
  // After a crash everything is synced before recovery: by one call where there is one, not file by file, which takes seconds on a busy disk.
  recovery_init_sync_method: SYNC_METHOD,
};

export interface PostgresPlan {
  readonly programs: PostgresPrograms;
  readonly user: PostgresUser;
  readonly cluster: string;
  readonly log: string;
  readonly password: string;
}

/**
 * Makes the cluster where there is none yet. It appears under its name only when it is whole, so that one cut short is made again.
 *
 * @throws `engine-missing`, `engine-failed`
 */
export async function preparePostgres(directory: DataDirectory, tell: (text: string) => void): Promise<PostgresPlan> {
  const programs = postgresPrograms();
  const home = join(directory.path, "database");
  const cluster = join(home, "cluster");
  await mkdir(home, { recursive: true, mode: 0o700 });
  const user = postgresUser(programs, cluster);
  if (user.needsPassage) for (const path of [directory.path, home]) await chmod(path, 0o711);

  const file = passwordFile(directory.path);
  let password = (await readIfThere(file))?.trim() ?? "";
  if (password === "") {
    if (await exists(cluster)) {
      throw engineError("engine-failed", `the database's password is gone: ${file}`, {
        fix: "Put that file back.",
      });
    }
    password = randomBytes(24).toString("hex");
    await writeDurably(file, `${password}\n`);
  }
  const plan = { programs, user, cluster, log: join(home, "log"), password };
  if (!(await exists(cluster))) {
    if (await exists(`${cluster}.new`)) tell("The database's first set-up had been cut short; it is done again.");
    await initialise(plan, home);
  }
  return plan;
}

/**
 * Starts the server and waits until it takes connections, however long its recovery takes.
 *
 * @throws `engine-failed`
 */
export async function startPostgres(
  directory: DataDirectory,
  plan: PostgresPlan,
  port: number,
  tell: (text: string) => void,
): Promise<{ child: Child; url: string }> {
  const settings = Object.entries({ ...REQUIRED, port: String(port) });
  for (let attempt = 1; ; attempt += 1) {
    await clearLeftovers(plan, tell);
    const child = await startChild(directory, {
      name: "database",
      program: plan.programs.postgres,
      args: ["-D", plan.cluster, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      log: plan.log,
      prefix: plan.user.prefix,
      ...(plan.user.user === undefined ? {} : { user: plan.user.user }),
      ending: POSTGRES_ENDING,
    });
    if (await becomesReady(plan, child, tell)) {
      const url = databaseUrl(plan.password, port);
      try {
        await ensureDatabase(plan, port);
      } catch (cause) {
        await child.end();
        throw engineError("engine-failed", "the embedded database takes no connections", { cause });
      }
      return { child, url };
    }
    if (attempt < ATTEMPTS) continue;
    const how = await child.exited;
    throw engineError("engine-failed", `the database ended at its start (${how}): ${child.lastWords()}`, {
      fix: `Read the end of ${plan.log}; the data itself is in ${plan.cluster}.`,
    });
  }
}

/** Carries the password: never to a log. */
export function databaseUrl(password: string, port: number): string {
  return `postgresql://${NAME}:${password}@127.0.0.1:${port}/${NAME}`;
}

export function passwordFile(directory: string): string {
  return join(directory, "database", "password");
}

async function initialise(plan: PostgresPlan, home: string): Promise<void> {
  const fresh = `${plan.cluster}.new`;
  const passwordCopy = join(home, "password.initdb");
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeDurably(passwordCopy, `${plan.password}\n`);
  if (plan.user.owner !== undefined) {
    const { uid, gid } = plan.user.owner;
    for (const path of [fresh, passwordCopy]) await chown(path, uid, gid);
  }
  const args = [
    ...[
      "-D",
      fresh,
      "-U",
      NAME,
      `--pwfile=${passwordCopy}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      `--sync-method=${SYNC_METHOD}`,
    ],
    // Postgres' own collation: the same order on every platform and after every update of the system's C library.
    ...["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  ];
  try {
    await run([...plan.user.prefix, plan.programs.initdb, ...args], plan.user);
  } finally {
    await rm(passwordCopy, { force: true });
  }
  await rename(fresh, plan.cluster);
  await syncDirectory(home);
}

async function run(words: readonly string[], user: PostgresUser): Promise<void> {
  const [command = "", ...args] = words;
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], ...(user.user ?? {}) });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  const last = said.trim().split("\n").at(-1) ?? "";
  throw engineError("engine-failed", `the database could not be set up: ${last}`);
}

/** The server says in its lock file that it is ready. @returns false where it ended instead */
async function becomesReady(plan: PostgresPlan, child: Child, tell: (text: string) => void): Promise<boolean> {
  const file = join(plan.cluster, "postmaster.pid");
  for (let waited = 0; !child.hasExited(); waited += POLL_MS) {
    const lines = (await readIfThere(file))?.split("\n") ?? [];
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === "ready") return true;
    if (waited === SLOW_MS) tell("The database is recovering; it may take a while.");
    await wait(POLL_MS);
  }
  return false;
}

async function ensureDatabase(plan: PostgresPlan, port: number): Promise<void> {
  const client = new Client({ host: "127.0.0.1", port, user: NAME, password: plan.password, database: "postgres" });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [NAME]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`);
  } finally {
    await client.end();
  }
}

/**
 * Ends what still runs on our cluster: a server that outlived its parent, or the backends that outlived a killed server and keep its
 * shared memory. The directory's lock is ours, so whatever is there is left over.
 */
async function clearLeftovers(plan: PostgresPlan, tell: (text: string) => void): Promise<void> {
  const file = join(plan.cluster, "postmaster.pid");
  const pid = Number((await readIfThere(file))?.split("\n")[0]);
  const server = Number.isSafeInteger(pid) && pid > 0 ? identify(pid) : undefined;
  // The number may belong to anybody by now.
  if (server !== undefined && commandLine(pid).includes(plan.cluster)) {
    tell(`A database left over from a crash (process ${pid}) is ended.`);
    await endStranger(server, POSTGRES_ENDING);
  }
  for (const backend of await backendsOf(plan.cluster)) {
    const identity = identify(backend);
    // They notice the server's death by themselves, in a moment.
    if (identity !== undefined) await endStranger(identity, LATECOMERS);
  }
  // With nobody left the file is stale. Postgres would refuse it where some other process has its number by now.
  if (process.platform === "linux") await rm(file, { force: true });
}

const LATECOMERS: Ending = [
  // SIGCONT does nothing to a process that runs: only the time matters.
  { signal: "SIGCONT", milliseconds: 3_000 },
  { signal: "SIGKILL", milliseconds: 3_000 },
];

/** Postgres' processes work in their cluster's directory; that is how they are known. */
async function backendsOf(cluster: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(
    pids.map(async (pid) =>
      (await readlink(`/proc/${pid}/cwd`).catch(() => "")) === cluster ? Number(pid) : undefined,
    ),
  );
  return found.filter((pid) => pid !== undefined);
}
