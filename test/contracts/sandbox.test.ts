import { expect } from "chai";
import { ruleBit } from "../../src/core/decision.ts";
import type { PilotTerms } from "../../src/core/sandbox.ts";
import { hostileRuleCode, ruleAddress } from "../support/custom-rules.ts";
import {
  DAY,
  NOW,
  asArguments,
  borrower,
  closed,
  complained,
  corrected,
  extended,
  fixtures,
  opened,
  told,
} from "./fixtures.ts";

const PILOT = ruleBit("LICENCE") | ruleBit("PILOT");

const TERMS: PilotTerms = {
  product: 2,
  opensAt: NOW - DAY,
  endsAt: NOW + 30 * DAY,
  maxLoans: 10,
  maxBorrowers: 10,
  maxOutstanding: 1_000_000n,
  maxLoss: 150_000n,
  consent: true,
  defaultShare: 0,
  defaultFrom: 0,
  complaintShare: 0,
  complaintFrom: 0,
};

describe("Sandbox", () => {
  let connected: Awaited<ReturnType<typeof fixtures>>;
  before(async () => (connected = await fixtures()));

  /** A market with one pilot, number 7, of product 2. */
  async function given() {
    const t = await connected.deploy();
    const platform = await t.grant();
    const limits = { on: PILOT, refuse: PILOT, pilot: 7, reportingWindow: 365 * DAY };
    await t.publish({ product: 2, from: NOW - 30 * DAY, limits });
    return { ...t, platform };
  }

  async function withPilot(change: Partial<PilotTerms> = {}) {
    const t = await given();
    await t.sandbox.open(7, { ...TERMS, ...change }, [t.platform.platform], "Emergency loans");
    await t.networkHelpers.time.increaseTo(NOW);
    return t;
  }

  const loan = (who: number) => opened({ product: 2, borrower: borrower(who) });

  it("opens a pilot once, and says all of it", async () => {
    const { sandbox, platform } = await given();
    await expect(sandbox.open(7, TERMS, [platform.platform], "Emergency loans")).to.emit(sandbox, "PilotOpened");
    const { terms, state } = await sandbox.pilotOf(7);
    expect([terms.product, terms.maxLoss, state]).to.deep.equal([2n, 150_000n, 1n]);
    expect(await sandbox.takesPart(7, platform.platform)).to.equal(true);
    expect(await sandbox.takesPart(7, platform.platform + 1)).to.equal(false);
    await expect(sandbox.open(7, TERMS, [1], "again"))
      .to.be.revertedWithCustomError(sandbox, "Sandbox_Exists")
      .withArgs(7);
  });

  it("opens none without bounds, product, platforms or time", async () => {
    const { sandbox } = await given();
    const fails = async (change: Partial<PilotTerms>, error: string, platforms = [1], number = 8) =>
      expect(sandbox.open(number, { ...TERMS, ...change }, platforms, "")).to.be.revertedWithCustomError(
        sandbox,
        error,
      );
    await fails({ maxLoans: 0 }, "Sandbox_NoBound");
    await fails({ maxBorrowers: 0 }, "Sandbox_NoBound");
    await fails({ maxOutstanding: 0n }, "Sandbox_NoBound");
    await fails({}, "Sandbox_NoBound", []);
    await fails({}, "Sandbox_NoBound", [1], 0);
    await fails({ product: 0 }, "Sandbox_BadProduct");
    await fails({ product: 2_048 }, "Sandbox_BadProduct");
    await fails({ endsAt: TERMS.opensAt }, "Sandbox_BadDates");
    await fails({ opensAt: 1, endsAt: 2 }, "Sandbox_BadDates");
    await fails({}, "Sandbox_BadPlatform", [0]);
    await fails({}, "Sandbox_BadPlatform", [2 ** 18]);
  });

  it("is the role's alone, and listens to the registry in service alone", async () => {
    const { sandbox, admin, stranger, registry } = await withPilot();
    const theirs = sandbox.connect(stranger);
    const refused = "AccessManagedUnauthorized";
    await expect(theirs.open(8, TERMS, [1], "")).to.be.revertedWithCustomError(sandbox, refused);
    await expect(theirs.stop(7, "")).to.be.revertedWithCustomError(sandbox, refused);
    await expect(theirs.graduate(7)).to.be.revertedWithCustomError(sandbox, refused);
    await expect(sandbox.record(7, borrower(1), 1, 0, 0))
      .to.be.revertedWithCustomError(sandbox, "Sandbox_NotRegistry")
      .withArgs(await registry.getAddress(), admin.address);
  });

  it("stops by itself, in the middle of a filing, and says why on the chain", async () => {
    const { sandbox, platform } = await withPilot({ defaultShare: 200_000, defaultFrom: 2 });
    expect((await platform.file([loan(1), loan(2)])).map(told)).to.deep.equal(["accepted", "accepted"]);
    const lost = closed({ platform: platform.platform, number: 1, index: 0 }, { reason: "written-off", principal: 0n });
    expect((await platform.file([loan(3), lost, loan(4)])).map(told)).to.deep.equal([
      "accepted",
      "accepted",
      "refused PILOT",
    ]);
    const [stopped] = await sandbox.queryFilter(sandbox.filters.PilotStopped());
    expect([stopped?.args.number, stopped?.args.reason, stopped?.args.why]).to.deep.equal([7n, 2n, ""]);
    const { state, reason, counts } = await sandbox.pilotOf(7);
    expect([state, reason, counts.loans, counts.defaults, counts.outstanding, counts.loss]).to.deep.equal([
      2n,
      2n,
      3n,
      1n,
      200_000n,
      100_000n,
    ]);
    const paid = closed({ platform: platform.platform, number: 1, index: 1 }, { borrower: borrower(2) });
    expect((await platform.file([paid])).map(told)).to.deep.equal(["accepted"]);
    expect((await sandbox.pilotOf(7)).counts.borrowers).to.equal(1n);
    await expect(sandbox.graduate(7)).to.be.revertedWithCustomError(sandbox, "Sandbox_NotOpen").withArgs(7, 2);
    await expect(sandbox.stop(7, "again")).to.be.revertedWithCustomError(sandbox, "Sandbox_NotOpen").withArgs(7, 2);
  });

  it("is told of write-downs, corrections and complaints, and of a charged-off loan that is corrected", async () => {
    const { sandbox, platform } = await withPilot();
    await platform.file([loan(1), loan(2)]);
    const named = (index: number) => ({ platform: platform.platform, number: 1, index });
    const of = { borrower: borrower(2) };
    const counts = async (): Promise<readonly bigint[]> => {
      const { counts: found } = await sandbox.pilotOf(7);
      return [found.outstanding, found.loss, found.complaints];
    };
    await platform.file([extended(named(0), { writeDown: 30_000n })]);
    expect(await counts()).to.deep.equal([170_000n, 30_000n, 0n]);
    await platform.file([corrected(named(1), { ...of, value: 90_000n })]);
    expect(await counts()).to.deep.equal([160_000n, 30_000n, 0n]);
    await platform.file([complained(named(1), of)]);
    expect(await counts()).to.deep.equal([160_000n, 30_000n, 1n]);
    await platform.file([closed(named(1), { ...of, reason: "written-off", principal: 0n })]);
    expect(await counts()).to.deep.equal([70_000n, 120_000n, 1n]);
    await platform.file([corrected(named(1), { ...of, value: 50_000n })]);
    expect(await counts()).to.deep.equal([70_000n, 80_000n, 1n]);
  });

  it("stops when too many complain, though nobody paid late", async () => {
    const { sandbox, platform } = await withPilot({ complaintShare: 400_000, complaintFrom: 2 });
    await platform.file([loan(1), loan(2)]);
    const of = { borrower: borrower(2) };
    const complaint = complained({ platform: platform.platform, number: 1, index: 1 }, of);
    expect((await platform.file([complaint, loan(3)])).map(told)).to.deep.equal(["accepted", "refused PILOT"]);
    expect((await sandbox.pilotOf(7)).reason).to.equal(3n);
  });

  it("counts a loan that was paid out before anybody opened it, so that its end is taken off no other", async () => {
    const { sandbox, platform, networkHelpers } = await given();
    await networkHelpers.time.increaseTo(NOW);
    const paidOut = { ...loan(1), basis: "paidOut" as const };
    expect((await platform.file([paidOut])).map(told)).to.deep.equal(["flagged PILOT"]);
    await sandbox.open(7, TERMS, [platform.platform], "Emergency loans");
    expect((await platform.file([loan(2)])).map(told)).to.deep.equal(["accepted"]);
    await platform.file([closed({ platform: platform.platform, number: 1, index: 0 })]);
    const { counts } = await sandbox.pilotOf(7);
    expect([counts.loans, counts.borrowers, counts.outstanding]).to.deep.equal([2n, 1n, 100_000n]);
  });

  it("goes on counting under a successor of the registry", async () => {
    const { sandbox, platform, succeed } = await withPilot({ maxBorrowers: 1, endsAt: 2 ** 32 });
    await platform.file([loan(1)]);
    await succeed();
    const time = { time: NOW + 32 * DAY };
    expect(
      (await platform.file([opened({ product: 2, borrower: borrower(2), ...time })], time)).map(told),
    ).to.deep.equal(["refused PILOT"]);
    const paid = closed({ platform: platform.platform, number: 1, index: 0 }, time);
    expect((await platform.file([paid])).map(told)).to.deep.equal(["accepted"]);
    expect((await sandbox.pilotOf(7)).counts.outstanding).to.equal(0n);
  });

  it("takes no version of a pilot that binds from the past, doesn't refuse, has no number or asks for confirmation", async () => {
    const { publish, rulebook } = await connected.deploy();
    const pilot = { on: PILOT, refuse: PILOT, pilot: 7 };
    const from = NOW;
    await expect(publish({ limits: pilot })).to.be.revertedWithCustomError(rulebook, "Rulebook_TooSoon");
    const bad = async (limits: object, byte: number) =>
      expect(publish({ from, limits: { ...pilot, ...limits } }))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_BadField")
        .withArgs(byte);
    await bad({ pilot: 0 }, 273);
    await bad({ refuse: ruleBit("LICENCE") }, 6);
    await bad({ flags: 1 }, 1);
  });
});

describe("CUSTOM", () => {
  let connected: Awaited<ReturnType<typeof fixtures>>;
  before(async () => (connected = await fixtures()));

  async function given(how: number, customGas: number) {
    const t = await connected.deploy();
    await t.networkHelpers.setCode(ruleAddress(how), hostileRuleCode());
    const on = ruleBit("LICENCE") | ruleBit("CUSTOM");
    await t.publish({ limits: { on, custom: ruleAddress(how), customGas } });
    return { ...t, platform: await t.grant() };
  }

  it("can't be starved by a relayer: with too little gas the filing reverts, and changes nothing", async () => {
    const { platform, registry } = await given(12, 1_000_000);
    const signed = await platform.next([opened()]);
    for (const gasLimit of [300_000, 700_000, 1_000_000, 1_100_000])
      await expect(registry.file(...asArguments(signed), { gasLimit })).to.be.revertedWithCustomError(
        registry,
        "Registry_TooLittleGas",
      );
    expect(await platform.last()).to.deep.include({ number: 0 });
    // With enough, the rule is given all that the limits say.
    expect((await platform.file([opened()])).map(told)).to.deep.equal(["accepted"]);
  });

  it("never hurts a neighbour", async () => {
    const { platform } = await given(3, 100_000);
    const other = opened({ product: 3 });
    expect((await platform.file([opened(), other, opened()])).map(told)).to.deep.equal([
      "flagged CUSTOM?",
      "refused NO-VERSION",
      "flagged CUSTOM?",
    ]);
  });

  it("needs a rule, and gas within bounds", async () => {
    const { publish, rulebook } = await connected.deploy();
    const on = ruleBit("LICENCE") | ruleBit("CUSTOM");
    const bad = async (limits: object, byte: number) =>
      expect(publish({ limits: { on, custom: ruleAddress(1), customGas: 1, ...limits } }))
        .to.be.revertedWithCustomError(rulebook, "Rulebook_BadField")
        .withArgs(byte);
    await bad({ custom: `0x${"00".repeat(20)}` }, 277);
    await bad({ customGas: 0 }, 297);
    await bad({ customGas: 1_000_001 }, 297);
  });
});
