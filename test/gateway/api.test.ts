import { expect } from "chai";
import { receiptSchema } from "../../src/core/receipt.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { ask, issue, Market, newBorrower, PRODUCT, submit } from "../support/market.ts";

describe("the gateway", function () {
  this.timeout(60_000);
  let market: Market;
  let gateway: Gateway;

  before(async () => {
    market = await Market.open(2);
    gateway = market.gateway();
    await gateway.start();
  });

  after(async () => {
    await gateway.stop();
    await market.close();
  });

  const one = () => market.platforms[0]!;
  const two = () => market.platforms[1]!;

  it("files a request, answers with the final decision and gives a receipt", async () => {
    const { record, id } = issue(one(), market.opened(one(), newBorrower()));
    const reply = await submit(gateway, one(), record);
    expect(reply.status).to.equal(200);
    expect(reply.body).to.include({ id, platform: one().number, state: "final" });
    expect(reply.body.decision).to.deep.equal({
      outcome: "accepted",
      breaches: [],
      undetermined: [],
      findings: [],
      final: true,
    });
    const receipt = await ask(gateway, "GET", `/v1/receipts/${id}`, { key: one().apiKey });
    expect(receipt.status).to.equal(200);
    receiptSchema.parse(receipt.body);
  });
});
