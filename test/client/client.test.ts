import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { GatewayClient } from "../../src/client/client.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { issue, Market, newBorrower, type TestPlatform } from "../support/market.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Seen {
  readonly url: string;
  readonly key: string | undefined;
  readonly body: string;
}

/** A server that gives prepared answers, one a request: what a gateway in trouble does can't be ordered from a real one. */
async function troubled(answers: readonly Answer[]): Promise<{ url: string; seen: Seen[]; close: () => void }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      const key = request.headers["idempotency-key"];
      const at = seen.push({ url: request.url ?? "", key: typeof key === "string" ? key : undefined, body });
      (answers[at - 1] ?? answers.at(-1)!)(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close };
}

const SUBMISSION = { id: "0x01", platform: 1, event: "e", sequence: 1, state: "received" };

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  json(status, { code, status, title: "why", detail: "what", fix: "how", instance: "request-1" }, headers);
const hangUp: Answer = (request) => request.socket.destroy();

async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return promise.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (error: unknown) => error as Error & Record<string, unknown>,
  );
}

describe("the client of a gateway in trouble", () => {
  it("sends the same request under the same key until it is answered", async () => {
    const server = await troubled([
      hangUp,
      problem(503, "not-ready"),
      problem(429, "check-budget", { "retry-after": "0" }),
      json(202, SUBMISSION),
    ]);
    const why: string[] = [];
    const client = new GatewayClient({ url: server.url, apiKey: "k", onRetry: ({ code }) => why.push(code) });
    const answer = await client.submit({ idempotencyKey: "key-1", record: "a~" });
    server.close();
    expect(answer).to.include({ id: "0x01", state: "received" });
    expect(why).to.deep.equal(["gateway-unreachable", "not-ready", "check-budget"]);
    expect(server.seen).to.have.length(4);
    for (const { key, body } of server.seen) expect([key, body]).to.deep.equal(["key-1", '{"record":"a~"}']);
  });

  it("does not repeat what won't get better, and keeps the gateway's own code, status and advice", async () => {
    const server = await troubled([problem(422, "idempotency-conflict")]);
    const client = new GatewayClient({ url: server.url });
    const error = await errorOf(client.submit({ idempotencyKey: "key-1", record: "a~" }));
    server.close();
    expect(error).to.include({
      name: "AppError",
      code: "idempotency-conflict",
      status: 422,
      message: "what",
      fix: "how",
    });
    expect(error["details"]).to.deep.equal({ instance: "request-1" });
    expect(server.seen).to.have.length(1);
  });

  it("gives up after so many attempts, and says where it asked", async () => {
    const server = await troubled([hangUp]);
    const error = await errorOf(new GatewayClient({ url: server.url, retries: 1 }).ping());
    server.close();
    expect(error).to.include({ code: "gateway-unreachable" });
    expect(error.message).to.include(server.url);
    expect(server.seen).to.have.length(2);
  });

  it("does not wait for ever for an answer", async () => {
    const server = await troubled([() => undefined]);
    const error = await errorOf(new GatewayClient({ url: server.url, retries: 0, timeout: 50 }).ping());
    server.close();
    expect(error.message).to.include("does not answer within 50 ms");
  });

  it("ends when it is told to", async () => {
    const server = await troubled([() => undefined]);
    const controller = new AbortController();
    const pending = errorOf(new GatewayClient({ url: server.url, signal: controller.signal }).ping());
    controller.abort();
    expect((await pending).name).to.equal("AbortError");
    server.close();
  });

  it("says when something else than a gateway answers", async () => {
    const server = await troubled([
      json(200, { hello: "world" }),
      (_request, response) => response.writeHead(404).end("x"),
    ]);
    const client = new GatewayClient({ url: `${server.url}/` });
    expect(await errorOf(client.submission("0x01"))).to.include({ code: "gateway-answer" });
    expect(await errorOf(client.submission("0x01"))).to.include({ code: "gateway-answer" });
    server.close();
    expect(() => new GatewayClient({ url: "gateway.example" })).to.throw("no http or https URL");
  });
});

describe("the client of a gateway", function () {
  this.timeout(120_000);
  let market: Market;
  let gateway: Gateway;
  let platform: TestPlatform;
  let client: GatewayClient;

  before(async () => {
    market = await Market.open(1);
    gateway = market.gateway();
    await gateway.start();
    platform = market.platforms[0]!;
    client = new GatewayClient({ url: gateway.url, apiKey: platform.apiKey });
  });
  after(async () => {
    await gateway.stop();
    await market.close();
  });

  it("asks, submits, waits for the decision, and fetches receipt and filings", async () => {
    await client.ping();
    const borrower = newBorrower();
    const claims = market.opened(platform, borrower);
    if (claims.kind !== "Opened") throw new Error("an opening opens");
    const { product, principal } = claims.terms;
    const question = { borrower: { pseudonym: borrower }, terms: { product, principal }, schedule: claims.schedule };
    expect((await client.check({ ...question, consent: "c-1" })).outcome).to.equal("accepted");

    const { record, id } = issue(platform, claims);
    const promise = await client.submit({ idempotencyKey: "one", record });
    expect(promise.id).to.equal(id);
    const final = await client.wait(id);
    expect(final).to.include({ state: "final" });
    expect(final.decision).to.include({ outcome: "accepted", final: true });
    expect(await client.submit({ idempotencyKey: "one", record })).to.include({ id, sequence: promise.sequence });

    const bad = market.opened(platform, borrower);
    const results = await client.submitBatch(
      [
        { idempotencyKey: "two", record: issue(platform, bad).record },
        { idempotencyKey: "three", record: "no record" },
      ],
      { wait: 20 },
    );
    expect(results[0]).to.have.nested.property("submission.decision.outcome", "refused");
    expect(results[1]).to.have.nested.property("error.code", "record-format");

    expect((await client.receipt(id)).record.sdJwt).to.equal(record);
    const filings = [];
    for await (const one of client.filings()) filings.push(one.number);
    expect(filings).to.deep.equal([1, 2]);
    expect((await client.submissions([id, `0x${"00".repeat(32)}`])).map((one) => one.id)).to.deep.equal([id]);
  });
});
