import { expect } from "chai";

import { toHex } from "../../src/core/bytes.ts";
import { encodeLimits } from "../../src/core/limits.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { bits, DAY, fixtures, NOW, opened, SERVED_RULES, told, wideLimits } from "./fixtures.ts";

const NOTICE = 30 * DAY;
const FOREVER = 2n ** 40n - 1n;
const LIMITS = toHex(encodeLimits(wideLimits()));
const NONE = Array.from({ length: 10 }, () => 0n);

/** Limits with some bytes written over. */
function broken(at: number, ...bytes: number[]): string {
  const limits = encodeLimits(wideLimits());
  limits.set(bytes, at);
  return toHex(limits);
}

describe("Rulebook", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  /** The deployment, and a clock that stands at `now` for the next transaction. */
  async function given() {
    const t = await deploy();
    const clock = async (time: number) => t.networkHelpers.time.setNextBlockTimestamp(time);
    const words = (limits: string) =>
      Array.from({ length: 10 }, (_, i) => BigInt(`0x${limits.slice(2 + 64 * i, 66 + 64 * i)}`));
    return { t, rulebook: t.rulebook, clock, words };
  }

  it("publishes the first version from any time, and says it all", async () => {
    const { rulebook, clock, words } = await given();
    await clock(NOW);
    await expect(rulebook.publish(1, 1, 0, LIMITS))
      .to.emit(rulebook, "VersionPublished")
      .withArgs(1, 1, 0, 0, NOW, LIMITS);
    expect(await rulebook.limitsAt(1, 1, 0)).to.deep.equal([words(LIMITS), 0n, FOREVER]);
    expect(await rulebook.limitsAt(1, 2, NOW)).to.deep.equal([NONE, 0n, FOREVER]);
    const { version, withdrawnAt, limits } = await rulebook.versionOf(1, 1, 0);
    expect([version.effectiveFrom, version.enactedAt, version.index, withdrawnAt]).to.deep.equal([
      0n,
      BigInt(NOW),
      0n,
      0n,
    ]);
    expect(limits).to.equal(LIMITS);
  });

  it("later versions need notice, and ascend", async () => {
    const { rulebook, clock } = await given();
    const stricter = toHex(encodeLimits(wideLimits({ marketCap: 5n })));
    await rulebook.publish(1, 1, 1_000, LIMITS);
    await clock(NOW);
    await expect(rulebook.publish(1, 1, 1_000, stricter))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_NotAscending")
      .withArgs(1_000, 1_000);
    await clock(NOW + 1);
    await expect(rulebook.publish(1, 1, NOW + NOTICE, stricter))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_TooSoon")
      .withArgs(NOW + 1 + NOTICE, NOW + NOTICE);
    await clock(NOW + 2);
    await rulebook.publish(1, 1, NOW + 2 + NOTICE, stricter);
    await expect(rulebook.publish(1, 1, NOW + 2 + NOTICE, LIMITS)).to.be.revertedWithCustomError(
      rulebook,
      "Rulebook_NotAscending",
    );
  });

  it("finds the version in force among many, and when the next takes over", async () => {
    const { rulebook, clock, words } = await given();
    const changes = [0n, 1n, 2n, 3n, 4n].map((marketCap) => toHex(encodeLimits(wideLimits({ marketCap }))));
    const starts = [500, ...[1, 2, 3, 4].map((k) => NOW + k * NOTICE)];
    await rulebook.publish(1, 1, 500, changes[0]!);
    for (const k of [1, 2, 3, 4]) {
      await clock(NOW + (k - 1) * 10 - 100);
      await rulebook.publish(1, 1, starts[k]!, changes[k]!);
    }
    expect(await rulebook.limitsAt(1, 1, 499)).to.deep.equal([NONE, 0n, 500n]);
    for (const k of [0, 1, 2, 3, 4]) {
      const until = k === 4 ? FOREVER : BigInt(starts[k + 1]!);
      const expected = [words(changes[k]!), BigInt(starts[k]!), until];
      expect(await rulebook.limitsAt(1, 1, starts[k]!)).to.deep.equal(expected);
      expect(await rulebook.limitsAt(1, 1, (starts[k + 1] ?? 2 ** 40) - 1)).to.deep.equal(expected);
    }
  });

  it("withdraws what does not bind yet, in any order, and nothing else", async () => {
    const { rulebook, clock } = await given();
    const starts = [0, NOW + NOTICE, NOW + 2 * NOTICE, NOW + 3 * NOTICE];
    await clock(NOW);
    await rulebook.publish(1, 1, 0, LIMITS);
    for (const start of starts.slice(1)) await rulebook.publish(1, 1, start + 100, LIMITS);
    await clock(NOW + 500);
    await expect(rulebook.withdraw(1, 1, 2))
      .to.emit(rulebook, "VersionWithdrawn")
      .withArgs(1, 1, 2, NOW + 500);
    await expect(rulebook.withdraw(1, 1, 2))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_NotPending")
      .withArgs(2);
    await expect(rulebook.withdraw(1, 1, 0))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_NotPending")
      .withArgs(0);
    const [, from, until] = await rulebook.limitsAt(1, 1, starts[2]! + 100);
    expect([from, until]).to.deep.equal([BigInt(starts[1]! + 100), BigInt(starts[3]! + 100)]);
    await rulebook.withdraw(1, 1, 3);
    expect((await rulebook.limitsAt(1, 1, starts[3]! + 100))[2]).to.equal(FOREVER);
    // Its place in time is free again.
    await rulebook.publish(1, 1, starts[2]! + 50, LIMITS);
    expect((await rulebook.versionOf(1, 1, 2)).withdrawnAt).to.equal(BigInt(NOW + 500));
    expect(await rulebook.versionCount(1, 1)).to.equal(5);
    await clock(starts[1]! + 100);
    await expect(rulebook.withdraw(1, 1, 1))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_NotPending")
      .withArgs(1);
  });

  it("a first version that was withdrawn leaves the first place free", async () => {
    const { rulebook, clock } = await given();
    await clock(NOW);
    await rulebook.publish(1, 1, NOW + 10, LIMITS);
    await rulebook.withdraw(1, 1, 0);
    expect(await rulebook.limitsAt(1, 1, NOW + 10)).to.deep.equal([NONE, 0n, FOREVER]);
    await rulebook.publish(1, 1, 7, LIMITS);
    expect((await rulebook.limitsAt(1, 1, NOW))[1]).to.equal(7n);
  });

  it("tells the law as it stands from the law as it was known", async () => {
    const { rulebook, clock } = await given();
    const start = NOW + 2 * NOTICE;
    await clock(NOW);
    await rulebook.publish(1, 1, 0, LIMITS);
    await clock(NOW + 100);
    await rulebook.publish(1, 1, start, LIMITS);
    await clock(NOW + 200);
    await rulebook.withdraw(1, 1, 1);
    const known = async (knownAt: number) => [...(await rulebook.versionKnown(1, 1, start, knownAt))];
    expect(await known(NOW - 1)).to.deep.equal([false, 0n]);
    expect(await known(NOW + 99)).to.deep.equal([true, 0n]);
    expect(await known(NOW + 100)).to.deep.equal([true, 1n]);
    expect(await known(NOW + 199)).to.deep.equal([true, 1n]);
    expect(await known(NOW + 200)).to.deep.equal([true, 0n]);
  });

  describe("refuses limits", () => {
    const faults: readonly [string, string, number][] = [
      ["of another format", broken(0, 2), 0],
      ["with unknown flags", broken(1, 16), 1],
      ["with a window counted in two things", broken(1, 12), 1],
      ["with a window of no business days", toHex(encodeLimits(wideLimits({ flags: 4, withdrawalWindow: 0 }))), 24],
      ["with a window of too many days", toHex(encodeLimits(wideLimits({ flags: 8, withdrawalWindow: 61 }))), 24],
      ["without LICENCE", toHex(encodeLimits(wideLimits({ on: bits(["AMOUNT"]) }))), 2],
      ["with a rule that has no bit", broken(2, 0x08), 2],
      ["whose LICENCE does not refuse", toHex(encodeLimits(wideLimits({ refuse: bits(["AMOUNT"]) }))), 6],
      ["that refuse by a rule that has no bit", broken(6, 0x0f), 6],
      ["that refuse what is undetermined of no rule", broken(10, 0x80), 10],
      ["with reserved bytes set", broken(95, 1), 88],
      ["with the last byte set", broken(319, 1), 305],
      ["with an unknown cooling-off", broken(62, 3), 62],
      ["with a cooling-off of no days", toHex(encodeLimits(wideLimits({ coolingMode: 1, coolingOff: 0 }))), 58],
      [
        "with one of more days than can be counted",
        toHex(encodeLimits(wideLimits({ coolingMode: 2, coolingOff: 61 }))),
        58,
      ],
      ["with a count of none", broken(63, 0), 63],
      ["with a count beyond the ring", broken(63, 9), 63],
      ["with a window of none", broken(64, 0, 0), 64],
      ["with a window beyond the ring", broken(64, 1, 253), 64],
      ["with an unknown window", broken(66, 2), 66],
      ["with an unknown convention", broken(67, 3), 67],
      ["with a year of 300 days", broken(68, 1, 44), 67],
      ["with effective discounts that don't multiply back", broken(67, 1), 67],
      [
        "whose cost brackets don't ascend",
        toHex(
          encodeLimits(
            wideLimits({
              costBrackets: [
                { upTo: 9n, share: 1 },
                { upTo: 9n, share: 1 },
              ],
            }),
          ),
        ),
        142,
      ],
    ];
    for (const [name, limits, at] of faults)
      it(`${name}, at byte ${at}`, async () => {
        const { rulebook } = await given();
        await expect(rulebook.publish(1, 1, 0, limits))
          .to.be.revertedWithCustomError(rulebook, "Rulebook_BadField")
          .withArgs(at);
      });

    it("but looks at a rule's fields only if it is on", async () => {
      const { rulebook } = await given();
      const off = wideLimits({ on: bits(["LICENCE"]), frequencyCount: 0, rateYearBasis: 0, coolingMode: 3 });
      await rulebook.publish(1, 1, 0, toHex(encodeLimits(off)));
    });

    it("of another length, product or kind of borrower", async () => {
      const { rulebook } = await given();
      await expect(rulebook.publish(1, 1, 0, LIMITS.slice(0, -2)))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_BadLength")
        .withArgs(320, 319);
      for (const product of [0, 2_048])
        await expect(rulebook.publish(product, 1, 0, LIMITS))
          .to.be.revertedWithCustomError(rulebook, "Rulebook_BadProduct")
          .withArgs(product, 2_048);
      for (const kind of [0, 3])
        await expect(rulebook.publish(1, kind, 0, LIMITS))
          .to.be.revertedWithCustomError(rulebook, "Rulebook_BadKind")
          .withArgs(kind);
    });

    it("with rules that the registry in service doesn't judge", async () => {
      const { t, rulebook } = await given();
      // Returns zero, whatever it is asked: a registry that judges nothing.
      await t.networkHelpers.setCode(await t.registry.getAddress(), "0x600060005260206000f3");
      await expect(rulebook.publish(1, 1, 0, LIMITS))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_NotServed")
        .withArgs(bits(SERVED_RULES));
    });

    it("before there is a registry to judge them", async () => {
      const { t } = await given();
      const manager = await t.administration.getAddress();
      const licences = await t.ethers.deployContract("Licences", [manager, 0]);
      const rulebook = await t.ethers.deployContract("Rulebook", [manager, await licences.getAddress(), 0, 0]);
      const selector = rulebook.interface.getFunction("publish").selector;
      await t.administration.setTargetFunctionRole(await rulebook.getAddress(), [selector], 1);
      await expect(rulebook.publish(1, 1, 0, LIMITS)).to.be.revertedWithCustomError(rulebook, "Rulebook_NoRegistry");
    });
  });

  describe("settings", () => {
    const utc = toHex(encodeSettings({ zone: [], markets: new Map() }));

    it("bind by time, with notice after the first", async () => {
      const { rulebook, clock } = await given();
      const zone = [
        { from: 0, offset: 28_800 },
        { from: NOW, offset: -3_600 },
      ];
      const markets = new Map([
        [0, { confirmationWindow: 60, graceDays: 3 }],
        [31, { confirmationWindow: 0, graceDays: 0 }],
      ]);
      const first = toHex(encodeSettings({ zone, markets }));
      expect(await rulebook.settingsAt(NOW)).to.equal("0x");
      await clock(NOW);
      await expect(rulebook.publishSettings(5, first))
        .to.emit(rulebook, "SettingsPublished")
        .withArgs(0, 5, NOW, first);
      await clock(NOW + 1);
      await expect(rulebook.publishSettings(NOW, utc))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_TooSoon")
        .withArgs(NOW + 1 + NOTICE, NOW);
      await rulebook.publishSettings(NOW + 2 * NOTICE, utc);
      expect(await rulebook.settingsAt(4)).to.equal("0x");
      expect(await rulebook.settingsAt(NOW + 2 * NOTICE - 1)).to.equal(first);
      expect(await rulebook.settingsAt(NOW + 2 * NOTICE)).to.equal(utc);
      await clock(NOW + 10);
      await expect(rulebook.withdrawSettings(1))
        .to.emit(rulebook, "SettingsWithdrawn")
        .withArgs(1, NOW + 10);
      expect(await rulebook.settingsAt(NOW + 2 * NOTICE)).to.equal(first);
      await expect(rulebook.withdrawSettings(0))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_NotPending")
        .withArgs(0);
    });

    const bad: readonly [string, string, number][] = [
      ["empty", "0x", 0],
      ["that end in a zone", "0x0100000000000000", 0],
      ["with zones out of order", "0x02000000000500000000000000050000000000", 9],
      ["more than a day from UTC", "0x01000000000001518100", 6],
      ["of another length than they say", "0x0000ff", 2],
      ["with a market beyond the last", "0x000120000000000000", 2],
      ["with markets out of order", "0x00020100000000000001000000000000", 9],
      ["with a calendar cut short", "0x0000600001000200", 2],
      ["without a weekday that is worked", "0x00007f000100020000", 2],
      ["with a calendar that ends where it begins", "0x000060000200020000", 5],
      ["with fewer exceptional days than they say", "0x0000600001000500020002", 7],
      ["with more exceptional days than can be", "0x000060000100050400", 7],
      ["with an exceptional day out of order", "0x00006000010005000200020002", 11],
      ["with an exceptional day that isn't known", "0x0000600001000500010005", 9],
    ];
    for (const [name, settings, at] of bad)
      it(`are refused ${name}, at byte ${at}`, async () => {
        const { rulebook } = await given();
        await expect(rulebook.publishSettings(0, settings))
          .to.be.revertedWithCustomError(rulebook, "Rulebook_BadField")
          .withArgs(at);
      });
  });

  describe("business days", () => {
    const markets = new Map([[1, { confirmationWindow: 60, graceDays: 3 }]]);
    // Thursday, 1 January 1970, is day 0.
    const calendar = { rest: 0b110_0000, from: 0, until: 20, exceptions: [1, 9] };
    const with_ = (change: Partial<typeof calendar>) =>
      toHex(encodeSettings({ zone: [], markets, calendar: { ...calendar, ...change } }));

    it("are counted as far as they are known", async () => {
      const { rulebook } = await given();
      await rulebook.publishSettings(5, with_({}));
      const count = (since: number, upTo: number, enough = 99) => rulebook.businessDays(5, since, upTo, enough);
      // Friday is a holiday, then comes a weekend.
      expect(await count(0, 3)).to.deep.equal([0n, 0n]);
      expect(await count(0, 4)).to.deep.equal([1n, 0n]);
      // The second Saturday is worked.
      expect(await count(0, 9)).to.deep.equal([6n, 0n]);
      expect(await count(0, 9, 2)).to.deep.equal([2n, 0n]);
      expect(await count(9, 9)).to.deep.equal([0n, 0n]);
      expect(await count(18, 25)).to.deep.equal([1n, 6n]);
      expect(await count(30, 33)).to.deep.equal([0n, 3n]);
      expect(await rulebook.businessDays(4, 0, 4, 1)).to.deep.equal([0n, 4n]);
    });

    it("can be known for longer without notice, and changed only with it", async () => {
      const { rulebook, clock } = await given();
      await clock(NOW);
      await rulebook.publishSettings(0, with_({}));
      const changes = [
        with_({ until: 30, exceptions: [1, 9, 19] }),
        with_({ until: 30, exceptions: [1, 10] }),
        with_({ until: 19 }),
        with_({ until: 30, rest: 0 }),
        with_({ until: 30, from: 1 }),
        with_({ exceptions: [1, 9, 11] }),
        with_({}),
        toHex(encodeSettings({ zone: [], markets })),
        toHex(encodeSettings({ zone: [], markets: new Map(), calendar: { ...calendar, until: 30 } })),
      ];
      for (const settings of changes)
        await expect(rulebook.publishSettings(NOW + NOTICE - 1, settings)).to.be.revertedWithCustomError(
          rulebook,
          "Rulebook_TooSoon",
        );
      await clock(NOW + 100);
      await expect(rulebook.publishSettings(NOW + 99, with_({ until: 30 }))).to.be.revertedWithCustomError(
        rulebook,
        "Rulebook_TooSoon",
      );
      await clock(NOW + 200);
      await rulebook.publishSettings(NOW + 200, with_({ until: 30, exceptions: [1, 9, 20] }));
      expect(await rulebook.businessDays(NOW + 199, 18, 25, 99)).to.deep.equal([1n, 6n]);
      expect(await rulebook.businessDays(NOW + 200, 18, 25, 99)).to.deep.equal([4n, 0n]);
    });
  });

  describe("a reference series", () => {
    const points = [
      { publishedAt: 1_000, rate: 30_000_000n },
      { publishedAt: 2_000, rate: 31_000_000n },
    ];

    it("gives the last point published by a time, and until when", async () => {
      const { rulebook, clock } = await given();
      await clock(NOW);
      await expect(rulebook.openSeries(1, "LPR", points))
        .to.emit(rulebook, "SeriesOpened")
        .withArgs(1, "LPR")
        .to.emit(rulebook, "RatePublished")
        .withArgs(1, 2_000, 31_000_000n, NOW);
      expect(await rulebook.referenceAt(1, 999)).to.deep.equal([0n, 0n, 1_000n]);
      expect(await rulebook.referenceAt(1, 1_000)).to.deep.equal([30_000_000n, 1_000n, 2_000n]);
      expect(await rulebook.referenceAt(1, 1_999)).to.deep.equal([30_000_000n, 1_000n, 2_000n]);
      expect(await rulebook.referenceAt(1, 2_000)).to.deep.equal([31_000_000n, 2_000n, FOREVER]);
      expect(await rulebook.referenceAt(2, 2_000)).to.deep.equal([0n, 0n, FOREVER]);
      expect(await rulebook.pointCount(1)).to.equal(2);
      expect(await rulebook.pointOf(1, 0)).to.deep.equal([[1_000n, 30_000_000n], BigInt(NOW)]);
    });

    it("takes a point up to ten days late, never early, ascending, at most 1,000,000 %", async () => {
      const { rulebook, clock } = await given();
      await rulebook.openSeries(1, "LPR", points);
      await clock(NOW);
      await expect(rulebook.publishRate(1, NOW - 10 * DAY - 1, 1n))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_PointTooLate")
        .withArgs(NOW - 10 * DAY, NOW - 10 * DAY - 1);
      await clock(NOW + 1);
      await expect(rulebook.publishRate(1, NOW + 2, 1n))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_PointTooEarly")
        .withArgs(NOW + 1, NOW + 2);
      await clock(NOW + 2);
      await rulebook.publishRate(1, NOW + 2 - 10 * DAY, 32_000_000n);
      await expect(rulebook.publishRate(1, NOW + 2 - 10 * DAY, 1n))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_NotAscending")
        .withArgs(NOW + 2 - 10 * DAY, NOW + 2 - 10 * DAY);
      await expect(rulebook.publishRate(1, NOW, 10n ** 13n + 1n))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_BadRate")
        .withArgs(10n ** 13n + 1n, 10n ** 13n);
    });

    it("is opened once, with a point, and under a number", async () => {
      const { rulebook } = await given();
      await expect(rulebook.publishRate(1, NOW, 1n))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_NoSeries")
        .withArgs(1);
      await expect(rulebook.openSeries(0, "", points))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_NoSeries")
        .withArgs(0);
      await expect(rulebook.openSeries(1, "", []))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_SeriesExists")
        .withArgs(1);
      await rulebook.openSeries(1, "", points);
      await expect(rulebook.openSeries(1, "", points))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_SeriesExists")
        .withArgs(1);
    });
  });

  it("lets nobody in without a role", async () => {
    const { t } = await given();
    const rulebook = t.rulebook.connect(t.stranger);
    const calls = [
      () => rulebook.publish(1, 1, 0, LIMITS),
      () => rulebook.withdraw(1, 1, 0),
      () => rulebook.publishSettings(0, "0x0000"),
      () => rulebook.withdrawSettings(0),
      () => rulebook.openSeries(1, "", []),
      () => rulebook.publishRate(1, 0, 0),
      () => rulebook.setNotices(0, 0),
      () => rulebook.publishHistory(1, 1, [0], [LIMITS]),
      () => rulebook.declareEmergency(1, 1, NOW, LIMITS, "why"),
      () => rulebook.liftEmergency(1, 1, "why"),
      () => rulebook.notePack("pack", `0x${"00".repeat(32)}`),
    ];
    for (const call of calls)
      await expect(call())
        .to.be.revertedWithCustomError(rulebook, "AccessManagedUnauthorized")
        .withArgs(t.stranger.address);
  });

  it("a loan is judged by the version in force when it was opened", async () => {
    const { t, clock } = await given();
    const platform = await t.grant();
    await clock(NOW - NOTICE - 10);
    await t.publish({ limits: { amountMax: 100_000n, reportingWindow: 1_000 } });
    await clock(NOW - NOTICE - 5);
    await t.publish({ from: NOW, limits: { amountMax: 99_999n, reportingWindow: 1_000 } });
    const basis = "paidOut";
    const decisions = await platform.file([opened({ basis, time: NOW - 1 }), opened({ basis, time: NOW })], {
      time: NOW + 5,
    });
    expect(decisions.map(told)).to.deep.equal(["accepted", "flagged AMOUNT"]);
  });
});
