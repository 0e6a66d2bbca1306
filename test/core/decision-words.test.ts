import { expect } from "chai";
import { findingBit, ruleBit } from "../../src/core/decision.ts";
import { decisionInWords } from "../../src/core/decision-words.ts";

const nothing = { findings: 0, breaches: 0, undetermined: 0 };

describe("core/decision-words", () => {
  it("says what was accepted in one line", () => {
    expect(decisionInWords({ outcome: "accepted", ...nothing }, "en")).to.deep.equal(["Accepted."]);
    expect(decisionInWords({ outcome: "accepted", ...nothing }, "zh")).to.deep.equal(["通过。"]);
  });

  it("gives every reason a line of its own, in either language", () => {
    const decision = {
      outcome: "refused" as const,
      findings: findingBit("EXCESS"),
      breaches: ruleBit("RATE") | ruleBit("COOLING-OFF"),
      undetermined: ruleBit("INCOME"),
    };
    expect(decisionInWords(decision, "en")).to.deep.equal([
      "Refused:",
      "EXCESS  More was paid than was owed.",
      "RATE  The loan costs more a year than the cap allows, all its payments counted.",
      "COOLING-OFF  Too little time has passed since the borrower's last loan was closed.",
      "INCOME  share of income: an input is missing, so it can't be judged.",
    ]);
    expect(decisionInWords(decision, "zh").slice(0, 3)).to.deep.equal([
      "拒绝：",
      "EXCESS  还款超过未偿本金。",
      "RATE  按全部还款计算，贷款年化成本超过上限。",
    ]);
  });
});
