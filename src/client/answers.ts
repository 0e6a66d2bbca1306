/** What the gateway answers, as a client reads it: fields that a later version adds are passed over. */
import { z } from "zod";

import type { Hex } from "../core/bytes.ts";
import { FINDINGS, RULES } from "../core/decision.ts";

const hex = z
  .string()
  .regex(/^0x[0-9a-f]*$/u)
  .transform((text) => text as Hex);

/** What a rule rests on that an entry breaches: `bounds` in words, `from` UTC seconds. */
export const lawSchema = z.object({
  rule: z.enum(RULES),
  value: z.string().optional(),
  article: z.string(),
  articleZh: z.string().optional(),
  provision: z.string().optional(),
  provisionZh: z.string().optional(),
  mark: z.string(),
  source: z.string().optional(),
  pack: z.string(),
  from: z.int(),
  bounds: z.array(z.string()),
  boundsZh: z.array(z.string()).optional(),
});
export type ClientLaw = z.infer<typeof lawSchema>;

const judged = {
  outcome: z.enum(["accepted", "flagged", "refused"]),
  breaches: z.array(z.enum(RULES)),
  undetermined: z.array(z.enum(RULES)),
  findings: z.array(z.enum(FINDINGS)),
  /** Where rules are named, and the gateway has the rule packs. */
  law: z.array(lawSchema).optional(),
};

/** What the registry made of an entry; `final` once the chain can't take it back. */
export const decisionSchema = z.object({ ...judged, final: z.boolean() });
export type ClientDecision = z.infer<typeof decisionSchema>;

export const submissionSchema = z.object({
  id: hex,
  platform: z.int(),
  event: z.string(),
  sequence: z.int(),
  state: z.enum(["received", "cut", "signed", "broadcast", "mined", "final", "not_filed", "quarantined"]),
  reason: z.string().optional(),
  filing: z.object({ number: z.int(), index: z.int(), time: z.int().optional() }).optional(),
  decision: decisionSchema.optional(),
});
/** A submission and how far it has come. */
export type Submission = z.infer<typeof submissionSchema>;

export const submissionsSchema = z.object({ submissions: z.array(submissionSchema) });

export const problemSchema = z.object({
  code: z.string(),
  title: z.string().default(""),
  status: z.int(),
  detail: z.string().default(""),
  fix: z.string().default(""),
  instance: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
/** Problem details (RFC 9457) as the gateway sends them. */
export type ClientProblem = z.infer<typeof problemSchema>;

const batchItemSchema = z.object({
  idempotencyKey: z.string(),
  status: z.int(),
  submission: submissionSchema.optional(),
  problem: problemSchema.optional(),
});
export const batchSchema = z.object({ results: z.array(batchItemSchema) });

export const checkSchema = z.object({ ...judged, block: z.int() });
/** What the registry would decide now. */
export type CheckResult = z.infer<typeof checkSchema>;

export const filingSchema = z.object({
  platform: z.int(),
  number: z.int(),
  state: z.enum(["cut", "signed", "broadcast", "mined", "final"]),
  previous: hex,
  head: hex,
  recordsRoot: hex,
  count: z.int(),
  time: z.int().optional(),
  transaction: hex.optional(),
});
export type FilingSummary = z.infer<typeof filingSchema>;
export const filingsSchema = z.object({ filings: z.array(filingSchema), next: z.int().optional() });

/** A filing as a whole: which submission each of its entries is. */
export const filingWholeSchema = filingSchema.extend({ submissions: z.array(hex) });

export const healthSchema = z.object({ status: z.literal("ok") });

/** Whether nothing more will happen to a submission. */
export function isSettled({ state }: Submission): boolean {
  return state === "final" || state === "not_filed" || state === "quarantined";
}
