import { expect } from "chai";

import { fromHex, toHex } from "../../src/core/bytes.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { encodeLimits } from "../../src/core/limits.ts";
import { Rulebook as Twin } from "../../src/core/rulebook.ts";
import { decodeLog } from "../../src/chain/events.ts";
import { Random } from "../support/random.ts";
import { DAY, fixtures, NOW, wideLimits } from "./fixtures.ts";

const limits = (marketCap: bigint, change: Partial<Limits> = {}): string =>
  toHex(encodeLimits(wideLimits({ marketCap, ...change })));
const WHY = "A run on one lender";

describe("Rulebook: an emergency", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  /** A version in force with a market cap of 1,000; the next block is at NOW unless the clock is set. */
  async function given() {
    const t = await deploy();
    const { rulebook, networkHelpers } = t;
    await rulebook.publish(1, 1, 0, limits(1_000n));
    const clock = async (time: number) => networkHelpers.time.setNextBlockTimestamp(time);
    await clock(NOW);
    /** The market cap that binds at a time, by the law as it stands. */
    const capAt = async (time: number) => ((await rulebook.limitsAt(1, 1, time))[0][1]! >> 64n) & (2n ** 40n - 1n);
    return { t, rulebook, clock, capAt };
  }

  it("binds from the next second on, says why, and ends by itself", async () => {
    const { rulebook, capAt } = await given();
    const until = NOW + 10 * DAY;
    await expect(rulebook.declareEmergency(1, 1, until, limits(5n), WHY))
      .to.emit(rulebook, "EmergencyDeclared")
      .withArgs(1, 1, 1, NOW + 1, until, WHY)
      .to.emit(rulebook, "VersionPublished")
      .withArgs(1, 1, 1, NOW + 1, NOW, limits(5n))
      .to.emit(rulebook, "VersionPublished")
      .withArgs(1, 1, 2, until, NOW, limits(1_000n));
    expect(await Promise.all([NOW, NOW + 1, until - 1, until].map(capAt))).to.deep.equal([1_000n, 5n, 5n, 1_000n]);
    expect(await rulebook.emergencyOf(1, 1)).to.deep.equal([BigInt(NOW + 1), BigInt(until), 1n, 2n]);
    // As was known the day before it.
    expect(await rulebook.versionKnown(1, 1, NOW + 5, NOW - 1)).to.deep.equal([true, 0n]);
    expect(await rulebook.versionKnown(1, 1, NOW + 5, NOW)).to.deep.equal([true, 1n]);
  });

  it("lasts 90 days at most, and gives a reason", async () => {
    const { rulebook, clock } = await given();
    const latest = NOW + 1 + 90 * DAY;
    await expect(rulebook.declareEmergency(1, 1, latest + 1, limits(5n), WHY))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_BadEnd")
      .withArgs(NOW + 1, latest, latest + 1);
    await clock(NOW + 1);
    await expect(rulebook.declareEmergency(1, 1, NOW + 2, limits(5n), WHY))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_BadEnd")
      .withArgs(NOW + 2, NOW + 2 + 90 * DAY, NOW + 2);
    await expect(rulebook.declareEmergency(1, 1, NOW + 9, limits(5n), "")).to.be.revertedWithCustomError(
      rulebook,
      "Rulebook_NoReason",
    );
    await expect(rulebook.declareEmergency(2, 1, NOW + 9, limits(5n), WHY))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_NothingBinds")
      .withArgs(2, 1);
    await clock(NOW + 10);
    await rulebook.declareEmergency(1, 1, NOW + 11 + 90 * DAY, limits(5n), WHY);
  });

  it("ends before the next version that was published binds, which it never moves", async () => {
    const { rulebook, clock, capAt } = await given();
    const next = NOW + 40 * DAY;
    await rulebook.publish(1, 1, next, limits(900n));
    await clock(NOW + 1);
    await expect(rulebook.declareEmergency(1, 1, next, limits(5n), WHY))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_BadEnd")
      .withArgs(NOW + 2, next - 1, next);
    await clock(NOW + 2);
    await rulebook.declareEmergency(1, 1, next - 1, limits(5n), WHY);
    expect(await Promise.all([next - 2, next - 1, next].map(capAt))).to.deep.equal([5n, 1_000n, 900n]);
    // What binds next is measured by what it follows, which is not the emergency.
    expect(await rulebook.noticeFor(1, 1, limits(900n))).to.equal(0);
    await rulebook.withdraw(1, 1, 1);
    expect(await capAt(next)).to.equal(1_000n);
  });

  it("can't be prolonged: not by withdrawing what ends it, nor by another one soon after", async () => {
    const { rulebook, clock } = await given();
    const until = NOW + 11 * DAY;
    await clock(NOW + DAY - 1);
    await rulebook.declareEmergency(1, 1, until, limits(5n), WHY);
    await expect(rulebook.withdraw(1, 1, 2))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_EndsEmergency")
      .withArgs(2);
    const earliest = until + 10 * DAY;
    await clock(earliest - 2);
    await expect(rulebook.declareEmergency(1, 1, earliest + 5, limits(5n), WHY))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_TooSoon")
      .withArgs(earliest, earliest - 1);
    await clock(earliest - 1);
    await rulebook.declareEmergency(1, 1, earliest + 5, limits(5n), WHY);
  });

  it("can be lifted before its end, and soon declared again, if it was a mistake", async () => {
    const { rulebook, clock, capAt } = await given();
    await rulebook.declareEmergency(1, 1, NOW + DAY, limits(5n), WHY);
    await clock(NOW + 60);
    await expect(rulebook.liftEmergency(1, 1, "A typing error"))
      .to.emit(rulebook, "EmergencyLifted")
      .withArgs(1, 1, 1, NOW + 61, "A typing error")
      .to.emit(rulebook, "VersionWithdrawn")
      .withArgs(1, 1, 2, NOW + 60);
    expect(await Promise.all([NOW + 60, NOW + 61, NOW + 2 * DAY].map(capAt))).to.deep.equal([5n, 1_000n, 1_000n]);
    await expect(rulebook.liftEmergency(1, 1, "Again"))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_NoEmergency")
      .withArgs(1, 1);
    await clock(NOW + 121);
    await rulebook.declareEmergency(1, 1, NOW + DAY, limits(50n), WHY);
    expect(await capAt(NOW + 122)).to.equal(50n);
  });

  it("is another role than the rulemaker's", async () => {
    const { t, rulebook } = await given();
    await t.administration.grantRole(1, t.stranger.address, 0);
    await expect(rulebook.connect(t.stranger).declareEmergency(1, 1, NOW + DAY, limits(5n), WHY))
      .to.be.revertedWithCustomError(rulebook, "AccessManagedUnauthorized")
      .withArgs(t.stranger.address);
    await t.administration.grantRole(7, t.relayer.address, 0);
    await rulebook.connect(t.relayer).declareEmergency(1, 1, NOW + DAY, limits(5n), WHY);
    await expect(rulebook.connect(t.relayer).publish(1, 1, NOW + 99 * DAY, limits(6n)))
      .to.be.revertedWithCustomError(rulebook, "AccessManagedUnauthorized")
      .withArgs(t.relayer.address);
  });

  it("says whose text was published", async () => {
    const { rulebook } = await given();
    const hash = `0x${"ab".repeat(32)}`;
    await expect(rulebook.notePack("sample-market", hash))
      .to.emit(rulebook, "PackPublished")
      .withArgs("sample-market", hash, NOW);
  });
});

describe("The Rulebook and its twin", () => {
  it("know the same law at every time, as it stands and as it was known, after random acts of every kind", async function () {
    this.timeout(120_000);
    const { deploy } = await fixtures();
    for (const seed of [1, 2, 3]) {
      const t = await deploy();
      const { rulebook, networkHelpers, ethers } = t;
      const random = new Random(seed);
      const starts = [0, 500, NOW - 70 * DAY].slice(0, seed);
      await rulebook.publishHistory(
        1,
        1,
        starts,
        starts.map((_, i) => limits(BigInt(i))),
      );
      await rulebook.publishSettings(0, "0x0000");
      await rulebook.setNotices(5 * DAY, 9 * DAY);
      let now = NOW;
      let done = 0;
      for (let i = 0; i < 60; i++) {
        now += random.int(1, 4 * DAY);
        await networkHelpers.time.setNextBlockTimestamp(now);
        const count = Number(await rulebook.versionCount(1, 1));
        const act = random.pick(["publish", "publish", "withdraw", "declare", "declare", "lift", "settings"]);
        const sent =
          act === "publish"
            ? rulebook.publish(1, 1, now + random.int(0, 40) * DAY, limits(BigInt(random.int(0, 99))))
            : act === "withdraw"
              ? rulebook.withdraw(1, 1, random.int(Math.max(0, count - 4), count - 1))
              : act === "declare"
                ? rulebook.declareEmergency(1, 1, now + random.int(1, 20) * DAY, limits(777n), WHY)
                : act === "lift"
                  ? rulebook.liftEmergency(1, 1, WHY)
                  : rulebook.publishSettings(now + 9 * DAY, "0x0000");
        // What may not be done is refused with one of the Rulebook's own reasons.
        await sent.then(
          () => done++,
          (error: unknown) =>
            expect(String(error)).to.match(
              /Rulebook_(TooSoon|NotAscending|NotPending|BadEnd|EndsEmergency|LeavesTooSoon|NoEmergency)/u,
            ),
        );
      }
      expect(done).to.be.greaterThan(12);

      const twin = new Twin();
      const address = await rulebook.getAddress();
      for (const log of await ethers.provider.getLogs({ address, fromBlock: 0 })) {
        const event = decodeLog({ ...log, topics: [...log.topics], logIndex: log.index, blockHash: log.blockHash });
        if (event?.type === "law") twin.apply(event.event as Parameters<Twin["apply"]>[0]);
      }
      const edges = twin
        .versionsOf(1, 1)
        .flatMap(({ effectiveFrom, enactedAt, withdrawnAt = now }) => [
          effectiveFrom,
          Math.max(0, effectiveFrom - 1),
          enactedAt,
          withdrawnAt,
        ]);
      for (const at of new Set(edges)) {
        const [words, from] = await rulebook.limitsAt(1, 1, at);
        const expected = twin.versionAt(1, 1, at);
        expect([
          Number(from),
          toHex(fromHex(ethers.concat(words.map((word) => ethers.toBeHex(word, 32))))),
        ]).to.deep.equal([
          expected?.effectiveFrom ?? 0,
          expected === undefined ? `0x${"00".repeat(320)}` : toHex(encodeLimits(expected.value)),
        ]);
      }
      for (let i = 0; i < 150; i++) {
        const [at, knownAt] = [random.pick(edges), random.pick(edges)];
        const [found, index] = await rulebook.versionKnown(1, 1, at, knownAt);
        expect(found ? Number(index) : undefined, `${at} known at ${knownAt}`).to.equal(
          twin.versionAt(1, 1, at, knownAt)?.index,
        );
        const [settingsFound] = await rulebook.settingsKnown(at, knownAt);
        expect(settingsFound).to.equal(
          twin.settings().some((one) => one.enactedAt <= knownAt && one.effectiveFrom <= at),
        );
      }
    }
  });
});
