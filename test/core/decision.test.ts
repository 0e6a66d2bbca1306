import { expect } from "chai";
import { toHex } from "../../src/core/bytes.ts";
import {
  FINDINGS,
  RULES,
  decodeDecisions,
  encodeDecisions,
  findingBit,
  findingNames,
  ruleBit,
  ruleNames,
} from "../../src/core/decision.ts";
import type { Decision } from "../../src/core/decision.ts";

const decision: Decision = {
  outcome: "flagged",
  findings: findingBit("EXCESS"),
  breaches: ruleBit("RATE") | ruleBit("CUSTOM"),
  undetermined: ruleBit("FREQUENCY"),
};

describe("Decisions", () => {
  it("are twelve bytes each: outcome, findings, breaches, undetermined", () => {
    const bytes = encodeDecisions([decision, { outcome: "refused", findings: 1, breaches: 0, undetermined: 0 }]);
    expect(toHex(bytes)).to.equal("0x02" + "000100" + "04000001" + "00001000" + "03" + "000001" + "00000000".repeat(2));
  });

  it("come back from their bytes as they were", () => {
    expect(decodeDecisions(encodeDecisions([decision, decision]))).to.deep.equal([decision, decision]);
    expect(decodeDecisions(new Uint8Array(0))).to.deep.equal([]);
  });

  it("are no decisions at another length, or with another outcome", () => {
    expect(() => decodeDecisions(new Uint8Array(13))).to.throw("13 bytes are no whole number of decisions");
    expect(() => decodeDecisions(new Uint8Array(12))).to.throw("Decision 0 has the outcome 0");
  });

  it("name every rule and finding by its own bit", () => {
    for (const name of RULES) expect(ruleNames(ruleBit(name))).to.deep.equal([name]);
    for (const name of FINDINGS) expect(findingNames(findingBit(name))).to.deep.equal([name]);
    expect(ruleNames(2 ** RULES.length - 1)).to.deep.equal(RULES);
  });
});
