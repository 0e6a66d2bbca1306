import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import type { z } from "zod";
import { coreError } from "../../core/errors.ts";
import type { ApiKeys, Caller, Role } from "../api-keys.ts";
import { gatewayError } from "../errors.ts";
import { invalidRequest } from "./problem.ts";

/** What a handler gets: everything parsed. */
export interface Asked<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Who asks; a stranger where the route is open. */
  readonly caller: Caller | undefined;
  /** A header's value, if it was sent. */
  readonly header: (name: string) => string | undefined;
  /** Aborted when the client has gone or the gateway stops. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Type of a body that is text already. */
  readonly type?: string;
}

/** One route: the router serves it and the OpenAPI document describes it, both from this. */
export interface Route<Params = unknown, Query = unknown, Body = unknown> {
  readonly method: "get" | "post" | "put" | "delete";
  /** With parameters as OpenAPI writes them: `/v1/submissions/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Roles that may call it; empty: anybody. */
  readonly roles: readonly Role[];
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Most bytes of the body. */
  readonly bodyLimit?: number;
  readonly headers?: Readonly<Record<string, { readonly schema: z.ZodType; readonly required: boolean }>>;
  /** What it answers, beside problems. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
  /** Codes of problems that are its own. */
  readonly problems?: readonly string[];
  readonly handle: (asked: Asked<Params, Query, Body>) => Promise<Answer>;
}

/** Keeps the types of a route's parts together. */
export function route<Params, Query, Body>(one: Route<Params, Query, Body>): Route {
  return one as unknown as Route;
}

const DEFAULT_BODY = 131_072;

/** Serves routes, each with its own bound on bodies. */
export function serve(app: Express, routes: readonly Route[], keys: ApiKeys, stopping: AbortSignal): void {
  const methods = new Map<string, Set<string>>();
  for (const one of routes) {
    const path = one.path.replaceAll(/\{(\w+)\}/gu, ":$1");
    methods.set(path, (methods.get(path) ?? new Set()).add(one.method.toUpperCase()));
    const parsers = one.body === undefined ? [] : [requireJson, express.json({ limit: one.bodyLimit ?? DEFAULT_BODY })];
    // Who asks is looked at before anything is read of what is asked.
    app[one.method](path, name(one.path), authenticate(one, keys), ...parsers, handler(one, stopping));
  }
  for (const [path, known] of methods) {
    app.all(path, (request, response) => {
      response.set("Allow", [...known].join(", "));
      throw gatewayError("method-unknown", `${path} does not take ${request.method}.`);
    });
  }
}

interface Locals {
  route?: string;
  caller?: Caller;
}

const locals = (response: Response): Locals => response.locals as Locals;

const name =
  (path: string): RequestHandler =>
  (_request, response, next) => {
    locals(response).route = path;
    next();
  };

function authenticate({ roles }: Route, keys: ApiKeys): RequestHandler {
  return async (request, response, next) => {
    if (roles.length > 0) {
      const caller = await keys.callerOf(request.headers.authorization);
      if (!roles.includes(caller.role)) {
        throw gatewayError(
          "role-wrong",
          `This takes a key of the role ${roles.join(" or ")}, and this one is ${caller.role}'s.`,
        );
      }
      locals(response).caller = caller;
    }
    next();
  };
}

const requireJson: RequestHandler = (request, _response, next) => {
  if (request.is("application/json") === false)
    throw gatewayError("content-type", "The body is not marked as application/json.");
  next();
};

function parse<T>(schema: z.ZodType<T> | undefined, value: unknown, where: string): T {
  if (schema === undefined) return undefined as T;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidRequest(where, parsed.error);
  return parsed.data;
}

function handler(one: Route, stopping: AbortSignal): RequestHandler {
  return async (request: Request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const { status, body, headers, type } = await one.handle({
      params: parse(one.params, request.params, "path"),
      query: parse(one.query, request.query, "query"),
      body: parse(one.body, request.body, "body"),
      caller: locals(response).caller,
      header: (header) => request.get(header),
      signal: AbortSignal.any([gone.signal, stopping]),
    });
    if (headers !== undefined) response.set(headers);
    // What one platform may see must not be kept by anything between.
    response.status(status).set("Cache-Control", "no-store");
    if (type !== undefined) response.type(type).send(String(body));
    else if (body === undefined) response.end();
    else response.type("application/json").send(JSON.stringify(body));
  };
}

/** Whether the caller may see what belongs to a platform. */
export function isVisible(caller: Caller | undefined, platform: number): boolean {
  return caller !== undefined && (caller.role !== "platform" || caller.platform === platform);
}

/** Nothing is said about what belongs to somebody else, not even that it exists. */
export function assertOwn(
  caller: Caller | undefined,
  platform: number | undefined,
  what: string,
): asserts platform is number {
  if (platform === undefined || !isVisible(caller, platform)) throw coreError("not-found", `There is no such ${what}.`);
}
