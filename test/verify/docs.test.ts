import { readFileSync } from "node:fs";

import { expect } from "chai";

import { ENTRY_KINDS } from "../../src/core/entry.ts";
import { RECEIPT_LIMITS, receiptSchema } from "../../src/core/receipt.ts";
import { claimsSchema, MAX_ID_LENGTH, RECORD_GROUPS } from "../../src/core/record.ts";
import { MAX_RECORD_LENGTH, parseRecord } from "../../src/core/sd-jwt.ts";
import { FRAGMENTS } from "../../src/verify/report.ts";
import { verifyReceipt } from "../../src/verify/verify.ts";
import { fieldsOf } from "../support/tamper.ts";

const read = (name: string) => readFileSync(new URL(`../../docs/spec/${name}.md`, import.meta.url), "utf8");
const blocks = (text: string) =>
  [...text.matchAll(/^```json\n(.*?)^```$/gmsu)].map(([, json]) => JSON.parse(json!) as unknown);
const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as unknown;

describe("docs/spec", () => {
  const record = read("record");
  const receipt = read("receipt");
  const example = receiptSchema.parse(blocks(receipt)[0]);

  it("has a receipt that verifies", async () => {
    const { fragments } = await verifyReceipt(example);
    const statuses = FRAGMENTS.map((name) => fragments[name].status);
    expect(statuses).to.deep.equal(["VALID", "VALID", "VALID", "VALID", "SKIPPED", "SKIPPED"]);
  });

  it("has that receipt's record, decoded", () => {
    const { jwt, disclosures } = parseRecord(example.record.sdJwt);
    const [header = "", payload = ""] = jwt.split(".");
    expect(blocks(record)).to.deep.equal([decode(header), decode(payload), [...disclosures.values()].map(decode)]);
  });

  it("names every field of a receipt", () => {
    for (const path of fieldsOf(receiptSchema)) expect(receipt).to.contain(`\`${nameOf(path)}\``);
  });

  it("names every claim of a record, every group and every kind", () => {
    for (const kind of claimsSchema.options)
      for (const path of fieldsOf(kind)) expect(record).to.contain(`\`${path.findLast((key) => key !== "*")!}\``);
    for (const name of [...RECORD_GROUPS, ...ENTRY_KINDS]) expect(record).to.contain(`\`${name}\``);
  });

  it("has the limits of the code", () => {
    for (const limit of [...Object.values(RECEIPT_LIMITS), MAX_RECORD_LENGTH])
      expect(receipt).to.contain(limit.toLocaleString("en"));
    expect(record).to.contain(`1 to ${MAX_ID_LENGTH}`).and.contain(MAX_RECORD_LENGTH.toLocaleString("en"));
  });
});

/** A field as the table has it: by its full path, or beside others of the same part by its last name. */
function nameOf(path: readonly string[]): string {
  const named = path.filter((key) => key !== "*");
  const full = named.join(".");
  return receipt().includes(`\`${full}\``) ? full : named.at(-1)!;
}
const receipt = () => read("receipt");
