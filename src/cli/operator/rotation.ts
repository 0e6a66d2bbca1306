/** Another filing key for a platform whose key is in the data directory: made, licensed, and put where the gateway looks for it. */
import { copyFile, rename } from "node:fs/promises";
import { join } from "node:path";

import { readKeystore, newKey, writeKeystore } from "../../chain/keystore.ts";
import { addressOfKey } from "../../chain/transaction.ts";
import { equal, toHex, type Hex } from "../../core/bytes.ts";
import { exists } from "../../engine/data-directory.ts";
import { cliError } from "../errors.ts";
import type { RegulatorContext } from "./regulator.ts";

export interface Rotated {
  readonly platform: number;
  readonly address: Hex;
  readonly keystore: string;
  /** Where the former key's keystore is kept. */
  readonly former: string;
}

/**
 * Gives a platform another filing key. Cut short, it goes on: the new keystore is written before the chain hears of it, and takes the old one's
 * place afterwards. A gateway that runs opens it by itself, signs again what waits, and has the record keys certified.
 */
export async function rotateKey({ home, regulator }: RegulatorContext, platform: number): Promise<Rotated> {
  const secrets = await home.secrets();
  const keystore = home.keystorePath(`platform-${platform}`);
  if (secrets === undefined || !(await exists(keystore)))
    throw cliError("option-invalid", `The filing key of platform ${platform} is not in ${home.path}`, {
      fix: "A platform that signs for itself registers the signer of its new key: `tally platform signer --help`.",
    });
  const next = join(home.path, "keys", `platform-${platform}.next.json`);
  if (!(await exists(next))) await writeKeystore(next, newKey(), secrets.keystorePassword, "light");
  const address = addressOfKey(await readKeystore(next, secrets.keystorePassword));
  const licensed = (await regulator.platforms()).find((one) => one.platform === platform)?.key;
  if (licensed === undefined) throw cliError("option-invalid", `There is no platform ${platform}`);
  if (!equal(licensed, address)) await regulator.setKey(platform, address);
  const formerAddress = toHex(addressOfKey(await home.key(`platform-${platform}`)));
  const former = join(home.path, "keys", `platform-${platform}.${formerAddress}.json`);
  await copyFile(keystore, former);
  await rename(next, keystore);
  return { platform, address: toHex(address), keystore, former };
}
