import type { Fault, Path } from "./pack-document.ts";

/** What a pack says that can't be meant (`errors`), and what a law could mean but hardly does (`warnings`). */
export interface Sense {
  readonly errors: Fault[];
  readonly warnings: Fault[];
}

/** Says of a field below the one at hand what is wrong with it, why, and what to write. */
type Say = (field: Path | string, what: string, why: string, fix: string) => void;

/** Where the checks of one part of a pack leave what they find. */
export interface Judging {
  readonly wrong: Say;
  readonly doubtful: Say;
}

export const emptySense = (): Sense => ({ errors: [], warnings: [] });

/** For the part of the pack at `path`. */
export function judging({ errors, warnings }: Sense, path: Path): Judging {
  const into =
    (faults: Fault[]): Say =>
    (field, what, why, fix) => {
      faults.push({ path: [...path, ...(typeof field === "string" ? [field] : field)], what, why, fix });
    };
  return { wrong: into(errors), doubtful: into(warnings) };
}

export const DAY = 86_400;
const YEAR = 366 * DAY;

/** A duration must fit its place on the chain, and is hardly ever longer than a year. `most`: seconds. */
export function checkDuration({ wrong, doubtful }: Judging, field: Path | string, seconds: number, most: number): void {
  if (seconds > most)
    wrong(
      field,
      `is longer than the ${longest(most)} that fit`,
      "The chain holds it in a fixed width.",
      "Write a shorter time.",
    );
  else if (seconds > YEAR)
    doubtful(
      field,
      "is longer than a year",
      "Few laws mean so long a time; a unit may be wrong.",
      "Check the unit: s, min, h or d.",
    );
}

const longest = (seconds: number): string =>
  seconds >= 10 * DAY ? `${Math.floor(seconds / DAY)} days` : `${seconds} seconds`;

/** A number of days must fit its place. */
export function checkDays({ wrong, doubtful }: Judging, field: string, days: number, most = 0xffff): void {
  if (days > most)
    wrong(field, `is more than the ${most} days that fit`, "The chain holds it in a fixed width.", "Write fewer days.");
  else if (days > 40 * 366)
    doubtful(
      field,
      "is more than forty years",
      "Few laws mean so long a time; it may be in another unit.",
      "Check it.",
    );
}

/** An amount must fit its place: 40 bits of minor units, and the currency's decimals. Returns minor units, if they can be told. */
export function checkMoney(
  { wrong }: Judging,
  field: Path | string,
  amount: string | undefined,
  decimals: number,
): bigint | undefined {
  if (amount === undefined) return undefined;
  const [whole = "0", fraction = ""] = amount.split(".");
  if (fraction.length > decimals) {
    const many = decimals === 0 ? "no decimals" : `${decimals} decimals`;
    wrong(
      field,
      `${amount} has more than the currency's ${decimals} decimals`,
      `\`currency\` says ${many}.`,
      "Round it as the law does, or mend `currency`.",
    );
    return undefined;
  }
  const minor = BigInt(whole + fraction.padEnd(decimals, "0"));
  if (minor < 2n ** 40n) return minor;
  wrong(
    field,
    `${amount} is more than the ${(2n ** 40n - 1n) / 10n ** BigInt(decimals)} that fit`,
    "The chain holds amounts in 40 bits of minor units.",
    "Write a smaller amount; where the law has no bound, leave the field out.",
  );
  return undefined;
}

/** A share that is nothing or beyond any law. `value` in units of 10^-`places`; the bounds in per cent. */
export function checkShare(
  { wrong, doubtful }: Judging,
  field: Path | string,
  value: bigint | number,
  { places, unusual, absurd }: { readonly places: number; readonly unusual: number; readonly absurd: number },
): void {
  const percent = BigInt(value);
  const unit = 10n ** BigInt(places - 2);
  if (percent > BigInt(absurd) * unit)
    wrong(
      field,
      `is more than ${absurd} %`,
      "No law means so much: it would bind nobody.",
      "Write it as the law has it, such as 24%; where there is no bound, turn the rule off.",
    );
  else if (percent > BigInt(unusual) * unit)
    doubtful(
      field,
      `is more than ${unusual} %`,
      "Few laws mean so much; the point may be missing.",
      "Check it against the law's text.",
    );
}
