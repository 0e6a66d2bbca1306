import { randomBytes, scrypt as nodeScrypt } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
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

/** What a guess of the password costs. A random password of 32 bytes is safe with any; one that a person chose needs the full one. */
const COSTS = { full: { N: 2 ** 17 }, light: { N: 2 ** 13 } } as const;

/** Encrypts a 32-byte key into a Web3 Secret Storage file (version 3), readable by its owner alone; whole or not at all. */
export async function writeKeystore(
  path: string,
  key: Uint8Array,
  password: string,
  cost: keyof typeof COSTS = "full",
): Promise<void> {
  const account = { address: toHex(addressOfKey(key)), privateKey: toHex(key) };
  const json = await encryptKeystoreJson(account, password, { scrypt: COSTS[cost] });
  // Synced before it is renamed: a licence may be granted to this key in the next second.
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(json);
    await file.sync();
  } finally {
    await file.close();
  }
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
