import { existsSync, readFileSync } from "node:fs";

import { expect } from "chai";

import { annualRate } from "../../src/core/apr/annual-rate.ts";
import { readVectors, type FoundVector } from "../../src/core/apr/read-vectors.ts";

const FILE = new URL("../../../shared/data/apr_examples.json", import.meta.url);

interface Published {
  readonly convention: string;
  readonly net_amount: number;
  readonly payments: readonly { months: number; days: number; yearDays: number; amount: number }[];
  readonly expected_apr_percent: number;
  readonly solved_apr_percent: number;
}

describe("published examples of annual rates", () => {
  // Not part of the repository: present where the shared data is laid beside it.
  const found: FoundVector[] = existsSync(FILE) ? readVectors(readFileSync(FILE, "utf8")) : [];
  const values = found.map((vector) => ("value" in vector ? vector.value : undefined) as Published);

  before(function () {
    if (found.length > 0) return;
    console.log("      skipped: no ../shared/data/apr_examples.json beside this checkout");
    this.skip();
  });

  it("come out at their printed precision, all 22", () => {
    const agreeing = values.map((value) => annualRate(value).printed?.agrees);
    expect(agreeing).to.deep.equal(Array.from({ length: 22 }, () => true));
  });

  it("come out as another solver has them, to its eight decimals", () => {
    const rates = values.map((value) => Number(annualRate(value).percent));
    rates.forEach((rate, k) => expect(rate).to.be.closeTo(values[k]?.solved_apr_percent ?? NaN, 6e-9));
  });

  it("solve the equation: in plain doubles the payments are worth what was received", () => {
    const european = values.filter(({ convention }) => convention === "EU_ANNUAL_EFFECTIVE");
    expect(european).to.not.have.length(0);
    for (const value of european) {
      const rate = Number(annualRate(value).percent) / 100;
      const worth = value.payments
        .map(({ months, days, yearDays, amount }) => amount * (1 + rate) ** -(months / 12 + days / yearDays))
        .reduce((sum, part) => sum + part, 0);
      expect(worth / value.net_amount).to.be.closeTo(1, 1e-10);
    }
  });
});
