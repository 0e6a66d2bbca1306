import { expect } from "chai";
import { solidityPacked } from "ethers";
import { toHex } from "../../src/core/bytes.ts";
import { decodeEntry } from "../../src/core/decode-entry.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import { BASES, CLOSE_REASONS } from "../../src/core/entry.ts";
import type { Closed, Entry, Opened, Repaid } from "../../src/core/entry.ts";
import { randomOther } from "../support/random-other.ts";
import { Random } from "../support/random.ts";

const borrower = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const hex = toHex(borrower);
const time = 1_700_000_000;
const ref = { platform: 7, number: 300, index: 9 };
const schedule = [{ count: 12, unit: "month", gap: 1, amount: 9_000n }] as const;
const opened: Opened = {
  kind: "Opened",
  basis: "request",
  borrower,
  time,
  product: 65,
  principal: 100_000n,
  disclosed: time - 60,
  schedule,
};
const repaid: Repaid = { kind: "Repaid", borrower, ref, time, principal: 5n, charges: 0n };
const closed: Closed = { kind: "Closed", borrower, ref, time, reason: "repaid", principal: 5n, charges: 1n };

/** Every optional field there is. */
const fullest: Opened = {
  ...opened,
  basis: "outage",
  cash: 90_000n,
  income: 0n,
  firstDraw: true,
  predecessor: ref,
  lender: 8,
  outage: { reason: "gateway-unreachable", deadline: time + 3_600 },
  schedule: [...schedule, { count: 3, unit: "week", gap: 2, amount: 100n, step: 1_000_000n }],
};

/** ethers' coder and ours. */
function expectPacked(entry: Entry, types: string[], values: unknown[]): void {
  expect(toHex(encodeEntry(entry))).to.equal(solidityPacked(types, values));
}

const PREFIX = ["uint8", "uint8", "bytes32", "uint24", "uint32", "uint8", "uint32"];
const prefixOf = (kind: number, flags: number): unknown[] => [kind, flags, hex, 7, 300, 9, time];

describe("Entries", () => {
  describe("are encoded as ethers' packed coder does", () => {
    it("Opened", () => {
      const types = ["uint8", "uint8", "bytes32", "uint32", "uint16", "uint40", "uint32"];
      const leg = ["uint16", "uint8", "uint16", "uint40"];
      expectPacked(opened, [...types, "uint16", ...leg], [1, 0, hex, time, 65, 100_000, time - 60, 1, 12, 2, 1, 9_000]);
      expectPacked(
        fullest,
        [
          ...[...types, "uint40", "uint40", "uint24", "uint32", "uint8", "uint24", "uint8", "uint32"],
          ...["uint16", ...leg, ...leg, "uint56"],
        ],
        [
          ...[1, 1 | 4 | 8 | 32 | 64 | 128, hex, time, 65, 100_000, time - 60],
          ...[90_000, 0, 7, 300, 9, 8, 3, time + 3_600, 2, 12, 2, 1, 9_000, 3, 0x81, 2, 100, 1_000_000],
        ],
      );
    });

    it("a later draw", () => {
      const bytes = encodeEntry({ ...opened, line: ref });
      expect(bytes[1]).to.equal(16);
      expect(toHex(bytes.subarray(49, 57))).to.equal(solidityPacked(["uint24", "uint32", "uint8"], [7, 300, 9]));
    });

    it("Disbursed, Repaid and Closed, founded and with an order", () => {
      const amounts = ["uint40", "uint40"];
      const order = new Uint8Array(32).fill(3);
      const disbursed = { kind: "Disbursed", borrower, ref, time, amount: 12n } as const;
      expectPacked(disbursed, [...PREFIX, "uint40"], [...prefixOf(2, 0), 12]);
      expectPacked(repaid, [...PREFIX, ...amounts], [...prefixOf(3, 0), 5, 0]);
      expectPacked(closed, [...PREFIX, "uint8", ...amounts], [...prefixOf(4, 0), 1, 5, 1]);
      expectPacked(
        { ...closed, founded: true, order, reason: "forgiven" },
        [...PREFIX, "uint8", ...amounts, "bytes32"],
        [...prefixOf(4, 3), 6, 5, 1, toHex(order)],
      );
    });

    it("kinds that are not served yet", () => {
      const leg = ["uint16", "uint8", "uint16", "uint40"];
      expectPacked(
        {
          kind: "Extended",
          borrower,
          ref,
          time,
          asked: true,
          extension: "rollover",
          fee: 1n,
          writeDown: 2n,
          paid: 3n,
          schedule,
        },
        [...PREFIX, "uint40", "uint40", "uint40", "uint16", ...leg],
        [...prefixOf(5, 12), 1, 2, 3, 1, 12, 2, 1, 9_000],
      );
      expectPacked(
        {
          kind: "Overdue",
          borrower,
          ref,
          time,
          daysPastDue: 3,
          amountOverdue: 4n,
          defaultCharges: 5n,
          contractRate: 6n,
        },
        [...PREFIX, "uint16", "uint40", "uint40", "uint64"],
        [...prefixOf(6, 0), 3, 4, 5, 6],
      );
      expectPacked(
        { kind: "Corrected", borrower, ref, time, superseded: ref, what: "time", value: 4n, why: 5 },
        [...PREFIX, "uint24", "uint32", "uint8", "uint8", "uint40", "uint8"],
        [...prefixOf(11, 0), 7, 300, 9, 2, 4, 5],
      );
      expectPacked(
        { kind: "Barred", borrower, time, until: time + 1, why: 2 },
        ["uint8", "uint8", "bytes32", "uint32", "uint32", "uint8"],
        [12, 0, hex, time, time + 1, 2],
      );
    });
  });

  describe("come back from their bytes as they were", () => {
    it("of the kinds served", () => {
      const all: Entry[] = [opened, fullest, { ...opened, line: ref }, repaid, closed, { ...closed, founded: true }];
      for (const entry of all) expect(decodeEntry(encodeEntry(entry))).to.deep.equal(entry);
      for (const reason of CLOSE_REASONS) {
        expect(decodeEntry(encodeEntry({ ...closed, reason }))).to.deep.equal({ ...closed, reason });
      }
      for (const basis of BASES.filter((name) => name !== "outage"))
        expect(decodeEntry(encodeEntry({ ...opened, basis }))).to.deep.equal({ ...opened, basis });
    });

    it("of all other kinds", () => {
      const random = new Random(1);
      for (let i = 0; i < 500; i++) {
        const entry = randomOther(random, borrower, time);
        const bytes = encodeEntry(entry);
        expect(decodeEntry(bytes)).to.deep.equal(entry);
        expect(decodeEntry(bytes.subarray(0, -1))).to.equal("MALFORMED");
        expect(decodeEntry(new Uint8Array([...bytes, 0]))).to.equal("MALFORMED");
      }
    });
  });

  describe("are MALFORMED", () => {
    const changed = (entry: Entry, at: number, byte: number): Uint8Array => {
      const bytes = encodeEntry(entry);
      bytes[at] = byte;
      return bytes;
    };

    it("at any other length", () => {
      for (const entry of [opened, fullest, repaid, closed]) {
        const bytes = encodeEntry(entry);
        for (let length = 0; length < bytes.length; length++)
          expect(decodeEntry(bytes.subarray(0, length)), `${entry.kind} cut to ${length}`).to.equal("MALFORMED");
        expect(decodeEntry(new Uint8Array([...bytes, 0]))).to.equal("MALFORMED");
      }
    });

    it("with an unknown kind, flag or code", () => {
      expect(decodeEntry(changed(repaid, 0, 0))).to.equal("MALFORMED");
      expect(decodeEntry(changed(repaid, 0, 13))).to.equal("MALFORMED");
      expect(decodeEntry(changed(repaid, 1, 4))).to.equal("MALFORMED");
      expect(decodeEntry(changed(closed, 46, 0))).to.equal("MALFORMED");
      expect(decodeEntry(changed(closed, 46, 7))).to.equal("MALFORMED");
      expect(decodeEntry(changed(opened, 2, 0))).to.equal("MALFORMED");
      expect(decodeEntry(changed(opened, 2, 3))).to.equal("MALFORMED");
      expect(decodeEntry(changed(opened, 53, 3))).to.equal("MALFORMED");
    });

    it("as a first and a later draw at once", () => {
      expect(decodeEntry(encodeEntry({ ...opened, firstDraw: true, line: ref }))).to.equal("MALFORMED");
    });

    it("with a platform, number or product beyond its width", () => {
      const wide = (part: Partial<typeof ref>): Entry => ({ ...repaid, ref: { ...ref, ...part } });
      expect(decodeEntry(encodeEntry(wide({ platform: 2 ** 18 - 1 })))).to.be.an("object");
      expect(decodeEntry(encodeEntry(wide({ platform: 2 ** 18 })))).to.equal("MALFORMED");
      expect(decodeEntry(encodeEntry(wide({ number: 2 ** 28 - 1 })))).to.be.an("object");
      expect(decodeEntry(encodeEntry(wide({ number: 2 ** 28 })))).to.equal("MALFORMED");
      expect(decodeEntry(encodeEntry({ ...opened, product: 2 ** 11 - 1 }))).to.be.an("object");
      expect(decodeEntry(encodeEntry({ ...opened, product: 2 ** 11 }))).to.equal("MALFORMED");
      expect(decodeEntry(encodeEntry({ ...opened, lender: 2 ** 18 }))).to.equal("MALFORMED");
    });

    it("from before 2000, without principal, or paying nothing", () => {
      expect(decodeEntry(encodeEntry({ ...opened, time: 946_684_800 }))).to.be.an("object");
      expect(decodeEntry(encodeEntry({ ...opened, time: 946_684_799 }))).to.equal("MALFORMED");
      expect(decodeEntry(encodeEntry({ ...opened, principal: 0n }))).to.equal("MALFORMED");
      expect(decodeEntry(encodeEntry({ ...opened, cash: 0n }))).to.equal("MALFORMED");
      expect(decodeEntry(encodeEntry({ ...repaid, principal: 0n }))).to.equal("MALFORMED");
      expect(decodeEntry(encodeEntry({ ...closed, principal: 0n, charges: 0n }))).to.be.an("object");
    });
  });

  describe("are of too great a WIDTH", () => {
    it("from 2^38 minor units on, if nothing is malformed", () => {
      expect(decodeEntry(encodeEntry({ ...repaid, charges: 2n ** 38n - 1n }))).to.be.an("object");
      expect(decodeEntry(encodeEntry({ ...repaid, charges: 2n ** 38n }))).to.equal("WIDTH");
      expect(decodeEntry(encodeEntry({ ...opened, income: 2n ** 38n }))).to.equal("WIDTH");
      expect(decodeEntry(encodeEntry({ ...opened, schedule: [{ ...schedule[0], amount: 2n ** 38n }] }))).to.equal(
        "WIDTH",
      );
      expect(decodeEntry(encodeEntry({ ...repaid, time: 5, charges: 2n ** 38n }))).to.equal("MALFORMED");
    });
  });
});
