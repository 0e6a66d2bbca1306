/** Requests to a gateway that outlive its pauses: the same request again, with growing distances, until it is answered. */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { z } from "zod";

import { AppError } from "../core/errors.ts";
import { type ClientProblem, problemSchema } from "./answers.ts";
import { clientError } from "./errors.ts";

export interface HttpOptions {
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** Milliseconds for one attempt; what the gateway is asked to wait comes on top. */
  readonly timeout: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called before a request is sent again, with why. */
  readonly onRetry?: ((error: AppError) => void) | undefined;
}

export interface Request<T> {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: z.ZodType<T>;
  /** Milliseconds that the gateway itself is asked to wait. */
  readonly wait?: number;
}

/** Answers after which the same request is worth sending again: too much, not ready, or a proxy without its gateway. */
const AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;

/** The outcome of one attempt. */
type Attempt<T> = { readonly value: T } | { readonly error: AppError; readonly pause?: number | undefined };

export class Http {
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    if (!/^https?:\/\//u.test(options.url) || !URL.canParse(options.url))
      throw clientError("client-option", `${JSON.stringify(options.url)} is no http or https URL`);
    this.#options = { ...options, url: options.url.replace(/\/+$/u, "") };
  }

  /**
   * Sends a request, again while the gateway is away, starting or asks for patience.
   *
   * @throws AppError of the gateway's own problem, `gateway-unreachable` or `gateway-answer`
   */
  async send<T>(request: Request<T>): Promise<T> {
    const { retries, signal, onRetry } = this.#options;
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const outcome = await this.#attempt(request);
      if ("value" in outcome) return outcome.value;
      if (outcome.pause === undefined || attempt >= retries) throw outcome.error;
      onRetry?.(outcome.error);
      const backoff = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt);
      // Clients that were sent away together must not all come back at once.
      await sleep(Math.max(outcome.pause, backoff + randomInt(backoff)), undefined, signal && { signal });
    }
  }

  async #attempt<T>({ method, path, body, headers, answer, wait = 0 }: Request<T>): Promise<Attempt<T>> {
    const { url, apiKey, timeout, signal } = this.#options;
    const late = AbortSignal.timeout(Math.ceil(timeout + wait));
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: {
          accept: "application/json",
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, late]) : late,
        redirect: "error",
      });
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      const why = late.aborted ? `does not answer within ${timeout + wait} ms` : "does not answer";
      return { error: clientError("gateway-unreachable", `The gateway at ${url} ${why}`, { cause }), pause: 0 };
    }
    const value = parseJson(text);
    if (response.ok) {
      const parsed = answer.safeParse(value);
      if (parsed.success) return { value: parsed.data };
      const where = parsed.error.issues[0]?.path.join(".") ?? "";
      const message = `${method} ${path} at ${url} is answered by something else than expected${where && ` at ${where}`}`;
      return { error: clientError("gateway-answer", message) };
    }
    const problem = problemSchema.safeParse(value);
    const error = problem.success
      ? problemError(problem.data)
      : clientError("gateway-answer", `${method} ${path} at ${url} is answered with status ${response.status}`);
    if (!AGAIN.has(response.status)) return { error };
    const after = Number(response.headers.get("retry-after") ?? 0);
    return { error, pause: Number.isFinite(after) ? Math.min(60, Math.max(0, after)) * 1_000 : 0 };
  }
}

/** The gateway's problem as the error that it was there: code, status and what to do. */
export function problemError({ code, title, status, detail, fix, details, instance }: ClientProblem): AppError {
  return new AppError(code, { status, why: title, fix }, detail || title || code, {
    details: { ...details, ...(instance !== undefined && { instance }) },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
