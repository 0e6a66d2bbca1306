/**
 * What a record says: the claims of the SD-JWT that a platform issues for one loan event (docs/spec/record.md).
 *
 * On the wire amounts are decimal strings of minor units and hashes lower-case hexadecimal; parsed, amounts are `bigint`.
 */
import { z } from "zod";

import type { Hex } from "./bytes.ts";
import {
  AMOUNT_LIMIT,
  BASES,
  CLOSE_REASONS,
  CORRECTIONS,
  EARLIEST_TIME,
  EXTENSIONS,
  OUTAGE_REASONS,
  PLATFORM_LIMIT,
  PRODUCT_LIMIT,
} from "./entry.ts";
import { recordError } from "./record-errors.ts";
import { MAX_LEGS, UNITS } from "./schedule.ts";

/** Format of the claims, and second byte of a leaf. */
export const RECORD_FORMAT = 1;

/** The groups of claims that can be disclosed or withheld, each as a whole. Everything else is always in the open. */
export const RECORD_GROUPS = [
  "borrower",
  "loan",
  "terms",
  "schedule",
  "disclosure",
  "income",
  "event",
  "time",
] as const;
export type RecordGroup = (typeof RECORD_GROUPS)[number];

/** Longest text a platform may choose: its ids of events and loans. */
export const MAX_ID_LENGTH = 128;

const uint = (bits: number) =>
  z
    .int()
    .min(0)
    .max(2 ** bits - 1);

/** A whole number as a decimal string, without sign or leading zeros, below `limit`. */
const decimal = (limit: bigint) =>
  z
    .string()
    .regex(/^(0|[1-9][0-9]{0,19})$/u, "must be a decimal string without sign or leading zeros")
    .transform((text, context) => {
      const value = BigInt(text);
      if (value < limit) return value;
      context.addIssue({ code: "custom", message: `must be below ${limit}` });
      return z.NEVER;
    });
const amount = decimal(AMOUNT_LIMIT);
const positive = amount.refine((value) => value > 0n, "must be at least 1");

const hash32 = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/u, "must be 0x and 64 lower-case hexadecimal digits")
  .transform((text) => text as Hex);

const platform = z
  .int()
  .min(1)
  .max(PLATFORM_LIMIT - 1);
const time = z
  .int()
  .min(EARLIEST_TIME)
  .max(2 ** 32 - 1);

const header = {
  /** The platform, as `tally:platform:N`. */
  iss: z.string().regex(/^tally:platform:[1-9][0-9]{0,5}$/u, "must be tally:platform: and the number of a licence"),
  /** When the record was issued. */
  iat: uint(40),
  /** The platform's own id of this event, unique within the platform. It stays readable for ever: it must mean nothing. */
  jti: z.string().regex(/^[\x21-\x7e]{1,128}$/u, `must be 1 to ${MAX_ID_LENGTH} printable ASCII characters, no spaces`),
  fmt: z.literal(RECORD_FORMAT),
};

const borrower = z.strictObject({ pseudonym: hash32 });
const loanNumber = z.string().min(1).max(MAX_ID_LENGTH);
const leg = z.strictObject({
  count: z
    .int()
    .min(1)
    .max(2 ** 16 - 1),
  unit: z.enum(UNITS),
  gap: z
    .int()
    .min(1)
    .max(2 ** 16 - 1),
  amount: positive,
  /** In 2⁻¹⁶ minor units. */
  step: decimal(2n ** 56n).optional(),
});
const schedule = z.strictObject({ legs: z.array(leg).min(1).max(MAX_LEGS) });

const terms = z
  .strictObject({
    basis: z.enum(BASES),
    product: z
      .int()
      .min(1)
      .max(PRODUCT_LIMIT - 1),
    principal: positive,
    /** Cash the borrower received; absent if it is the principal. */
    cash: positive.optional(),
    /** The lead funder's licence; absent if it is the issuer. */
    lender: platform.optional(),
    outage: z.strictObject({ reason: z.enum(OUTAGE_REASONS), deadline: uint(32) }).optional(),
  })
  .refine(({ basis, outage }) => (basis === "outage") === (outage !== undefined), {
    path: ["outage"],
    message: "must be there exactly for the basis outage",
  });

const openedClaims = z.strictObject({
  ...header,
  kind: z.literal("Opened"),
  borrower,
  loan: z.strictObject({
    number: loanNumber,
    /** `first`: the first draw of a revolving line. Otherwise the leaf of the line's first draw. */
    line: z.union([z.literal("first"), hash32]).optional(),
    /** Leaf of the opening of the loan that this one refinances or renews. */
    predecessor: hash32.optional(),
  }),
  terms,
  schedule,
  disclosure: z
    .strictObject({
      /** When the borrower acknowledged the cost table. */
      at: z
        .int()
        .min(1)
        .max(2 ** 32 - 1),
      /** SHA-256 of the document acknowledged. */
      document: hash32.optional(),
    })
    .optional(),
  income: z.strictObject({ monthly: amount }).optional(),
  time: z.strictObject({ at: time }),
});

/** What the event of any later kind may say. */
const eventHead = {
  /** Filed while the platform's founding window is open, judged at its stated time. */
  founded: z.literal(true).optional(),
  /** Hash of the authority's order. */
  order: hash32.optional(),
};

function later<K extends string, Shape extends z.ZodRawShape>(kind: K, event: Shape) {
  return z.strictObject({
    ...header,
    kind: z.literal(kind),
    borrower,
    /** `opening`: the leaf of the record that opened the loan. */
    loan: z.strictObject({ number: loanNumber, opening: hash32 }),
    event: z.strictObject({ ...eventHead, ...event }),
    time: z.strictObject({ at: time }),
  });
}

const extendedClaims = z.strictObject({
  ...later("Extended", {
    asked: z.literal(true).optional(),
    extension: z.enum(EXTENSIONS),
    fee: amount,
    writeDown: amount,
    paid: amount,
  }).shape,
  schedule,
});

const barredClaims = z.strictObject({
  ...header,
  kind: z.literal("Barred"),
  borrower,
  event: z.strictObject({ ...eventHead, until: uint(32), why: uint(8) }),
  time: z.strictObject({ at: time }),
});

const kinds = [
  openedClaims,
  later("Disbursed", { amount }),
  later("Repaid", { principal: amount, charges: amount }),
  later("Closed", { reason: z.enum(CLOSE_REASONS), principal: amount, charges: amount }),
  extendedClaims,
  later("Overdue", {
    daysPastDue: uint(16),
    amountOverdue: amount,
    defaultCharges: amount,
    contractRate: decimal(2n ** 64n),
  }),
  later("Contacted", {
    channel: uint(8),
    party: z.enum(["borrower", "third-party"]),
    agent: z.enum(["lender", "outsourcer"]),
  }),
  later("Complained", { topic: uint(8) }),
  later("Answered", { complaint: hash32, outcome: uint(8) }),
  later("Assigned", { to: platform, side: z.enum(["assignor", "assignee"]) }),
  later("Corrected", {
    superseded: hash32,
    what: z.enum(CORRECTIONS),
    value: decimal(2n ** 40n),
    why: uint(8),
  }),
  barredClaims,
] as const;

/** The claims of a fully disclosed record. */
export const claimsSchema = z.discriminatedUnion("kind", kinds);
/** Claims as they are parsed. */
export type Claims = z.output<typeof claimsSchema>;
/** Claims as they are written: what {@link claimsSchema} accepts, and what is issued. */
export type ClaimsJson = z.input<typeof claimsSchema>;

/** Claims of which some groups may be withheld. */
export type PresentedClaims = Claims extends infer Kind
  ? Kind extends Claims
    ? Omit<Kind, RecordGroup> & Partial<Pick<Kind, Extract<RecordGroup, keyof Kind>>>
    : never
  : never;

/** The groups that a record of each kind can have. */
export const GROUPS_OF: Readonly<Record<Claims["kind"], readonly RecordGroup[]>> = Object.fromEntries(
  kinds.map(({ shape }) => [shape.kind.value, RECORD_GROUPS.filter((group) => group in shape)]),
) as Record<Claims["kind"], RecordGroup[]>;

const partial = new Map<string, z.ZodType>(
  kinds.map(({ shape }) => {
    const groups = RECORD_GROUPS.filter((group) => group in shape);
    const optional = Object.fromEntries(groups.map((group) => [group, (shape as z.ZodRawShape)[group]]));
    return [shape.kind.value, z.strictObject({ ...shape, ...z.object(optional).partial().shape })];
  }),
);
const kindOnly = z.looseObject({ kind: z.enum(kinds.map(({ shape }) => shape.kind.value)) });

/** Parses the claims of a record that may withhold groups. Throws `record-claims`, naming the first field that is wrong. */
export function parsePresented(claims: unknown): PresentedClaims {
  const head = kindOnly.safeParse(claims);
  const parsed = head.success ? partial.get(head.data.kind)!.safeParse(claims) : head;
  if (!parsed.success) throw claimsError(parsed.error);
  return parsed.data as PresentedClaims;
}

/** Parses the claims of a fully disclosed record. Throws `record-claims`. */
export function parseClaims(claims: unknown): Claims {
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success) throw claimsError(parsed.error);
  return parsed.data;
}

function claimsError(error: z.ZodError) {
  const issue = error.issues[0];
  return recordError("record-claims", `claim ${issue?.path.join(".") || "(all)"}: ${issue?.message ?? "is wrong"}`);
}

/** Number of the platform that issued a record. */
export function issuerOf(claims: Pick<Claims, "iss">): number {
  return Number(claims.iss.slice("tally:platform:".length));
}

/** The `iss` of a platform. */
export function issuerName(platformNumber: number): string {
  return `tally:platform:${platformNumber}`;
}
