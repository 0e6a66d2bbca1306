import { z } from "zod";
import { FINDINGS, RULES } from "../../core/decision.ts";
import { claimsSchema } from "../../core/record.ts";
import { MAX_RECORD_LENGTH } from "../../core/sd-jwt.ts";

/** What goes over the wire, in and out. The OpenAPI document is made from these. */

const PLATFORM_MAX = 262_143;

export const id = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/u, "must be 0x and 64 lower-case hexadecimal digits")
  .transform((text) => text as `0x${string}`)
  .meta({ description: "The record's leaf hash, which is also the submission's id." });

const hex = z.string().regex(/^0x([0-9a-f]{2})*$/u);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/u);
const instant = z.string().meta({ format: "date-time", description: "ISO 8601, UTC." });
const seconds = z.int().meta({ description: "UTC seconds." });

export const platformNumber = z.coerce.number().int().min(1).max(PLATFORM_MAX);
export const filingNumber = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 28 - 1);

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/u, "must be 1 to 128 printable ASCII characters without spaces")
  .meta({ description: "A value of the platform's own for each record. The same one again gives the same answer." });

const record = z
  .string()
  .min(1)
  .max(MAX_RECORD_LENGTH)
  .meta({ description: "The SD-JWT with all its disclosures, as `issueRecord` of the client library makes it." });

export const waitQuery = (most: number) =>
  z.strictObject({
    wait: z.coerce.number().min(0).max(most).default(0).meta({
      description:
        "Seconds to wait for a final decision. When they are over, the answer says how far the submission has come: decided but not final, or only promised.",
    }),
  });

const law = z
  .strictObject({
    rule: z.enum(RULES),
    value: z.string().optional().meta({ description: "The value of the rule that the article is about, if not all." }),
    article: z.string().meta({ description: "Instrument and article." }),
    articleZh: z.string().optional().meta({ description: "The same in Chinese, where the pack has it." }),
    provision: z.string().optional().meta({ description: "What the article says, in the pack's words." }),
    provisionZh: z.string().optional(),
    mark: z.enum(["V", "V2", "M", "sample"]).meta({
      description:
        "How well it was checked: V seen in primary text, V2 in a secondary source, M from memory, sample: made up or proposed.",
    }),
    source: z.string().optional().meta({ description: "Where it can be read." }),
    pack: z.string().meta({ description: "The rule pack that says so." }),
    from: z.int().meta({ description: "From when the version binds that judged the loan, UTC seconds." }),
    bounds: z.array(z.string()).meta({ description: "What it allows, in words." }),
    boundsZh: z.array(z.string()).optional().meta({ description: "The same in Chinese." }),
  })
  .meta({ id: "Law", description: "What a rule rests on that an entry breaches." });
export type LawJson = z.infer<typeof law>;

const decision = z
  .strictObject({
    outcome: z.enum(["accepted", "flagged", "refused"]),
    breaches: z.array(z.enum(RULES)).meta({ description: "Rules that the entry breaches." }),
    undetermined: z.array(z.enum(RULES)).meta({ description: "Rules that could not be determined." }),
    findings: z.array(z.enum(FINDINGS)),
    law: z.array(law).optional().meta({
      description:
        "The articles behind breaches and what is undetermined: from the rule packs that the gateway has, where one has the version that judged the loan, byte for byte. Absent where no rule is named, or the gateway has no packs.",
    }),
    final: z.boolean().meta({ description: "Whether the chain can no longer take it back. Pay out only then." }),
  })
  .meta({ id: "Decision", description: "What the registry made of the entry." });
export type DecisionJson = z.infer<typeof decision>;

export const submission = z
  .strictObject({
    id,
    platform: z.int(),
    event: z.string().meta({ description: "The platform's own id of the event (jti)." }),
    sequence: z.int().meta({ description: "Its place in the order of promises." }),
    state: z.enum(["received", "cut", "signed", "broadcast", "mined", "final", "not_filed", "quarantined"]).meta({
      description:
        "`received`: durable, and promised · `cut`, `signed`, `broadcast`: in a filing, on its way · `mined`: decided, provisionally · `final` · `not_filed`: its loan's opening was refused · `quarantined`: it can't be filed.",
    }),
    reason: z.string().optional().meta({ description: "Why it is not filed." }),
    received: instant,
    deadline: instant.meta({ description: "By when the gateway promises to have it in a filing." }),
    filing: z.strictObject({ number: z.int(), index: z.int(), time: seconds.optional() }).optional().meta({
      description: "Its place: the loan's name, if it is an opening. `time` is the block's.",
    }),
    decision: decision.optional(),
  })
  .meta({ id: "Submission" });
export type SubmissionJson = z.infer<typeof submission>;

export const recordBody = z.strictObject({ record }).meta({ id: "NewRecord" });

export const batchBody = (most: number) =>
  z
    .strictObject({
      items: z.array(z.strictObject({ idempotencyKey, record })).min(1).max(most),
    })
    .meta({ id: "NewRecords", description: "Records are taken in this order; one may refer to another before it." });

export const batchAnswer = (problem: z.ZodType) =>
  z
    .strictObject({
      results: z.array(
        z.strictObject({
          idempotencyKey: z.string(),
          status: z.int().meta({ description: "The status that the record would have had by itself." }),
          submission: submission.optional(),
          problem: problem.optional(),
        }),
      ),
    })
    .meta({ id: "BatchResult", description: "In the order of the items; a bad one hurts no other." });

const opened = claimsSchema.options[0].shape;
const terms = opened.terms.shape;

export const checkBody = z
  .strictObject({
    consent: z.string().min(1).max(200).meta({
      description:
        "The platform's reference to the borrower's consent to this enquiry. It is kept, and shown to the auditor.",
    }),
    borrower: opened.borrower,
    terms: z.strictObject({
      product: terms.product,
      principal: terms.principal,
      cash: terms.cash,
      lender: terms.lender,
    }),
    schedule: opened.schedule,
    disclosure: opened.disclosure,
    income: opened.income,
    line: opened.loan.shape.line,
    at: opened.time.shape.at
      .optional()
      .meta({ description: "The contract's time, UTC seconds; now, if it is left out." }),
  })
  .meta({ id: "NewCheck", description: "A loan that is asked about, in the words of a record's groups." });

export const checkAnswer = decision
  .omit({ final: true })
  .extend({ block: z.int().meta({ description: "The block whose state it was asked of." }) })
  .meta({
    id: "CheckResult",
    description: "What the registry would decide now. No amounts: those are other platforms'.",
  });

export const filing = z
  .strictObject({
    platform: z.int(),
    number: z.int(),
    state: z.enum(["cut", "signed", "broadcast", "mined", "final"]),
    previous: hash,
    head: hash,
    recordsRoot: hash,
    count: z.int().meta({ description: "Submissions of this gateway in it; 0 if somebody else filed it." }),
    time: seconds.optional(),
    block: z.strictObject({ number: z.int(), hash }).optional(),
    transaction: hash.optional(),
  })
  .meta({ id: "FilingSummary" });
export type FilingJson = z.infer<typeof filing>;

export const filingWhole = filing
  .extend({
    entries: hex,
    signature: hex.optional(),
    decisions: hex.optional().meta({ description: "12 bytes an entry." }),
    submissions: z.array(id).meta({ description: "In the order of entries." }),
  })
  .meta({ id: "Filing" });

export const filingsQuery = z.strictObject({
  platform: platformNumber.optional().meta({ description: "The platform; the caller's own, if it is left out." }),
  from: filingNumber.default(1),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const filingsAnswer = z
  .strictObject({
    filings: z.array(filing),
    next: z.int().optional().meta({ description: "`from` of the next page, if there is one." }),
  })
  .meta({ id: "Filings" });
