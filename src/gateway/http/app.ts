import { randomUUID } from "node:crypto";
import express, { type Express, type RequestHandler, type Response } from "express";
import helmet from "helmet";
import type { Logger } from "pino";
import type { ApiKeys, Caller } from "../api-keys.ts";
import type { Metrics } from "../metrics.ts";
import { errorHandler, requestIdOf, unknownRoute } from "./problem.ts";
import { type Route, serve } from "./route.ts";

export interface AppOptions {
  readonly routes: readonly Route[];
  /** The OpenAPI document, served at /openapi.json. */
  readonly document: unknown;
  readonly keys: ApiKeys;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Aborted when the gateway stops: whoever waits is answered. */
  readonly stopping: AbortSignal;
}

/** The HTTP application: routes between what every request goes through. */
export function createApp({ routes, document, keys, metrics, log, stopping }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("query parser", "simple");
  app.use(
    identify,
    observe(metrics, log),
    helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } }),
  );
  serve(app, routes, keys, stopping);
  const text = JSON.stringify(document);
  app.get("/openapi.json", (_request, response) => {
    response.type("application/json").send(text);
  });
  app.use(unknownRoute);
  app.use(errorHandler(log));
  return app;
}

/** Gives each request an id, which every answer and every log line about it carries. */
const identify: RequestHandler = (_request, response, next) => {
  const requestId = randomUUID();
  response.locals["requestId"] = requestId;
  response.set("X-Request-Id", requestId);
  next();
};

/** Counts and logs each request: by the route's pattern, never its path, query or body. */
function observe(metrics: Metrics, log: Logger): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.on("close", () => {
      const { route = "unknown", caller } = response.locals as { route?: string; caller?: Caller };
      const milliseconds = performance.now() - began;
      const { method } = request;
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.requests.observe({ method: KNOWN.has(method) ? method : "other", route, status }, milliseconds / 1000);
      const line = { request: requestIdOf(response), method, route, status, ms: Math.round(milliseconds * 10) / 10 };
      log[quiet(route, response) ? "debug" : "info"](
        { ...line, role: caller?.role, platform: caller?.platform },
        "request",
      );
    });
    next();
  };
}

const KNOWN = new Set(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]);

/** What asks every few seconds, and succeeds, is no news. */
const quiet = (route: string, response: Response): boolean =>
  response.statusCode < 400 && ["/healthz", "/readyz", "/metrics"].includes(route);
