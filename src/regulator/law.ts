import { z } from "zod";
import type { Language } from "../core/rule-texts.ts";

/** What a pack says of where its values come from, and in which languages. */

/** Words for people: one text for all, or English and Chinese. */
export type Text = string | { readonly en: string; readonly zh: string };

/** The text in a language; a plain one is the same in all. */
export const textIn = (text: Text, language: Language): string => (typeof text === "string" ? text : text[language]);

const one = (most: number) => z.string().min(1).max(most);
const both = (most: number) =>
  z.union([one(most), z.strictObject({ en: one(most), zh: one(most) })], {
    error: "a text, or `{ en: …, zh: … }`",
  });

export const title = both(200).meta({ id: "title", description: "One text, or `{ en: …, zh: … }`" });
export const prose = both(2_000).meta({ id: "prose", description: "One text, or `{ en: …, zh: … }`" });

/** V in primary text, V2 in a secondary source, M from memory, sample: made up or proposed, no law at all. */
export const MARKS = ["V", "V2", "M", "sample"] as const;
export type Mark = (typeof MARKS)[number];

export const mark = z.enum(MARKS).meta({
  id: "mark",
  description:
    "How well the value was checked: V seen in primary text, V2 in a secondary source, M from memory, sample: made up or proposed",
});

const shared = {
  source: one(1_000).optional().describe("Where it can be read: an address, or a file"),
  mark: mark.describe("V, V2, M or sample: how well the value was checked"),
  note: prose.optional().describe("What whoever relies on the value must know"),
};

const provision = z
  .strictObject({
    value: one(60)
      .optional()
      .describe("The field that this is about, where the fields of a rule come from several places"),
    article: prose.describe("Instrument and article"),
    provision: prose.optional().describe("What the article says, in the pack's own words"),
    ...shared,
  })
  .meta({ id: "provision" });

/** The law of a rule: one provision, or several that name the field they are about. */
export const law = z
  .union([provision, z.array(provision).min(1).max(8)], {
    error: "where it comes from, such as `{ article: Example Act 12(1), mark: V }`",
  })
  .meta({ id: "law", description: "Where it comes from: `article` and `mark` at least, or a list of such" });

/** The law of a version: what made it bind from its day. */
export const enactment = z
  .strictObject({
    instrument: prose.describe("The law or order by which this version binds"),
    enacted: z
      .union([z.string(), z.int()])
      .transform(String)
      .pipe(z.string().regex(/^\d{4}(-\d\d(-\d\d)?)?$/, "a day, month or year such as 2025-04-01"))
      .optional()
      .describe("When it was made; `effectiveFrom` is when it binds"),
    ...shared,
  })
  .meta({ id: "enactment" });

export type Law = z.infer<typeof law>;
export type Provision = z.infer<typeof provision>;

/** The provisions of a law, whichever way it is written. */
export const provisionsOf = (given: Law | undefined): readonly Provision[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given];
