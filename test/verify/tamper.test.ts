import { expect } from "chai";

import { toHex } from "../../src/core/bytes.ts";
import { recoverSigner } from "../../src/core/filing.ts";
import { checkRecordSignature } from "../../src/core/record-key.ts";
import { type Receipt, receiptSchema, redactReceipt } from "../../src/core/receipt.ts";
import { FRAGMENTS } from "../../src/verify/report.ts";
import { type Signatures, verifyReceipt, type VerifyOptions } from "../../src/verify/verify.ts";
import { domain, type Market, makeMarket } from "../support/receipts.ts";
import { fieldsOf, forgeriesOf, type Path, placesOf, valueAt, withValue } from "../support/tamper.ts";

const fields = fieldsOf(receiptSchema);

/** Signatures are checked in earnest, but each only once: most forgeries leave two of three as they are. */
const signatures: Signatures = {
  recover: remembering(recoverSigner, (digest, signature) => toHex(digest) + toHex(signature)),
  checkRecord: remembering(checkRecordSignature, (text, signature, key) => text + toHex(signature) + key.x + key.y),
};

function remembering<Args extends unknown[], Result>(
  work: (...args: Args) => Result,
  keyOf: (...args: Args) => string,
) {
  const known = new Map<string, Result>();
  return (...args: Args): Result => {
    const key = keyOf(...args);
    if (!known.has(key)) known.set(key, work(...args));
    return known.get(key)!;
  };
}

describe("a receipt that was tampered with", function () {
  this.timeout(120_000); // Thousands of receipts, three signatures each.
  let market: Market;
  let other: Market;
  let bare: Market;
  before(async () => {
    market = await makeMarket();
    other = await makeMarket({ number: 3, time: 1_767_270_000 });
    bare = await makeMarket({ bare: true });
  });

  const statuses = async (receipt: unknown, options: VerifyOptions) => {
    const { fragments } = await verifyReceipt(receipt, { ...options, signatures });
    return FRAGMENTS.map((name) => fragments[name].status);
  };

  /** Every way in which one place of the receipt could be forged, values of other receipts among them. */
  function* forged(receipt: Receipt, path: Path, strangers: readonly Receipt[]): Generator<[string, unknown]> {
    for (const place of placesOf(receipt, path)) {
      const value = valueAt(receipt, place);
      const taken = strangers
        .map((stranger): [string, unknown] => ["another receipt's", valueAt(stranger, place)])
        .filter(([, theirs]) => theirs !== undefined && JSON.stringify(theirs) !== JSON.stringify(value));
      for (const [how, instead] of [...forgeriesOf(value), ...taken]) {
        yield [`${place.join(".")}: ${how}`, withValue(receipt, place, instead)];
      }
    }
  }

  async function expectAllInvalid(receipts: readonly Receipt[], options: VerifyOptions, known: readonly string[] = []) {
    const [receipt, ...strangers] = receipts;
    let count = 0;
    for (const path of fields.filter((field) => !known.includes(field.join("."))))
      for (const [what, changed] of forged(receipt!, path, strangers)) {
        count++;
        expect(await statuses(changed, options), what).to.include("INVALID");
      }
    return count;
  }

  it("has a field in the tests for every field of the schema", () => {
    const covered = [market.receipts[0]!, redactReceipt(market.receipts[0]!, [])];
    for (const field of fields)
      expect(
        covered.some((receipt) => placesOf(receipt, field).length > 0),
        field.join("."),
      ).to.be.true;
  });

  it("is INVALID offline, whatever the field", async () => {
    const receipts = [market.receipts[0]!, market.receipts[4]!, other.receipts[0]!];
    expect(await expectAllInvalid(receipts, {})).to.be.greaterThan(300);
  });

  it("is INVALID against a node", async () => {
    const options = { trust: { domain }, reader: market.reader };
    await expectAllInvalid([market.receipts[3]!, other.receipts[3]!], options);
  });

  it("is INVALID against a block hash", async () => {
    await expectAllInvalid([market.receipts[2]!, other.receipts[2]!], {
      trust: { domain, blockHash: market.blockHash },
    });
  });

  it("is INVALID against a node where it has no headers and proofs", async () => {
    await expectAllInvalid([bare.receipts[1]!, other.receipts[1]!], { trust: { domain }, reader: bare.reader });
  });

  it("is INVALID where groups and entries are withheld", async () => {
    const [one, two] = [market.receipts[0]!, other.receipts[0]!].map((receipt) =>
      redactReceipt(receipt, ["loan", "terms"]),
    );
    await expectAllInvalid([one!, two!], {});
  });

  it("is INVALID with a field that nothing vouches for, anywhere", async () => {
    const objects = new Set([
      "",
      ...fields.map((path) =>
        path
          .slice(0, -1)
          .filter((key) => key !== "*")
          .join("."),
      ),
    ]);
    for (const place of objects) {
      const path = [...place.split(".").filter((key) => key !== ""), "note"];
      if (Array.isArray(valueAt(market.receipts[0], path.slice(0, -1)))) continue;
      const changed = withValue(market.receipts[0]!, path, "paid in full");
      expect(await statuses(changed, {}), path.join(".")).to.include("INVALID");
    }
  });

  it("is INVALID with any part of another receipt", async () => {
    const own = market.receipts[0]!;
    for (const stranger of [market.receipts[1]!, other.receipts[0]!])
      for (const part of ["record", "inclusion", "filing", "decision", "anchor"] as const) {
        if (JSON.stringify(stranger[part]) === JSON.stringify(own[part])) continue;
        expect(await statuses({ ...own, [part]: stranger[part] }, {}), part).to.include("INVALID");
      }
  });
});
