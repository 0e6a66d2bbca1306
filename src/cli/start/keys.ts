/** What a data directory has to itself from its first start on: passwords, keys. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { newKey, writeKeystore } from "../../chain/keystore.ts";
import { toHex } from "../../core/bytes.ts";
import { exists } from "../../engine/data-directory.ts";
import type { Home, KeyName, Secrets } from "../home.ts";

/** The secrets of the directory, made at the first start; and the keystores that it is to have. */
export async function ensureKeys(home: Home, names: readonly KeyName[]): Promise<Secrets> {
  await mkdir(join(home.path, "keys"), { recursive: true, mode: 0o700 });
  let secrets = await home.secrets();
  if (secrets === undefined) {
    secrets = {
      format: 1,
      keystorePassword: randomBytes(32).toString("base64url"),
      pseudonymKey: toHex(randomBytes(32)),
      apiKeys: {},
    };
    await home.saveSecrets(secrets);
  }
  for (const name of names)
    if (!(await exists(home.keystorePath(name))))
      await writeKeystore(home.keystorePath(name), newKey(), secrets.keystorePassword, "light");
  return secrets;
}
