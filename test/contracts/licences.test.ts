import { expect } from "chai";
import { getAddress } from "ethers";

import { DAY, fixtures, NOW } from "./fixtures.ts";

const KEY = getAddress("0x00000000000000000000000000000000000000a1");
const OTHER = getAddress("0x00000000000000000000000000000000000000a2");

describe("Licences", () => {
  let connected: Awaited<ReturnType<typeof fixtures>>;
  before(async () => (connected = await fixtures()));

  async function given() {
    const t = await connected.deploy();
    await t.licences.grant(KEY, 0, NOW, 0, t.relayer.address, "First");
    return t;
  }

  it("numbers platforms from 1, and says everything in events", async () => {
    const t = await connected.deploy();
    const { licences, relayer } = t;
    await expect(licences.grant(KEY, 0, NOW, 1, relayer.address, "First"))
      .to.emit(licences, "LicenceGranted")
      .withArgs(1, "First")
      .to.emit(licences, "LicenceSet")
      .withArgs(1, KEY, 1, 1, NOW, 1, relayer.address);
    await expect(licences.grant(OTHER, 1, 0, 0, relayer.address, "Its affiliate"))
      .to.emit(licences, "LicenceSet")
      .withArgs(2, OTHER, 1, 1, 0, 0, relayer.address);
    expect(await licences.count()).to.equal(2);
    expect(await licences.licenceOf(2)).to.deep.equal([OTHER, 1n, 1n, 0n, 0n]);
    expect(await licences.recoveryOf(1)).to.equal(relayer.address);
    expect(await licences.groupOf(2)).to.equal(1);
    expect(await licences.groupOf(3)).to.equal(0);
    const registry = await t.registry.getAddress();
    expect(await licences.filer(1)).to.deep.equal([registry, KEY, 1n, true, BigInt(NOW), true]);
    expect(await licences.filer(3)).to.deep.equal([registry, t.ethers.ZeroAddress, 0n, false, 0n, false]);
  });

  it("amends all but key and standing", async () => {
    const { licences, stranger } = await given();
    await expect(licences.amend(1, 7, NOW + 5, 1, stranger.address))
      .to.emit(licences, "LicenceSet")
      .withArgs(1, KEY, 7, 1, NOW + 5, 1, stranger.address);
  });

  it("refuses groups, flags and product words beyond their widths", async () => {
    const { licences, ethers } = await given();
    const none = ethers.ZeroAddress;
    const most = 2 ** 18 - 1;
    await expect(licences.amend(1, 0, 0, 0, none))
      .to.be.revertedWithCustomError(licences, "Licences_BadGroup")
      .withArgs(0, most);
    await expect(licences.grant(KEY, most + 1, 0, 0, none, ""))
      .to.be.revertedWithCustomError(licences, "Licences_BadGroup")
      .withArgs(most + 1, most);
    await expect(licences.amend(1, 1, 0, 2, none))
      .to.be.revertedWithCustomError(licences, "Licences_BadFlags")
      .withArgs(2);
    await expect(licences.setProducts(1, 8, 1))
      .to.be.revertedWithCustomError(licences, "Licences_BadWord")
      .withArgs(8, 8);
  });

  it("keeps products a word at a time", async () => {
    const { licences } = await given();
    await expect(licences.setProducts(1, 7, 5n))
      .to.emit(licences, "ProductsSet")
      .withArgs(1, 7, 5n);
    expect(await licences.productsOf(1, 7)).to.equal(5n);
    expect(await licences.productsOf(1, 0)).to.equal(0n);
  });

  it("suspends, restores and withdraws; what is withdrawn stays so", async () => {
    const { licences } = await given();
    const standing = async () => (await licences.licenceOf(1)).standing;
    await expect(licences.restore(1)).to.be.revertedWithCustomError(licences, "Licences_NotSuspended").withArgs(1, 1);
    await licences.suspend(1);
    expect(await standing()).to.equal(2n);
    await licences.restore(1);
    expect(await standing()).to.equal(1n);
    await licences.withdraw(1);
    expect(await standing()).to.equal(3n);
    await expect(licences.suspend(1)).to.be.revertedWithCustomError(licences, "Licences_Withdrawn").withArgs(1);
    await expect(licences.restore(1)).to.be.revertedWithCustomError(licences, "Licences_NotSuspended").withArgs(1, 3);
  });

  it("the recovery key revokes the filing key at once; so does the role; nobody else", async () => {
    const { licences, relayer, stranger, ethers } = await given();
    await expect(licences.connect(stranger).revokeKey(1))
      .to.be.revertedWithCustomError(licences, "AccessManagedUnauthorized")
      .withArgs(stranger.address);
    await expect(licences.connect(relayer).revokeKey(1))
      .to.emit(licences, "LicenceSet")
      .withArgs(1, ethers.ZeroAddress, 1, 1, NOW, 0, relayer.address);
    await licences.setKey(1, OTHER);
    expect((await licences.licenceOf(1)).key).to.equal(OTHER);
    await licences.revokeKey(1);
    expect((await licences.licenceOf(1)).key).to.equal(ethers.ZeroAddress);
  });

  it("knows no platform that it didn't license", async () => {
    const { licences, ethers } = await given();
    const none = ethers.ZeroAddress;
    const calls = [
      () => licences.amend(2, 1, 0, 0, none),
      () => licences.setKey(2, KEY),
      () => licences.revokeKey(2),
      () => licences.suspend(2),
      () => licences.restore(2),
      () => licences.withdraw(0),
      () => licences.setProducts(2, 0, 1),
    ];
    for (const call of calls) await expect(call()).to.be.revertedWithCustomError(licences, "Licences_UnknownPlatform");
  });

  it("lets nobody in without a role", async () => {
    const t = await given();
    const { stranger, ethers } = t;
    const licences = t.licences.connect(stranger);
    const none = ethers.ZeroAddress;
    const calls = [
      () => licences.grant(KEY, 0, 0, 0, none, ""),
      () => licences.amend(1, 1, 0, 0, none),
      () => licences.setKey(1, KEY),
      () => licences.suspend(1),
      () => licences.restore(1),
      () => licences.withdraw(1),
      () => licences.setProducts(1, 0, 1),
      () => licences.announceRegistry(none, ethers.ZeroHash, 0),
      () => licences.renounceRegistry(),
      () => licences.installRegistry(none),
    ];
    for (const call of calls)
      await expect(call())
        .to.be.revertedWithCustomError(licences, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
  });

  describe("succession", () => {
    async function announced() {
      const t = await given();
      const { licences, rulebook, registry, ethers, networkHelpers } = t;
      const deploy = async (predecessor: string) => {
        const made = await connected.deployRegistry(
          await licences.getAddress(),
          await rulebook.getAddress(),
          predecessor,
          ethers.ZeroAddress,
        );
        const address = await made.getAddress();
        return { address, hash: ethers.keccak256(await ethers.provider.getCode(address)) };
      };
      const from = (await networkHelpers.time.latest()) + 31 * DAY;
      return { t, deploy, from, present: await registry.getAddress() };
    }

    it("needs notice", async () => {
      const { t, deploy, present } = await announced();
      const { address, hash } = await deploy(present);
      const now = (await t.networkHelpers.time.latest()) + 100;
      await t.networkHelpers.time.setNextBlockTimestamp(now);
      await expect(t.licences.announceRegistry(address, hash, now + 30 * DAY - 1))
        .to.be.revertedWithCustomError(t.licences, "Licences_TooSoon")
        .withArgs(now + 30 * DAY, now + 30 * DAY - 1);
    });

    it("installs what was announced, when it was, with that code, over that predecessor", async () => {
      const { t, deploy, from, present } = await announced();
      const { licences, ethers, networkHelpers } = t;
      const { address, hash } = await deploy(present);
      const stray = await deploy(ethers.ZeroAddress);
      await expect(licences.installRegistry(address))
        .to.be.revertedWithCustomError(licences, "Licences_NotAnnounced")
        .withArgs(address, ethers.ZeroAddress);
      await expect(licences.announceRegistry(address, hash, from))
        .to.emit(licences, "RegistryAnnounced")
        .withArgs(address, hash, from);
      expect(await licences.announced()).to.deep.equal([address, hash, BigInt(from)]);
      await networkHelpers.time.setNextBlockTimestamp(from - 1);
      await expect(licences.installRegistry(address))
        .to.be.revertedWithCustomError(licences, "Licences_TooSoon")
        .withArgs(from, from - 1);
      await networkHelpers.time.increaseTo(from);
      await expect(licences.installRegistry(address)).to.emit(licences, "RegistryInstalled").withArgs(address, present);
      expect(await licences.registryInService()).to.equal(address);

      const later = from + 40 * DAY;
      await licences.announceRegistry(stray.address, hash, later);
      await networkHelpers.time.increaseTo(later);
      await expect(licences.installRegistry(stray.address))
        .to.be.revertedWithCustomError(licences, "Licences_WrongCode")
        .withArgs(hash, stray.hash);
      for (const back of [present, stray.address]) {
        const code = ethers.keccak256(await ethers.provider.getCode(back));
        const again = (await networkHelpers.time.latest()) + 31 * DAY;
        await licences.announceRegistry(back, code, again);
        await networkHelpers.time.increaseTo(again);
        await expect(licences.installRegistry(back))
          .to.be.revertedWithCustomError(licences, "Licences_WrongPredecessor")
          .withArgs(address, ethers.ZeroAddress);
      }
    });

    it("can be taken back", async () => {
      const { t, deploy, from, present } = await announced();
      const { address, hash } = await deploy(present);
      await t.licences.announceRegistry(address, hash, from);
      await expect(t.licences.renounceRegistry()).to.emit(t.licences, "RegistryRenounced").withArgs(address);
      await t.networkHelpers.time.increaseTo(from);
      await expect(t.licences.installRegistry(address)).to.be.revertedWithCustomError(
        t.licences,
        "Licences_NotAnnounced",
      );
    });
  });
});
