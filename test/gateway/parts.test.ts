import { expect } from "chai";
import fc from "fast-check";
import { Budget } from "../../src/gateway/budget.ts";
import { readConfig } from "../../src/gateway/config.ts";
import { problemOf } from "../../src/gateway/http/problem.ts";
import { Waiters } from "../../src/gateway/waiters.ts";
import { coreError } from "../../src/core/errors.ts";

describe("a budget", () => {
  it("lets a burst through, then the rate, and says how long to wait", () => {
    const budget = new Budget(2, 3);
    const taken = [0, 0, 0, 0].map(() => budget.take(1, 1_000));
    expect(taken).to.deep.equal([0, 0, 0, 1]);
    expect(budget.take(1, 1_500)).to.equal(0);
    expect(budget.take(1, 1_500)).to.equal(1);
    expect(budget.take(2, 1_500)).to.equal(0);
  });

  it("never gives more than burst and rate allow", () => {
    const waits = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(waits, (pauses) => {
        const budget = new Budget(5, 10);
        let now = 0;
        const given = pauses.filter((pause) => budget.take(1, (now += pause)) === 0).length;
        expect(given).to.be.at.most(10 + Math.ceil((now / 1_000) * 5));
      }),
      { seed: 1 },
    );
  });
});

describe("the configuration", () => {
  it("listens on the loopback, port 4150, unless told", () => {
    expect(readConfig()).to.include({ host: "127.0.0.1", port: 4150, cutEntries: 256, cutAge: 300 });
  });

  it("takes the environment, and what is given before it", () => {
    const environment = { TALLY_PORT: "5000", TALLY_WAIT_MAX: "10", PORT: "1" };
    expect(readConfig({ port: 6000, host: undefined }, environment)).to.include({ port: 6000, waitMax: 10 });
  });

  it("names the setting that is wrong", () => {
    expect(() => readConfig({}, { TALLY_PORT: "99999" }))
      .to.throw()
      .with.property("message")
      .that.contains("port");
    expect(() => readConfig({ colour: "red" }))
      .to.throw()
      .with.property("code", "config-invalid");
  });
});

describe("a problem", () => {
  it("of an unknown exception shows the request's id and nothing else", () => {
    const problem = problemOf(new Error("secret of the inside"), "request-1");
    expect(problem).to.include({ code: "internal", status: 500, instance: "request-1" });
    expect(JSON.stringify(problem)).to.not.contain("secret");
  });

  it("of ours says what is meant, what happened and what to do", () => {
    const problem = problemOf(
      coreError("not-found", "There is no such loan.", { details: { of: "loan" } }),
      "request-2",
    );
    expect(problem).to.deep.include({
      code: "not-found",
      status: 404,
      detail: "There is no such loan.",
      details: { of: "loan" },
    });
    expect(problem.title).to.be.a("string").and.not.equal("");
  });
});

describe("waiting", () => {
  const ids = ["0x01", "0x02"] as const;

  it("ends when all are settled", async () => {
    const waiters = new Waiters();
    const watch = waiters.watch(ids);
    const ended = watch.all(60_000, new AbortController().signal);
    ids.forEach((id) => waiters.settle(id));
    await ended;
  });

  it("ends when its time is over, or the client has gone", async () => {
    const waiters = new Waiters();
    await waiters.watch(ids).all(1, new AbortController().signal);
    const gone = new AbortController();
    const ended = waiters.watch(ids).all(60_000, gone.signal);
    gone.abort();
    await ended;
  });

  it("forgets who has stopped", () => {
    const waiters = new Waiters();
    const watch = waiters.watch(ids);
    waiters.forget(ids, watch);
    waiters.settle("0x01");
  });
});
