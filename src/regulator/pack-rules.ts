import { z } from "zod";
import { RULES, type RuleName } from "../core/decision.ts";
import { law } from "./law.ts";
import { address, dailyShare, days, duration, money, multiple, percent, share, timeOfDay, wait } from "./units.ts";

/** The rules of a pack, each with its fields as a law would name them. Descriptions go into the JSON Schema and docs/rule-packs.md. */

const NAME = "a name of lower-case letters, digits and hyphens";
export const seriesName = z.string({ error: NAME }).regex(/^[a-z0-9][a-z0-9-]{0,62}$/, NAME);

const common = {
  effect: z.enum(["off", "flag", "refuse"]).describe("What a breach does to a request"),
  undetermined: z
    .enum(["flag", "refuse"])
    .default("flag")
    .describe("What it does to a request that an input of the rule is missing or stale"),
  law,
};

const rateUnit = z.enum(["day", "week", "month", "year", "most-frequent-gap"]);

/** So many openings are in a borrower's state (docs/design/state.md); the field's description says so wherever this is said. */
const RING = "a whole number from 1 to 8";

const RULE_FIELDS = {
  RATE: {
    cap: z
      .union([
        percent.transform((value) => ({ value })),
        z.strictObject({ times: multiple, series: seriesName, plus: percent.prefault("0%"), maxAge: days }),
      ])
      .describe(
        "`24%` a year, or `{ times: 4, series: lpr-1y, plus: 0%, maxAge: 40d }`: so many days a point of the series holds",
      ),
    convention: z
      .enum(["nominal", "effective", "simple"])
      .describe("`nominal`, `effective` or `simple`: the same 24 % is three different caps (docs/spec/rate.md)"),
    unit: rateUnit
      .default("month")
      .describe("Nominal: `day`, `week`, `month`, `year` or `most-frequent-gap`, after which interest earns interest"),
    unitCount: z.int().min(1).max(12).default(1).describe("So many units make one unit period"),
    yearBasis: z
      .union([z.literal(360), z.literal(364), z.literal(365), z.literal(366)])
      .default(365)
      .describe("Days of a year: 360, 364, 365 or 366"),
  },
  SETTLEMENT: {},
  COST: {
    flat: money.prefault("0").describe("An amount, whatever the principal"),
    brackets: z
      .array(z.strictObject({ upTo: z.union([money, z.literal("any")]), share }))
      .max(8)
      .default([])
      .describe(
        "Up to eight, such as `{ upTo: 500, share: 15% }`; the last may be `upTo: any`. Each share is of the part within its bracket",
      ),
  },
  DEDUCTION: {},
  AMOUNT: { min: money.prefault("0").describe("Least principal"), max: money.optional().describe("Most") },
  TERM: {
    min: days.prefault("0d").describe("Least days from the contract to the last payment"),
    max: days.optional().describe("Most"),
  },
  INCOME: {
    of: z
      .enum(["monthly-payment", "principal", "all-monthly-payments", "all-principal"])
      .describe(
        "What is compared with the declared gross income of a month: this loan's `monthly-payment` or `principal`, or `all-monthly-payments` or `all-principal` of the borrower's open loans in the market, this one included",
      ),
    share: share.describe("At most so much of it"),
  },
  "PLATFORM-CAP": { max: money.describe("Principal outstanding with one licence group, this loan included") },
  "MARKET-CAP": { max: money.describe("Principal outstanding in the market, this loan included") },
  "OPEN-LOANS": {
    loans: z.int().min(1).max(31).optional().describe("Open at once"),
    lenders: z.int().min(1).max(31).optional().describe("Licence groups with an open loan at once"),
  },
  "COOLING-OFF": {
    time: wait.describe(
      "Since the borrower's last loan closed, anywhere: `24h`; `{ businessDays: 1 }`, until the next business day begins; or `{ days: 1 }`, until the next day does",
    ),
  },
  STREAK: {
    days: days.describe("Most days in debt without a break, this loan's term included"),
    off: days.describe("Days out of debt that must follow so long a streak"),
  },
  FREQUENCY: {
    loans: z
      .int()
      .min(1, RING)
      .max(8, RING)
      .describe(
        "Opened within the window, this one included; 1 to 8, since the chain keeps the days of a borrower's last eight openings and no more",
      ),
    within: z
      .union([days.pipe(z.int().min(1).max(508)), z.literal("calendar-year")])
      .describe("Days, up to `508d`, or `calendar-year`"),
  },
  DISCLOSURE: {
    reflection: duration.prefault("0s").describe("Least time between acknowledging the table of costs and signing"),
  },
  BARRED: {
    afterDefault: days
      .prefault("0d")
      .describe(
        "Days since a default for which it bars, unless the loan is paid before; `0d`: only orders and self-exclusion bar",
      ),
  },
  LATE: {},
  FUTURE: {},
  ROLLOVER: {
    extensions: z.int().min(0).max(15).describe("Most extensions and renewals of one loan; 0 forbids them"),
    paid: share.prefault("0%").describe("Least share of the principal repaid before one"),
  },
  WITHDRAWAL: {
    charges: z
      .enum(["none", "days-used"])
      .describe(
        "What a borrower who withdraws within `withdrawalWindow` may be charged: nothing, or for the days used",
      ),
  },
  "LIFETIME-COST": {
    share: share.describe(
      "All charges ever, default charges and those of loans it refinances included, of the principal",
    ),
  },
  "DAILY-COST": { share: dailyShare.describe("Charges a day, of what is outstanding that day") },
  "DEFAULT-CHARGE": {
    flat: money.prefault("0").describe("An amount at each default"),
    share: share.prefault("0%").describe("Of the amount overdue"),
    rate: percent.prefault("0%").describe("A year, on the amount overdue for the days past due"),
    uplift: share
      .prefault("0%")
      .describe("Of the contract's rate, in addition to `rate`: `150%` is one and a half times the contract's rate"),
    total: z
      .strictObject({ flat: money.prefault("0"), share: share.prefault("0%") })
      .optional()
      .describe(
        "`{ flat: 15, share: 0% }`: all default charges of the loan together, an amount plus a share of the principal",
      ),
  },
  CONTACT: {
    perDay: z
      .int()
      .min(1)
      .max(255)
      .optional()
      .describe("Contacts with a borrower a day, of all lenders and their agents"),
    window: days
      .pipe(z.int().min(1).max(7))
      .optional()
      .describe("Last days, today included, over which `inWindow` counts"),
    inWindow: z.int().min(1).max(255).optional().describe("Contacts within them"),
    silence: days
      .pipe(z.int().min(1).max(255))
      .optional()
      .describe("Days without contact after a conversation, that of the conversation the first"),
    quiet: z
      .strictObject({ from: timeOfDay, to: timeOfDay })
      .optional()
      .describe('`{ from: "22:00", to: "08:00" }`, local time: no contact from, and again at'),
    debtorOnly: z.boolean().default(false).describe("Whether contacting anybody but the borrower is a breach"),
  },
  COMPLAINT: { answerWithin: duration.describe("Time to answer a complaint") },
  PILOT: { pilot: z.int().min(1).max(0xffffffff).describe("Number of the pilot whose bounds are judged") },
  CUSTOM: {
    contract: address.describe("Address of the regulator's own `IRule`"),
    gas: z.int().min(1).max(0xffffffff).describe("Gas that it may use"),
  },
} as const;

/** A pack has nothing to say about LICENCE: no rulebook can waive it. */
export type PackRule = keyof typeof RULE_FIELDS;
export const PACK_RULES = RULES.filter((name): name is PackRule & RuleName => name in RULE_FIELDS);

const rule = <Fields extends z.core.$ZodLooseShape>(fields: Fields) => z.strictObject({ ...common, ...fields });

type RuleShape = { [Name in PackRule]: ReturnType<typeof rule<(typeof RULE_FIELDS)[Name]>> };

export const packRules = z
  .strictObject(
    Object.fromEntries(Object.entries(RULE_FIELDS).map(([name, fields]) => [name, rule(fields)])) as RuleShape,
  )
  .partial();

/** A rule's own fields, in order, with what each means. */
export function fieldsOf(name: PackRule): readonly { readonly field: string; readonly about: string }[] {
  return Object.entries(RULE_FIELDS[name] as Record<string, z.ZodType>).map(([field, type]) => ({
    field,
    about: type.description ?? "",
  }));
}

export type PackRules = z.infer<typeof packRules>;
