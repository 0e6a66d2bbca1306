import { expect } from "chai";
import { RULES, ruleBit } from "../../src/core/decision.ts";
import { discountRoot } from "../../src/core/discount.ts";
import { LIMIT_FIELDS } from "../../src/core/limit-fields.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { limitFaults } from "../../src/core/limits-check.ts";
import { LIMITS_BYTES, RESERVED_LIMITS, decodeLimits, emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import { SERVED_RULES } from "../../src/core/served-rules.ts";
import { randomLimits } from "../support/random-limits.ts";
import { Random } from "../support/random.ts";

const LICENCE = ruleBit("LICENCE");
const least: Limits = { ...emptyLimits(), on: LICENCE, refuse: LICENCE };

function faultsOf(change: Partial<Limits>): string[] {
  return limitFaults(encodeLimits({ ...least, ...change })).map(({ field }) => field);
}

describe("Limits", () => {
  it("cover their 320 bytes exactly once, reserved ones included", () => {
    const owners = Array.from({ length: LIMITS_BYTES }, () => 0);
    const ranges = [...LIMIT_FIELDS.map(({ offset, width }) => [offset, offset + width] as const), ...RESERVED_LIMITS];
    for (const [from, to] of ranges) for (let at = from; at < to; at++) owners[at]!++;
    expect(owners.filter((count) => count !== 1)).to.deep.equal([]);
  });

  it("come back from their bytes as they were", () => {
    const random = new Random(1);
    for (let i = 0; i < 200; i++) {
      const limits = randomLimits(random, 0.5);
      expect(decodeLimits(encodeLimits(limits))).to.deep.equal(limits);
    }
  });

  it("stand at the offsets that the protocol gives them", () => {
    const bytes = encodeLimits({ ...emptyLimits(), marketCap: 2n ** 40n - 1n, custom: `0x${"ab".repeat(20)}` });
    expect([...bytes.keys()].filter((at) => bytes[at] === 0xff)).to.deep.equal([51, 52, 53, 54, 55]);
    expect([...bytes.keys()].filter((at) => bytes[at] === 0xab)).to.deep.equal(
      Array.from({ length: 20 }, (_, i) => 277 + i),
    );
  });

  it("refuse a value beyond its field's width", () => {
    expect(() => encodeLimits({ ...emptyLimits(), maxLoans: 256 })).to.throw(
      "256 is not an unsigned whole number of 1 byte",
    );
    expect(() => encodeLimits({ ...emptyLimits(), marketCap: 2n ** 40n })).to.throw("of 5 bytes");
  });

  describe("given what protocol §5 asks of them", () => {
    it("are taken with nothing on but LICENCE", () => {
      expect(faultsOf({})).to.deep.equal([]);
    });

    it("are taken when they are random ones that a Rulebook takes", () => {
      const random = new Random(2);
      for (let i = 0; i < 200; i++) expect(limitFaults(encodeLimits(randomLimits(random, 0.5)))).to.deep.equal([]);
    });

    it("must not waive LICENCE", () => {
      expect(faultsOf({ on: 0 })).to.deep.equal(["on"]);
      expect(faultsOf({ refuse: 0 })).to.deep.equal(["refuse"]);
    });

    it("must name a pilot and refuse by it, or a rule's contract and its gas, where they turn those on", () => {
      expect(faultsOf({ on: LICENCE | ruleBit("PILOT") })).to.deep.equal(["pilot", "refuse"]);
      expect(faultsOf({ on: LICENCE | ruleBit("CUSTOM") })).to.deep.equal(["customGas", "custom"]);
    });

    it("must not turn on what isn't served", () => {
      expect(faultsOf({ on: LICENCE | (2 ** 27) })).to.deep.equal(["on"]);
    });

    it("must be within their ranges, but only those of rules that are on", () => {
      expect(faultsOf({ frequencyCount: 9 })).to.deep.equal([]);
      const on = LICENCE | ruleBit("FREQUENCY");
      expect(faultsOf({ on, frequencyCount: 8, frequencyWindow: 508 })).to.deep.equal([]);
      expect(faultsOf({ on, frequencyCount: 9, frequencyWindow: 509 })).to.deep.equal([
        "frequencyCount",
        "frequencyWindow",
      ]);
      expect(faultsOf({ on, frequencyCount: 0, frequencyWindow: 0 })).to.deep.equal([
        "frequencyCount",
        "frequencyWindow",
      ]);
    });

    it("must have cost brackets that ascend", () => {
      const costBrackets = [
        { upTo: 5n, share: 1 },
        { upTo: 5n, share: 1 },
      ];
      expect(faultsOf({ on: LICENCE | ruleBit("COST"), costBrackets })).to.deep.equal(["costBrackets"]);
    });

    it("must have effective discounts that multiply back", () => {
      const rateCap = 360_000_000n;
      const effective = {
        on: LICENCE | ruleBit("RATE"),
        rateConvention: 1,
        rateYearBasis: 365,
        rateUnitCount: 1,
        rateCap,
      };
      const dayDiscount = discountRoot(365, rateCap);
      const monthDiscount = discountRoot(12, rateCap);
      expect(faultsOf({ ...effective, dayDiscount, monthDiscount })).to.deep.equal([]);
      expect(faultsOf({ ...effective, dayDiscount: dayDiscount - 2n, monthDiscount })).to.deep.equal(["dayDiscount"]);
      expect(faultsOf({ ...effective, dayDiscount, monthDiscount: monthDiscount + 2n })).to.deep.equal([
        "monthDiscount",
      ]);
    });

    it("must have zeros where they are reserved", () => {
      const bytes = encodeLimits(least);
      bytes[88] = 1;
      expect(limitFaults(bytes).map(({ field }) => field)).to.deep.equal(["reserved"]);
    });
  });

  it("may use the rules that this registry serves, and no others", () => {
    // SETTLEMENT goes by RATE's fields.
    const rate = ruleBit("RATE");
    const refused = RULES.filter((rule) =>
      faultsOf({ on: LICENCE | rate | ruleBit(rule), rateYearBasis: 365 }).includes("on"),
    );
    expect(refused).to.deep.equal(RULES.filter((rule) => (SERVED_RULES & ruleBit(rule)) === 0));
  });
});
