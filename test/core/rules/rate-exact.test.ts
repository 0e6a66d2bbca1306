import { expect } from "chai";
import fc from "fast-check";
import { exceedsCap } from "../../../src/core/rules/rate.ts";
import { cases, critical } from "../../support/rate-cases.ts";
import { effort, FINE, goesBelowZero } from "../../support/rate-reference.ts";

/** What rounding may hide, in 2⁻³⁰ minor units (docs/spec/rate.md). */
const BOUND = 1n;

describe("RATE against exact arithmetic", function () {
  this.timeout(300_000);
  const runs = [
    { convention: 0, name: "nominal", numRuns: 250 },
    { convention: 1, name: "effective annual", numRuns: 150 },
    { convention: 2, name: "simple", numRuns: 400 },
  ];
  for (const { convention, name, numRuns } of runs)
    describe(`given random ${name} cases and the smallest balance that passes`, () => {
      const short = cases(convention).filter(({ schedule, limits }) => effort(schedule, limits) <= 400);

      it("agrees that it passes, and that one minor unit less does not", () => {
        fc.assert(
          fc.property(short, ({ schedule, limits }) => {
            const cap = limits.rateCap;
            const smallest = critical((opening) => !exceedsCap(schedule, opening, cap, limits));
            expect(goesBelowZero(schedule, (smallest << FINE) + BOUND, cap, limits), "too lenient").to.be.false;
            if (smallest > 0n)
              expect(goesBelowZero(schedule, (smallest - 1n) << FINE, cap, limits), "too strict").to.be.true;
          }),
          { seed: 7, numRuns },
        );
      });
    });
});
