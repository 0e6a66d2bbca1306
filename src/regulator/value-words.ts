/** Values of the law as people say them. */

export interface Currency {
  readonly code: string;
  readonly decimals: number;
}

export const sameCurrency = (a: Currency, b: Currency): boolean => a.code === b.code && a.decimals === b.decimals;

/** `NGN with 2 decimals`. */
export const currencyInWords = ({ code, decimals }: Currency): string => `${code} with ${plural(decimals, "decimal")}`;

/** What amounts are printed in where no pack says the currency: the chain knows minor units alone. */
export const MINOR_UNITS: Currency = { code: "minor units", decimals: 0 };

const DAY = 86_400;

/** `24 hours`, `7 days`, `90 seconds`: in the largest unit that is exact, but a day is 24 hours. */
export function durationInWords(seconds: number): string {
  if (seconds === 0) return "none";
  if (seconds % DAY === 0 && seconds > DAY) return plural(seconds / DAY, "day");
  if (seconds % 3_600 === 0) return plural(seconds / 3_600, "hour");
  if (seconds % 60 === 0) return plural(seconds / 60, "minute");
  return plural(seconds, "second");
}

/** `24 hours`, `1 business day` or `2 local days`: so much of what `coolingMode` counts in. */
export function waitInWords(mode: number, count: number): string {
  if (mode === 0) return durationInWords(count);
  return plural(count, mode === 1 ? "business day" : "local day");
}

export const daysInWords = (days: number): string => plural(days, "day");

export function plural(count: number, word: string): string {
  return `${grouped(BigInt(count))} ${word}${count === 1 ? "" : "s"}`;
}

/** A share of units of 10^-`places` as a percentage: `0.8 %`. */
export function percentInWords(value: bigint | number, places: number): string {
  return `${decimal(BigInt(value), places - 2)} %`;
}

/** `4`: units of 10^-`places` without zeros at the end. */
export function decimal(value: bigint, places: number): string {
  const unit = 10n ** BigInt(places);
  const rest = (value % unit).toString().padStart(places, "0").replace(/0+$/u, "");
  return rest === "" ? `${value / unit}` : `${value / unit}.${rest}`;
}

/** Minor units as an amount in the currency; without one, as they are. */
export function moneyInWords(amount: bigint, currency: Currency | undefined): string {
  if (currency === undefined) return `${grouped(amount)} minor units`;
  const unit = 10n ** BigInt(currency.decimals);
  const rest = amount % unit;
  const cents = rest === 0n ? "" : `.${rest.toString().padStart(currency.decimals, "0")}`;
  return `${grouped(amount / unit)}${cents} ${currency.code}`;
}

/** `22:00`: minutes of the day. */
export function timeOfDayInWords(minutes: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `25 000`: with a space after every third digit. */
export const grouped = (value: bigint): string => value.toString().replace(/\B(?=(\d{3})+$)/gu, " ");
