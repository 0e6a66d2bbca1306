import { randomBytes, scrypt as nodeScrypt } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { decryptKeystoreJson, encryptKeystoreJson, hexlify, isKeystoreJson, scrypt } from "ethers";
import { addressOfKey } from "./transaction.ts";
import { chainError } from "./errors.ts";
import { fromHex, toHex } from "../core/bytes.ts";

// ethers' own scrypt is JavaScript; the native one is ten times as fast and just as exact.
scrypt.register(
  async (password, salt, N, r, p, length) =>
    new Promise((resolve, reject) => {
      nodeScrypt(
        Buffer.from(password),
        Buffer.from(salt),
        length,
        { N, r, p, maxmem: 256 * N * r },
        (error, derived) => {
          if (error) reject(error);
          else resolve(hexlify(derived));
        },
      );
    }),
);

/** A new secp256k1 key, 32 bytes from the system's generator. */
export function newKey(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}

/** Encrypts a 32-byte key into a Web3 Secret Storage file (version 3), readable by its owner alone; whole or not at all. */
export async function writeKeystore(path: string, key: Uint8Array, password: string): Promise<void> {
  const json = await encryptKeystoreJson({ address: toHex(addressOfKey(key)), privateKey: toHex(key) }, password);
  await writeFile(`${path}.new`, json, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** The key in a Web3 Secret Storage file. Throws `keystore-unreadable`. */
export async function readKeystore(path: string, password: string): Promise<Uint8Array> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw chainError("keystore-unreadable", `The keystore ${path} can't be read`, { cause });
  }
  if (!isKeystoreJson(text)) throw chainError("keystore-unreadable", `${path} is no keystore of version 3`);
  try {
    const account = await decryptKeystoreJson(text, password);
    return fromHex(account.privateKey, 32);
  } catch (cause) {
    throw chainError("keystore-unreadable", `The keystore ${path} does not open with this password`, { cause });
  }
}
