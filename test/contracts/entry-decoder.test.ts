import { expect } from "chai";
import { network } from "hardhat";
import { toHex } from "../../src/core/bytes.ts";
import { FINDINGS, RULES, decodeDecisions, encodeDecisions, findingNames, ruleNames } from "../../src/core/decision.ts";
import type { Decision } from "../../src/core/decision.ts";
import { decodeEntry } from "../../src/core/decode-entry.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import { ENTRY_KINDS } from "../../src/core/entry.ts";
import type { Entry } from "../../src/core/entry.ts";
import { encodeEntries, splitEntries } from "../../src/core/filing.ts";
import type { EntryDecoder } from "../../types/contracts/EntryDecoder.ts";
import { MALFORMED, describeEntry, expectedOf, plain } from "../support/decoded-entry.ts";
import type { Decoded } from "../support/decoded-entry.ts";
import { randomEntry, randomEntryBytes } from "../support/random-entry.ts";
import { Random } from "../support/random.ts";
import { borrower, closed, opened } from "./fixtures.ts";

/** `SEED` changes it; the seed of a failure repeats it. */
const SEED = Number(process.env["SEED"] ?? 1);

describe("EntryDecoder", function () {
  this.timeout(10 * 60_000);
  let decoder: EntryDecoder;
  before(async () => {
    const { ethers } = await network.create();
    decoder = await ethers.deployContract("EntryDecoder");
  });

  const decode = async (bytes: Uint8Array): Promise<Decoded> => plain(await decoder.decode(toHex(bytes)));
  const decodeFiling = async (frames: Uint8Array): Promise<Decoded[]> =>
    (await decoder.decodeFiling(toHex(frames))).map(plain);

  describe("of one entry", () => {
    it("names everything that an Opened says, in the order of its bytes", async () => {
      const entry = opened({
        ...{ basis: "outage", borrower: borrower(7, 2), cash: 99_000n, income: 450_000n, lender: 5 },
        line: { platform: 1, number: 2, index: 3 },
        predecessor: { platform: 4, number: 5, index: 6 },
        outage: { reason: "other", deadline: 1_800_000_000 },
        schedule: [
          { count: 2, unit: "week", gap: 2, amount: 100n, step: 65_536n },
          { count: 1, unit: "day", gap: 30, amount: 9n },
        ],
      });
      expect(await decode(encodeEntry(entry))).to.deep.equal({
        kind: "Opened",
        flaw: "",
        borrower: toHex(borrower(7, 2)),
        borrowerKind: "business",
        ref: [0n, 0n, 0n],
        time: BigInt(entry.time),
        fields: [
          ["basis", 1n, "outage"],
          ["product", 1n, ""],
          ["principal", 100_000n, ""],
          ["disclosed", BigInt(entry.disclosed), ""],
          ["cash", 99_000n, ""],
          ["income", 450_000n, ""],
          ["line", 0x0000010000000203n, ""],
          ["predecessor", 0x0000040000000506n, ""],
          ["lender", 5n, ""],
          ["reason", 4n, "other"],
          ["deadline", 1_800_000_000n, ""],
        ],
        legs: [
          [2n, "week", 2n, 100n, 65_536n],
          [1n, "day", 30n, 9n, 0n],
        ],
        order: MALFORMED.order,
      });
    });

    it("names loan, reason and order of a Closed", async () => {
      const order = new Uint8Array(32).fill(0x77);
      const entry = closed({ platform: 7, number: 300, index: 9 }, { reason: "written-off", founded: true, order });
      const said = await decode(encodeEntry(entry));
      expect(said.ref).to.deep.equal([7n, 300n, 9n]);
      expect(said.fields).to.deep.equal([
        ["founded", 1n, ""],
        ["reason", 5n, "written-off"],
        ["principal", 100_000n, ""],
        ["charges", 0n, ""],
      ]);
      expect(said.order).to.equal(toHex(order));
    });

    it("shows what was filed where an amount is too great", async () => {
      const entry = opened({ principal: 2n ** 38n });
      expect(await decode(encodeEntry(entry))).to.deep.equal({ ...describeEntry(entry), flaw: "WIDTH" });
    });

    it("says no more than MALFORMED of bytes that are none, be they none at all", async () => {
      for (const bytes of [[], [0], [1], [13], [255, 255]])
        expect(await decode(new Uint8Array(bytes))).to.deep.equal(MALFORMED);
    });

    it("takes bytes with every flag set, whatever the kind", async () => {
      for (let kind = 0; kind < 14; kind++)
        for (const filler of [0x00, 0x01, 0xff])
          for (const flags of [0xfd, 0xff])
            expect(await decode(new Uint8Array([kind, flags, ...new Uint8Array(200).fill(filler)]))).to.deep.equal(
              MALFORMED,
            );
    });
  });

  describe("of filings", () => {
    it(`reads 600 random entries as the twin does, from seed ${SEED} on`, async () => {
      const random = new Random(SEED);
      const met = new Set<string>();
      for (let filing = 0; filing < 30; filing++) {
        const entries = Array.from({ length: 20 }, () => randomEntryBytes(random));
        const said = await decodeFiling(encodeEntries(entries));
        expect(said).to.have.length(entries.length);
        for (const [i, bytes] of entries.entries()) {
          const expected = expectedOf(bytes) ?? { ...said[i]!, flaw: "WIDTH" };
          expect(said[i], `${toHex(bytes)} (seed ${SEED})`).to.deep.equal(expected);
          met.add(expected.flaw || expected.kind);
        }
      }
      expect([...met]).to.include.members([...ENTRY_KINDS, "MALFORMED", "WIDTH"]);
    });

    it("reads an entry alone as in a filing", async () => {
      const random = new Random(SEED + 1);
      const entries = Array.from({ length: 12 }, () => randomEntryBytes(random));
      const alone = await Promise.all(entries.map(decode));
      expect(await decodeFiling(encodeEntries(entries))).to.deep.equal(alone);
    });

    it("reads every kind with nothing spoilt", async () => {
      const random = new Random(SEED + 2);
      const byKind = new Map<string, Entry>();
      while (byKind.size < ENTRY_KINDS.length) {
        const entry = randomEntry(random);
        if (typeof decodeEntry(encodeEntry(entry)) === "object") byKind.set(entry.kind, entry);
      }
      const entries = [...byKind.values()];
      expect(await decodeFiling(encodeEntries(entries.map(encodeEntry)))).to.deep.equal(entries.map(describeEntry));
    });

    it("has nothing to say of a nil return", async () => {
      expect(await decodeFiling(new Uint8Array(0))).to.deep.equal([]);
    });

    it("counts what makes no frame as the registry does", async () => {
      const random = new Random(SEED + 3);
      const whole = encodeEntries([encodeEntry(opened()), encodeEntry(closed({ platform: 1, number: 1, index: 0 }))]);
      const tails = [[0], [0, 0], [0, 1], [255, 255], [0, 1, 1, 9], [...random.bytes(30)]];
      for (const tail of tails) {
        const frames = new Uint8Array([...whole, ...tail]);
        expect(await decodeFiling(frames), toHex(frames)).to.deep.equal(splitEntries(frames).map(expectedOf));
      }
      for (let cut = 1; cut < whole.length; cut += 7) {
        const frames = whole.slice(0, cut);
        expect(await decodeFiling(frames), toHex(frames)).to.deep.equal(splitEntries(frames).map(expectedOf));
      }
    });

    it("takes all that follows 256 entries for one, malformed", async () => {
      const entry = encodeEntry(closed({ platform: 1, number: 1, index: 0 }));
      const frames = encodeEntries(Array.from({ length: 256 }, () => entry));
      const said = await decodeFiling(new Uint8Array([...frames, ...encodeEntries([entry, entry])]));
      expect(said).to.have.length(257);
      expect(said[255]).to.deep.equal(expectedOf(entry));
      expect(said[256]).to.deep.equal(MALFORMED);
    });
  });

  describe("of decisions", () => {
    const named = ({ outcome, findings, breaches, undetermined }: Decision) => [
      outcome as string,
      findingNames(findings) as string[],
      ruleNames(breaches) as string[],
      ruleNames(undetermined) as string[],
    ];
    const read = async (bytes: Uint8Array) =>
      (await decoder.decodeDecisions(toHex(bytes))).map((said) => [
        said.outcome,
        [...said.findings],
        [...said.breaches],
        [...said.undetermined],
      ]);

    it("names outcome, findings and rules as the twin does", async () => {
      const random = new Random(SEED + 4);
      const decisions = Array.from({ length: 60 }, (): Decision => ({
        outcome: random.pick(["accepted", "flagged", "refused"] as const),
        findings: random.int(0, 2 ** FINDINGS.length - 1),
        breaches: random.int(0, 2 ** RULES.length - 1),
        undetermined: random.int(0, 2 ** RULES.length - 1),
      }));
      const bytes = encodeDecisions(decisions);
      expect(decodeDecisions(bytes)).to.deep.equal(decisions);
      expect(await read(bytes)).to.deep.equal(decisions.map(named));
    });

    it("names every bit", async () => {
      const all = { findings: 2 ** FINDINGS.length - 1, breaches: 2 ** RULES.length - 1, undetermined: 0 };
      const said = await read(encodeDecisions([{ outcome: "refused", ...all }]));
      expect(said).to.deep.equal([["refused", [...FINDINGS], [...RULES], []]]);
    });

    it("takes bytes that are no decisions, and says so", async () => {
      expect(await read(new Uint8Array(0))).to.deep.equal([]);
      const [unknown, rest] = await read(new Uint8Array(13).fill(0xff));
      expect(unknown![0]).to.equal("");
      expect(unknown![1]).to.deep.equal([...FINDINGS, ...Array<string>(24 - FINDINGS.length).fill("RESERVED")]);
      expect(unknown![2]).to.deep.equal([...RULES, ...Array<string>(5).fill("RESERVED")]);
      expect(rest).to.deep.equal(["", [], [], []]);
    });
  });
});
