import { expect } from "chai";

import { concat, fromHex, toHex, word } from "../../src/core/bytes.ts";
import { encodeDecisions } from "../../src/core/decision.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import { headOf, keccak256, sealOf } from "../../src/core/filing.ts";
import { asArguments, borrower, closed, disbursed, fixtures, framesOf, NOW, opened, sign, told } from "./fixtures.ts";

const LOAN = { platform: 1, number: 1, index: 0 };
const ZERO = `0x${"00".repeat(32)}`;

describe("Registry: filings", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  async function given() {
    const t = await deploy();
    await t.publish();
    return { t, platform: await t.grant() };
  }

  it("takes a loan's whole life", async () => {
    const { platform } = await given();
    const [decision] = await platform.file([opened()], { time: NOW + 10 });
    expect(decision).to.deep.equal({ outcome: "accepted", findings: 0, breaches: 0, undetermined: 0 });
    const rest = await platform.file([disbursed(LOAN), closed(LOAN)], { time: NOW + 20 });
    expect(rest.map(told)).to.deep.equal(["accepted", "accepted"]);
  });

  it("keeps number and head, and a seal over head, block time and decisions, where a state proof finds it", async () => {
    const { t, platform } = await given();
    const signed = await platform.next([opened(), opened()], { recordsRoot: new Uint8Array(32).fill(7) });
    const registry = await t.registry.getAddress();
    const head = headOf(signed.filing, { chainId: t.chainId, registry: fromHex(registry, 20) });
    const decisions = await platform.file([opened(), opened()], { time: NOW });

    const alone = sign({ ...signed.filing, recordsRoot: new Uint8Array(32) }, platform.secretKey, t.chainId, registry);
    const filed = headOf(alone.filing, { chainId: t.chainId, registry: fromHex(registry, 20) });
    expect(toHex(filed)).not.to.equal(toHex(head));
    expect(await t.registry.headOf(asArguments(alone)[0])).to.equal(toHex(filed));
    expect(await t.registry.platformState(1)).to.deep.equal([1n, toHex(filed), true]);
    const seal = toHex(sealOf(filed, NOW, encodeDecisions(decisions)));
    expect(await t.registry.sealOf(1, 1)).to.equal(seal);
    expect(await t.registry.sealOf(1, 2)).to.equal(ZERO);

    const slot = toHex(keccak256(concat(word((1n << 32n) | 1n), word(0n))));
    expect(await t.ethers.provider.getStorage(registry, slot)).to.equal(seal);
    const platformSlot = BigInt(toHex(keccak256(concat(word(1n), word(1n)))));
    expect(await t.ethers.provider.getStorage(registry, platformSlot)).to.equal(toHex(filed));
    expect(BigInt(await t.ethers.provider.getStorage(registry, platformSlot + 1n))).to.equal((1n << 32n) | 1n);
    const bookSlot = BigInt(toHex(keccak256(concat(borrower(1), word(2n)))));
    expect(BigInt(await t.ethers.provider.getStorage(registry, bookSlot))).to.equal(
      (await t.registry.bookOf(borrower(1)))[0],
    );
  });

  it("logs all that is needed to judge a filing again, whoever relays it", async () => {
    const { t, platform } = await given();
    const signed = await platform.next([opened()]);
    await t.networkHelpers.time.setNextBlockTimestamp(NOW);
    const [filing, signature] = asArguments(signed);
    const head = await t.registry.headOf(filing);
    await expect(t.registry.connect(t.stranger).file(filing, signature))
      .to.emit(t.registry, "Filed")
      .withArgs(1, 1, head, filing.recordsRoot, NOW, filing.entries, `0x01${"00".repeat(11)}`, signature);
  });

  it("takes an empty filing", async () => {
    const { t, platform } = await given();
    expect(await platform.file([], { time: NOW })).to.deep.equal([]);
    const { number, head } = await platform.last();
    expect(number).to.equal(1);
    expect(await t.registry.sealOf(1, 1)).to.equal(toHex(sealOf(head, NOW, new Uint8Array(0))));
  });

  it("has the EIP-712 domain of this chain and contract", async () => {
    const { t } = await given();
    const expected = t.ethers.TypedDataEncoder.hashDomain({
      name: "Tallystick",
      version: "1",
      chainId: t.chainId,
      verifyingContract: await t.registry.getAddress(),
    });
    expect(await t.registry.domainSeparator()).to.equal(expected);
  });

  describe("rejects a filing whole", () => {
    it("given an unknown platform", async () => {
      const { t, platform } = await given();
      const signed = await platform.next([], { platform: 9 });
      await expect(t.registry.file(...asArguments(signed)))
        .to.be.revertedWithCustomError(t.registry, "Registry_NoKey")
        .withArgs(9);
    });

    it("given a revoked key", async () => {
      const { t, platform } = await given();
      await t.licences.revokeKey(1);
      await expect(t.registry.file(...asArguments(await platform.next([]))))
        .to.be.revertedWithCustomError(t.registry, "Registry_NoKey")
        .withArgs(1);
    });

    for (const number of [0, 2, 7])
      it(`given the number ${number} instead of 1`, async () => {
        const { t, platform } = await given();
        await expect(t.registry.file(...asArguments(await platform.next([], { number }))))
          .to.be.revertedWithCustomError(t.registry, "Registry_WrongNumber")
          .withArgs(1, number);
      });

    it("given a filing that was taken before", async () => {
      const { t, platform } = await given();
      const signed = await platform.next([]);
      await t.registry.file(...asArguments(signed));
      await expect(t.registry.file(...asArguments(signed)))
        .to.be.revertedWithCustomError(t.registry, "Registry_WrongNumber")
        .withArgs(2, 1);
    });

    it("given another previous head", async () => {
      const { t, platform } = await given();
      await platform.file([]);
      const { head } = await platform.last();
      const previous = new Uint8Array(32).fill(1);
      await expect(t.registry.file(...asArguments(await platform.next([], { previous }))))
        .to.be.revertedWithCustomError(t.registry, "Registry_WrongPrevious")
        .withArgs(toHex(head), toHex(previous));
    });

    it("given a signature of somebody else, or over something else", async () => {
      const { t, platform } = await given();
      const key = t.ethers.computeAddress(toHex(platform.secretKey));
      const { filing } = await platform.next([]);
      const registry = await t.registry.getAddress();
      const other = new Uint8Array(32).fill(9);
      await expect(t.registry.file(...asArguments(sign(filing, other, t.chainId, registry))))
        .to.be.revertedWithCustomError(t.registry, "Registry_WrongSignature")
        .withArgs(key, t.ethers.computeAddress(toHex(other)));
      const [changed] = asArguments({ ...(await platform.next([])), filing: { ...filing, recordsRoot: other } });
      const [, signature] = asArguments(await platform.next([]));
      await expect(t.registry.file(changed, signature)).to.be.revertedWithCustomError(
        t.registry,
        "Registry_WrongSignature",
      );
      await expect(
        t.registry.file(...asArguments(sign(filing, platform.secretKey, t.chainId + 1n, registry))),
      ).to.be.revertedWithCustomError(t.registry, "Registry_WrongSignature");
    });

    it("given a signature with a high s, or none", async () => {
      const { t, platform } = await given();
      const key = t.ethers.computeAddress(toHex(platform.secretKey));
      const [filing, signature] = asArguments(await platform.next([]));
      const { r, s, v } = t.ethers.Signature.from(signature);
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const high = t.ethers.concat([r, t.ethers.toBeHex(order - BigInt(s), 32), v === 27 ? "0x1c" : "0x1b"]);
      for (const bad of [high, "0x", signature.slice(0, -2), `${signature}00`, `0x${"00".repeat(65)}`])
        await expect(t.registry.file(filing, bad))
          .to.be.revertedWithCustomError(t.registry, "Registry_WrongSignature")
          .withArgs(key, t.ethers.ZeroAddress);
    });

    it("given a registry that is not in service", async () => {
      const { t, platform } = await given();
      const signed = await platform.next([]);
      const successor = await t.succeed();
      await expect(t.registry.file(...asArguments(signed)))
        .to.be.revertedWithCustomError(t.registry, "Registry_NotInService")
        .withArgs(await successor.getAddress());
    });
  });

  describe("the frames of entries", () => {
    const loan = encodeEntry(opened());
    const frame = framesOf([loan]);
    const cases: readonly [string, Uint8Array, string[]][] = [
      ["a whole one", frame, ["accepted"]],
      ["one byte left over", concat(frame, new Uint8Array(1)), ["accepted", "refused MALFORMED"]],
      ["a length beyond the end", concat(frame, new Uint8Array([0, 9, 1, 2])), ["accepted", "refused MALFORMED"]],
      ["a length of zero", concat(new Uint8Array(2), frame), ["refused MALFORMED", "accepted"]],
      ["an unknown kind", concat(new Uint8Array([0, 1, 99]), frame), ["refused MALFORMED", "accepted"]],
      ["an entry one byte short", framesOf([loan.subarray(0, -1), loan]), ["refused MALFORMED", "accepted"]],
      ["an entry one byte long", framesOf([concat(loan, new Uint8Array(1)), loan]), ["refused MALFORMED", "accepted"]],
    ];
    for (const [name, entries, decisions] of cases)
      it(`${name}: ${decisions.join(", ")}`, async () => {
        const { platform } = await given();
        expect((await platform.file(entries, { time: NOW })).map(told)).to.deep.equal(decisions);
      });

    it("a length of zero, whatever kind what follows begins like: refused MALFORMED", async () => {
      const { platform } = await given();
      // Lengths whose first byte is a kind, of frames that are malformed themselves; an empty one before each, and one at the end.
      const empty = new Uint8Array(0);
      const entries = Array.from({ length: 12 }, (_, kind) => [empty, new Uint8Array(256 * (kind + 1) + 5)]).flat();
      const decisions = await platform.file(framesOf([...entries, empty, loan, empty]), { time: NOW });
      const malformed = [...entries, empty].map(() => "refused MALFORMED");
      expect(decisions.map(told)).to.deep.equal([...malformed, "accepted", "refused MALFORMED"]);
    });

    it("256 entries, and whatever follows as one more", async () => {
      const { platform } = await given();
      const many = Array.from({ length: 256 }, () => new Uint8Array([99]));
      const entries = concat(framesOf(many), frame, frame);
      const decisions = await platform.file(entries, { time: NOW });
      expect(decisions).to.have.length(257);
      expect(decisions.map(told)).to.deep.equal(decisions.map(() => "refused MALFORMED"));
    });
  });

  describe("the founding window", () => {
    async function founding() {
      const t = await deploy();
      await t.publish();
      return { t, platform: await t.grant({ foundingUntil: NOW + 100 }) };
    }
    const founded = (number: number) => opened({ basis: "founded", borrower: borrower(number), time: NOW - 9_000_000 });
    const request = opened({ borrower: borrower(99) });

    it("takes history until the regulator's date, inclusive", async () => {
      const { platform } = await founding();
      expect((await platform.file([founded(1)], { time: NOW + 100 })).map(told)).to.deep.equal(["accepted"]);
      expect((await platform.file([founded(2)], { time: NOW + 101 })).map(told)).to.deep.equal([
        "refused NOT-FOUNDING",
      ]);
    });

    it("closes with the first request, for entries after it in the same filing too", async () => {
      const { t, platform } = await founding();
      const decisions = await platform.file([founded(1), request, founded(2)], { time: NOW });
      expect(decisions.map(told)).to.deep.equal(["accepted", "accepted", "refused NOT-FOUNDING"]);
      await t.licences.amend(1, 1, NOW + 10_000_000, 0, t.ethers.ZeroAddress);
      expect((await platform.file([founded(3)], { time: NOW + 1 })).map(told)).to.deep.equal(["refused NOT-FOUNDING"]);
    });

    it("closes with a request that is refused, not with one that is malformed or too wide", async () => {
      const { platform } = await founding();
      const malformed = encodeEntry(request).subarray(0, -1);
      const wide = opened({ principal: 2n ** 38n });
      const refused = opened({ borrower: borrower(98), disclosed: NOW });
      const decisions = await platform.file([malformed, wide, founded(1), refused, founded(2)], { time: NOW });
      expect(decisions.map(told)).to.deep.equal([
        "refused MALFORMED",
        "refused WIDTH",
        "accepted",
        "refused DISCLOSURE",
        "refused NOT-FOUNDING",
      ]);
    });

    it("a request closes it even before its date is moved into the future", async () => {
      const { t } = await founding();
      const late = await t.grant();
      await late.file([request], { time: NOW });
      await t.licences.amend(2, 2, NOW + 10_000, 0, t.ethers.ZeroAddress);
      expect((await late.file([founded(3)], { time: NOW + 1 })).map(told)).to.deep.equal(["refused NOT-FOUNDING"]);
    });
  });

  it("a suspended platform can file facts, and no question", async () => {
    const { t, platform } = await given();
    await platform.file([opened()], { time: NOW });
    await t.licences.suspend(1);
    const next = opened({ borrower: borrower(2) });
    const decisions = await platform.file([next, { ...next, basis: "paidOut" }, closed(LOAN)], { time: NOW + 1 });
    expect(decisions.map(told)).to.deep.equal(["refused LICENCE", "flagged LICENCE", "accepted"]);
  });

  it("a platform with a new key files on where it was", async () => {
    const { t, platform } = await given();
    await platform.file([]);
    const secretKey = new Uint8Array(32).fill(0x77);
    await t.licences.setKey(1, t.ethers.computeAddress(toHex(secretKey)));
    await expect(t.registry.file(...asArguments(await platform.next([])))).to.be.revertedWithCustomError(
      t.registry,
      "Registry_WrongSignature",
    );
    await t.platformWith(1, secretKey).file([]);
    expect((await platform.last()).number).to.equal(2);
  });
});
