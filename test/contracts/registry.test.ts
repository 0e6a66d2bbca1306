import { expect } from "chai";

import { disbursed, closed, fixtures, NOW, opened, repaid } from "./fixtures.ts";

describe("Registry", () => {
  it("files a loan's whole life", async () => {
    const { deploy } = await fixtures();
    const t = await deploy();
    await t.publish();
    const platform = await t.grant();
    const [decision] = await platform.file([opened()], { time: NOW + 10 });
    expect(decision).to.deep.equal({ outcome: "accepted", findings: 0, breaches: 0, undetermined: 0 });
    const ref = { platform: 1, number: 1, index: 0 };
    const rest = await platform.file([disbursed(ref), repaid(ref), closed(ref, { principal: 92_000n })], {
      time: NOW + 20,
    });
    expect(rest.map(({ outcome }) => outcome)).to.deep.equal(["accepted", "accepted", "accepted"]);
  });
});
