import { expect } from "chai";
import { fromHex, toHex } from "../../src/core/bytes.ts";
import { EMPTY_TREE_HEAD, auditPath, headFromPath, isIncluded, leafHash, treeHead } from "../../src/core/merkle.ts";

/** The leaves and heads of certificate-transparency-go's reference tree (`merkle_tree_test`), in use since RFC 6962. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const HEADS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/** Its audit paths: leaf (from 0), size, path. */
const PATHS: [number, number, string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    5,
    8,
    [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
  [
    1,
    5,
    [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];

const leaves = LEAVES.map((leaf) => leafHash(fromHex(leaf)));
const bare = (bytes: Uint8Array): string => toHex(bytes).slice(2);

describe("A tree of RFC 6962", () => {
  it("has the published heads, from no leaves to eight", () => {
    expect(bare(EMPTY_TREE_HEAD)).to.equal(HEADS[0]);
    for (const [size, head] of HEADS.entries()) expect(bare(treeHead(leaves.slice(0, size))), `${size}`).to.equal(head);
  });

  it("has the published audit paths", () => {
    for (const [index, size, path] of PATHS)
      expect(auditPath(leaves.slice(0, size), index).map(bare), `${index} of ${size}`).to.deep.equal(path);
  });

  it("proves every leaf of every size to forty, and nothing else", () => {
    for (let size = 1; size <= 40; size++) {
      const some = Array.from({ length: size }, (_, i) => leafHash(new Uint8Array([i])));
      const head = treeHead(some);
      for (const [index, leaf] of some.entries()) {
        const path = auditPath(some, index);
        expect(isIncluded({ leaf, index, size, path }, head)).to.equal(true);
        expect(isIncluded({ leaf: some[(index + 1) % size]!, index, size, path }, head)).to.equal(size === 1);
        expect(isIncluded({ leaf, index, size, path: [...path, leaf] }, head)).to.equal(false);
        expect(isIncluded({ leaf, index, size, path: path.slice(1) }, head)).to.equal(size === 1);
      }
    }
  });

  it("has no path for a leaf that isn't there", () => {
    const leaf = leaves[0]!;
    expect(headFromPath(leaf, 1, 1, [])).to.equal(undefined);
    expect(headFromPath(leaf, -1, 1, [])).to.equal(undefined);
    expect(headFromPath(leaf, 0, 0, [])).to.equal(undefined);
    expect(headFromPath(leaf, 0.5, 2, [leaf])).to.equal(undefined);
    expect(headFromPath(leaf, 0, 2, [leaf.subarray(1)])).to.equal(undefined);
    expect(() => auditPath(leaves, 8)).to.throw("leaf 8 of a tree of 8 leaves");
  });
});
