/** Taking a platform in: its licence on the chain, its keys in the data directory, its place in the gateway. */
import { join } from "node:path";
import { mkdir } from "node:fs/promises";

import type { Platform, Regulator } from "../../chain/administration.ts";
import { type Deployment, domainOf } from "../../chain/deployment.ts";
import { newKey, writeKeystore } from "../../chain/keystore.ts";
import { localSigner, type Signer } from "../../chain/signer.ts";
import { addressOfKey } from "../../chain/transaction.ts";
import { certifyRecordKey, generateRecordKey, loadRecordKey } from "../../client/record.ts";
import { equal, type Hex, toHex } from "../../core/bytes.ts";
import { thumbprintOf } from "../../core/record-key.ts";
import { exists } from "../../engine/data-directory.ts";
import { writeDurably } from "../../engine/files.ts";
import { createApiKey } from "../../gateway/api-keys.ts";
import { type Database, openDatabase } from "../../store/database.ts";
import { migrate } from "../../store/migrate.ts";
import { savePlatform, saveRecordKey } from "../../store/platforms.ts";
import { cliError } from "../errors.ts";
import type { Home, KeyName, Secrets } from "../home.ts";

export interface PlatformRequest {
  readonly name: string;
  /** Numbers of products. */
  readonly products: readonly number[];
  /** UTC seconds until which it may load its history; 0 for never. */
  readonly foundingUntil: number;
  /** Group of affiliates; 0 for one of its own. */
  readonly group: number;
  /** It is the authority, whose orders reach every platform's loans. */
  readonly authority?: boolean;
}

export interface AddedPlatform {
  readonly platform: number;
  readonly name: string;
  readonly products: readonly number[];
  readonly foundingUntil: number;
  /** Address of its filing key. */
  readonly address: Hex;
  /** Its gateway API key: whoever has it files in the platform's name. */
  readonly apiKey: string;
  readonly keystore: string;
  readonly recordKey: string;
}

/** What {@link addPlatform} works with. */
export interface PlatformContext {
  readonly home: Home;
  readonly regulator: Regulator;
  readonly deployment: Deployment;
  readonly databaseUrl: string;
}

/** For how long a record key is certified from the start. */
const RECORD_KEY_SECONDS = 5 * 366 * 86_400;

/**
 * Licenses a platform, makes its filing key and its record key, and registers it with the gateway. Asked again for the same
 * name after it was cut short, it goes on; what is complete stays as it is.
 */
export async function addPlatform(context: PlatformContext, request: PlatformRequest): Promise<AddedPlatform> {
  const { home, regulator, databaseUrl } = context;
  const secrets = await home.secrets();
  if (secrets === undefined) throw cliError("no-data-directory", `${home.path} has no secrets.json`);
  await mkdir(join(home.path, "keys"), { recursive: true, mode: 0o700 });

  const all = await regulator.platforms();
  const half = await ownByName(home, all, request.name);
  const number = half?.platform ?? all.length + 1;
  const signer = await ownSigner(home, number, secrets);
  const granted =
    half?.platform ?? (await regulator.grant({ ...request, key: signer.address, recovery: regulator.addressBytes }));
  if (granted !== number)
    throw cliError("data-file-damaged", `Platform ${granted} was licensed with the key of platform-${number}.json`, {
      fix: `Somebody else licensed a platform at the same moment. Rename keys/platform-${number}.json to platform-${granted}.json and run it again.`,
    });
  // Asked again, it adds or changes what is said and leaves alone what isn't.
  const products = request.products.length > 0 ? request.products : (half?.products ?? []);
  await regulator.setProducts(number, products);

  const db = openDatabase(databaseUrl, { connections: 2 });
  try {
    await migrate(db);
    const apiKey = await register(context, db, number, request.name, signer, secrets);
    return {
      platform: number,
      name: request.name,
      products,
      foundingUntil: half?.foundingUntil ?? request.foundingUntil,
      address: toHex(signer.address),
      apiKey,
      keystore: home.keystorePath(`platform-${number}`),
      recordKey: home.recordKeyPath(number),
    };
  } finally {
    await db.destroy();
  }
}

/** The licence of that name whose key is in this data directory. Throws `option-invalid` where the name is somebody else's. */
async function ownByName(home: Home, all: readonly Platform[], name: string): Promise<Platform | undefined> {
  const [same] = all.filter((platform) => platform.name === name);
  if (same === undefined) return undefined;
  const keyName: KeyName = `platform-${same.platform}`;
  const own = (await exists(home.keystorePath(keyName))) && equal(addressOfKey(await home.key(keyName)), same.key);
  if (own) return same;
  throw cliError("option-invalid", `Platform ${same.platform} is licensed under the name ${name} already`, {
    fix: "Give the new platform another name.",
  });
}

async function ownSigner(home: Home, platform: number, { keystorePassword }: Secrets): Promise<Signer> {
  const name: KeyName = `platform-${platform}`;
  if (await exists(home.keystorePath(name))) return localSigner(await home.key(name));
  const key = newKey();
  await writeKeystore(home.keystorePath(name), key, keystorePassword, "light");
  return localSigner(key);
}

/** Puts platform, record key and API key into the gateway's database; gives the API key. */
async function register(
  { home, deployment }: PlatformContext,
  db: Database,
  platform: number,
  name: string,
  signer: Signer,
  secrets: Secrets,
): Promise<string> {
  const path = home.recordKeyPath(platform);
  if (!(await exists(path))) await writeDurably(path, `${JSON.stringify(generateRecordKey(), null, 2)}\n`);
  const { publicKey } = loadRecordKey(await home.recordKey(platform));
  const validFrom = Math.floor(Date.now() / 1_000) - 3_600;
  const terms = { platform, key: publicKey, validFrom, validTo: validFrom + RECORD_KEY_SECONDS };
  const { signature } = await certifyRecordKey(signer, terms, domainOf(deployment));
  await savePlatform(db, {
    number: platform,
    name,
    signer: { kind: "keystore", path: `keys/platform-${platform}.json` },
  });
  await saveRecordKey(db, {
    platform,
    thumbprint: thumbprintOf(publicKey),
    jwk: publicKey,
    validFrom: terms.validFrom,
    validTo: terms.validTo,
    certification: signature,
  });
  const known = secrets.apiKeys[`platform-${platform}`];
  if (known !== undefined) return known;
  const apiKey = await createApiKey(db, { role: "platform", platform, label: name });
  await home.saveSecrets({ ...secrets, apiKeys: { ...secrets.apiKeys, [`platform-${platform}`]: apiKey } });
  return apiKey;
}
