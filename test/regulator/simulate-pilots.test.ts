import { expect } from "chai";

import type { PilotTerms } from "../../src/core/sandbox.ts";
import { draftOf } from "../support/draft.ts";
import { limitsWith } from "../support/filed-history.ts";
import { DAY, PRODUCT, simulated, SmallMarket, T0 } from "../support/small-market.ts";

const TERMS: PilotTerms = {
  product: PRODUCT,
  opensAt: T0,
  endsAt: T0 + 100 * DAY,
  maxLoans: 3,
  maxBorrowers: 2,
  maxOutstanding: 1_000_000n,
  maxLoss: 1_000_000n,
  consent: false,
  defaultShare: 0,
  defaultFrom: 0,
  complaintShare: 0,
  complaintFrom: 0,
};

const draft = draftOf([{ rules: { PILOT: "pilot: 1" } }], { zone: "UTC" });

/** A market without a rule, with a pilot that only a draft asks. */
function market(terms: Partial<PilotTerms> = {}): SmallMarket {
  const made = new SmallMarket();
  made.filed.publish(PRODUCT, limitsWith({}));
  made.filed.law({ event: "PilotOpened", number: 1, terms: { ...TERMS, ...terms }, platforms: [1], name: "Trial" });
  return made;
}

const refused = (made: SmallMarket): number => simulated(made.filed.finish(), draft).report.refused;

describe("a simulation of a pilot", () => {
  it("follows the terms of the chain, and the loans under the draft", () => {
    const made = market();
    const first = made.open("a", 1);
    made.open("b", 2);
    made.open("c", 3); // a third borrower at one time
    made.close("a", first, 4);
    made.open("d", 5);
    made.open("e", 6); // a fourth loan
    made.open("f", 7, { platform: 2 }); // a platform that takes no part
    const { report } = simulated(made.filed.finish(), draft);
    expect([report.loans, report.refused]).to.deep.equal([6, 3]);
    expect(report.by_rule.after["PILOT"]).to.equal(3);
  });

  it("ends with its dates, and admits nothing where nobody opened one", () => {
    const late = market({ endsAt: T0 + 2 * DAY });
    late.open("a", 1);
    late.open("b", 2);
    expect(refused(late)).to.equal(1);
    const none = new SmallMarket();
    none.filed.publish(PRODUCT, limitsWith({}));
    none.open("a", 1);
    expect(refused(none)).to.equal(1);
  });

  it("stays stopped where the draft's own history stops it, whatever was decided about it later", () => {
    const made = market({ maxLoss: 0n });
    const lost = made.open("a", 1);
    made.filed.file(1, T0 + 2 * DAY, [
      {
        kind: "Closed",
        borrower: new Uint8Array(32).fill(97).fill(1, 0, 1),
        ref: lost,
        time: T0 + 2 * DAY,
        reason: "written-off",
        principal: 0n,
        charges: 0n,
      },
    ]);
    made.open("c", 3);
    made.filed.law({ event: "PilotGraduated", number: 1, time: T0 + 3 * DAY });
    made.open("b", 4);
    expect(refused(made)).to.equal(2);
  });
});
