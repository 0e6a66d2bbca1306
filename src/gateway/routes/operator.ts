import { z } from "zod";
import { fromHex } from "../../core/bytes.ts";
import { coreError } from "../../core/errors.ts";
import { recordKeySchema } from "../../core/record-key.ts";
import { ALARMS, type AlarmCode } from "../alarms.ts";
import { type Route, route } from "../http/route.ts";
import { platformNumber } from "../http/schemas.ts";
import type { Services } from "../services.ts";
import { signerReference } from "../signers.ts";

const ROLE = ["operator"] as const;
const count = z.int();
const label = z.string().min(1).max(100);
const prefix = z.string().regex(/^tally_[\w-]{8}$/u);
const onPlatform = z.strictObject({ platform: platformNumber });
const seconds = z
  .int()
  .min(0)
  .max(2 ** 40 - 1);

/** Running the gateway: keys, platforms, queues and alarms. */
export function operatorRoutes({ operator, alarms }: Services): Route[] {
  const createKey = route({
    method: "post",
    path: "/v1/operator/keys",
    summary: "Make an API key",
    roles: ROLE,
    body: z.strictObject({
      role: z.enum(["platform", "operator", "auditor"]),
      platform: platformNumber.optional(),
      label,
    }),
    answers: { 201: { description: "The key, this once.", schema: z.strictObject({ key: z.string() }) } },
    problems: ["platform-unknown"],
    handle: async ({ body }) => ({
      status: 201,
      body: { key: await operator.createKey({ platform: undefined, ...body }) },
    }),
  });
  const keySummary = z.strictObject({
    prefix: z.string(),
    role: z.string(),
    platform: count.nullable(),
    label: z.string(),
    added: z.string(),
    revoked: z.string().nullable(),
  });
  const listKeys = route({
    method: "get",
    path: "/v1/operator/keys",
    summary: "API keys, by the part that is no secret",
    roles: ROLE,
    answers: {
      200: { description: "All that were ever made.", schema: z.strictObject({ keys: z.array(keySummary) }) },
    },
    async handle() {
      const keys = (await operator.listKeys()).map(({ added_at, revoked_at, ...row }) => ({
        ...row,
        added: added_at.toISOString(),
        revoked: revoked_at?.toISOString() ?? null,
      }));
      return { status: 200, body: { keys } };
    },
  });
  const revokeKey = route({
    method: "delete",
    path: "/v1/operator/keys/{prefix}",
    summary: "Revoke an API key",
    roles: ROLE,
    params: z.strictObject({ prefix }),
    answers: { 204: { description: "Revoked, within two seconds." } },
    problems: ["not-found"],
    async handle({ params }) {
      if (!(await operator.revokeKey(params.prefix))) throw coreError("not-found", "There is no such key to revoke.");
      return { status: 204, body: undefined };
    },
  });
  const setPlatform = route({
    method: "put",
    path: "/v1/operator/platforms/{platform}",
    summary: "Register a platform and its signer",
    description: "The signer must hold the key that the platform is licensed with.",
    roles: ROLE,
    params: onPlatform,
    body: z.strictObject({ name: label, signer: signerReference }),
    answers: { 204: { description: "Registered." } },
    problems: ["signer-foreign", "keystore-unreadable"],
    async handle({ params, body }) {
      await operator.setPlatform({ number: params.platform, ...body });
      return { status: 204, body: undefined };
    },
  });
  const addRecordKey = route({
    method: "post",
    path: "/v1/operator/platforms/{platform}/record-keys",
    summary: "Register a record key with the platform's certificate",
    roles: ROLE,
    params: onPlatform,
    body: z.strictObject({
      key: recordKeySchema,
      validFrom: seconds,
      validTo: seconds,
      signature: z.string().regex(/^0x[0-9a-f]{130}$/u),
    }),
    answers: { 204: { description: "Registered." } },
    problems: ["certificate-invalid", "platform-unknown"],
    async handle({ params, body }) {
      const signature = fromHex(body.signature, 65);
      await operator.registerRecordKey({ ...body, platform: params.platform, signature });
      return { status: 204, body: undefined };
    },
  });
  const queue = z.strictObject({
    platform: count,
    name: z.string(),
    halted: z.string().nullable().meta({ description: "Why the queue stands still; null while it moves." }),
    waiting: count,
    filings: z.record(z.string(), count).meta({ description: "Filings by the state they are in." }),
  });
  const alarm = z.strictObject({ code: z.string(), message: z.string() });
  const queues = route({
    method: "get",
    path: "/v1/operator/queues",
    summary: "The platforms, their queues, and the alarms",
    roles: ROLE,
    answers: {
      200: {
        description: "As they are now.",
        schema: z.strictObject({ queues: z.array(queue), alarms: z.array(alarm) }),
      },
    },
    async handle() {
      const open = alarms.open.map(({ code, message }) => ({ code, message }));
      return { status: 200, body: { queues: await operator.queues(), alarms: open } };
    },
  });
  const resume = route({
    method: "post",
    path: "/v1/operator/platforms/{platform}/resume",
    summary: "Let a platform's halted queue go on",
    description: "What was overtaken is filed again under new numbers, behind the chain's head.",
    roles: ROLE,
    params: onPlatform,
    answers: { 200: { description: "How many submissions wait again.", schema: z.strictObject({ waiting: count }) } },
    problems: ["platform-unknown"],
    handle: async ({ params }) => ({ status: 200, body: { waiting: await operator.resume(params.platform) } }),
  });
  const clearAlarm = route({
    method: "delete",
    path: "/v1/operator/alarms/{code}",
    summary: "Clear an alarm that has been dealt with",
    roles: ROLE,
    params: z.strictObject({ code: z.enum(Object.keys(ALARMS) as [AlarmCode, ...AlarmCode[]]) }),
    answers: { 200: { description: "How many were cleared.", schema: z.strictObject({ cleared: count }) } },
    handle: async ({ params }) => ({ status: 200, body: { cleared: await alarms.clear(params.code) } }),
  });
  return [createKey, listKeys, revokeKey, setPlatform, addRecordKey, queues, resume, clearAlarm];
}
