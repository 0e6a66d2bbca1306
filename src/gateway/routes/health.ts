import { z } from "zod";
import { gatewayError } from "../errors.ts";
import { type Route, route } from "../http/route.ts";
import type { Services } from "../services.ts";

const health = z.strictObject({ status: z.literal("ok") });
const readiness = z.strictObject({
  ready: z.boolean(),
  lacks: z
    .array(z.strictObject({ code: z.string(), message: z.string() }))
    .meta({ description: "Why it is not ready." }),
});

/** For whoever runs the gateway. None of it says anything about a platform or a borrower. */
export function healthRoutes(services: Services): Route[] {
  const healthz = route({
    method: "get",
    path: "/healthz",
    summary: "Whether the process is up",
    description: "200 once the gateway has been ready for the first time.",
    roles: [],
    answers: { 200: { description: "It is.", schema: health } },
    problems: ["not-ready"],
    async handle() {
      if (!services.started()) await services.lacks();
      if (!services.started())
        throw gatewayError("not-ready", "The gateway is starting; /readyz says what it waits for.");
      return { status: 200, body: { status: "ok" } };
    },
  });
  const readyz = route({
    method: "get",
    path: "/readyz",
    summary: "Whether it can do its work, and what is missing if not",
    roles: [],
    answers: {
      200: { description: "Ready.", schema: readiness },
      503: { description: "Not ready; `lacks` says why.", schema: readiness },
    },
    async handle() {
      const lacks = await services.lacks();
      return { status: lacks.length === 0 ? 200 : 503, body: { ready: lacks.length === 0, lacks } };
    },
  });
  const metrics = route({
    method: "get",
    path: "/metrics",
    summary: "Figures for Prometheus",
    roles: [],
    answers: { 200: { description: "In Prometheus' text format." } },
    async handle() {
      services.gauges();
      const { registry } = services.metrics;
      return { status: 200, body: await registry.metrics(), type: registry.contentType };
    },
  });
  return [healthz, readyz, metrics];
}
