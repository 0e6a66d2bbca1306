import { expect } from "chai";
import fc from "fast-check";

import { fromHex } from "../../src/core/bytes.ts";
import { RECEIPT_LIMITS, redactReceipt } from "../../src/core/receipt.ts";
import { RECORD_GROUPS, type RecordGroup } from "../../src/core/record.ts";
import { type ChainReader } from "../../src/verify/reader.ts";
import { FRAGMENTS, type Report, verdictOf } from "../../src/verify/report.ts";
import { verifyReceipt, verifyText } from "../../src/verify/verify.ts";
import { domain, filingAddress, type Market, makeMarket, samples } from "../support/receipts.ts";

const statuses = ({ fragments }: Report) => FRAGMENTS.map((name) => fragments[name].status).join(" ");
const OFFLINE = "VALID VALID VALID VALID SKIPPED SKIPPED";
const ALL = "VALID VALID VALID VALID VALID VALID";

describe("verifying a receipt", () => {
  let market: Market;
  before(async () => {
    market = await makeMarket();
  });

  it("finds every kind of record VALID, offline as far as that goes", async () => {
    for (const [i, receipt] of market.receipts.entries()) {
      expect(statuses(await verifyReceipt(receipt)), samples[i]!.kind).to.equal(OFFLINE);
      expect(statuses(await verifyReceipt(receipt, { trust: { domain }, reader: market.reader }))).to.equal(ALL);
      expect(statuses(await verifyReceipt(receipt, { trust: { domain, blockHash: market.blockHash } }))).to.equal(ALL);
    }
  });

  it("finds the first filing of a platform, and a filing of one entry, VALID", async () => {
    const { receipts } = await makeMarket({ number: 1, records: samples.slice(0, 1) });
    expect(receipts[0]!.inclusion.path).to.deep.equal([]);
    expect(statuses(await verifyReceipt(receipts[0]))).to.equal(OFFLINE);
  });

  it("says what the receipt says", async () => {
    const { says } = await verifyReceipt(market.receipts[3]);
    expect(says).to.include({ platform: 1, number: 2, index: 3, withheld: 0 });
    expect(says.decision).to.deep.include({ outcome: "flagged", breaches: 1 });
    expect(says.claims).to.deep.include({ kind: "Closed", jti: "ev-4" });
  });

  describe("given what is trusted", () => {
    const check = (trust: object, reader?: ChainReader) =>
      verifyReceipt(market.receipts[0], { trust, ...(reader && { reader }) });

    it("never asks a node that speaks for no registry", async () => {
      expect(statuses(await check({}, market.reader))).to.equal(OFFLINE);
    });

    it("is INVALID for another registry or another chain", async () => {
      for (const other of [
        { ...domain, registry: fromHex("cd".repeat(20)) },
        { ...domain, chainId: 1n },
      ]) {
        const { fragments } = await check({ domain: other }, market.reader);
        expect([fragments.filing.status, fragments.anchor.status]).to.deep.equal(["INVALID", "INVALID"]);
      }
    });

    it("checks the filing key against keys that were given, before it asks the node", async () => {
      const stranger = new Uint8Array(20).fill(9);
      const given = (keys: Uint8Array[]) => check({ platformKeys: new Map([[1, keys]]) });
      expect((await given([stranger, filingAddress])).fragments.filing.status).to.equal("VALID");
      expect((await given([stranger])).fragments.filing.status).to.equal("INVALID");
    });

    it("is INVALID where the platform never had the key, the seal or the block is another", async () => {
      const doubts: [string, Partial<ChainReader>][] = [
        ["filing", { keysOf: async () => [new Uint8Array(20)] }],
        ["anchor", { sealOf: async () => undefined }],
        ["anchor", { sealOf: async () => new Uint8Array(32) }],
        ["chain", { block: async () => undefined }],
        ["chain", { block: async () => ({ hash: new Uint8Array(32), time: 0 }) }],
      ];
      for (const [name, doubt] of doubts) {
        const { fragments } = await check({ domain }, { ...market.reader, ...doubt });
        const invalid = FRAGMENTS.filter((one) => fragments[one].status === "INVALID");
        expect(invalid).to.deep.equal([name]);
      }
    });

    it("is ERROR, not INVALID, where the node can't be asked", async () => {
      const dead = () => Promise.reject(new Error("no answer"));
      const report = await check({ domain }, { sealOf: dead, block: dead, keysOf: dead });
      expect(statuses(report)).to.equal("VALID VALID ERROR VALID ERROR ERROR");
      expect(verdictOf(report.fragments)).to.equal("ERROR");
    });

    it("skips anchor and chain without a state proof for the block hash, and is INVALID for another block's", async () => {
      const bare = await makeMarket({ bare: true });
      const report = await verifyReceipt(bare.receipts[0], { trust: { domain, blockHash: bare.blockHash } });
      expect(statuses(report)).to.equal(OFFLINE);
      expect((await check({ domain, blockHash: new Uint8Array(32) })).fragments.chain.status).to.equal("INVALID");
    });
  });

  describe("that withholds groups", () => {
    it("stays VALID for every choice of groups, with entries and without", async () => {
      const full = market.receipts[0]!;
      await fc.assert(
        fc.asyncProperty(fc.subarray([...RECORD_GROUPS]), fc.boolean(), async (groups, hidden) => {
          const redacted = redactReceipt(full, groups);
          const receipt = hidden ? redacted : { ...redacted, filing: full.filing };
          const report = await verifyReceipt(receipt, { trust: { domain }, reader: market.reader });
          expect(statuses(report)).to.equal(ALL);
          const shown = RECORD_GROUPS.filter((group) => report.says.claims && group in report.says.claims);
          expect(shown).to.deep.equal(RECORD_GROUPS.filter((group) => groups.includes(group) && group !== "event"));
        }),
        { seed: 7, numRuns: 60 },
      );
    });

    it("shows neither entries nor what is withheld", () => {
      const text = JSON.stringify(redactReceipt(market.receipts[0]!, ["terms"]));
      expect(text).to.not.include('entries":');
      expect(text).to.not.include("c4".repeat(31));
    });

    it("is VALID when all disclosures are erased, and says nothing of the loan", async () => {
      const report = await verifyReceipt(redactReceipt(market.receipts[0]!, []));
      expect(statuses(report)).to.equal(OFFLINE);
      expect(Object.keys(report.says.claims!)).to.have.members(["iss", "iat", "jti", "kind", "fmt"]);
    });
  });

  describe("of a record that the entry contradicts", () => {
    it("is INVALID as soon as the group in question is shown", async () => {
      const [opened, ...others] = samples as [(typeof samples)[0] & { kind: "Opened" }, ...typeof samples];
      const cheaper = { ...opened, terms: { ...opened.terms, principal: "99999" } };
      const { receipts } = await makeMarket({ records: [opened, ...others], filed: [cheaper, ...others] });
      const shown = async (groups: readonly RecordGroup[]) => {
        const receipt = { ...redactReceipt(receipts[0]!, groups), filing: receipts[0]!.filing };
        return (await verifyReceipt(receipt)).fragments.inclusion;
      };
      expect((await shown(RECORD_GROUPS)).status).to.equal("INVALID");
      expect((await shown(["terms"])).reason).to.contain("principal");
      expect((await shown(["schedule", "income"])).status).to.equal("VALID");
    });

    it("is INVALID where the entry has something that a fully shown record has not", async () => {
      const [opened, ...others] = samples as [(typeof samples)[0] & { kind: "Opened" }, ...typeof samples];
      const { income: _income, ...poorer } = opened;
      const { receipts } = await makeMarket({ records: [poorer, ...others], filed: [opened, ...others] });
      expect((await verifyReceipt(receipts[0])).fragments.inclusion.status).to.equal("INVALID");
    });
  });

  describe("that is hostile", () => {
    const error = Array(6).fill("ERROR").join(" ");

    it("is ERROR if it is no JSON object", async () => {
      for (const text of ["", "[]", "null", "1", "{", '"x"', "\u0000", `[${"[".repeat(500_000)}`])
        expect(statuses(await verifyText(text))).to.equal(error);
    });

    it("is ERROR, unread, if it is too long", async () => {
      expect(statuses(await verifyText(" ".repeat(RECEIPT_LIMITS.file + 1)))).to.equal(error);
    });

    it("is INVALID if it is nested without end, or made of huge numbers or odd keys", async () => {
      const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
      for (const text of [
        "{}",
        `{"format":1,"record":${deep}}`,
        `{"format":1,"inclusion":{"index":1e400,"path":[]}}`,
        `{"format":1,"filing":{"number":${"9".repeat(100_000)}}}`,
        `{"__proto__":{"format":1},"constructor":1,"format":1}`,
        `{"format":1,"record":{"sdJwt":"${"a.".repeat(30_000)}"}}`,
      ]) {
        const { fragments } = await verifyText(text);
        expect(verdictOf(fragments), text.slice(0, 60)).to.equal("INVALID");
      }
    });

    it("never throws, whatever JSON it is", async () => {
      const receipt = market.receipts[0]!;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom("record", "inclusion", "filing", "decision", "anchor"),
          fc.jsonValue(),
          async (part, value) => {
            const { fragments } = await verifyReceipt({ ...receipt, [part]: value });
            expect(verdictOf(fragments)).to.equal("INVALID");
          },
        ),
        { seed: 7, numRuns: 200 },
      );
    });
  });
});
