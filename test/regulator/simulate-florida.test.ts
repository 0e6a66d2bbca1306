/** The walk of docs/simulate.md: the real payday file under Florida's law, and under a draft of it. */
import { readFileSync } from "node:fs";

import { expect } from "chai";

import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import type { History } from "../../src/regulator/simulate-history.ts";
import { FILED_AT, hasPaydayFile, PAYDAY_FILE, paydayHistory } from "../support/payday-history.ts";
import { simulated } from "../support/small-market.ts";

const law = readFileSync("rulebooks/us-fl.yaml", "utf8");
const packOf = (text: string) => compileRulePack(parseRulePack(text, "draft.yaml"), FILED_AT);
const edited = law.replace("time: 24h", "time: 7d");

describe("the payday file in Florida", function () {
  this.timeout(120_000);
  let history: History;

  before(async function () {
    if (!hasPaydayFile()) {
      console.warn(`      skipped: ${PAYDAY_FILE} is not here`);
      return this.skip();
    }
    history = (await paydayHistory(law, 1, "superlender-florida")).finish();
  });

  it("is loaded whole, and the law as it stands changes nothing", () => {
    const { report } = simulated(history, packOf(law));
    expect(report).to.deep.include({ loans: 28_458, borrowers: 5_810, borrowers_affected: 0, changes: [], notes: [] });
    expect(report.outcomes.before.refused).to.equal(20_233);
  });

  it("comes out as the documentation says, the value edited where it stands or in a version of years to come", () => {
    const later = edited.replaceAll(/effectiveFrom: .*/gu, "effectiveFrom: 2026-12-24");
    for (const [text, notes] of [
      [edited, 1],
      [later, 2],
    ] as const) {
      const { report } = simulated(history, packOf(text));
      expect(report.notes).to.have.length(notes);
      expect(report).to.include({ refused: 21_115, borrowers_affected: 854 });
      expect(report.by_rule.before).to.include({ "COOLING-OFF": 2_671, COST: 18_507, TERM: 1_644, AMOUNT: 14 });
      expect(report.by_rule.after).to.include({ "COOLING-OFF": 4_243, COST: 18_507, TERM: 1_644, AMOUNT: 14 });
      const { effects, lists } = report;
      expect(effects.newly_refused).to.deep.equal({ loans: 1_138, borrowers: 854, amount: 16_398_000n });
      expect(effects.losing_access.borrowers).to.equal(0);
      expect(effects.newly_let_through.loans).to.equal(256);
      expect([effects.punctual_loans.loans, effects.punctual_borrowers.loans]).to.deep.equal([734, 382]);
      const { before, after, cut_short: cut } = effects.spirals;
      expect([before.spirals, cut.spirals, after.spirals]).to.deep.equal([386, 337, 83]);
      expect(lists.cut_short).to.have.length(lists.at_most);
      expect(lists.cut_short[0]?.loans).to.equal(cut.longest);
    }
  });
});
