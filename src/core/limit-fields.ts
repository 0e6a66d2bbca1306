import type { RuleName } from "./decision.ts";

/** What a value must be: one of a list, or within inclusive bounds. */
type Range = readonly number[] | { readonly min: number; readonly max: number };

/** Name, offset, width in bytes, unit, rule that it belongs to, meaning, and range if the width alone is not it. */
type Row = readonly [string, number, number, string, RuleName | "general", string, Range?];

/**
 * The limits field by field (protocol §5): the one table from which encoding, decoding, ranges and documentation are made.
 * The width says how a value is held: up to four bytes are a `number`, money and rates a `bigint`, 20 bytes an address.
 */
const ROWS = [
  ["format", 0, 1, "", "general", "1", [1]],
  [
    "flags",
    1,
    1,
    "bits",
    "general",
    "bit 0 *confirm*: requests need a `Disbursed`; bit 1 *payments*: keep each loan's largest monthly payment (for INCOME over all loans); bit 2: withdrawalWindow is business days; bit 3: it is days; not both; other bits zero",
    { min: 0, max: 11 },
  ],
  ["on", 2, 4, "rules", "general", "rules in force"],
  ["refuse", 6, 4, "rules", "general", "rules whose breach refuses a question (else flags)"],
  ["undeterminedRefuse", 10, 4, "rules", "general", "rules for which *undetermined* refuses a question (else flags)"],
  ["reportingWindow", 14, 4, "s", "general", "LATE"],
  ["outageWindow", 18, 4, "s", "general", "longest that an outage's deadline may lie after the loan"],
  ["clockSkew", 22, 2, "s", "general", "by which a stated time may be ahead of `b` without FUTURE"],
  [
    "withdrawalWindow",
    24,
    4,
    "s, or days",
    "general",
    "after opening; WITHDRAWAL and the window of `withdrawn`; 1 to 60 days, to the end of the last",
  ],
  ["reflection", 28, 4, "s", "DISCLOSURE", ""],
  ["amountMin", 32, 5, "minor units", "AMOUNT", ""],
  ["amountMax", 37, 5, "minor units", "AMOUNT", "0 = none"],
  ["termMinDays", 42, 2, "days", "TERM", ""],
  ["termMaxDays", 44, 2, "days", "TERM", "0 = none"],
  ["platformCap", 46, 5, "minor units", "PLATFORM-CAP", ""],
  ["marketCap", 51, 5, "minor units", "MARKET-CAP", ""],
  ["maxLoans", 56, 1, "loans", "OPEN-LOANS", "0 = none"],
  ["maxLenders", 57, 1, "groups", "OPEN-LOANS", "0 = none"],
  ["coolingOff", 58, 4, "s, or days", "COOLING-OFF", "as coolingMode says; 1 to 60 days"],
  [
    "coolingMode",
    62,
    1,
    "code",
    "COOLING-OFF",
    "0 seconds · 1 until local midnight of the so many-th business day after the close · 2 of the so many-th day",
    { min: 0, max: 2 },
  ],
  ["frequencyCount", 63, 1, "loans", "FREQUENCY", "1 to 8", { min: 1, max: 8 }],
  ["frequencyWindow", 64, 2, "days", "FREQUENCY", "1 to 508", { min: 1, max: 508 }],
  ["frequencyMode", 66, 1, "code", "FREQUENCY", "0 sliding window, 1 calendar year", { min: 0, max: 1 }],
  ["rateConvention", 67, 1, "code", "RATE", "0 nominal, 1 effective annual, 2 simple", { min: 0, max: 2 }],
  ["rateYearBasis", 68, 2, "days", "RATE", "days of a year: 360, 364, 365 or 366", [360, 364, 365, 366]],
  [
    "rateUnit",
    70,
    1,
    "code",
    "RATE",
    "unit period: 0 day, 1 week, 2 month, 3 year, 255 the schedule's most frequent gap",
    [0, 1, 2, 3, 255],
  ],
  [
    "rateUnitCount",
    71,
    1,
    "units",
    "RATE",
    "so many units make one unit period (1 to 12; 1 with 255 and 3)",
    { min: 1, max: 12 },
  ],
  [
    "rateCap",
    72,
    8,
    "10⁻⁹ a year",
    "RATE",
    "24 % = 240 000 000; with a series: the multiple, 10⁻⁹ (4 × = 4 000 000 000)",
  ],
  ["rateSeries", 80, 1, "number", "RATE", "0 = fixed cap, else number of the reference series"],
  ["rateMaxAge", 81, 2, "days", "RATE", "after publication for which a point of the series holds"],
  ["rateSpread", 83, 5, "10⁻⁹ a year", "RATE", "added to multiple × reference"],
  ["dayDiscount", 96, 16, "Q112", "RATE", "effective: (1 + cap)^(−1/yearBasis), rounded down"],
  ["monthDiscount", 112, 16, "Q112", "RATE", "effective: (1 + cap)^(−1/12), rounded down"],
  ["costFlat", 128, 5, "minor units", "COST", ""],
  [
    "costBrackets",
    133,
    72,
    "8 × (upTo u40 minor units · share u32 10⁻⁶)",
    "COST",
    "marginal: the part of the principal above the bracket before and up to `upTo`, times `share`; ascending; the first zero `upTo` ends the list",
  ],
  [
    "incomeMode",
    205,
    1,
    "code",
    "INCOME",
    "0 this loan's largest monthly payment, 1 principal, 2 all open loans' payments, 3 all open principal",
    { min: 0, max: 3 },
  ],
  ["incomeShare", 206, 4, "10⁻⁶", "INCOME", ""],
  ["streakDays", 210, 2, "days", "STREAK", ""],
  ["streakOff", 212, 2, "days", "STREAK", ""],
  ["barredDays", 214, 2, "days", "BARRED", "after a default"],
  ["rolloverMax", 216, 1, "extensions", "ROLLOVER", "renewals are among them"],
  ["rolloverPaid", 217, 4, "10⁻⁶", "ROLLOVER", "share of the principal paid before it"],
  ["lifetimeShare", 221, 4, "10⁻⁶", "LIFETIME-COST", "of the largest principal of linked loans"],
  ["dailyShare", 225, 4, "10⁻⁹ a day", "DAILY-COST", ""],
  ["defaultFlat", 229, 5, "minor units", "DEFAULT-CHARGE", "flat"],
  ["defaultShare", 234, 4, "10⁻⁶", "DEFAULT-CHARGE", "share of the amount overdue"],
  ["defaultRate", 238, 8, "10⁻⁹ a year", "DEFAULT-CHARGE", "rate on the amount overdue"],
  ["defaultUplift", 246, 4, "10⁻⁶", "DEFAULT-CHARGE", "uplift on the contract rate"],
  ["defaultTotal", 250, 5, "minor units", "DEFAULT-CHARGE", "all default charges, flat"],
  ["defaultTotalShare", 255, 4, "10⁻⁶", "DEFAULT-CHARGE", "all default charges, share of the principal"],
  ["contactsPerDay", 259, 1, "contacts", "CONTACT", "0 = none"],
  ["contactWindow", 260, 1, "days", "CONTACT", "0 to 7; 0 = none", { min: 0, max: 7 }],
  ["contactCount", 261, 1, "contacts", "CONTACT", "in the window; 0 = none"],
  ["contactSilence", 262, 1, "days", "CONTACT", "from the day of a conversation on; 0 = none"],
  [
    "quietFrom",
    263,
    2,
    "minutes of the local day",
    "CONTACT",
    "the same minute twice is no quiet hours",
    { min: 0, max: 1439 },
  ],
  ["quietTo", 265, 2, "minutes of the local day", "CONTACT", "", { min: 0, max: 1439 }],
  ["contactFlags", 267, 1, "bits", "CONTACT", "bit 0: no third parties", { min: 0, max: 1 }],
  ["answerWithin", 268, 4, "s", "COMPLAINT", ""],
  [
    "withdrawalMode",
    272,
    1,
    "code",
    "WITHDRAWAL",
    "0 no charge, 1 charges pro rata of the days used",
    { min: 0, max: 1 },
  ],
  ["pilot", 273, 4, "number", "PILOT", "number of the pilot, at least 1", { min: 1, max: 2 ** 32 - 1 }],
  ["custom", 277, 20, "address", "CUSTOM", "the rule, an `IRule`; not zero"],
  ["customGas", 297, 4, "gas", "CUSTOM", "that one call may use: 1 to 1 000 000", { min: 1, max: 1_000_000 }],
  [
    "secondaryWindow",
    301,
    4,
    "s",
    "general",
    "SECONDARY: a loan is found to be one while another is open, and so long after the last close; 0 = nobody asks",
  ],
] as const satisfies readonly Row[];

/** One field of the 320 bytes. A range of a `general` field always binds, any other only if the rule is on. */
export interface LimitField {
  readonly name: keyof Limits;
  readonly offset: number;
  readonly width: number;
  readonly unit: string;
  readonly rule: RuleName | "general";
  readonly doc: string;
  readonly range?: Range;
}

export const LIMIT_FIELDS: readonly LimitField[] = (ROWS as readonly Row[]).map(
  ([name, offset, width, unit, rule, doc, range]) => ({
    name: name as keyof Limits,
    offset,
    width,
    unit,
    rule,
    doc,
    ...(range && { range }),
  }),
);

/** A bracket of COST: the part of the principal above the bracket before and up to `upTo`, times `share` 10⁻⁶. */
export interface CostBracket {
  /** Minor units; zero in an unused bracket. */
  readonly upTo: bigint;
  /** In 10⁻⁶. */
  readonly share: number;
}

type HeldIn<Width> = Width extends 1 | 2 | 4
  ? number
  : Width extends 5 | 8 | 16
    ? bigint
    : Width extends 20
      ? string
      : readonly CostBracket[];

/** One version's limits, field by field; each field's unit and meaning is in `LIMIT_FIELDS` and protocol §5. */
export type Limits = { readonly [R in (typeof ROWS)[number] as R[0]]: HeldIn<R[2]> };
