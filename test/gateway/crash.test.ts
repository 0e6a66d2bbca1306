import { type ChildProcess, fork } from "node:child_process";
import { expect } from "chai";
import type { Hex } from "../../src/core/bytes.ts";
import { type CrashPoint, STEPS } from "../../src/gateway/crash-points.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { auditOf, entriesOnChain } from "../support/chain-content.ts";
import { ask, issue, type Json, Market, newBorrower, submit, type TestPlatform } from "../support/market.ts";
import { track } from "../support/children.ts";

const POINTS = STEPS.flatMap((step) => [`${step}:before`, `${step}:after`] as const);

interface Offered {
  readonly platform: TestPlatform;
  readonly record: string;
  readonly id: Hex;
}

describe("a failure at any moment", function () {
  this.timeout(120_000);
  let market: Market;
  let filed = 0;

  before(async () => {
    market = await Market.open(2);
  });

  after(async () => market.close());

  /** Loans of both platforms, one of them repaid. */
  function offers(): Offered[] {
    const [one, two] = market.platforms as [TestPlatform, TestPlatform];
    const borrower = newBorrower();
    const offer = (platform: TestPlatform, claims: Parameters<typeof issue>[1]): Offered => ({
      platform,
      ...issue(platform, claims),
    });
    const opening = offer(one, market.opened(one, borrower));
    const closing = offer(one, market.closed(one, borrower, opening.id));
    return [
      opening,
      closing,
      offer(two, market.opened(two, newBorrower())),
      offer(one, market.opened(one, newBorrower())),
    ];
  }

  /** Submits as a careful client does: the same request again, until there is an answer. */
  async function submitPatiently(gateway: Gateway, { platform, record }: Offered): Promise<void> {
    for (;;) {
      const { status } = await submit(gateway, platform, record, { wait: 0 });
      if (status < 500) return;
    }
  }

  async function expectFiledOnce(gateway: Gateway, offered: readonly Offered[]): Promise<void> {
    for (const { platform, id } of offered) {
      const { body } = await ask(gateway, "GET", `/v1/submissions/${id}?wait=30`, { key: platform.apiKey });
      expect(body).to.include({ id, state: "final" });
      expect(body.decision.outcome).to.equal("accepted");
    }
    filed += offered.length;
    expect(await entriesOnChain(market)).to.have.length(filed);
    const report = await auditOf(market);
    expect(report).to.include({ mismatches: 0, entries: filed });
    const { body } = await ask(gateway, "GET", "/v1/operator/queues", { key: market.operatorKey });
    expect(body.alarms).to.deep.equal([]);
    expect(body.queues.map((queue: Json) => [queue.halted, queue.waiting])).to.deep.equal([
      [null, 0],
      [null, 0],
    ]);
  }

  describe("within the process", () => {
    for (const point of POINTS) {
      it(`${point}: goes on by itself, and files everything once`, async () => {
        let failures = 2;
        const crashPoint: CrashPoint = (here) => {
          if (here === point && failures-- > 0) throw new Error(`planted at ${point}`);
        };
        const gateway = market.gateway({ crashPoint });
        await gateway.start();
        try {
          const offered = offers();
          for (const offer of offered) await submitPatiently(gateway, offer);
          await expectFiledOnce(gateway, offered);
          expect(failures).to.be.at.most(0);
        } finally {
          await gateway.stop();
        }
      });
    }
  });

  describe("of the process", () => {
    let child: ChildProcess;

    /** Starts a gateway that dies at `point`; `gone` is fulfilled when it has. */
    async function startDoomed(point: string): Promise<{ url: string; gone: Promise<NodeJS.Signals | null> }> {
      child = track(
        fork(new URL("../support/gateway-child.ts", import.meta.url), {
          stdio: ["ignore", "ignore", "inherit", "ipc"],
        }),
      );
      const gone = new Promise<NodeJS.Signals | null>((resolve) =>
        child.once("exit", (_code, signal) => resolve(signal)),
      );
      const ready = new Promise<{ url: string }>((resolve) =>
        child.once("message", (message) => resolve(message as { url: string })),
      );
      child.send({ plan: market.plan, at: point, passes: 0 });
      return { url: (await ready).url, gone };
    }

    for (const point of POINTS) {
      it(`${point}: the next start goes on, and files everything once`, async () => {
        const doomed = await startDoomed(point);
        const offered = offers();
        // Whatever doesn't get through now is sent again to the next one, under the same keys.
        const dying = { url: doomed.url } as Gateway;
        for (const { platform, record } of offered) {
          await submit(dying, platform, record, { wait: 0 }).catch(() => undefined);
        }
        expect(await doomed.gone).to.equal("SIGKILL");
        const gateway = market.gateway();
        await gateway.start();
        try {
          for (const offer of offered) await submitPatiently(gateway, offer);
          await expectFiledOnce(gateway, offered);
        } finally {
          await gateway.stop();
        }
      });
    }
  });
});
