import { z } from "zod";
import { chainError } from "./errors.ts";

/** What a node answered with `error`: its code and message, kept apart because callers decide by them ("already known"). */
export class RpcError extends Error {
  readonly method: string;
  readonly code: number;
  /** What the node gave beside the message; a revert's data, where it is one. */
  readonly data: unknown;

  constructor(method: string, code: number, message: string, data?: unknown) {
    super(`${method}: ${message} (${code})`);
    this.name = "RpcError";
    this.method = method;
    this.code = code;
    this.data = data;
  }
}

const reply = z.object({
  id: z.number().nullable(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string().max(100_000), data: z.unknown().optional() }).optional(),
});

export interface RpcOptions {
  /** Milliseconds until a call is given up. */
  readonly timeout?: number;
}

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * A small JSON-RPC client over HTTP. Every result is parsed by the schema that the caller gives: a node is foreign.
 *
 * The URL may carry a secret (a provider's key), so it is never part of a message; failures name the method alone.
 */
export class JsonRpc {
  readonly #url: string;
  readonly #timeout: number;
  #nextId = 1;

  constructor(url: string, options: RpcOptions = {}) {
    this.#url = url;
    this.#timeout = options.timeout ?? 30_000;
  }

  /** @throws RpcError where the node refuses; `rpc-unreachable` or `rpc-answer` otherwise. */
  async call<T>(method: string, params: readonly unknown[], schema: z.ZodType<T>): Promise<T> {
    const id = this.#nextId++;
    const answer = await this.#post(method, { jsonrpc: "2.0", id, method, params });
    return this.#result(method, reply.safeParse(answer), schema);
  }

  /** Several calls in one request, answered in the order of the calls. One that failed fails all. */
  async batch<T>(calls: readonly RpcCall[], schema: z.ZodType<T>): Promise<T[]> {
    const [first] = calls;
    if (first === undefined) return [];
    const start = this.#nextId;
    this.#nextId += calls.length;
    const answer = await this.#post(
      first.method,
      calls.map((call, i) => ({ jsonrpc: "2.0", id: start + i, method: call.method, params: call.params })),
    );
    const replies = z.array(reply).safeParse(answer);
    if (!replies.success) throw unreadable(first.method, replies.error);
    const byId = new Map(replies.data.map((one) => [one.id, one]));
    return calls.map((call, i) => this.#result(call.method, reply.safeParse(byId.get(start + i)), schema));
  }

  #result<T>(method: string, parsed: z.ZodSafeParseResult<z.infer<typeof reply>>, schema: z.ZodType<T>): T {
    if (!parsed.success) throw unreadable(method, parsed.error);
    const { error, result } = parsed.data;
    if (error !== undefined) throw new RpcError(method, error.code, error.message, error.data);
    const value = schema.safeParse(result ?? null);
    if (!value.success) throw unreadable(method, value.error);
    return value.data;
  }

  async #post(method: string, body: unknown): Promise<unknown> {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(this.#timeout),
      });
      return await response.json();
    } catch (cause) {
      throw chainError("rpc-unreachable", `The chain's node did not answer ${method}`, { cause: withoutUrl(cause) });
    }
  }
}

/** The reason alone: fetch's own errors may quote the address. */
function withoutUrl(cause: unknown): Error {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = inner instanceof Error ? ((inner as NodeJS.ErrnoException).code ?? inner.name) : "unknown";
  return new Error(code);
}

function unreadable(method: string, error: z.ZodError): Error {
  const where = error.issues[0];
  return chainError(
    "rpc-answer",
    `The node's answer to ${method} can't be read: ${where?.path.join(".") ?? ""} ${where?.message ?? ""}`.trim(),
  );
}

export const hexBytes = z.string().regex(/^0x([0-9a-f]{2})*$/i);
export const hash32 = z.string().regex(/^0x[0-9a-f]{64}$/i);
export const address = z.string().regex(/^0x[0-9a-f]{40}$/i);
/** A JSON-RPC quantity as a bigint. */
export const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/i)
  .transform((hex) => BigInt(hex));
/** A JSON-RPC quantity that fits in a double exactly. */
export const smallQuantity = quantity.refine((n) => n <= BigInt(Number.MAX_SAFE_INTEGER)).transform((n) => Number(n));
