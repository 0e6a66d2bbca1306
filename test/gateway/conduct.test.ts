import { expect } from "chai";
import { z } from "zod";
import { concat, fromHex, toHex, word, type Hex } from "../../src/core/bytes.ts";
import { ruleBit } from "../../src/core/decision.ts";
import { keccak256 } from "../../src/core/filing.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import type { ClaimsJson } from "../../src/core/record.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { auditOf } from "../support/chain-content.ts";
import {
  ALL_VALID,
  issue,
  type Json,
  Market,
  newBorrower,
  now,
  promise,
  receiptOf,
  settled,
  type TestPlatform,
} from "../support/market.ts";

const DAY = 86_400;
/** A product of these tests, with rules on how borrowers are treated. */
const PRODUCT = 65;
/** Slot of the registry's conducts (docs/design/state.md). */
const CONDUCTS = 5;
const RULES = ["LICENCE", "CONTACT", "COMPLAINT", "BARRED"] as const;

describe("a collector at night, a complaint answered late, a borrower who wants no more loans", function () {
  this.timeout(90_000);
  let market: Market;
  let gateway: Gateway;
  let borrower: Hex;
  let opening: Hex;

  const one = (): TestPlatform => market.platforms[0]!;
  const two = (): TestPlatform => market.platforms[1]!;

  beforeEach(async () => {
    market = await Market.open(2);
    const minute = Math.floor((now() % DAY) / 60);
    const limits = {
      ...emptyLimits(),
      on: RULES.reduce((bits, name) => bits | ruleBit(name), 0),
      refuse: ruleBit("LICENCE") | ruleBit("BARRED"),
      reportingWindow: 7 * DAY,
      clockSkew: 300,
      // It is night from a quarter of an hour ago until one from now.
      quietFrom: (minute + 1_425) % 1_440,
      quietTo: (minute + 15) % 1_440,
      answerWithin: DAY,
    };
    await market.regulator.publish(PRODUCT, 1, 1_000_000_000, encodeLimits(limits));
    for (const { number } of market.platforms) await market.act("setProducts", [number, 0, 2n ** 256n - 1n]);
    gateway = market.gateway();
    await gateway.start();
    borrower = newBorrower();
    const terms = { basis: "founded" as const, product: PRODUCT, principal: "100000" };
    const time = { at: now() - 5 * DAY };
    const { record, id } = issue(one(), market.opened(one(), borrower, { terms, time }));
    opening = id;
    await promise(gateway, one(), record);
  });

  afterEach(async () => {
    await gateway.stop();
    await market.close();
  });

  /** An event of the loan. */
  const about = (kind: string, event: Record<string, unknown>, ago = 0): ClaimsJson =>
    ({ ...market.closed(one(), borrower, opening), kind, event, time: { at: now() - ago } }) as unknown as ClaimsJson;

  /** Files a record and gives the decision in words, and its id. */
  async function filed(platform: TestPlatform, claims: ClaimsJson): Promise<{ told: string; id: Hex }> {
    const { record, id } = issue(platform, claims);
    await promise(gateway, platform, record);
    const { decision } = await settled(gateway, platform, id);
    return { told: inWords(decision), id };
  }

  it("are judged, given receipts that hold, and counted by an audit", async () => {
    const calls = { channel: 129, party: "borrower", agent: "outsourcer" };
    const contact = await filed(one(), about("Contacted", calls));
    expect(contact.told).to.equal("flagged CONTACT");

    const complaint = await filed(one(), about("Complained", { topic: 1 }, 3 * DAY));
    const forgotten = await filed(one(), about("Complained", { topic: 2 }, 2 * DAY));
    expect([complaint.told, forgotten.told]).to.deep.equal(["accepted", "accepted"]);
    const answer = await filed(one(), about("Answered", { complaint: complaint.id, outcome: 1 }));
    expect(answer.told).to.equal("flagged COMPLAINT");

    const { loan: _loan, ...rest } = about("Barred", { until: now() + 30 * DAY, why: 1 }) as Json;
    const bar = await filed(one(), rest as ClaimsJson);
    expect(bar.told).to.equal("accepted");
    const terms = { basis: "request" as const, product: PRODUCT, principal: "50000" };
    expect((await filed(two(), market.opened(two(), borrower, { terms }))).told).to.equal("refused BARRED");

    for (const { id } of [contact, complaint, answer, bar])
      expect((await receiptOf(market, gateway, id)).verdicts).to.equal(ALL_VALID);
    const report = await auditOf(market);
    expect(report.found).to.deep.equal([]);
    expect(report.complaints).to.deep.equal({ made: 2, answered: 1, answered_late: 1, overdue: 1 });
  });

  it("are audited in every word: a contact forgotten behind the registry's back is found", async () => {
    const contact = await filed(one(), about("Contacted", { channel: 1, party: "borrower", agent: "lender" }));
    expect(contact.told).to.equal("flagged CONTACT");
    expect((await auditOf(market)).mismatches).to.equal(0);
    const slot = toHex(keccak256(concat(fromHex(borrower), word(CONDUCTS))));
    await market.chain.rpc.call("anvil_setStorageAt", [market.deployment.registry, slot, toHex(word(0))], z.unknown());
    const { found } = await auditOf(market);
    expect(found.map(({ what, where }) => [what, where])).to.deep.equal([["exposure", borrower]]);
  });
});

/** A decision as the gateway says it, in words. */
function inWords({ outcome, findings, breaches }: { outcome: string; findings: string[]; breaches: string[] }): string {
  return [outcome, ...findings, ...breaches].join(" ");
}
