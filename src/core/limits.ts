import { ByteReader, ByteWriter, fromHex, toHex } from "./bytes.ts";
import type { RuleName } from "./decision.ts";
import { coreError } from "./errors.ts";

/** Bytes of one version of limits (protocol §5). */
export const LIMITS_BYTES = 320;

/** Brackets of COST. */
export const COST_BRACKETS = 8;

/** A bracket of COST: the part of the principal above the bracket before and up to `upTo`, times `share` 10⁻⁶. */
export interface CostBracket {
  /** Minor units; zero in an unused bracket. */
  readonly upTo: bigint;
  /** In 10⁻⁶. */
  readonly share: number;
}

/** One field of the 320 bytes. `general` in place of a rule's name means that its range always binds. */
interface LimitField {
  readonly name: string;
  readonly offset: number;
  readonly width: number;
  /** How the value is held: `number` up to 32 bits that are no money, `bigint` for money and rates. */
  readonly as: "number" | "bigint" | "address" | "brackets";
  readonly unit: string;
  readonly rule: RuleName | "general";
  readonly doc: string;
  /** Inclusive. */
  readonly min?: number;
  readonly max?: number;
  readonly oneOf?: readonly number[];
}

/** The limits field by field: the one table from which encoding, decoding, ranges and documentation are made. */
export const LIMIT_FIELDS = [
  { name: "format", offset: 0, width: 1, as: "number", unit: "", rule: "general", oneOf: [1], doc: "1" },
  {
    name: "flags",
    offset: 1,
    width: 1,
    as: "number",
    unit: "bits",
    rule: "general",
    max: 3,
    doc: "bit 0 *confirm*: requests need a `Disbursed`; bit 1 *payments*: keep each loan's largest monthly payment (for INCOME over all loans); other bits zero",
  },
  { name: "on", offset: 2, width: 4, as: "number", unit: "rules", rule: "general", doc: "rules in force" },
  {
    name: "refuse",
    offset: 6,
    width: 4,
    as: "number",
    unit: "rules",
    rule: "general",
    doc: "rules whose breach refuses a question (else flags)",
  },
  {
    name: "undeterminedRefuse",
    offset: 10,
    width: 4,
    as: "number",
    unit: "rules",
    rule: "general",
    doc: "rules for which *undetermined* refuses a question (else flags)",
  },
  { name: "reportingWindow", offset: 14, width: 4, as: "number", unit: "s", rule: "general", doc: "LATE" },
  {
    name: "outageWindow",
    offset: 18,
    width: 4,
    as: "number",
    unit: "s",
    rule: "general",
    doc: "longest that an outage's deadline may lie after the loan",
  },
  {
    name: "clockSkew",
    offset: 22,
    width: 2,
    as: "number",
    unit: "s",
    rule: "general",
    doc: "by which a stated time may be ahead of `b` without FUTURE",
  },
  {
    name: "withdrawalWindow",
    offset: 24,
    width: 4,
    as: "number",
    unit: "s",
    rule: "general",
    doc: "after opening; WITHDRAWAL and the window of `withdrawn`",
  },
  { name: "reflection", offset: 28, width: 4, as: "number", unit: "s", rule: "DISCLOSURE", doc: "DISCLOSURE" },
  { name: "amountMin", offset: 32, width: 5, as: "bigint", unit: "minor units", rule: "AMOUNT", doc: "AMOUNT" },
  {
    name: "amountMax",
    offset: 37,
    width: 5,
    as: "bigint",
    unit: "minor units",
    rule: "AMOUNT",
    doc: "AMOUNT; 0 = none",
  },
  { name: "termMinDays", offset: 42, width: 2, as: "number", unit: "days", rule: "TERM", doc: "TERM" },
  { name: "termMaxDays", offset: 44, width: 2, as: "number", unit: "days", rule: "TERM", doc: "TERM; 0 = none" },
  {
    name: "platformCap",
    offset: 46,
    width: 5,
    as: "bigint",
    unit: "minor units",
    rule: "PLATFORM-CAP",
    doc: "PLATFORM-CAP",
  },
  { name: "marketCap", offset: 51, width: 5, as: "bigint", unit: "minor units", rule: "MARKET-CAP", doc: "MARKET-CAP" },
  {
    name: "maxLoans",
    offset: 56,
    width: 1,
    as: "number",
    unit: "loans",
    rule: "OPEN-LOANS",
    doc: "OPEN-LOANS; 0 = none",
  },
  {
    name: "maxLenders",
    offset: 57,
    width: 1,
    as: "number",
    unit: "groups",
    rule: "OPEN-LOANS",
    doc: "OPEN-LOANS; 0 = none",
  },
  { name: "coolingOff", offset: 58, width: 4, as: "number", unit: "s", rule: "COOLING-OFF", doc: "COOLING-OFF" },
  {
    name: "coolingMode",
    offset: 62,
    width: 1,
    as: "number",
    unit: "code",
    rule: "COOLING-OFF",
    oneOf: [0],
    doc: "0 seconds (others reserved)",
  },
  {
    name: "frequencyCount",
    offset: 63,
    width: 1,
    as: "number",
    unit: "loans",
    rule: "FREQUENCY",
    min: 1,
    max: 8,
    doc: "FREQUENCY, 1 to 8",
  },
  {
    name: "frequencyWindow",
    offset: 64,
    width: 2,
    as: "number",
    unit: "days",
    rule: "FREQUENCY",
    min: 1,
    max: 508,
    doc: "FREQUENCY, 1 to 508",
  },
  {
    name: "frequencyMode",
    offset: 66,
    width: 1,
    as: "number",
    unit: "code",
    rule: "FREQUENCY",
    max: 1,
    doc: "0 sliding window, 1 calendar year",
  },
  {
    name: "rateConvention",
    offset: 67,
    width: 1,
    as: "number",
    unit: "code",
    rule: "RATE",
    max: 2,
    doc: "0 nominal, 1 effective annual, 2 simple",
  },
  {
    name: "rateYearBasis",
    offset: 68,
    width: 2,
    as: "number",
    unit: "days",
    rule: "RATE",
    oneOf: [360, 364, 365, 366],
    doc: "days of a year: 360, 364, 365 or 366",
  },
  {
    name: "rateUnit",
    offset: 70,
    width: 1,
    as: "number",
    unit: "code",
    rule: "RATE",
    oneOf: [0, 1, 2, 3, 255],
    doc: "unit period: 0 day, 1 week, 2 month, 3 year, 255 the schedule's most frequent gap",
  },
  {
    name: "rateUnitCount",
    offset: 71,
    width: 1,
    as: "number",
    unit: "units",
    rule: "RATE",
    min: 1,
    max: 12,
    doc: "so many units make one unit period (1 to 12; 1 with 255 and 3)",
  },
  {
    name: "rateCap",
    offset: 72,
    width: 8,
    as: "bigint",
    unit: "10⁻⁹ a year",
    rule: "RATE",
    doc: "24 % = 240 000 000; with a series: the multiple, 10⁻⁹ (4 × = 4 000 000 000)",
  },
  {
    name: "rateSeries",
    offset: 80,
    width: 1,
    as: "number",
    unit: "number",
    rule: "RATE",
    doc: "0 = fixed cap, else number of the reference series",
  },
  {
    name: "rateMaxAge",
    offset: 81,
    width: 2,
    as: "number",
    unit: "days",
    rule: "RATE",
    doc: "after publication for which a point of the series holds",
  },
  {
    name: "rateSpread",
    offset: 83,
    width: 5,
    as: "bigint",
    unit: "10⁻⁹ a year",
    rule: "RATE",
    doc: "added to multiple × reference",
  },
  {
    name: "dayDiscount",
    offset: 96,
    width: 16,
    as: "bigint",
    unit: "Q112",
    rule: "RATE",
    doc: "effective: (1 + cap)^(−1/yearBasis), rounded down",
  },
  {
    name: "monthDiscount",
    offset: 112,
    width: 16,
    as: "bigint",
    unit: "Q112",
    rule: "RATE",
    doc: "effective: (1 + cap)^(−1/12), rounded down",
  },
  { name: "costFlat", offset: 128, width: 5, as: "bigint", unit: "minor units", rule: "COST", doc: "COST" },
  {
    name: "costBrackets",
    offset: 133,
    width: 72,
    as: "brackets",
    unit: "8 × (upTo u40 minor units · share u32 10⁻⁶)",
    rule: "COST",
    doc: "COST, marginal: the part of the principal above the bracket before and up to `upTo`, times `share`; ascending; the first zero `upTo` ends the list",
  },
  {
    name: "incomeMode",
    offset: 205,
    width: 1,
    as: "number",
    unit: "code",
    rule: "INCOME",
    max: 3,
    doc: "0 this loan's largest monthly payment, 1 principal, 2 all open loans' payments, 3 all open principal",
  },
  { name: "incomeShare", offset: 206, width: 4, as: "number", unit: "10⁻⁶", rule: "INCOME", doc: "INCOME" },
  { name: "streakDays", offset: 210, width: 2, as: "number", unit: "days", rule: "STREAK", doc: "STREAK" },
  { name: "streakOff", offset: 212, width: 2, as: "number", unit: "days", rule: "STREAK", doc: "STREAK" },
  {
    name: "barredDays",
    offset: 214,
    width: 2,
    as: "number",
    unit: "days",
    rule: "BARRED",
    doc: "BARRED, after a default",
  },
  { name: "rolloverMax", offset: 216, width: 1, as: "number", unit: "extensions", rule: "ROLLOVER", doc: "ROLLOVER" },
  {
    name: "rolloverPaid",
    offset: 217,
    width: 4,
    as: "number",
    unit: "10⁻⁶",
    rule: "ROLLOVER",
    doc: "ROLLOVER, share of the principal paid before it",
  },
  {
    name: "lifetimeShare",
    offset: 221,
    width: 4,
    as: "number",
    unit: "10⁻⁶",
    rule: "LIFETIME-COST",
    doc: "LIFETIME-COST",
  },
  {
    name: "dailyShare",
    offset: 225,
    width: 4,
    as: "number",
    unit: "10⁻⁹ a day",
    rule: "DAILY-COST",
    doc: "DAILY-COST",
  },
  {
    name: "defaultFlat",
    offset: 229,
    width: 5,
    as: "bigint",
    unit: "minor units",
    rule: "DEFAULT-CHARGE",
    doc: "DEFAULT-CHARGE, flat",
  },
  {
    name: "defaultShare",
    offset: 234,
    width: 4,
    as: "number",
    unit: "10⁻⁶",
    rule: "DEFAULT-CHARGE",
    doc: "DEFAULT-CHARGE, share of the amount overdue",
  },
  {
    name: "defaultRate",
    offset: 238,
    width: 8,
    as: "bigint",
    unit: "10⁻⁹ a year",
    rule: "DEFAULT-CHARGE",
    doc: "DEFAULT-CHARGE, rate on the amount overdue",
  },
  {
    name: "defaultUplift",
    offset: 246,
    width: 4,
    as: "number",
    unit: "10⁻⁶",
    rule: "DEFAULT-CHARGE",
    doc: "DEFAULT-CHARGE, uplift on the contract rate",
  },
  {
    name: "defaultTotal",
    offset: 250,
    width: 5,
    as: "bigint",
    unit: "minor units",
    rule: "DEFAULT-CHARGE",
    doc: "all default charges, flat",
  },
  {
    name: "defaultTotalShare",
    offset: 255,
    width: 4,
    as: "number",
    unit: "10⁻⁶",
    rule: "DEFAULT-CHARGE",
    doc: "all default charges, share of the principal",
  },
  { name: "contactsPerDay", offset: 259, width: 1, as: "number", unit: "contacts", rule: "CONTACT", doc: "CONTACT" },
  { name: "contactWindow", offset: 260, width: 1, as: "number", unit: "days", rule: "CONTACT", doc: "CONTACT" },
  {
    name: "contactCount",
    offset: 261,
    width: 1,
    as: "number",
    unit: "contacts",
    rule: "CONTACT",
    doc: "CONTACT, in the window",
  },
  {
    name: "contactSilence",
    offset: 262,
    width: 1,
    as: "number",
    unit: "days",
    rule: "CONTACT",
    doc: "CONTACT, after a conversation",
  },
  {
    name: "quietFrom",
    offset: 263,
    width: 2,
    as: "number",
    unit: "minutes of the local day",
    rule: "CONTACT",
    max: 1439,
    doc: "CONTACT",
  },
  {
    name: "quietTo",
    offset: 265,
    width: 2,
    as: "number",
    unit: "minutes of the local day",
    rule: "CONTACT",
    max: 1439,
    doc: "CONTACT",
  },
  {
    name: "contactFlags",
    offset: 267,
    width: 1,
    as: "number",
    unit: "bits",
    rule: "CONTACT",
    max: 1,
    doc: "bit 0: no third parties",
  },
  { name: "answerWithin", offset: 268, width: 4, as: "number", unit: "s", rule: "COMPLAINT", doc: "COMPLAINT" },
  {
    name: "withdrawalMode",
    offset: 272,
    width: 1,
    as: "number",
    unit: "code",
    rule: "WITHDRAWAL",
    max: 1,
    doc: "0 no charge, 1 charges pro rata of the days used",
  },
  {
    name: "pilot",
    offset: 273,
    width: 4,
    as: "number",
    unit: "number",
    rule: "PILOT",
    doc: "number of the pilot, 0 = none",
  },
  { name: "custom", offset: 277, width: 20, as: "address", unit: "address", rule: "CUSTOM", doc: "CUSTOM" },
  { name: "customGas", offset: 297, width: 4, as: "number", unit: "gas", rule: "CUSTOM", doc: "CUSTOM" },
] as const satisfies readonly LimitField[];

/** Bytes that must be zero: [from, to). */
export const RESERVED_LIMITS = [
  [88, 96],
  [301, 320],
] as const;

interface Held {
  number: number;
  bigint: bigint;
  address: string;
  brackets: readonly CostBracket[];
}

/** One version's limits, field by field; each field's unit and meaning is in `LIMIT_FIELDS` and protocol §5. */
export type Limits = { readonly [F in (typeof LIMIT_FIELDS)[number] as F["name"]]: Held[F["as"]] };

/** Bits of `flags`. */
export const LIMIT_FLAGS = { confirm: 1, payments: 2 } as const;

/** Limits with everything off and zero but the format: what a rule pack fills in. */
export function emptyLimits(): Limits {
  const zero: Held = { number: 0, bigint: 0n, address: `0x${"00".repeat(20)}`, brackets: [] };
  const fields = LIMIT_FIELDS.map((field) => [field.name, field.name === "format" ? 1 : zero[field.as]] as const);
  return Object.fromEntries(fields) as unknown as Limits;
}

/** The 320 bytes of a version. Throws `invalid-input` where a value doesn't fit its width. */
export function encodeLimits(limits: Limits): Uint8Array {
  const bytes = new Uint8Array(LIMITS_BYTES);
  for (const field of LIMIT_FIELDS) bytes.set(encodeField(field, limits[field.name]), field.offset);
  return bytes;
}

function encodeField(field: LimitField, value: Held[keyof Held]): Uint8Array {
  const writer = new ByteWriter(field.width);
  if (typeof value === "number") writer.uint(value, field.width);
  else if (typeof value === "bigint") writer.big(value, field.width);
  else if (typeof value === "string") writer.bytes(fromHex(value, field.width));
  else {
    if (value.length > COST_BRACKETS)
      throw coreError("invalid-input", `${field.name} has ${value.length} brackets; at most ${COST_BRACKETS} fit`);
    for (const { upTo, share } of value) writer.big(upTo, 5).uint(share, 4);
  }
  return writer.finish();
}

/** The fields of a version's 320 bytes, whatever their values; `checkLimits` says whether a Rulebook would take them. */
export function decodeLimits(bytes: Uint8Array): Limits {
  if (bytes.length !== LIMITS_BYTES)
    throw coreError("invalid-input", `Limits of ${bytes.length} bytes; they have ${LIMITS_BYTES}`);
  const fields = LIMIT_FIELDS.map((field) => [field.name, decodeField(field, bytes)] as const);
  return Object.fromEntries(fields) as unknown as Limits;
}

function decodeField(field: LimitField, bytes: Uint8Array): Held[keyof Held] {
  const reader = new ByteReader(bytes, field.offset);
  switch (field.as) {
    case "number":
      return reader.uint(field.width);
    case "bigint":
      return reader.big(field.width);
    case "address":
      return toHex(reader.take(field.width));
    case "brackets": {
      const brackets: CostBracket[] = [];
      for (let i = 0; i < COST_BRACKETS; i++) {
        const bracket = { upTo: reader.big(5), share: reader.uint(4) };
        if (bracket.upTo === 0n) break;
        brackets.push(bracket);
      }
      return brackets;
    }
  }
}
