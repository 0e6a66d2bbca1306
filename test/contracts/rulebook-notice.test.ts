import { expect } from "chai";
import { network } from "hardhat";

import { toHex } from "../../src/core/bytes.ts";
import { LIMIT_FIELDS } from "../../src/core/limit-fields.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { decodeLimits, encodeLimits } from "../../src/core/limits.ts";
import { strictnessOf } from "../../src/core/strictness.ts";
import { Random } from "../support/random.ts";
import { DAY, fixtures, NOW, wideLimits } from "./fixtures.ts";

const TIGHTENING = 30 * DAY;
const RELAXATION = 90 * DAY;
const limits = (change: Partial<Limits> = {}): string => toHex(encodeLimits(wideLimits(change)));

/** 320 random bytes, but for brackets that ascend and minutes that a day has. */
function randomBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(320).map(() => random.pick([0, random.int(0, 255), 1]));
  const decoded = decodeLimits(bytes);
  const ends = Array.from({ length: random.int(0, 8) }, () => random.int(1, 1_000)).sort((a, b) => a - b);
  const costBrackets = [...new Set(ends)].map((upTo) => ({ upTo: BigInt(upTo), share: random.int(0, 300_000) }));
  const minute = (): number => random.pick([0, 480, 1_320, random.int(0, 1_439)]);
  return encodeLimits({
    ...decoded,
    costFlat: BigInt(random.int(0, 90)),
    costBrackets,
    quietFrom: minute(),
    quietTo: minute(),
  });
}

/** The same with one field, or some, of another. */
function changed(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const result = bytes.slice();
  for (let i = random.pick([1, 1, 2, 4]); i > 0; i--) {
    const { offset, width, name } = random.pick(LIMIT_FIELDS);
    if (name !== "quietFrom" && name !== "quietTo") result.set(other.subarray(offset, offset + width), offset);
  }
  return result;
}

describe("Strictness and its twin", () => {
  it("say the same of 600 random pairs, alike but for some fields or not at all", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("StrictnessHarness");
    const random = new Random(0x57);
    const kinds = new Set<string>();
    for (let i = 0; i < 600; i++) {
      const [a, other] = [randomBytes(random), randomBytes(random)];
      const b = random.chance(0.8) ? changed(random, a, other) : other;
      const expected = strictnessOf(decodeLimits(a), decodeLimits(b));
      const [tightens, relaxes] = await harness.compare(toHex(a), toHex(b));
      expect({ tightens, relaxes }, `${toHex(a)} then ${toHex(b)}`).to.deep.equal(expected);
      kinds.add(`${tightens} ${relaxes}`);
    }
    expect(kinds.size).to.equal(4);
  });
});

describe("Rulebook: notice by kind of change", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  /** A version in force, 30 days of notice for what tightens and 90 for what relaxes; the clock stands at `now` for the next block. */
  async function given() {
    const t = await deploy();
    const { rulebook, networkHelpers } = t;
    await rulebook.setNotices(TIGHTENING, RELAXATION);
    await rulebook.publish(1, 1, 0, limits({ marketCap: 1_000n, coolingOff: DAY }));
    await networkHelpers.time.increaseTo(NOW - 1);
    const clock = async (time: number) => networkHelpers.time.setNextBlockTimestamp(time);
    return { t, rulebook, clock };
  }

  const cases: readonly [string, Partial<Limits>, number][] = [
    ["a tightening its own", { marketCap: 900n, coolingOff: DAY }, TIGHTENING],
    ["a relaxation its own", { marketCap: 1_100n, coolingOff: DAY }, RELAXATION],
    ["what is both the longer one", { marketCap: 1_100n, coolingOff: 2 * DAY }, RELAXATION],
    ["what has no direction the longer one", { marketCap: 1_000n, coolingOff: DAY, rateYearBasis: 360 }, RELAXATION],
    ["a repetition none", { marketCap: 1_000n, coolingOff: DAY }, 0],
  ];
  for (const [name, change, notice] of cases)
    it(`asks of ${name}`, async () => {
      const { rulebook, clock } = await given();
      expect(await rulebook.noticeFor(1, 1, limits(change))).to.equal(notice);
      await clock(NOW);
      await expect(rulebook.publish(1, 1, NOW + notice - 1, limits(change)))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_TooSoon")
        .withArgs(NOW + notice, NOW + notice - 1);
      await clock(NOW + 1);
      await rulebook.publish(1, 1, NOW + 1 + notice, limits(change));
    });

  it("measures a version by the one that it follows, pending or not", async () => {
    const { rulebook, clock } = await given();
    await clock(NOW);
    await rulebook.publish(1, 1, NOW + 100 * DAY, limits({ marketCap: 500n, coolingOff: DAY }));
    expect(await rulebook.noticeFor(1, 1, limits({ marketCap: 900n, coolingOff: DAY }))).to.equal(RELAXATION);
    expect(await rulebook.noticeFor(2, 1, limits())).to.equal(0);
  });

  it("lets nothing be withdrawn that would leave what follows with too little notice", async () => {
    const { rulebook, clock } = await given();
    await clock(NOW);
    // Stricter by far; what comes after it is less strict than that, but stricter than what binds now.
    await rulebook.publish(1, 1, NOW + 100 * DAY, limits({ marketCap: 100n, coolingOff: DAY }));
    await rulebook.setNotices(DAY, 5);
    const later = NOW + 95 * DAY;
    await clock(later);
    const from = NOW + 100 * DAY + 1;
    await rulebook.publish(1, 1, from, limits({ marketCap: 900n, coolingOff: DAY }));
    await rulebook.setNotices(30 * DAY, 5);
    await clock(later + 2 * DAY);
    await expect(rulebook.withdraw(1, 1, 1))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_LeavesTooSoon")
      .withArgs(2, later + 30 * DAY, from);
    await rulebook.withdraw(1, 1, 2);
    await rulebook.withdraw(1, 1, 1);
  });

  it("changes its notice periods after the longer of the present ones has passed", async () => {
    const { t, rulebook, clock } = await given();
    const notices = async () => (await rulebook.notices()).map(Number);
    await clock(NOW);
    await expect(rulebook.setNotices(1, 2))
      .to.emit(rulebook, "NoticesChanged")
      .withArgs(1, 2, NOW + RELAXATION);
    await t.networkHelpers.time.increaseTo(NOW + RELAXATION - 1);
    expect(await notices()).to.deep.equal([TIGHTENING, RELAXATION]);
    await t.networkHelpers.time.increaseTo(NOW + RELAXATION);
    expect(await notices()).to.deep.equal([1, 2]);
    await expect(rulebook.setNotices(1, 3_650 * DAY + 1))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_BadNotice")
      .withArgs(3_650 * DAY, 3_650 * DAY + 1);
  });

  it("asks the longer notice of settings", async () => {
    const { rulebook, clock } = await given();
    await rulebook.publishSettings(0, "0x0000");
    await clock(NOW + 10);
    await expect(rulebook.publishSettings(NOW + TIGHTENING + 10, "0x0000"))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_TooSoon")
      .withArgs(NOW + 10 + RELAXATION, NOW + 10 + TIGHTENING);
  });
});

describe("Rulebook: a history at once", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  const starts = [0, 1_000, NOW - 5, NOW + 5, NOW + 900 * DAY];
  const versions = starts.map((_, i) => limits({ marketCap: BigInt(i) }));

  it("takes a product's versions of past and future with its first publication", async () => {
    const { rulebook } = await deploy();
    await rulebook.publishHistory(1, 1, starts, versions);
    for (const [i, start] of starts.entries()) {
      const { version, limits: held } = await rulebook.versionOf(1, 1, i);
      expect([Number(version.effectiveFrom), held]).to.deep.equal([start, versions[i]]);
      expect((await rulebook.limitsAt(1, 1, start))[1]).to.equal(start);
    }
  });

  it("takes as many as a pack may have in one transaction", async () => {
    const { rulebook } = await deploy();
    const many = Array.from({ length: 40 }, (_, i) => i);
    const sent = await rulebook.publishHistory(
      1,
      1,
      many,
      many.map((i) => limits({ marketCap: BigInt(i) })),
    );
    expect((await sent.wait())!.gasUsed).to.be.lessThan(16_000_000n);
  });

  it("and never again, nor out of order, nor with a bad one among them", async () => {
    const { rulebook } = await deploy();
    await expect(rulebook.publishHistory(1, 1, [5, 5], [versions[0]!, versions[1]!]))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_NotAscending")
      .withArgs(5, 5);
    await expect(rulebook.publishHistory(1, 1, [5, 6], [versions[0]!]))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_BadLength")
      .withArgs(2, 1);
    await expect(rulebook.publishHistory(1, 1, [5, 6], [versions[0]!, limits({ frequencyCount: 9 })]))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_BadField")
      .withArgs(63);
    await rulebook.publish(1, 1, 0, versions[0]!);
    await expect(rulebook.publishHistory(1, 1, [5], [versions[1]!]))
      .to.be.revertedWithCustomError(rulebook, "Rulebook_NotFirst")
      .withArgs(1, 1);
    await rulebook.publishHistory(1, 2, [5], [versions[1]!]);
  });
});
