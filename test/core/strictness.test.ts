import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ruleBit } from "../../src/core/decision.ts";
import { withDirectionTable } from "../../src/core/limit-directions.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { emptyLimits } from "../../src/core/limits.ts";
import { changesBetween, noticeFor, strictnessOf } from "../../src/core/strictness.ts";

const ALL = (2 ** 27 - 1) >>> 0;
const base: Limits = { ...emptyLimits(), on: ALL, refuse: ALL, undeterminedRefuse: ALL };
const DAY = 86_400;

function told(before: Partial<Limits>, after: Partial<Limits>): string {
  const { tightens, relaxes } = strictnessOf({ ...base, ...before }, { ...base, ...after });
  return [tightens ? "tightens" : "", relaxes ? "relaxes" : ""].filter((word) => word !== "").join(" and ");
}

describe("Which way a version changes the one before it", () => {
  it("is the contract's own table", () => {
    const source = readFileSync("contracts/libraries/Strictness.sol", "utf8");
    expect(withDirectionTable(source), "run node scripts/strictness-table.ts").to.equal(source);
  });

  const cases: readonly [string, Partial<Limits>, Partial<Limits>, string][] = [
    ["a longer wait", { coolingOff: DAY }, { coolingOff: 7 * DAY }, "tightens"],
    ["a higher cap", { marketCap: 5n }, { marketCap: 6n }, "relaxes"],
    ["a lower rate", { rateCap: 5n }, { rateCap: 4n }, "tightens"],
    ["a bound where there was none", { amountMax: 0n }, { amountMax: 500n }, "tightens"],
    ["no bound any more", { maxLoans: 3 }, { maxLoans: 0 }, "relaxes"],
    ["a rule more", { on: ALL & ~ruleBit("STREAK") }, {}, "tightens"],
    ["a rule less", {}, { on: ALL & ~ruleBit("STREAK") }, "relaxes"],
    ["a rule that flags only", {}, { refuse: ALL & ~ruleBit("AMOUNT") }, "relaxes"],
    ["another convention", { rateConvention: 0 }, { rateConvention: 2 }, "tightens and relaxes"],
    [
      "a cap that begins to follow a reference rate",
      { rateCap: 240_000_000n },
      { rateCap: 4_000_000_000n, rateSeries: 1, rateMaxAge: 40 },
      "tightens and relaxes",
    ],
    [
      "a cap that follows one no longer",
      { rateCap: 4_000_000_000n, rateSeries: 1, rateMaxAge: 40 },
      { rateCap: 240_000_000n },
      "tightens and relaxes",
    ],
    [
      "one stricter, one less strict",
      { termMinDays: 7, maxLoans: 1 },
      { termMinDays: 9, maxLoans: 2 },
      "tightens and relaxes",
    ],
    [
      "quiet hours that begin earlier",
      { quietFrom: 1_320, quietTo: 480 },
      { quietFrom: 1_260, quietTo: 480 },
      "tightens",
    ],
    [
      "quiet hours moved",
      { quietFrom: 1_320, quietTo: 480 },
      { quietFrom: 1_380, quietTo: 540 },
      "tightens and relaxes",
    ],
    ["quiet hours where there were none", {}, { quietFrom: 0, quietTo: 60 }, "tightens"],
    ["a bound on all default charges", {}, { defaultTotal: 15n }, "tightens"],
    ["no bound on them", { defaultTotalShare: 5 }, {}, "relaxes"],
    ["a share that replaces an amount", { defaultTotal: 15n }, { defaultTotalShare: 5 }, "tightens and relaxes"],
    ["nothing", { coolingOff: 9 }, { coolingOff: 9 }, ""],
  ];
  for (const [name, before, after, expected] of cases)
    it(`${name} ${expected || "changes nothing"}`, () => expect(told(before, after)).to.equal(expected));

  describe("given brackets of COST", () => {
    const flat = { costBrackets: [{ upTo: 500n, share: 150_000 }] };
    it("sees through another way to say the same", () => {
      const split = [200n, 500n].map((upTo) => ({ upTo, share: 150_000 }));
      expect(told(flat, { costBrackets: split })).to.equal("");
    });
    it("sees that some principals may cost more and others less", () => {
      expect(told(flat, { costFlat: 10n, costBrackets: [{ upTo: 500n, share: 100_000 }] })).to.equal(
        "tightens and relaxes",
      );
      expect(told(flat, { costBrackets: [{ upTo: 400n, share: 150_000 }] })).to.equal("tightens");
      expect(told(flat, { ...flat, costFlat: 1n })).to.equal("relaxes");
    });
  });

  it("leaves out the fields of a rule that is off", () => {
    const off = ALL & ~ruleBit("STREAK");
    expect(told({ on: off, streakDays: 1 }, { on: off, streakDays: 2 })).to.equal("");
    const change = changesBetween({ ...base, on: off }, { ...base, streakDays: 9 });
    expect(change.map(({ field }) => field.name)).to.deep.equal(["on"]);
  });

  it("needs the longer notice where it is both", () => {
    const notices = { tightening: 30, relaxation: 90 };
    expect(noticeFor({ tightens: true, relaxes: false }, notices)).to.equal(30);
    expect(noticeFor({ tightens: false, relaxes: true }, notices)).to.equal(90);
    expect(noticeFor({ tightens: true, relaxes: true }, notices)).to.equal(90);
    expect(noticeFor({ tightens: false, relaxes: false }, notices)).to.equal(0);
  });
});
