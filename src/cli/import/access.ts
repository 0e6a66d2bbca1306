/** What an import needs of the data directory: keys, and the way to the gateway. */
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";

import { GatewayClient, type GatewayClientOptions } from "../../client/client.ts";
import { loadRecordKey } from "../../client/record.ts";
import { AppError } from "../../core/errors.ts";
import { importError } from "../../import/errors.ts";
import type { PlatformAccess } from "../../import/submitting.ts";
import { type Home, needConnections } from "../home.ts";
import { note } from "../output.ts";

export interface AccessOptions {
  readonly gateway?: string;
  /** A record key's file, for an import into one platform. */
  readonly recordKey?: string;
  /** How often a request is sent again while the gateway is away. */
  readonly retries?: number;
}

/** The key that makes pseudonyms: TALLY_PSEUDONYM_KEY, else the data directory's. Undefined if there is none. */
export async function pseudonymKeyOf(home: Home): Promise<KeyObject | undefined> {
  const given = process.env["TALLY_PSEUDONYM_KEY"] ?? "";
  const text = given === "" ? (await home.secrets())?.pseudonymKey : given;
  if (text === undefined) return undefined;
  // The value is a secret, also where it is no key.
  if (!/^(0x)?[0-9a-fA-F]{64}$/u.test(text))
    throw importError("import-key-missing", "TALLY_PSEUDONYM_KEY is no key of 64 hexadecimal digits", {
      fix: "Give the key that all platforms of the market use, or unset it to use the data directory's.",
    });
  return createSecretKey(Buffer.from(text.replace(/^0x/u, ""), "hex"));
}

/** A key for a look at what would be filed, where nothing is. */
export const passingKey = (): KeyObject => createSecretKey(randomBytes(32));

/** Gives each platform's client and record key, made at the first use. */
export async function accessFor(
  home: Home,
  { gateway, recordKey, retries }: AccessOptions,
): Promise<(platform: number) => Promise<PlatformAccess>> {
  const url = gateway ?? process.env["TALLY_GATEWAY"] ?? (await needConnections(home)).gatewayUrl;
  // A gateway that was never there is told at once; one that goes away later is waited for.
  await new GatewayClient({ url, retries: Math.min(2, retries ?? 2) }).ping();
  const onRetry = tellAway();
  const known = new Map<number, Promise<PlatformAccess>>();
  return async (platform) => {
    const access =
      known.get(platform) ??
      accessOf(home, platform, recordKey, { url, onRetry, ...(retries !== undefined && { retries }) });
    known.set(platform, access);
    return access;
  };
}

/** Says that the gateway is away, but not at every attempt of every request. */
function tellAway(): (error: AppError) => void {
  let told = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - told < TELL_EVERY) return;
    told = performance.now();
    note(`${error.message}; trying again.`);
  };
}

const TELL_EVERY = 15_000;

async function accessOf(
  home: Home,
  platform: number,
  recordKey: string | undefined,
  way: Omit<GatewayClientOptions, "apiKey">,
): Promise<PlatformAccess> {
  const variable = `TALLY_API_KEY_${platform}`;
  const apiKey =
    process.env[variable] ?? process.env["TALLY_API_KEY"] ?? (await home.secrets())?.apiKeys[`platform-${platform}`];
  if (apiKey === undefined)
    throw importError("import-key-missing", `There is no API key of platform ${platform}`, {
      fix: `Take the platform in with \`tally platform add\` or --add-platforms, or put its key into ${variable}.`,
    });
  const jwk: unknown = recordKey === undefined ? await ownRecordKey(home, platform) : await readJwk(recordKey);
  return {
    client: new GatewayClient({ ...way, apiKey }),
    records: loadRecordKey(jwk),
  };
}

async function ownRecordKey(home: Home, platform: number): Promise<unknown> {
  try {
    return await home.recordKey(platform);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw importError("import-key-missing", `There is no record key of platform ${platform}: ${cause.message}`, {
      fix: "Take the platform in with `tally platform add` or --add-platforms, or name its record key with --record-key.",
      cause,
    });
  }
}

async function readJwk(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as unknown;
  } catch (cause) {
    throw importError("import-key-missing", `The record key ${path} can't be read`, {
      fix: "Name a file with the platform's private record key (JWK, P-256) with --record-key.",
      cause,
    });
  }
}
