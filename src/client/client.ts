import type { z } from "zod";

import type { Hex } from "../core/bytes.ts";
import type { AppError } from "../core/errors.ts";
import { type Receipt, receiptSchema } from "../core/receipt.ts";
import type { ClaimsJson } from "../core/record.ts";
import {
  batchSchema,
  checkSchema,
  type CheckResult,
  filingsSchema,
  filingWholeSchema,
  healthSchema,
  type FilingSummary,
  isSettled,
  type Submission,
  submissionSchema,
  submissionsSchema,
} from "./answers.ts";
import { Http, problemError } from "./http.ts";

export interface GatewayClientOptions {
  /** The gateway's URL, such as `http://127.0.0.1:4150`. */
  readonly url: string;
  readonly apiKey?: string;
  /** Milliseconds for an answer, without what the gateway was asked to wait; 30,000 if left out. */
  readonly timeout?: number;
  /** How often a request is sent again while the gateway is away or asks for patience; 8 times, most of a minute, if left out. */
  readonly retries?: number;
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal;
  /** Called before a request is sent again, with why. */
  readonly onRetry?: (error: AppError) => void;
}

/** A record to submit. The same key for the same event, always: that is what makes it safe to send twice. */
export interface NewSubmission {
  readonly idempotencyKey: string;
  /** What `issueRecord` returned. */
  readonly record: string;
}

/** What became of one record of a batch. */
export type BatchResult = { readonly submission: Submission } | { readonly error: AppError };

type OpenedClaims = Extract<ClaimsJson, { kind: "Opened" }>;

/** A loan that is asked about, in the words of a record's groups. */
export type LoanQuestion = Pick<OpenedClaims, "borrower" | "schedule" | "disclosure" | "income"> & {
  readonly terms: Omit<OpenedClaims["terms"], "basis" | "outage">;
  /** The platform's reference to the borrower's consent to the enquiry. */
  readonly consent: string;
  readonly line?: Hex | "first";
  /** The contract's time, UTC seconds; now, if it is left out. */
  readonly at?: number;
};

/** Seconds that a request asks the gateway to wait at most; it may allow less. */
const WAIT = 20;

/**
 * A platform's way to the gateway. Every request may be lost on the way there or back, and is sent again under the same idempotency
 * key: the gateway then gives the answer that it gave, or would have given, first.
 */
export class GatewayClient {
  readonly #http: Http;

  constructor({ url, apiKey, timeout = 30_000, retries = 8, signal, onRetry }: GatewayClientOptions) {
    this.#http = new Http({ url, apiKey, timeout, retries, signal, onRetry });
  }

  /** Returns if a gateway is there and has been ready. Needs no key. */
  async ping(): Promise<void> {
    await this.#http.send({ method: "GET", path: "/healthz", answer: healthSchema });
  }

  /** What the registry would decide of a request now. Nothing is filed, nothing is reserved. */
  async check(question: LoanQuestion): Promise<CheckResult> {
    return this.#http.send({ method: "POST", path: "/v1/check", body: question, answer: checkSchema });
  }

  /**
   * Submits a record. Without `wait` it returns the promise; with it, what is known after so many seconds at most.
   *
   * @throws AppError the gateway's problem
   */
  async submit({ idempotencyKey, record }: NewSubmission, { wait = 0 } = {}): Promise<Submission> {
    return this.#http.send({
      method: "POST",
      path: `/v1/records${waiting(wait)}`,
      headers: { "Idempotency-Key": idempotencyKey },
      body: { record },
      answer: submissionSchema,
      wait: wait * 1_000,
    });
  }

  /** Submits records of one platform, in this order; each has its own result. */
  async submitBatch(items: readonly NewSubmission[], { wait = 0 } = {}): Promise<BatchResult[]> {
    const { results } = await this.#http.send({
      method: "POST",
      path: `/v1/records/batch${waiting(wait)}`,
      body: { items },
      answer: batchSchema.refine(({ results: all }) => all.length === items.length, "has not a result for each item"),
      wait: wait * 1_000,
    });
    return results.map(({ submission, problem }) =>
      submission !== undefined
        ? { submission }
        : { error: problemError(problem ?? { code: "internal", status: 500, title: "", detail: "", fix: "" }) },
    );
  }

  /** A submission as it is now. */
  async submission(id: Hex): Promise<Submission> {
    return this.#http.send({ method: "GET", path: `/v1/submissions/${id}`, answer: submissionSchema });
  }

  /**
   * Many submissions as they are now, at most a thousand; those that the gateway doesn't know are left out. With `law` decisions carry the
   * articles behind them.
   */
  async submissions(ids: readonly Hex[], { law = false } = {}): Promise<Submission[]> {
    if (ids.length === 0) return [];
    const answer = submissionsSchema;
    const body = { ids, ...(law && { law }) };
    return (await this.#http.send({ method: "POST", path: "/v1/submissions/query", body, answer })).submissions;
  }

  /** Waits until a submission is settled: final, or never to be filed. Returns it as it is then, or after `seconds`. */
  async wait(id: Hex, seconds = 60): Promise<Submission> {
    const end = performance.now() + seconds * 1_000;
    for (;;) {
      const left = Math.max(0, Math.min(WAIT, (end - performance.now()) / 1_000));
      const found = await this.#http.send({
        method: "GET",
        path: `/v1/submissions/${id}${waiting(left)}`,
        answer: submissionSchema,
        wait: left * 1_000,
      });
      if (isSettled(found) || performance.now() >= end) return found;
    }
  }

  /** The receipt of a submission that was mined. */
  async receipt(id: Hex): Promise<Receipt> {
    const answer: z.ZodType<Receipt> = receiptSchema;
    return this.#http.send({ method: "GET", path: `/v1/receipts/${id}`, answer });
  }

  /** Ids of the submissions that a filing holds, in the order of its entries. */
  async submissionsOf(platform: number, number: number): Promise<readonly Hex[]> {
    const path = `/v1/filings/${platform}/${number}`;
    return (await this.#http.send({ method: "GET", path, answer: filingWholeSchema })).submissions;
  }

  /** A platform's filings in the order of their numbers, read page by page. The caller's own, if no platform is named. */
  async *filings({ platform, from = 1 }: { readonly platform?: number; readonly from?: number } = {}): AsyncGenerator<
    FilingSummary,
    void
  > {
    for (let next: number | undefined = from; next !== undefined;) {
      const query = new URLSearchParams({ from: String(next), limit: "500" });
      if (platform !== undefined) query.set("platform", String(platform));
      const page: z.output<typeof filingsSchema> = await this.#http.send({
        method: "GET",
        path: `/v1/filings?${query.toString()}`,
        answer: filingsSchema,
      });
      yield* page.filings;
      next = page.next;
    }
  }
}

const waiting = (seconds: number): string => (seconds > 0 ? `?wait=${seconds}` : "");
