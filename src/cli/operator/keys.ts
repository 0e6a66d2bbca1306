/** Keys that a person names on the command line, and passwords that are asked for. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";

import { readKeystore } from "../../chain/keystore.ts";
import { fromHex } from "../../core/bytes.ts";
import { cliError } from "../errors.ts";
import { readGiven } from "../files.ts";

/** What `--key` takes, for help texts. */
export const KEY_HELP = "keystore file, or env:NAME for an environment variable that holds the key in hexadecimal";

/** The 32-byte key behind `--key`. A keystore's password comes from TALLY_PASSWORD, or is asked for on a terminal. */
export async function readKeyOption(given: string): Promise<Uint8Array> {
  if (given.startsWith("env:")) {
    const name = given.slice("env:".length);
    const value = process.env[name] ?? "";
    // The value is a secret, also where it is no key.
    if (!/^(0x)?[0-9a-fA-F]{64}$/u.test(value))
      throw cliError("key-needed", `The environment variable ${name} holds no key of 64 hexadecimal digits`);
    return fromHex(value, 32);
  }
  // Before anybody is asked for the password of a file that isn't there.
  await readGiven(given);
  return readKeystore(given, await passwordFor(given));
}

async function passwordFor(file: string): Promise<string> {
  const given = process.env["TALLY_PASSWORD"];
  if (given !== undefined && given !== "") return given;
  if (process.stdin.isTTY && process.stderr.isTTY) return askHidden(`Password of ${file}: `);
  throw cliError("key-needed", `Nobody is here to give the password of ${file}`, {
    fix: "Put it in the environment variable TALLY_PASSWORD.",
  });
}

/** Asks on stderr without showing what is typed. */
async function askHidden(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(question);
  const answer = await new Promise<string>((resolve) => terminal.question("", resolve));
  terminal.close();
  process.stderr.write("\n");
  return answer;
}

/** Asks on stderr and reads a line. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve) => terminal.question(question, resolve));
  terminal.close();
  return answer;
}
