import { Writable } from "node:stream";
import { expect } from "chai";
import { domainOf } from "../../src/chain/deployment.ts";
import { NodeReader } from "../../src/chain/node-reader.ts";
import { loadRecordKey } from "../../src/client/record.ts";
import { receiptSchema } from "../../src/core/receipt.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { createLogger } from "../../src/gateway/logging.ts";
import { openDatabase } from "../../src/store/database.ts";
import { FRAGMENTS } from "../../src/verify/report.ts";
import { verifyReceipt } from "../../src/verify/verify.ts";
import {
  addRecordKey,
  ask,
  issue,
  type Json,
  Market,
  newBorrower,
  now,
  PRODUCT,
  ready,
  type Reply,
  submit,
  type TestPlatform,
} from "../support/market.ts";

describe("the gateway's interface", function () {
  this.timeout(60_000);
  let market: Market;
  let gateway: Gateway;
  let log = "";

  before(async () => {
    market = await Market.open(2);
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        log += chunk.toString();
        done();
      },
    });
    gateway = market.gateway(
      { logger: createLogger("debug", destination) },
      { checkRate: 1, checkBurst: 20, batchBytes: 60_000 },
    );
    await gateway.start();
  });

  after(async () => {
    await gateway.stop();
    await market.close();
  });

  const one = (): TestPlatform => market.platforms[0]!;
  const two = (): TestPlatform => market.platforms[1]!;

  const expectProblem = ({ status, body, headers }: Reply, code: string, expected: number): void => {
    expect(body).to.include({ code, status: expected, type: `urn:tallystick:error:${code}` });
    expect(status).to.equal(expected);
    expect(headers.get("content-type")).to.contain("application/problem+json");
    expect(body.instance).to.equal(headers.get("x-request-id"));
    for (const text of [body.title, body.detail, body.fix]) expect(text).to.be.a("string").and.not.equal("");
  };

  describe("submitting", () => {
    it("answers with the final decision when asked to wait", async () => {
      const { record, id } = issue(one(), market.opened(one(), newBorrower()));
      const { status, body, headers } = await submit(gateway, one(), record);
      expect(status).to.equal(200);
      expect(headers.get("location")).to.equal(`/v1/submissions/${id}`);
      expect(body).to.include({ id, platform: one().number, state: "final" });
      const nothing = { breaches: [], undetermined: [], findings: [] };
      expect(body.decision).to.deep.equal({ outcome: "accepted", ...nothing, final: true });
    });

    it("promises at once otherwise, and keeps it", async () => {
      const { record, id } = issue(one(), market.opened(one(), newBorrower()));
      const { status, body } = await submit(gateway, one(), record, { wait: 0 });
      expect([status, body.state]).to.deep.equal([202, "received"]);
      expect(new Date(body.deadline).getTime()).to.be.greaterThan(Date.now());
      const later = await ask(gateway, "GET", `/v1/submissions/${id}?wait=15`, { key: one().apiKey });
      expect(later.body.decision).to.include({ outcome: "accepted", final: true });
    });

    it("says which rules a refusal breaches", async () => {
      const borrower = newBorrower();
      await submit(gateway, one(), issue(one(), market.opened(one(), borrower)).record);
      const { body } = await submit(gateway, two(), issue(two(), market.opened(two(), borrower)).record);
      expect(body.decision).to.include({ outcome: "refused" });
      expect(body.decision.breaches).to.deep.equal(["OPEN-LOANS"]);
    });

    it("gives the same promise for the same key and record", async () => {
      const { record } = issue(one(), market.opened(one(), newBorrower()));
      const first = await submit(gateway, one(), record, { wait: 0 });
      const again = await submit(gateway, one(), record, { wait: 0 });
      expect(again.headers.get("idempotency-replayed")).to.equal("true");
      for (const field of ["id", "sequence", "received", "deadline"])
        expect(again.body[field]).to.equal(first.body[field]);
    });

    it("gives many simultaneous copies of one request the same promise", async () => {
      const { record } = issue(one(), market.opened(one(), newBorrower()));
      const replies = await Promise.all(Array.from({ length: 20 }, () => submit(gateway, one(), record, { wait: 0 })));
      expect(new Set(replies.map(({ body }) => body.sequence)).size).to.equal(1);
    });

    it("refuses the same key for another record", async () => {
      const a = issue(one(), market.opened(one(), newBorrower()));
      const b = issue(one(), market.opened(one(), newBorrower()));
      await submit(gateway, one(), a.record, { wait: 0, idempotencyKey: "mine" });
      const reply = await submit(gateway, one(), b.record, { wait: 0, idempotencyKey: "mine" });
      expectProblem(reply, "idempotency-conflict", 422);
      expect(reply.body.details).to.deep.equal({ submission: a.id });
      const other = issue(two(), market.opened(two(), newBorrower()));
      expect((await submit(gateway, two(), other.record, { wait: 0, idempotencyKey: "mine" })).status).to.equal(202);
    });

    it("takes an event and a record once, whatever the key", async () => {
      const claims = market.opened(one(), newBorrower());
      const { record, id } = issue(one(), claims);
      const first = await submit(gateway, one(), record, { wait: 0 });
      const sameRecord = await submit(gateway, one(), record, { wait: 0, idempotencyKey: "another-key" });
      expect(sameRecord.body.sequence).to.equal(first.body.sequence);
      const sameEvent = await submit(gateway, one(), issue(one(), claims).record, { wait: 0 });
      expectProblem(sameEvent, "event-duplicate", 409);
      expect(sameEvent.body.details).to.deep.equal({ submission: id });
    });

    it("wants an idempotency key", async () => {
      const { record } = issue(one(), market.opened(one(), newBorrower()));
      expectProblem(
        await ask(gateway, "POST", "/v1/records", { key: one().apiKey, body: { record } }),
        "idempotency-key-missing",
        400,
      );
    });

    it("rejects records that are not the platform's, not whole, or altered", async () => {
      const { record } = issue(one(), market.opened(one(), newBorrower()));
      expectProblem(await submit(gateway, two(), record), "platform-foreign", 403);
      const withheld = `${record.split("~").slice(0, 3).join("~")}~`;
      expectProblem(await submit(gateway, one(), withheld), "record-disclosure", 400);
      const [head, payload, signature] = record.split("~")[0]!.split(".");
      const swapped = signature!.startsWith("A") ? `B${signature!.slice(1)}` : `A${signature!.slice(1)}`;
      const forged = record.replace(`${head}.${payload}.${signature}`, `${head}.${payload}.${swapped}`);
      expectProblem(await submit(gateway, one(), forged), "record-signature", 400);
      expectProblem(await submit(gateway, one(), "no record"), "record-format", 400);
      const unknownKey = issue({ ...one(), records: two().records }, market.opened(one(), newBorrower()));
      expectProblem(await submit(gateway, one(), unknownKey.record), "record-key", 400);
    });

    it("rejects an event of a loan that it has never heard of, and stores nothing", async () => {
      const borrower = newBorrower();
      const opening = issue(one(), market.opened(one(), borrower));
      const closing = issue(one(), market.closed(one(), borrower, opening.id));
      expectProblem(await submit(gateway, one(), closing.record), "opening-unknown", 409);
      await submit(gateway, one(), opening.record, { wait: 0 });
      expect((await submit(gateway, one(), closing.record)).body.decision.outcome).to.equal("accepted");
    });

    it("rejects what the registry could only call malformed", async () => {
      const legs = [{ count: 1_300, unit: "day" as const, gap: 1, amount: "100" }];
      const { record } = issue(one(), market.opened(one(), newBorrower(), { schedule: { legs } }));
      expectProblem(await submit(gateway, one(), record), "record-claims", 400);
    });
  });

  describe("a batch", () => {
    const batch = async (items: { idempotencyKey: string; record: string }[], wait = 15): Promise<Reply> =>
      ask(gateway, "POST", `/v1/records/batch?wait=${wait}`, { key: one().apiKey, body: { items } });

    it("gives each item its own result; a bad one hurts no other", async () => {
      const borrower = newBorrower();
      const opening = issue(one(), market.opened(one(), borrower));
      const closing = issue(one(), market.closed(one(), borrower, opening.id));
      const stray = issue(one(), market.closed(one(), borrower, `0x${"11".repeat(32)}`));
      const records = [opening.record, "garbage", closing.record, stray.record];
      const { status, body } = await batch(
        records.map((record, i) => ({ idempotencyKey: `${opening.id}-${i}`, record })),
      );
      expect(status).to.equal(200);
      expect(body.results.map((result: Json) => result.status)).to.deep.equal([200, 400, 200, 409]);
      expect(body.results[1].problem.code).to.equal("record-format");
      expect(body.results[2].submission.decision.outcome).to.equal("accepted");
      expect(body.results[0].submission.filing.number).to.be.lessThan(body.results[2].submission.filing.number);
    });

    it("is bounded in count and bytes", async () => {
      expectProblem(await batch([]), "request-invalid", 422);
      const large = Array.from({ length: 40 }, (_, i) => ({ idempotencyKey: `${i}`, record: "x".repeat(2_000) }));
      expectProblem(await batch(large), "body-too-large", 413);
    });
  });

  describe("a check", () => {
    const question = (change: object = {}) => ({
      consent: "consent-1",
      borrower: { pseudonym: newBorrower() },
      terms: { product: PRODUCT, principal: "100000" },
      schedule: { legs: [{ count: 1, unit: "day", gap: 30, amount: "101000" }] },
      ...change,
    });
    const check = async (body: unknown, platform = one()) =>
      ask(gateway, "POST", "/v1/check", { key: platform.apiKey, body });

    it("answers as the registry would, with rules and without amounts", async () => {
      const { status, body } = await check(question());
      expect(status).to.equal(200);
      expect(body).to.deep.include({ outcome: "accepted", breaches: [], undetermined: [], findings: [] });
      const dear = await check(question({ terms: { product: PRODUCT, principal: "900000" } }));
      expect(dear.body).to.deep.include({ outcome: "flagged", breaches: ["AMOUNT"] });
      expect(Object.keys(dear.body).sort()).to.deep.equal(["block", "breaches", "findings", "outcome", "undetermined"]);
    });

    it("sees the loans of other platforms", async () => {
      const borrower = newBorrower();
      await submit(gateway, one(), issue(one(), market.opened(one(), borrower)).record);
      const { body } = await check(question({ borrower: { pseudonym: borrower } }), two());
      expect(body).to.deep.include({ outcome: "refused", breaches: ["OPEN-LOANS"] });
    });

    it("needs a reference to the borrower's consent", async () => {
      const { consent: _, ...without } = question();
      const reply = await check(without);
      expectProblem(reply, "request-invalid", 422);
      expect(reply.body.errors[0].path).to.equal("body.consent");
    });

    it("has a budget for each platform", async () => {
      const replies = await Promise.all(Array.from({ length: 22 }, () => check(question(), two())));
      const late = replies.find(({ status }) => status === 429)!;
      expectProblem(late, "check-budget", 429);
      expect(Number(late.headers.get("retry-after"))).to.be.at.least(1);
      expect((await check(question(), one())).status).to.equal(200);
    });
  });

  describe("reading", () => {
    let id: string;

    before(async () => {
      const { record } = issue(one(), market.opened(one(), newBorrower()));
      id = (await submit(gateway, one(), record)).body.id;
    });

    it("gives a receipt that verifies without the gateway", async () => {
      const { status, body } = await ask(gateway, "GET", `/v1/receipts/${id}`, { key: one().apiKey });
      expect(status).to.equal(200);
      const receipt = receiptSchema.parse(body);
      const domain = domainOf(market.deployment);
      const reader = new NodeReader(market.chain.rpc, domain.registry, market.deployment.block);
      const report = await verifyReceipt(receipt, { trust: { domain }, reader });
      const statuses = FRAGMENTS.map((name) => report.fragments[name].status);
      expect(statuses).to.deep.equal(FRAGMENTS.map(() => "VALID"));
    });

    it("lists filings, and shows one", async () => {
      const { body } = await ask(gateway, "GET", "/v1/filings?from=1&limit=2", { key: one().apiKey });
      expect(body.filings.map((filing: Json) => filing.number)).to.deep.equal([1, 2]);
      expect(body.next).to.equal(3);
      const whole = await ask(gateway, "GET", `/v1/filings/${one().number}/1`, { key: market.auditorKey });
      expect(whole.body).to.include({ number: 1, state: "final", previous: `0x${"00".repeat(32)}` });
      expect(whole.body.submissions).to.have.length(whole.body.count);
    });

    it("shows one platform nothing of another's, not even that it exists", async () => {
      const paths = [
        `/v1/submissions/${id}`,
        `/v1/receipts/${id}`,
        `/v1/filings?platform=${one().number}`,
        `/v1/filings/${one().number}/1`,
      ];
      for (const path of paths) {
        expectProblem(await ask(gateway, "GET", path, { key: two().apiKey }), "not-found", 404);
        expect((await ask(gateway, "GET", path, { key: market.auditorKey })).status, path).to.equal(200);
      }
      const query = { body: { ids: [id] } };
      const theirs = await ask(gateway, "POST", "/v1/submissions/query", { key: two().apiKey, ...query });
      expect(theirs.body.submissions).to.deep.equal([]);
      const own = await ask(gateway, "POST", "/v1/submissions/query", { key: one().apiKey, ...query });
      expect(own.body.submissions).to.have.length(1);
    });
  });

  describe("keys and roles", () => {
    it("asks for a key, and for the right one", async () => {
      expectProblem(await ask(gateway, "GET", "/v1/filings"), "key-missing", 401);
      const wrong = `${one().apiKey.slice(0, -2)}xx`;
      expectProblem(await ask(gateway, "GET", "/v1/filings", { key: wrong }), "key-wrong", 401);
      expectProblem(await ask(gateway, "GET", "/v1/filings", { key: "short" }), "key-wrong", 401);
      expectProblem(await ask(gateway, "GET", "/v1/operator/queues", { key: one().apiKey }), "role-wrong", 403);
      const { record } = issue(one(), market.opened(one(), newBorrower()));
      const byAuditor = await ask(gateway, "POST", "/v1/records", { key: market.auditorKey, body: { record } });
      expectProblem(byAuditor, "role-wrong", 403);
    });

    it("lets the operator make and revoke keys, and shows a key once", async () => {
      const made = await ask(gateway, "POST", "/v1/operator/keys", {
        key: market.operatorKey,
        body: { role: "platform", platform: one().number, label: "second" },
      });
      expect(made.status).to.equal(201);
      const { key } = made.body;
      expect((await ask(gateway, "GET", "/v1/filings", { key })).status).to.equal(200);
      const listed = await ask(gateway, "GET", "/v1/operator/keys", { key: market.operatorKey });
      const prefix = key.slice(0, 14);
      expect(listed.body.keys.map((row: Json) => row.prefix)).to.include(prefix);
      expect(JSON.stringify(listed.body)).to.not.contain(key);
      const revoked = await ask(gateway, "DELETE", `/v1/operator/keys/${prefix}`, { key: market.operatorKey });
      expect(revoked.status).to.equal(204);
      const again = await ask(gateway, "DELETE", `/v1/operator/keys/${prefix}`, { key: market.operatorKey });
      expectProblem(again, "not-found", 404);
    });

    it("registers no certificate that the licensed key has not signed", async () => {
      const reply = await ask(gateway, "POST", `/v1/operator/platforms/${one().number}/record-keys`, {
        key: market.operatorKey,
        body: { key: two().records.publicKey, validFrom: 0, validTo: now() + 1_000, signature: `0x${"11".repeat(65)}` },
      });
      expectProblem(reply, "certificate-invalid", 422);
    });

    it("finds record keys added behind its back, one right after another", async () => {
      const db = openDatabase(market.databaseUrl, { connections: 1 });
      for (const _ of [1, 2, 3]) {
        const records = loadRecordKey(await addRecordKey(db, one().number, one().key, market.deployment));
        const { record } = issue({ ...one(), records }, market.opened(one(), newBorrower()));
        expect((await submit(gateway, one(), record)).status).to.equal(200);
      }
      await db.destroy();
    });

    it("shows the operator the queues", async () => {
      const { body } = await ask(gateway, "GET", "/v1/operator/queues", { key: market.operatorKey });
      expect(body.queues.map((queue: Json) => queue.platform)).to.deep.equal([one().number, two().number]);
      expect(body.alarms).to.deep.equal([]);
    });
  });

  describe("what goes wrong", () => {
    const raw = async (body: string, type = "application/json"): Promise<Reply> => {
      const response = await fetch(`${gateway.url}/v1/records`, {
        method: "POST",
        headers: { authorization: `Bearer ${one().apiKey}`, "content-type": type, "idempotency-key": "k" },
        body,
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    };

    it("comes in one shape", async () => {
      expectProblem(await raw("{"), "body-not-json", 400);
      expectProblem(await raw("{}", "text/plain"), "content-type", 415);
      expectProblem(await raw(JSON.stringify({ record: "x".repeat(200_000) })), "body-too-large", 413);
      expectProblem(await raw(JSON.stringify({ record: "x", more: 1 })), "request-invalid", 422);
      expectProblem(await raw("[]"), "request-invalid", 422);
      expectProblem(await ask(gateway, "GET", "/nowhere"), "route-unknown", 404);
      expectProblem(await ask(gateway, "GET", "/v1/submissions/%zz", { key: one().apiKey }), "route-unknown", 404);
      const patched = await ask(gateway, "PATCH", "/v1/records", { key: one().apiKey });
      expectProblem(patched, "method-unknown", 405);
      expect(patched.headers.get("allow")).to.equal("POST");
      expectProblem(await ask(gateway, "GET", "/v1/submissions/17", { key: one().apiKey }), "request-invalid", 422);
      expectProblem(await ask(gateway, "GET", "/v1/filings?limit=0", { key: one().apiKey }), "request-invalid", 422);
    });
  });

  describe("for whoever runs it", () => {
    it("says that it is up and ready", async () => {
      await ready(gateway);
      expect((await ask(gateway, "GET", "/readyz")).body).to.deep.equal({ ready: true, lacks: [] });
      expect((await ask(gateway, "GET", "/healthz")).body).to.deep.equal({ status: "ok" });
    });

    it("counts", async () => {
      const { body, headers } = await ask(gateway, "GET", "/metrics");
      expect(headers.get("content-type")).to.contain("text/plain");
      expect(body).to.match(/tally_submissions_total\{result="promised"\} [1-9]/u);
      expect(body).to.match(/tally_decisions_total\{outcome="accepted"\} [1-9]/u);
      expect(body).to.contain('tally_alarms{code="twin-diverged"} 0');
    });

    it("describes every route", async () => {
      const { body } = await ask(gateway, "GET", "/openapi.json");
      expect(body.openapi).to.equal("3.1.0");
      expect(Object.keys(body.paths)).to.include.members([
        "/v1/check",
        "/v1/records",
        "/v1/records/batch",
        "/v1/receipts/{id}",
      ]);
      const references = [...JSON.stringify(body).matchAll(/"#\/components\/(\w+)\/(\w+)"/gu)];
      for (const [, kind, name] of references) expect(body.components[kind!]).to.have.property(name!);
      for (const schema of Object.values<Json>(body.components.schemas)) expect(schema.type).to.equal("object");
      expect(body.paths["/v1/records"].post.responses).to.include.keys("200", "202", "400", "401", "409", "413", "422");
    });

    it("sends the headers that keep browsers careful, and does not name its software", async () => {
      const { headers } = await ask(gateway, "GET", "/healthz");
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
      expect(headers.get("x-powered-by")).to.equal(null);
    });

    it("logs requests, and neither secrets nor pseudonyms", async () => {
      const { record } = issue(one(), market.opened(one(), newBorrower()));
      await submit(gateway, one(), record);
      const borrower = newBorrower();
      await submit(gateway, one(), issue(one(), market.opened(one(), borrower)).record);
      expect(log).to.contain('"route":"/v1/records"');
      for (const secret of [
        one().apiKey,
        market.operatorKey,
        borrower,
        borrower.slice(2),
        record.slice(0, 60),
        market.databaseUrl,
      ]) {
        expect(log).to.not.contain(secret);
      }
    });
  });
});
