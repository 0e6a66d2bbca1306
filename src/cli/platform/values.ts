/** Values of a licence as options give them. */
import { secondsOf } from "../../regulator/units.ts";
import { cliError } from "../errors.ts";

/** UTC seconds of a day or instant that is still to come (`now`: UTC seconds); 0 for never. */
export function foundingUntil(given: string | undefined, now: number): number {
  if (given === undefined || given === "never") return 0;
  const until = /^\d{4}-\d\d-\d\d/u.test(given) ? instant(given) : undefined;
  if (until !== undefined && until > now) return until;
  if (until !== undefined)
    throw cliError("option-invalid", `--founding-until: ${given} is past; it is ${iso(now)} now`, {
      fix: "Give a day that is still to come, by which its history is loaded; or never, if it has none to load.",
    });
  throw cliError("option-invalid", `--founding-until: ${given} is no day and no instant`, {
    fix: "Give a day such as 2030-01-01 (midnight UTC), or an instant such as 2030-01-01T00:00:00+08:00.",
  });
}

function instant(text: string): number | undefined {
  try {
    return secondsOf(text, "utc");
  } catch {
    return undefined;
  }
}

export function wholeNumber(what: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d{1,9}$/u.test(text) && number >= 1 && number <= most) return number;
  throw cliError("option-invalid", `${what}: ${text} is no number from 1 to ${most}`);
}

export const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
