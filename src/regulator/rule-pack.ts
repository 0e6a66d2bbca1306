import { z } from "zod";
import { days, duration, moment, money, multiple, percent, share, zoneName } from "./units.ts";

/**
 * A rule pack: the regulator's rules as a file that somebody who knows the law can read. `compileRulePack` turns it into what the
 * Rulebook stores. The JSON Schema for editors is generated from here.
 */

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "a name of lower-case letters, digits and hyphens");

/** Where a value comes from, and how well that was checked: V in primary text, V2 in a secondary source, M from memory, sample: made up. */
const law = z.strictObject({
  article: z.string().min(1).max(500),
  source: z.string().max(1_000).optional(),
  mark: z.enum(["V", "V2", "M", "sample"]),
  note: z.string().max(1_000).optional(),
});

const rule = {
  effect: z.enum(["off", "flag", "refuse"]),
  undetermined: z.enum(["flag", "refuse"]).default("flag"),
  law,
};

const rateUnit = z.enum(["day", "week", "month", "year", "most-frequent-gap"]);

const rules = z
  .strictObject({
    RATE: z.strictObject({
      ...rule,
      cap: z.union([
        percent.transform((value) => ({ value })),
        z.strictObject({
          times: multiple,
          series: name,
          plus: percent.prefault("0%"),
          maxAge: days,
        }),
      ]),
      convention: z.enum(["nominal", "effective", "simple"]),
      unit: rateUnit.default("month"),
      unitCount: z.int().min(1).max(12).default(1),
      yearBasis: z.union([z.literal(360), z.literal(364), z.literal(365), z.literal(366)]).default(365),
    }),
    COST: z.strictObject({
      ...rule,
      flat: money.prefault("0"),
      brackets: z
        .array(z.strictObject({ upTo: z.union([money, z.literal("any")]), share }))
        .max(8)
        .default([]),
    }),
    DEDUCTION: z.strictObject(rule),
    AMOUNT: z.strictObject({ ...rule, min: money.prefault("0"), max: money.optional() }),
    TERM: z.strictObject({ ...rule, min: days.prefault("0d"), max: days.optional() }),
    "PLATFORM-CAP": z.strictObject({ ...rule, max: money }),
    "MARKET-CAP": z.strictObject({ ...rule, max: money }),
    "OPEN-LOANS": z.strictObject({
      ...rule,
      loans: z.int().min(1).max(31).optional(),
      lenders: z.int().min(1).max(31).optional(),
    }),
    "COOLING-OFF": z.strictObject({ ...rule, time: duration }),
    FREQUENCY: z.strictObject({
      ...rule,
      loans: z.int().min(1).max(8),
      within: z.union([days.pipe(z.int().min(1).max(508)), z.literal("calendar-year")]),
    }),
    DISCLOSURE: z.strictObject({ ...rule, reflection: duration.prefault("0s") }),
    LATE: z.strictObject(rule),
    FUTURE: z.strictObject(rule),
  })
  .partial();

const version = z.strictObject({
  products: z.array(name).min(1).max(64),
  borrowers: z
    .array(z.enum(["person", "business"]))
    .min(1)
    .max(2),
  /** Local midnight of a day, or an instant. */
  effectiveFrom: moment,
  law: law.optional(),
  /** Requests need a `Disbursed` within the market's confirmation window. */
  confirm: z.boolean().default(false),
  reportingWindow: duration,
  outageWindow: duration.prefault("0s"),
  clockSkew: duration.prefault("60s"),
  withdrawalWindow: duration.prefault("0s"),
  rules,
});

export const rulePackSchema = z.strictObject({
  pack: name,
  title: z.string().min(1).max(200),
  /** What the pack is, and what it is not. */
  note: z.string().max(4_000).optional(),
  currency: z.strictObject({ code: z.string().regex(/^[A-Z]{3}$/), decimals: z.int().min(0).max(4) }),
  zone: zoneName,
  markets: z.record(
    name,
    z.strictObject({
      number: z.int().min(0).max(31),
      confirmationWindow: duration.prefault("0s"),
      grace: days.prefault("0d"),
    }),
  ),
  series: z
    .record(
      name,
      z.strictObject({
        number: z.int().min(1).max(255),
        title: z.string().min(1).max(100),
        points: z
          .array(z.strictObject({ published: moment, rate: percent, mark: z.enum(["V", "V2", "M", "sample"]) }))
          .max(1_000),
      }),
    )
    .default({}),
  products: z.record(
    name,
    z.strictObject({ market: name, serial: z.int().min(0).max(63), title: z.string().min(1).max(200) }),
  ),
  versions: z.array(version).min(1).max(500),
  /** Provisions that the rules can't express. */
  notExpressed: z
    .array(z.strictObject({ provision: z.string().max(500), law, why: z.string().max(1_000) }))
    .default([]),
});

export type RulePack = z.infer<typeof rulePackSchema>;
export type RulePackVersion = RulePack["versions"][number];
export type RulePackRules = RulePackVersion["rules"];
