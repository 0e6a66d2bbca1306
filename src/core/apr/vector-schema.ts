import { z } from "zod";

import { parseDate } from "./civil-date.ts";
import { rateError } from "./errors.ts";
import { divide, parseDecimal, rational, ZERO, type Rational } from "./rational.ts";

/** What an amount or an offset may be at most: far above any loan, and small enough to compute with. */
const LARGEST = 10n ** 30n;

/** A decimal as a JSON number or a string, kept exact. */
const decimal = z.union([z.number(), z.string()], "expected a number or a decimal string").transform((given, ctx) => {
  const value = parseDecimal(String(given));
  if (value !== undefined && value.num < LARGEST * value.den && -value.num < LARGEST * value.den) return value;
  const problem = value === undefined ? "is no decimal number" : "is larger than 10^30";
  ctx.addIssue({ code: "custom", message: `${JSON.stringify(given)} ${problem}` });
  return z.NEVER;
});

/** An offset: a decimal that is neither negative nor absurd. */
const offset = decimal.refine(
  (value) => value.num >= 0n && value.num <= 1_000_000n * value.den,
  "must be from 0 to 1,000,000; time counts from the first drawdown",
);

/** `[19, 30]`, `"19/30"`, or a decimal. */
const quotient = z.union([z.tuple([decimal, decimal]), decimalOrFraction()]).transform((given, ctx) => {
  const [num, den] = Array.isArray(given) ? given : [given, rational(1n)];
  if (den.num > 0n && num.num >= 0n) return divide(num, den);
  ctx.addIssue({ code: "custom", message: "must be a fraction [numerator, denominator] of positive numbers" });
  return z.NEVER;
});

function decimalOrFraction(): z.ZodType<Rational> {
  return z
    .union([z.number(), z.string()], "expected a number, a string or [numerator, denominator]")
    .transform((given, ctx) => {
      const [left = "", right = "1", ...rest] = String(given).split("/");
      const num = parseDecimal(left);
      const den = parseDecimal(right);
      if (num !== undefined && den !== undefined && den.num > 0n && rest.length === 0) return divide(num, den);
      ctx.addIssue({ code: "custom", message: `${JSON.stringify(given)} is neither a number nor a fraction` });
      return z.NEVER;
    });
}

const date = z.string().transform((text, ctx) => {
  const value = parseDate(text);
  if (value !== undefined) return value;
  ctx.addIssue({ code: "custom", message: `${JSON.stringify(text)} is no date; write YYYY-MM-DD` });
  return z.NEVER;
});

/** Absent and null are the same thing in a file. */
function maybe<T extends z.ZodType>(schema: T) {
  return z.preprocess((given) => given ?? undefined, schema.optional()).optional();
}

/** Says what a flow is, and is not read. */
const remark = z.unknown().optional();

const flow = z.strictObject({
  amount: decimal,
  years: maybe(offset),
  months: maybe(offset),
  weeks: maybe(offset),
  days: maybe(offset),
  year_days: maybe(offset.refine((value) => value.num > 0n && value.num <= 400n * value.den, "must be 365 or 366")),
  unit_periods: maybe(offset),
  fraction: maybe(quotient),
  date: maybe(date),
  /** Which part of a payment repays principal, is interest, or is neither: PBOC_2021_3_RATIO alone looks at it. */
  principal: maybe(decimal),
  interest: maybe(decimal),
  charges: maybe(decimal),
  id: remark,
  no: remark,
  number: remark,
  n: remark,
  k: remark,
  index: remark,
  seq: remark,
  label: remark,
  type: remark,
  kind: remark,
  note: remark,
  comment: remark,
  description: remark,
});

const vector = z.looseObject({
  id: maybe(z.union([z.string(), z.number()])),
  convention: maybe(z.string()),
  amount: maybe(decimal),
  net_amount: maybe(decimal),
  further_drawdowns: maybe(z.array(flow)),
  payments: maybe(z.array(flow)),
  unit_period: maybe(z.string()),
  unit_periods_per_year: maybe(quotient.refine((value) => value.num > 0n, "must be above 0")),
  interval: maybe(z.enum(["day", "week", "month", "year"])),
  advance_date: maybe(date),
  expected_apr_percent: maybe(decimal),
  expected_apr_percent_long: maybe(decimal),
  rounding: maybe(z.string()),
});

/** A vector as the file has it, with numbers exact and keys in one spelling. */
export type RawVector = z.output<typeof vector>;

/** A cash flow as the file has it. */
export type RawFlow = z.output<typeof flow>;

const RENAMED: Readonly<Record<string, string>> = {
  start_date: "advance_date",
  drawdown_date: "advance_date",
  drawdowns: "further_drawdowns",
  advances: "further_drawdowns",
  further_advances: "further_drawdowns",
  fee: "charges",
};

/** camelCase and snake_case keys mean the same, and so do a few synonyms. */
function oneSpelling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(oneSpelling);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return [RENAMED[snake] ?? snake, Array.isArray(item) ? oneSpelling(item) : item];
    }),
  );
}

/**
 * Checks the shape of one vector.
 *
 * @throws AppError `rate-vector-malformed`, naming up to three fields and what is wrong with each
 */
export function readShape(value: unknown): RawVector {
  const parsed = vector.safeParse(oneSpelling(value));
  if (!parsed.success) throw rateError("rate-vector-malformed", explain(parsed.error));
  const known = new Set(Object.keys(vector.shape));
  // A list of amounts that nobody reads would make a wrong rate in silence.
  for (const [name, item] of Object.entries(parsed.data)) {
    if (known.has(name) || !Array.isArray(item)) continue;
    if (item.some((entry) => typeof entry === "object" && entry !== null && "amount" in entry)) {
      throw rateError("rate-vector-malformed", `${name}: a list of amounts under a name that is not read`, {
        fix: "Name it payments or further_drawdowns, or take it out.",
      });
    }
  }
  return parsed.data;
}

function explain(error: z.ZodError): string {
  const issues = error.issues.slice(0, 3).map((issue) => {
    const where = issue.path.reduce<string>(
      (path, part) =>
        typeof part === "number" ? `${path}[${part}]` : path === "" ? String(part) : `${path}.${String(part)}`,
      "",
    );
    return `${where === "" ? "the vector" : where}: ${issue.message}`;
  });
  const more = error.issues.length - issues.length;
  return issues.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

/** The sum of optional parts, absent ones counting nothing. */
export function orZero(value: Rational | undefined): Rational {
  return value ?? ZERO;
}
