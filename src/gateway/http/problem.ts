import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import { AppError, coreError } from "../../core/errors.ts";
import { errorKind } from "../catalogue.ts";
import { gatewayError } from "../errors.ts";

/** The body of every answer that is an error: RFC 9457 problem details. */
export const problemSchema = z.strictObject({
  type: z.string().meta({ description: "A name of the kind of error: `urn:tallystick:error:` and the code." }),
  title: z.string().meta({ description: "What such an error means." }),
  status: z.int(),
  detail: z.string().meta({ description: "What happened here." }),
  code: z.string().meta({ description: "The stable code to program against; docs/spec/errors.md lists them." }),
  fix: z.string().meta({ description: "What to do about it." }),
  instance: z.string().meta({ description: "The request's id, under which the operator finds it." }),
  errors: z
    .array(z.strictObject({ path: z.string(), message: z.string() }))
    .optional()
    .meta({ description: "Every field that is wrong." }),
  details: z.record(z.string(), z.unknown()).optional().meta({ description: "Facts for machines." }),
});
export type Problem = z.infer<typeof problemSchema>;

/** An error as problem details. What is not an AppError shows nothing but the request's id. */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = error instanceof AppError && error.code !== "internal" ? error : unexpected(requestId);
  const { errors, ...details } = known.details;
  return {
    type: `urn:tallystick:error:${known.code}`,
    title: errorKind(known.code).why,
    status: known.status,
    detail: known.message,
    code: known.code,
    fix: known.fix,
    instance: requestId,
    ...(Array.isArray(errors) && { errors: errors as { path: string; message: string }[] }),
    ...(Object.keys(details).length > 0 && { details }),
  };
}

const unexpected = (requestId: string): AppError =>
  coreError("internal", "Something went wrong that should not have.", {
    fix: `Tell the operator the request's id, ${requestId}. Nothing was recorded that was not confirmed.`,
  });

/** A zod error as `request-invalid`, naming every field. Values are not repeated. */
export function invalidRequest(where: string, error: z.ZodError): AppError {
  const errors = error.issues.slice(0, 20).map(({ path, message }) => ({ path: [where, ...path].join("."), message }));
  const first = errors[0];
  return gatewayError("request-invalid", `${first?.path ?? where}: ${first?.message ?? "is wrong"}`, {
    details: { errors },
  });
}

export function sendProblem(response: Response, error: unknown, extra: Readonly<Record<string, string>> = {}): void {
  const problem = problemOf(error, requestIdOf(response));
  response
    .status(problem.status)
    .set({ ...extra, "Content-Type": "application/problem+json", "Cache-Control": "no-store" })
    .send(JSON.stringify(problem, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)));
}

export const requestIdOf = (response: Response): string =>
  String((response.locals as { requestId?: unknown }).requestId);

/** The last handlers: unknown routes, and whatever was thrown. */
export const unknownRoute: RequestHandler = (request, response) => {
  sendProblem(
    response,
    gatewayError("route-unknown", `There is no route ${request.method} ${request.path.slice(0, 200)}.`),
  );
};

export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = ofBodyParser(error) ?? error;
    if (!(problem instanceof AppError) || problem.status >= 500) {
      log.error({ err: problem, request: requestIdOf(response) }, "A request failed.");
    }
    const retry = problem instanceof AppError ? problem.details["retryAfter"] : undefined;
    sendProblem(response, problem, typeof retry === "number" ? { "Retry-After": String(retry) } : {});
  };
}

const bodyError = z.object({ type: z.string(), status: z.int() });

/** What express' body parser and router throw, in our words. */
function ofBodyParser(error: unknown): AppError | undefined {
  if (error instanceof URIError) return gatewayError("route-unknown", "The path can't be decoded.");
  const parsed = bodyError.safeParse(error);
  if (!parsed.success) return undefined;
  const { type, status } = parsed.data;
  if (type === "entity.too.large") return gatewayError("body-too-large", "The body is larger than this route takes.");
  if (type === "entity.parse.failed") return gatewayError("body-not-json", "The body is no JSON.");
  if (/^(encoding|charset)\./u.test(type))
    return gatewayError("content-type", "The body's encoding or character set is not taken.");
  return status < 500 ? gatewayError("body-not-json", "The body could not be read to its end.") : undefined;
}
