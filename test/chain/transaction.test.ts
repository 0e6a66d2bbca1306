import { expect } from "chai";
import { decodeRlp, encodeRlp as ethersRlp, getCreateAddress, hexlify, Transaction, Wallet } from "ethers";
import fc from "fast-check";
import { encodeRlp, type Rlp, rlpInteger } from "../../src/chain/rlp.ts";
import { addressOfKey, contractAddress, signTransaction } from "../../src/chain/transaction.ts";
import { toHex } from "../../src/core/bytes.ts";
import { keccak256 } from "../../src/core/filing.ts";

const SEED = 20_250_101;
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((key) => key[0]! < 0xff && key.some((b) => b > 0));
const address = fc.uint8Array({ minLength: 20, maxLength: 20 });

describe("chain/transaction", () => {
  it("signs the same bytes as ethers, whatever the fields", () => {
    const fields = fc.record({
      chainId: fc.bigInt({ min: 1n, max: 2n ** 40n }),
      nonce: fc.nat(2 ** 31 - 1),
      maxPriorityFeePerGas: fc.bigInt({ min: 0n, max: 2n ** 64n }),
      aboveTip: fc.bigInt({ min: 0n, max: 2n ** 80n }),
      gasLimit: fc.bigInt({ min: 21_000n, max: 2n ** 24n }),
      to: fc.option(address, { nil: null }),
      value: fc.bigInt({ min: 0n, max: 2n ** 90n }),
      data: fc.uint8Array({ maxLength: 700 }),
    });
    fc.assert(
      fc.property(fields, keys, ({ aboveTip, ...rest }, key) => {
        const tx = { ...rest, maxFeePerGas: rest.maxPriorityFeePerGas + aboveTip };
        const { raw, hash } = signTransaction(tx, key);
        const theirs = Transaction.from({
          ...{ type: 2, chainId: tx.chainId, nonce: tx.nonce, gasLimit: tx.gasLimit, value: tx.value },
          ...{ maxFeePerGas: tx.maxFeePerGas, maxPriorityFeePerGas: tx.maxPriorityFeePerGas },
          data: hexlify(tx.data),
          to: tx.to === null ? null : toHex(tx.to),
        });
        theirs.signature = new Wallet(toHex(key)).signingKey.sign(theirs.unsignedHash);
        expect(toHex(raw)).to.equal(theirs.serialized);
        expect(toHex(hash)).to.equal(theirs.hash);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it("signs a filing of 100 kB as ethers does", () => {
    const data = new Uint8Array(100_000).map((_, i) => (i * 7) & 0xff);
    const key = new Uint8Array(32).fill(9);
    const fees = { maxFeePerGas: 3n, maxPriorityFeePerGas: 1n };
    const tx = { ...fees, chainId: 1n, nonce: 0, gasLimit: 2n ** 24n, to: new Uint8Array(20).fill(5), value: 0n, data };
    const parsed = Transaction.from(toHex(signTransaction(tx, key).raw));
    expect(parsed.from?.toLowerCase()).to.equal(toHex(addressOfKey(key)));
    expect(parsed.data).to.equal(toHex(data));
  });

  it("knows the address of a key and of the contract that it creates", () => {
    fc.assert(
      fc.property(keys, fc.nat(2 ** 31 - 1), (key, nonce) => {
        const from = new Wallet(toHex(key)).address;
        expect(toHex(addressOfKey(key))).to.equal(from.toLowerCase());
        expect(toHex(contractAddress(addressOfKey(key), nonce))).to.equal(
          getCreateAddress({ from, nonce }).toLowerCase(),
        );
      }),
      { seed: SEED, numRuns: 50 },
    );
  });
});

describe("chain/rlp", () => {
  const { tree } = fc.letrec<{ tree: Rlp }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.uint8Array({ maxLength: 70 }),
      fc.uint8Array({ minLength: 250, maxLength: 300 }),
      fc.array(tie("tree"), { maxLength: 6 }),
    ),
  }));
  const plain = (item: Rlp): unknown => (item instanceof Uint8Array ? toHex(item) : item.map(plain));

  it("writes what ethers writes, and ethers reads it back", () => {
    fc.assert(
      fc.property(tree, (item) => {
        const encoded = toHex(encodeRlp(item));
        expect(encoded).to.equal(ethersRlp(plain(item) as string));
        expect(decodeRlp(encoded)).to.deep.equal(plain(item));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("writes a string of 70,000 bytes with three length bytes", () => {
    const item = new Uint8Array(70_000).fill(1);
    expect(toHex(keccak256(encodeRlp(item)))).to.equal(
      toHex(keccak256(Buffer.from(ethersRlp(toHex(item)).slice(2), "hex"))),
    );
  });

  it("writes integers without leading zeros, and zero as nothing", () => {
    expect(toHex(rlpInteger(0))).to.equal("0x");
    expect(toHex(rlpInteger(1_024))).to.equal("0x0400");
    expect(toHex(rlpInteger(2n ** 64n))).to.equal("0x010000000000000000");
  });
});
