import { DateTime, IANAZone } from "luxon";
import { z } from "zod";

/**
 * How a rule pack writes numbers: the way a law does. Each parser is exact; what can't be held exactly is an error, not a rounding.
 */

/** Text of one pattern; the expectation is said of a wrong text, of another kind of value and of a missing one alike. */
const written = (pattern: RegExp, expected: string) => z.string({ error: expected }).regex(pattern, expected);

const SECONDS = { s: 1, min: 60, h: 3_600, d: 86_400 } as const;

/** `24h`, `2d`, `30min`, `90s`: seconds. */
export const duration = written(/^\d{1,9}(s|min|h|d)$/, "a duration such as 24h, 2d, 30min or 90s").transform(
  (text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof SECONDS;
    return Number.parseInt(text, 10) * SECONDS[unit];
  },
);

/** So much time, by seconds, by business days or by days: what it is counted in as the code of `coolingMode`. */
export const wait = z.union(
  [
    duration.transform((count) => ({ mode: 0, count })),
    z.strictObject({ businessDays: countable() }).transform(({ businessDays }) => ({ mode: 1, count: businessDays })),
    z.strictObject({ days: countable() }).transform(({ days }) => ({ mode: 2, count: days })),
  ],
  { error: "a duration such as 24h, or `{ businessDays: 1 }`, or `{ days: 1 }`" },
);

function countable() {
  return z.int().min(1).max(60);
}

/** `2025-10-01`: the number of a civil day, from 1970-01-01 = 0. */
export const civilDay = written(/^\d{4}-\d\d-\d\d$/, "a day such as 2025-10-01")
  .refine((text) => Date.parse(`${text}T00:00:00Z`) >= 0 && dayNumber(text) < 0xffff && isCivil(text), {
    message: "a day of the calendar, from 1970 to 2149",
  })
  .transform(dayNumber);

function dayNumber(text: string): number {
  return Date.parse(`${text}T00:00:00Z`) / 86_400_000;
}

/** Not 31 February, which a program may take for 3 March. */
function isCivil(text: string): boolean {
  return new Date(dayNumber(text) * 86_400_000).toISOString().startsWith(text);
}

/** `14d`: whole days. */
export const days = written(/^\d{1,5}d$/, "a number of days such as 14d").transform((text) =>
  Number.parseInt(text, 10),
);

/** `24%` or `0.8%`: a share, in units of 10⁻⁹ (so at most seven decimals of a per cent). */
export const percent = written(
  /^\d{1,9}(\.\d{1,7})?%$/,
  "a percentage such as 24% or 0.8%, with at most seven decimals",
).transform((text) => decimal(text.slice(0, -1), 7));

/** The same in units of 10⁻⁶. */
export const share = percent
  .refine((value) => value % 1_000n === 0n && value / 1_000n <= 0xffffffffn, {
    message: "a percentage with at most four decimals, at most 429 496 %",
  })
  .transform((value) => Number(value / 1_000n));

/** `0.8%` a day, in units of 10⁻⁹. */
export const dailyShare = percent
  .refine((value) => value <= 0xffffffffn, { message: "a percentage of at most 429 % a day" })
  .transform(Number);

/** `22:00`: minutes of the local day. */
export const timeOfDay = written(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "22:00"').transform(
  (text) => 60 * Number.parseInt(text.slice(0, 2), 10) + Number.parseInt(text.slice(3), 10),
);

/** A contract's address. */
export const address = written(/^0x[0-9a-fA-F]{40}$/, "an address of 20 bytes in hexadecimal, in quotes").transform(
  (text) => text.toLowerCase(),
);

/** A number as YAML has it, with quotes or without; by its digits, so that none is lost. */
const numeral = (pattern: RegExp, expected: string) =>
  z.union([z.string(), z.number()], { error: expected }).transform(String).pipe(z.string().regex(pattern, expected));

/** `4` or `1.5`: a multiple, in units of 10⁻⁹. */
export const multiple = numeral(/^\d{1,9}(\.\d{1,9})?$/, "a multiple such as 4 or 1.5").transform((text) =>
  decimal(text, 9),
);

/** `500` or `500.00`, in major units; turned into minor units by {@link minorUnits}. */
export const money = numeral(/^\d{1,12}(\.\d{1,4})?$/, "an amount in major units such as 500 or 15.50");

/** A day such as 2025-10-01: its local midnight; or an instant with its offset. */
export const moment = written(
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/,
  "a day such as 2025-10-01, or an instant with its offset",
);

export const zoneName = z
  .string({ error: "a time zone such as Asia/Shanghai" })
  .refine((name) => IANAZone.isValidZone(name), "a time zone such as Asia/Shanghai");

/** Major units as minor units of a currency with so many decimals. Throws where the amount has more. */
export function minorUnits(amount: string, decimals: number): bigint {
  const places = amount.split(".")[1]?.length ?? 0;
  if (places > decimals) throw new Error(`${amount} has more than the currency's ${decimals} decimals`);
  return decimal(amount, decimals);
}

/** UTC seconds of a day's local midnight, or of an instant. Throws where the day doesn't exist. */
export function secondsOf(text: string, zone: string): number {
  const at = DateTime.fromISO(text, { zone });
  if (!at.isValid) throw new Error(`${text} is no date in ${zone}: ${at.invalidExplanation ?? at.invalidReason}`);
  return at.toUnixInteger();
}

/** A decimal numeral times 10^places, exactly. */
function decimal(text: string, places: number): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole) * 10n ** BigInt(places) + BigInt(fraction.padEnd(places, "0").slice(0, places) || "0");
}
