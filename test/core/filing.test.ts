import { expect } from "chai";
import { SigningKey, TypedDataEncoder, Wallet, computeAddress, getBytes, keccak256 } from "ethers";
import { fromHex, toHex, word } from "../../src/core/bytes.ts";
import {
  FILING_TYPES,
  addressOfSecret,
  encodeEntries,
  headOf,
  isSignedBy,
  recoverSigner,
  sealOf,
  signHead,
  splitEntries,
} from "../../src/core/filing.ts";
import type { Filing } from "../../src/core/filing.ts";

const secret = new Uint8Array(32).fill(0x42);
const domain = { chainId: 31_337n, registry: new Uint8Array(20).fill(0xaa) };
const filing: Filing = {
  platform: 3,
  number: 12,
  previous: new Uint8Array(32).fill(1),
  recordsRoot: new Uint8Array(32).fill(2),
  entries: encodeEntries([new Uint8Array([1, 2, 3]), new Uint8Array(0)]),
};

describe("A filing", () => {
  it("has the head that ethers computes as its EIP-712 digest", () => {
    const types = { Filing: FILING_TYPES.Filing.map((field) => ({ ...field })) };
    const message = {
      platform: 3,
      number: 12,
      previous: toHex(filing.previous),
      recordsRoot: toHex(filing.recordsRoot),
      entries: toHex(filing.entries),
    };
    const inEthers = { name: "Tallystick", version: "1", chainId: 31_337, verifyingContract: toHex(domain.registry) };
    expect(toHex(headOf(filing, domain))).to.equal(TypedDataEncoder.hash(inEthers, types, message));
  });

  it("is signed as ethers signs it, and its signer found", () => {
    const head = headOf(filing, domain);
    const signature = signHead(head, secret);
    expect(toHex(signature)).to.equal(new SigningKey(secret).sign(head).serialized);
    expect(toHex(recoverSigner(head, signature)!)).to.equal(new Wallet(toHex(secret)).address.toLowerCase());
    expect(toHex(addressOfSecret(secret))).to.equal(computeAddress(toHex(secret)).toLowerCase());
    expect(isSignedBy(addressOfSecret(secret), head, signature)).to.equal(true);
  });

  it("isn't signed by a changed, cut, or high-s signature", () => {
    const head = headOf(filing, domain);
    const signature = signHead(head, secret);
    const address = addressOfSecret(secret);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const high = new Uint8Array(signature);
    high.set(word(order - BigInt(toHex(signature.subarray(32, 64)))), 32);
    high[64] = signature[64] === 27 ? 28 : 27;
    expect(isSignedBy(address, head, high)).to.equal(false);
    expect(isSignedBy(address, head, signature.subarray(0, 64))).to.equal(false);
    expect(isSignedBy(address, head, new Uint8Array(65))).to.equal(false);
    for (const at of [0, 31, 33, 63, 64]) {
      const changed = new Uint8Array(signature);
      changed[at]! ^= 1;
      expect(isSignedBy(address, head, changed), `byte ${at}`).to.equal(false);
    }
  });

  it("is sealed over head, block time and decisions, 96 bytes", () => {
    const head = headOf(filing, domain);
    const decisions = fromHex("0x010203");
    const hashed = toHex(new Uint8Array([...head, ...word(77), ...getBytes(keccak256(decisions))]));
    expect(toHex(sealOf(head, 77, decisions))).to.equal(keccak256(hashed));
  });

  describe("of frames", () => {
    const split = (bytes: number[]): string[] => splitEntries(new Uint8Array(bytes)).map(toHex);

    it("gives its entries back, empty ones too", () => {
      expect(splitEntries(filing.entries).map(toHex)).to.deep.equal(["0x010203", "0x"]);
      expect(split([])).to.deep.equal([]);
    });

    it("makes one entry of what runs past the end, or is a single byte", () => {
      expect(split([0, 1, 9, 0, 2, 5])).to.deep.equal(["0x09", "0x"]);
      expect(split([0, 1, 9, 0])).to.deep.equal(["0x09", "0x"]);
    });

    it("makes one entry of all that follows the 256th", () => {
      const frames = new Uint8Array(2 * 300);
      expect(splitEntries(frames)).to.have.length(257);
      expect(splitEntries(frames.subarray(0, 512))).to.have.length(256);
      expect(() => encodeEntries(Array.from({ length: 257 }, () => new Uint8Array(1)))).to.throw("257 entries");
    });
  });
});
