import { z } from "zod";
import { type Hex, toHex } from "../../core/bytes.ts";
import type { AppError } from "../../core/errors.ts";
import { gatewayError } from "../errors.ts";
import { problemOf, problemSchema } from "../http/problem.ts";
import { assertOwn, isVisible, type Route, route } from "../http/route.ts";
import {
  batchAnswer,
  batchBody,
  id,
  idempotencyKey,
  type LawJson,
  recordBody,
  submission,
  waitQuery,
} from "../http/schemas.ts";
import { statusCode, submissionView } from "../http/views.ts";
import type { SubmissionStatus } from "../../store/submissions.ts";
import type { Services } from "../services.ts";

const RECORD_PROBLEMS = [
  "record-format",
  "record-claims",
  "record-disclosure",
  "record-signature",
  "record-key",
  "platform-foreign",
  "opening-unknown",
  "event-duplicate",
  "idempotency-conflict",
] as const;

/** Some 70 bytes each: within the usual bound on bodies. */
const MOST_STATUSES = 1_000;
const statusesBody = z.strictObject({
  ids: z.array(id).min(1).max(MOST_STATUSES),
  law: z.boolean().default(false).meta({ description: "Name the articles behind decisions, too: long, for many." }),
});
const statusesAnswer = z.strictObject({ submissions: z.array(submission) });

const seconds = (wait: number): number => Math.round(wait * 1000);

/** Submitting records and asking what became of them. */
export function recordRoutes({ submitter, intake, config, law }: Services): Route[] {
  /** As it is now, with the articles behind its decision. */
  const explained = async (found: SubmissionStatus) =>
    submissionView(found, (await law.of([found])).get(toHex(found.leaf)));

  const single = route({
    method: "post",
    path: "/v1/records",
    summary: "Submit a record",
    description:
      "Answers once the record is durable, with its place in the order of promises. The same idempotency key with the same record gives the same promise again.",
    roles: ["platform"],
    headers: { "Idempotency-Key": { schema: idempotencyKey, required: true } },
    query: waitQuery(config.waitMax),
    body: recordBody,
    answers: {
      202: { description: "Promised: durable, not decided yet.", schema: submission },
      200: { description: "Decided (see `decision.final`), or settled without being filed.", schema: submission },
    },
    problems: ["idempotency-key-missing", ...RECORD_PROBLEMS],
    async handle({ body, query, caller, header, signal }) {
      const key = idempotencyKey.safeParse(header("Idempotency-Key"));
      if (!key.success)
        throw gatewayError("idempotency-key-missing", "The header Idempotency-Key is missing or malformed.");
      const [taken] = await submitter.take(caller!.platform!, [{ record: body.record, idempotencyKey: key.data }]);
      if ("error" in taken!) throw taken.error;
      const found = await submitter.wait([taken!.status], seconds(query.wait), signal);
      const view = await explained(found.get(toHex(taken!.status.leaf)) ?? taken!.status);
      return {
        status: statusCode(view),
        body: view,
        headers: { Location: `/v1/submissions/${view.id}`, ...(taken!.again && { "Idempotency-Replayed": "true" }) },
      };
    },
  });

  const batch = route({
    method: "post",
    path: "/v1/records/batch",
    summary: "Submit many records",
    description: `At most ${config.batchMax} at once. They are taken in their order, and each has its own result.`,
    roles: ["platform"],
    query: waitQuery(config.waitMax),
    body: batchBody(config.batchMax),
    bodyLimit: config.batchBytes,
    answers: { 200: { description: "A result for each item.", schema: batchAnswer(problemSchema) } },
    async handle({ body, query, caller, signal }) {
      const taken = await submitter.take(caller!.platform!, body.items);
      const promised = taken.flatMap((one) => ("error" in one ? [] : [one.status]));
      const found = await submitter.wait(promised, seconds(query.wait), signal);
      const articles = await law.of([...found.values()]);
      const results = taken.map((one, i) => {
        const { idempotencyKey: key } = body.items[i]!;
        if ("error" in one) return failed(key, one.error);
        const leaf = toHex(one.status.leaf);
        const view = submissionView(found.get(leaf) ?? one.status, articles.get(leaf));
        return { idempotencyKey: key, status: statusCode(view), submission: view };
      });
      return { status: 200, body: { results } };
    },
  });

  const status = route({
    method: "get",
    path: "/v1/submissions/{id}",
    summary: "What became of a submission",
    roles: ["platform", "auditor", "operator"],
    params: z.strictObject({ id }),
    query: waitQuery(config.waitMax),
    answers: { 200: { description: "Its state.", schema: submission } },
    problems: ["not-found"],
    async handle({ params, query, caller, signal }) {
      const found = (await intake.statuses([params.id])).get(params.id);
      assertOwn(caller, found?.platform, "submission");
      const later = await submitter.wait([found], seconds(query.wait), signal);
      return { status: 200, body: await explained(later.get(params.id) ?? found) };
    },
  });

  const statuses = route({
    method: "post",
    path: "/v1/submissions/query",
    summary: "What became of many submissions",
    description: `At most ${MOST_STATUSES} at once. Those that are not known here, or not the caller's, are left out.`,
    roles: ["platform", "auditor", "operator"],
    body: statusesBody,
    answers: { 200: { description: "Their states, in the order of the ids.", schema: statusesAnswer } },
    async handle({ body, caller }) {
      const found = await intake.statuses(body.ids);
      const own = body.ids.flatMap((one) => found.get(one) ?? []).filter(({ platform }) => isVisible(caller, platform));
      const articles = body.law ? await law.of(own) : new Map<Hex, LawJson[]>();
      const submissions = own.map((one) => submissionView(one, articles.get(toHex(one.leaf))));
      return { status: 200, body: { submissions } };
    },
  });

  return [single, batch, status, statuses];
}

/** Problems of a batch's items are no problem of the request, so they carry the item's key instead of a request's id. */
function failed(key: string, error: AppError) {
  return { idempotencyKey: key, status: error.status, problem: problemOf(error, key) };
}
