import { cliError } from "../errors.ts";
import { ask } from "../operator/keys.ts";

/** Asks for a word to be typed before something that can't be undone, unless it was confirmed beforehand. Throws `not-confirmed`. */
export async function confirm(
  word: string,
  act: string,
  { yes, json }: { readonly yes?: boolean; readonly json?: boolean },
): Promise<void> {
  if (yes === true) return;
  const asked = json !== true && process.stdin.isTTY;
  if (asked && (await ask(`Type ${word} to ${act}: `)).trim() === word) return;
  throw cliError(
    "not-confirmed",
    asked ? "Nothing was done: that was another word" : "Nobody confirmed, so nothing was done",
  );
}
