import { expect } from "chai";
import { artifact } from "../../src/chain/artifacts.ts";
import { revertInWords, wordedReverts } from "../../src/chain/revert-words.ts";

const DATES = (seconds: number): string => `day ${seconds / 86_400}`;

/** Not for whoever sends a transaction: a contract that was deployed in the wrong way, or a library of it. */
const NEVER_MET = ["AccessManagedInvalidAuthority", "DataContract_NotCreated"];

describe("chain/revert-words", () => {
  for (const contract of ["Rulebook", "Licences", "Sandbox", "Registry"])
    it(`has a sentence for each error of ${contract}, and none without an error`, () => {
      const errors: string[] = [];
      artifact(contract).interface.forEachError((error) => errors.push(error.name));
      expect(errors).to.not.be.empty;
      for (const name of errors.filter((one) => !NEVER_MET.includes(one))) {
        const inputs = artifact(contract).interface.getError(name)!.inputs;
        const words = revertInWords({ name, args: Object.fromEntries(inputs.map((input) => [input.name, 1n])) }, DATES);
        expect(words, name).to.not.equal(undefined);
        expect(words!.what, name).to.not.match(/undefined|NaN|\[object/u);
        expect(words!.fix, name).to.match(/\.$/u);
      }
      const own = wordedReverts().filter((name) => name.startsWith(`${contract}_`));
      expect(errors).to.include.members(own);
    });

  it("tells times as days", () => {
    const words = revertInWords({ name: "Rulebook_TooSoon", args: { earliest: 172_800n, given: 86_400n } }, DATES);
    expect(words!.what).to.equal("day 1 is too soon: day 2 is the earliest");
  });

  it("tells a withdrawn licence from one that is active", () => {
    const of = (standing: bigint) =>
      revertInWords({ name: "Licences_NotSuspended", args: { platform: 4n, standing } }, DATES)!.what;
    expect(of(3n)).to.contain("was withdrawn, for good");
    expect(of(1n)).to.equal("platform 4 is active, not suspended");
  });

  it("names the field of a byte that the Rulebook doesn't take", () => {
    expect(revertInWords({ name: "Rulebook_BadField", args: { place: 63n } }, DATES)!.what).to.contain(
      "frequencyCount",
    );
  });

  it("says nothing of an error that isn't ours", () => {
    expect(revertInWords({ name: "ERC20InsufficientBalance", args: {} }, DATES)).to.equal(undefined);
  });
});
