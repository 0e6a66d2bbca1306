import { expect } from "chai";
import { countBusinessDays, prolongs } from "../../src/core/business-days.ts";
import { Licences } from "../../src/core/licences.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import { Rulebook } from "../../src/core/rulebook.ts";
import { NO_SETTINGS, confirmationWindow, decodeSettings, encodeSettings } from "../../src/core/settings.ts";

const DAY = 86_400;

function publish(rulebook: Rulebook, index: number, effectiveFrom: number, kind = 1): void {
  const limits = encodeLimits({ ...emptyLimits(), maxLoans: index + 1 });
  rulebook.apply({ event: "VersionPublished", product: 65, kind, index, effectiveFrom, limits });
}

describe("The Rulebook's mirror", () => {
  it("knows the version in force at a time, from its first second on", () => {
    const rulebook = new Rulebook();
    publish(rulebook, 0, 1_000);
    publish(rulebook, 1, 2_000);
    const inForce = (at: number, kind = 1): number | undefined => rulebook.limitsAt(65, kind, at)?.maxLoans;
    expect([999, 1_000, 1_999, 2_000].map((at) => inForce(at))).to.deep.equal([undefined, 1, 1, 2]);
    expect(inForce(5_000, 2)).to.equal(undefined);
    expect(rulebook.limitsAt(66, 1, 5_000)).to.equal(undefined);
  });

  it("forgets a version that was withdrawn, and only that", () => {
    const rulebook = new Rulebook();
    publish(rulebook, 0, 1_000);
    publish(rulebook, 1, 2_000);
    publish(rulebook, 2, 3_000);
    rulebook.apply({ event: "VersionWithdrawn", product: 65, kind: 1, index: 1 });
    expect([2_000, 3_000].map((at) => rulebook.limitsAt(65, 1, at)?.maxLoans)).to.deep.equal([1, 3]);
  });

  it("knows settings by the block's time, and none before the first", () => {
    const rulebook = new Rulebook();
    const settings = {
      zone: [
        { from: 0, offset: -18_000 },
        { from: 5, offset: 28_800 },
      ],
      markets: new Map([[1, { confirmationWindow: 60, graceDays: 9 }]]),
    };
    const bytes = encodeSettings(settings);
    expect(decodeSettings(bytes)).to.deep.equal(settings);
    expect(() => decodeSettings(bytes.subarray(1))).to.throw("don't have the length that they say");
    rulebook.apply({ event: "SettingsPublished", index: 0, effectiveFrom: 100, settings: bytes });
    expect(rulebook.settingsAt(99)).to.equal(NO_SETTINGS);
    expect(confirmationWindow(rulebook.settingsAt(100), 1)).to.equal(60);
    expect(confirmationWindow(rulebook.settingsAt(100), 2)).to.equal(0);
    rulebook.apply({ event: "SettingsWithdrawn", index: 0 });
    expect(rulebook.settingsAt(100)).to.equal(NO_SETTINGS);
  });

  it("knows a calendar for as long as it was published", () => {
    const calendar = { rest: 0b110_0000, from: 0, until: 20, exceptions: [1, 9] };
    const settings = { zone: [], markets: new Map(), calendar };
    const bytes = encodeSettings(settings);
    expect(decodeSettings(bytes)).to.deep.equal(settings);
    expect(() => decodeSettings(bytes.subarray(0, -1))).to.throw();
    expect(countBusinessDays(calendar, 0, 9, 99)).to.deep.equal({ known: 6, unknown: 0 });
    expect(countBusinessDays(calendar, 18, 25, 99)).to.deep.equal({ known: 1, unknown: 6 });
    expect(countBusinessDays(undefined, 18, 25, 99)).to.deep.equal({ known: 0, unknown: 7 });
    expect(prolongs({ ...calendar, until: 30, exceptions: [1, 9, 20] }, calendar)).to.equal(true);
    for (const change of [{ until: 20 }, { from: 1 }, { rest: 0 }, { exceptions: [1] }, { exceptions: [1, 9, 19] }])
      expect(prolongs({ ...calendar, until: 30, ...change }, calendar), JSON.stringify(change)).to.equal(false);
  });

  it("never guesses a reference rate", () => {
    const rulebook = new Rulebook();
    rulebook.apply({ event: "RatePublished", series: 1, publishedAt: 1_000, rate: 5n });
    rulebook.apply({ event: "RatePublished", series: 1, publishedAt: 1_000 + 40 * DAY, rate: 6n });
    const at = (time: number): bigint | undefined => rulebook.referenceAt(1, time, 31);
    expect(at(999)).to.equal(undefined);
    expect(at(1_000)).to.equal(5n);
    expect(at(1_000 + 31 * DAY)).to.equal(5n);
    expect(at(1_001 + 31 * DAY)).to.equal(undefined);
    expect(at(1_000 + 40 * DAY)).to.equal(6n);
    expect(rulebook.referenceAt(2, 1_000, 31)).to.equal(undefined);
  });
});

describe("The Licences' mirror", () => {
  const licence = { key: new Uint8Array(20), group: 4, foundingUntil: 0, flags: 0 };

  it("lets only an active platform open loans, of products that it is licensed for", () => {
    const licences = new Licences();
    licences.apply({ event: "LicenceSet", platform: 2, standing: "active", ...licence });
    licences.apply({ event: "ProductsSet", platform: 2, word: 1, bitmap: 1n << 9n });
    expect([265, 9, 264].map((product) => licences.mayOpen(2, product))).to.deep.equal([true, false, false]);
    expect(licences.mayOpen(3, 265)).to.equal(false);
    for (const standing of ["suspended", "withdrawn"] as const) {
      licences.apply({ event: "LicenceSet", platform: 2, standing, ...licence });
      expect(licences.mayOpen(2, 265), standing).to.equal(false);
    }
    expect(licences.groupOf(2)).to.equal(4);
    expect(licences.groupOf(3)).to.equal(0);
  });
});
