import { readFileSync } from "node:fs";

import { expect } from "chai";

import { compilePilot, parsePilotFile, pilotJsonSchema } from "../../src/regulator/pilot-terms.ts";

const FILE = "rulebooks/pilots/emergency-fund.yaml";
const TEXT = readFileSync(FILE, "utf8");

const context = {
  productNumber: () => 257,
  secondsOf: (_option: string, text: string) => Date.parse(text) / 1_000,
  decimals: 2,
};
const compiled = (text: string) => compilePilot(parsePilotFile(text, "terms.yaml"), "terms.yaml", context);

describe("regulator/pilot-terms", () => {
  it("reads the emergency fund's", () => {
    expect(compiled(TEXT)).to.deep.equal({
      ...{ product: 257, opensAt: 1_798_761_600, endsAt: 1_814_400_000, consent: true },
      ...{ maxLoans: 2_000, maxBorrowers: 500, maxOutstanding: 100_000_000n, maxLoss: 2_000_000n },
      ...{ defaultShare: 50_000, defaultFrom: 50, complaintShare: 20_000, complaintFrom: 50 },
    });
  });

  it("has no stop condition but the loss where none is said", () => {
    const none = TEXT.slice(0, TEXT.indexOf("stop:"));
    expect(compiled(none)).to.deep.include({ defaultFrom: 0, complaintFrom: 0, maxLoss: 2_000_000n });
  });

  for (const [what, from, to, problem] of [
    ["a bound left out", "loans: 2000\n", "", /loans: /u],
    ["an unknown field", "consent: true", "consent: true\nextra: 1", /line 17, extra: /u],
    ["more decimals than the currency has", "loss: 20000", 'loss: "20000.001"', /loss: .*decimals/u],
    ["nothing to lend", "outstanding: 1000000", "outstanding: 0", /nothing may be lent/u],
    ["no number", "pilot: 1\n", "pilot: 0\n", /line 6, pilot: /u],
    ["nobody who takes part", "platforms: [1, 2]", "platforms: []", /platforms: /u],
    ["a share that stops nothing", "share: 5%", "share: 300%", /stop\.defaults\.share: is 100 % or more/u],
    ["all loans as a share", "share: 2%", "share: 100%", /stop\.complaints\.share: is 100 % or more/u],
    ["more loans than can be counted", "loans: 2000", "loans: 10000000000", /loans: is 10000000000, and must be/u],
    ["broken YAML", "consent: true", "consent: [", /line \d+, the file: /u],
  ] as const)
    it(`names line and field of ${what}`, () => {
      expect(() => compiled(TEXT.replace(from, to)))
        .to.throw(problem)
        .with.property("code", "pilot-invalid");
    });

  it("has the JSON Schema that is beside it", () => {
    const written: unknown = JSON.parse(readFileSync("rulebooks/pilots/pilot.schema.json", "utf8"));
    expect(written, "run `node scripts/rule-pack-schema.ts`").to.deep.equal(
      JSON.parse(JSON.stringify(pilotJsonSchema())),
    );
  });
});
