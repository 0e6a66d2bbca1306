import { expect } from "chai";

import { gasRows } from "../../bench/gas.ts";
import type { GasRow } from "../../bench/gas.ts";

describe("Gas", function () {
  this.timeout(10 * 60_000);

  let rows: GasRow[];
  before(async () => (rows = await gasRows()));

  it("is within every bound of the design", () => {
    const over = rows.filter(({ pass }) => !pass).map(({ name, value, bound }) => `${name}: ${value} > ${bound}`);
    expect(over).to.deep.equal([]);
    expect(rows.filter(({ bound }) => bound !== null)).to.have.length(10);
  });

  it("of the dearest single entries fits a transaction many times", () => {
    const dearest = rows.filter(({ name }) => name.startsWith("dearest"));
    expect(dearest).to.have.length(2);
    for (const { value } of dearest) expect(value).to.be.below(3_500_000);
  });
});
