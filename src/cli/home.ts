/**
 * The data directory, as every command sees it. Beside what the engines keep there (`src/engine/data-directory.ts`):
 *
 *     deployment.json    where the contracts are (public)
 *     connections.json   where gateway, chain and database of the last start listen (0600: the database's URL has a password)
 *     secrets.json       what opens the keystores, the pseudonym key, API keys (0600)
 *     keys/              administrator.json, relayer.json, platform-N.json: keystores; record-N.jwk: record keys (0600)
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import { type Deployment, deploymentSchema } from "../chain/deployment.ts";
import { readKeystore } from "../chain/keystore.ts";
import type { PrivateRecordKey } from "../client/record.ts";
import { recordKeySchema } from "../core/record-key.ts";
import { ownerOf } from "../engine/data-directory.ts";
import { parseJson, readIfThere, writeDurably } from "../engine/files.ts";
import { cliError } from "./errors.ts";

/** Where a data directory is, if nobody says otherwise: in the directory where the command runs. */
export const DEFAULT_DATA = "tally-data";

const rulebook = (name: string): string => fileURLToPath(new URL(`../../rulebooks/${name}`, import.meta.url));
/** Where the sample's rulebook is, in a checkout and in a packed copy alike. */
export const SAMPLE_PACK = rulebook("sample-market.yaml");
/** The law of the sample's pilot, and its terms. */
export const SAMPLE_PILOT_PACK = rulebook("sample-pilot.yaml");
export const SAMPLE_PILOT_TERMS = rulebook("pilots/sample-emergency.yaml");

const hex32 = z.string().regex(/^0x[0-9a-f]{64}$/u);

const secretsSchema = z.object({
  format: z.literal(1),
  /** Opens every keystore of the directory. */
  keystorePassword: z.string().min(16),
  /** Key of the keyed hash that turns a borrower's id into a pseudonym. */
  pseudonymKey: hex32,
  /** Gateway API keys by what they are for: `operator`, `platform-1`, … */
  apiKeys: z.record(z.string(), z.string()),
});
export type Secrets = z.infer<typeof secretsSchema>;

const connectionsSchema = z.object({
  format: z.literal(1),
  gatewayUrl: z.string(),
  rpcUrl: z.string(),
  databaseUrl: z.string(),
});
export type Connections = z.infer<typeof connectionsSchema>;

const recordKeyFile = recordKeySchema.extend({ d: z.string().regex(/^[\w-]{43}$/u) });

/** A data directory. Nothing of it is read before it is asked for. */
export interface Home {
  /** Absolute. */
  readonly path: string;
  /** Where the contracts are; undefined before the first start has deployed them. */
  deployment(): Promise<Deployment | undefined>;
  /** @throws `data-file-damaged`; undefined before the first start. */
  secrets(): Promise<Secrets | undefined>;
  saveSecrets(secrets: Secrets): Promise<void>;
  /** Where the last start listened; undefined before the first. Whether it still does, `isRunning` says. */
  connections(): Promise<Connections | undefined>;
  saveConnections(connections: Connections): Promise<void>;
  /** Whether a process works on the directory now. */
  isRunning(): Promise<boolean>;
  /** `keys/NAME.json`. */
  keystorePath(name: KeyName): string;
  /** The 32-byte key of a keystore of this directory. Throws `keystore-unreadable`. */
  key(name: KeyName): Promise<Uint8Array>;
  recordKeyPath(platform: number): string;
  /** A platform's private record key. Throws `data-file-damaged` where it isn't here. */
  recordKey(platform: number): Promise<PrivateRecordKey>;
}

/** Whose key a keystore holds. */
export type KeyName = "administrator" | "relayer" | `platform-${number}`;

/** The path that a command works on: what was given with --data, else TALLY_DATA, else `./tally-data`. Absolute. */
export function homePath(given?: string): string {
  const environment = process.env["TALLY_DATA"];
  return resolve(given ?? (environment === undefined || environment === "" ? DEFAULT_DATA : environment));
}

/** The data directory at a path, whether or not it exists yet. */
export function homeAt(path: string): Home {
  const file = (name: string): string => join(path, name);
  const home: Home = {
    path,
    deployment: () => readJson(file("deployment.json"), deploymentSchema),
    secrets: () => readJson(file("secrets.json"), secretsSchema),
    saveSecrets: (secrets) => writeJson(file("secrets.json"), secrets),
    connections: () => readJson(file("connections.json"), connectionsSchema),
    saveConnections: (connections) => writeJson(file("connections.json"), connections),
    isRunning: async () => (await ownerOf(path)) !== undefined,
    keystorePath: (name) => file(`keys/${name}.json`),
    async key(name) {
      return readKeystore(home.keystorePath(name), (await needSecrets(home)).keystorePassword);
    },
    recordKeyPath: (platform) => file(`keys/record-${platform}.jwk`),
    async recordKey(platform) {
      const path = home.recordKeyPath(platform);
      const key = await readJson(path, recordKeyFile);
      if (key === undefined)
        throw cliError("data-file-damaged", `${path}, platform ${platform}'s record key, is missing`);
      return key;
    },
  };
  return home;
}

/**
 * The data directory of a command that needs one that has been started before: deployment and secrets are there.
 *
 * @throws `no-data-directory`, `data-file-damaged`
 */
export async function openHome(given?: string): Promise<Home & { readonly facts: HomeFacts }> {
  const home = homeAt(homePath(given));
  const deployment = await home.deployment();
  if (deployment === undefined) throw cliError("no-data-directory", `${home.path} holds no deployment of ours`);
  return { ...home, facts: { deployment, secrets: await needSecrets(home), connections: await home.connections() } };
}

/** What {@link openHome} read. */
export interface HomeFacts {
  readonly deployment: Deployment;
  readonly secrets: Secrets;
  readonly connections: Connections | undefined;
}

/** Where gateway, chain and database listen now. Throws `not-running` where nothing runs on the directory. */
export async function needConnections(home: Home): Promise<Connections> {
  const connections = (await home.isRunning()) ? await home.connections() : undefined;
  if (connections === undefined) throw cliError("not-running", `Nothing runs on ${home.path}`);
  return connections;
}

async function needSecrets(home: Home): Promise<Secrets> {
  const secrets = await home.secrets();
  if (secrets === undefined) throw cliError("data-file-damaged", `${join(home.path, "secrets.json")} is missing`);
  return secrets;
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  // The problem may quote a secret, so only its place is told.
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  throw cliError("data-file-damaged", `${path} is not readable${where === "" ? "" : ` at ${where}`}`);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeDurably(path, `${JSON.stringify(value, null, 2)}\n`);
}
