import { z } from "zod";
import { enactment, law, mark, prose, title } from "./law.ts";
import { calendar } from "./pack-calendar.ts";
import { packRules, seriesName as name } from "./pack-rules.ts";
import { days, duration, moment, percent, wait, zoneName } from "./units.ts";

/**
 * A rule pack: the regulator's rules as a file that somebody who knows the law can read. `compileRulePack` turns it into what the
 * Rulebook stores. The JSON Schema for editors is generated from here.
 */

export const packVersionSchema = z.strictObject({
  products: z.array(name).min(1).max(64).describe("Products that it is for"),
  borrowers: z
    .array(z.enum(["person", "business"]))
    .min(1)
    .max(2)
    .describe("Kinds of borrower that it is for: `person`, `business`, or both"),
  effectiveFrom: moment.describe("From when it binds: local midnight of a day, or an instant with its offset"),
  law: enactment.optional().describe("The law or order by which it binds"),
  confirm: z
    .boolean()
    .default(false)
    .describe("An accepted request lapses without a `Disbursed` within the market's confirmation window"),
  payments: z
    .boolean()
    .default(false)
    .describe(
      "Keep each loan's monthly payment, for an INCOME rule over all loans of the market; such a rule sets it by itself",
    ),
  reportingWindow: duration.describe("How late an event may be filed before it is LATE"),
  outageWindow: duration.prefault("0s").describe("How long after a loan made in an outage its filing may be due"),
  clockSkew: duration.prefault("60s").describe("By how much a stated time may be ahead"),
  withdrawalWindow: wait
    .prefault("0s")
    .describe(
      "How long after signing a borrower may withdraw: `24h`; `{ businessDays: 1 }`, to the end of the next business day; or `{ days: 14 }`, to the end of the fourteenth day",
    ),
  secondaryWindow: duration
    .prefault("0s")
    .describe("How long after the last close another loan is found to be a secondary one; without it nobody asks"),
  laws: z
    .strictObject({
      reportingWindow: law,
      outageWindow: law,
      clockSkew: law,
      withdrawalWindow: law,
      secondaryWindow: law,
      confirm: law,
    })
    .partial()
    .optional()
    .describe("Where these values come from, as `law` of a rule"),
  rules: packRules.describe("All rules that hold from then on, by name"),
});

export const rulePackSchema = z.strictObject({
  pack: name.describe("Its name: lower case, digits, hyphens"),
  title: title.describe("What it is called, in one language or two"),
  note: prose.optional().describe("What the pack is, and what it is not"),
  known: z
    .string()
    .regex(/^\d{4}-\d\d(-\d\d)?$/, "a day or month such as 2026-03")
    .optional()
    .describe("When its facts were gathered: what changed later is not in it"),
  currency: z
    .strictObject({ code: z.string().regex(/^[A-Z]{3}$/), decimals: z.int().min(0).max(4) })
    .describe("Amounts are in its major units: 500, or 15.50"),
  zone: zoneName.describe("Days are this zone's, and so is midnight"),
  calendar: calendar.optional().describe("Which days are business days, if a rule counts by them"),
  markets: z
    .record(
      name,
      z.strictObject({
        number: z.int().min(0).max(31).describe("Its number on the chain, 0 to 31"),
        title: title.optional().describe("What it is called"),
        confirmationWindow: duration.prefault("0s").describe("How long a loan may stay unconfirmed, or be voided"),
        grace: days.prefault("0d").describe("How long after maturity a loan that nobody closed is taken as stale"),
        law: law.optional().describe("Where its windows come from, as `law` of a rule"),
      }),
    )
    .describe(
      "Loans of one market count together: caps, loans open at once, income. Waits, frequency, days in debt and bars look at all of a borrower's loans",
    ),
  series: z
    .record(
      name,
      z.strictObject({
        number: z.int().min(1).max(255).describe("Its number on the chain, 1 to 255"),
        title: z.string().min(1).max(100).describe("What it is called; goes onto the chain"),
        points: z
          .array(z.strictObject({ published: moment, rate: percent, mark }))
          .max(1_000)
          .describe("`{ published: 2025-06-02, rate: 7.50%, mark: V }`, ascending"),
      }),
    )
    .default({})
    .describe("Reference rates, if a rule follows one"),
  products: z
    .record(
      name,
      z.strictObject({
        market: name.describe("The market that it belongs to"),
        serial: z.int().min(0).max(63).describe("Its number within the market, 0 to 63"),
        title: title.describe("What it is called"),
        note: prose.optional().describe("What a lender or borrower must know of it"),
      }),
    )
    .describe("Each belongs to a market; 64 × the market's number + serial is its number on the chain"),
  versions: z
    .array(packVersionSchema)
    .min(1)
    .max(500)
    .describe("What binds, from when, for which products and kinds of borrower"),
  notExpressed: z
    .array(
      z.strictObject({
        provision: prose.describe("What the law says, in the pack's own words"),
        law: law.describe("Where"),
        why: prose.describe("Why no rule says it"),
      }),
    )
    .default([])
    .describe("What the law says and the rules can't: so that nobody thinks it is covered"),
});

/** All but the versions. */
export const packHeadSchema = rulePackSchema.omit({ versions: true });

export type RulePack = z.infer<typeof rulePackSchema>;
export type RulePackVersion = RulePack["versions"][number];
export type RulePackRules = RulePackVersion["rules"];
