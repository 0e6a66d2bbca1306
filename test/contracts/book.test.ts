import { expect } from "chai";

import type { Book } from "../../src/core/book.ts";
import { packBook } from "../../src/core/book-words.ts";
import type { Entry, Opened } from "../../src/core/entry.ts";
import { FAR, UNKNOWN } from "../../src/core/ring.ts";
import { borrower, closed, DAY, fixtures, NOW, opened, repaid, told } from "./fixtures.ts";

/** Where a loan goes, and the ring of openings: docs/design/state.md. Days are counted before NOW, a midnight. */

const YEAR = 365 * DAY;
const lent = (time: number, change: Partial<Opened> = {}): Entry => opened({ basis: "founded", time, ...change });
const ago = (days: number) => NOW - days * DAY;
const ref = (index: number, number = 1) => ({ platform: 1, number, index });
/** Which loans are where, by their index: the head loan (or a dash), then the slots. */
const places = ({ head, slots }: Book) => [head?.index ?? "-", ...slots.map(({ index }) => index)].join(" ");
/** Deltas in days, marks by name. */
const deltas = ({ ring }: Book) => ring.deltas.map((d) => (d === FAR ? "FAR" : d === UNKNOWN ? "UNKNOWN" : d - 1));

describe("A borrower's book", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  /** A platform that loads history, and the book after its entries. */
  async function given(...entries: Entry[]) {
    const t = await deploy();
    await t.publishSettings({ zone: [], markets: new Map([[0, { confirmationWindow: 10 * YEAR, graceDays: 0 }]]) });
    await t.publish({ limits: { refuse: 1 << 15 } });
    const platform = await t.grant({ foundingUntil: NOW + YEAR });
    let clock = NOW + 30 * DAY;
    const file = async (...more: Entry[]) => {
      const decisions = (await platform.file(more, { time: clock++ })).map(told);
      expect(decisions.filter((decision) => decision.startsWith("refused"))).to.deep.equal([]);
      return book();
    };
    const book = () => t.bookOf(borrower(1));
    if (entries.length > 0) await file(...entries);
    return { t, platform, file, book };
  }

  const close = (index: number, time: number, change: Partial<Parameters<typeof closed>[1]> = {}): Entry =>
    closed(ref(index), { founded: true, time, ...change });

  describe("where a loan goes", () => {
    it("case 1: the newest is the head loan, and one there before moves to a slot", async () => {
      const { book } = await given(lent(ago(3)), lent(ago(2)), lent(ago(2)));
      expect(places(await book())).to.equal("2 0 1");
      expect((await book()).slots[0]).to.include({ opened: ago(3), principal: 100_000, inRing: true });
    });

    it("case 1: with its detail, and the principal that it was opened with", async () => {
      const { file } = await given(lent(ago(9)));
      await file(repaid(ref(0), { founded: true, time: ago(8), principal: 30_000n, charges: 77n }));
      const { slots } = await file(lent(ago(7)));
      expect(slots[0]).to.include({ outstanding: 70_000, principal: 100_000 });
      expect(slots[0]?.detail).to.include({ charges: 77 });
    });

    it("case 2: out of order takes a slot", async () => {
      const { book } = await given(lent(ago(3)), lent(ago(4)));
      expect(places(await book())).to.equal("0 1");
    });

    it("case 2: a draw takes a slot, a first draw after the head loan", async () => {
      const { book } = await given(lent(ago(5)), lent(ago(4), { firstDraw: true }), lent(ago(3), { line: ref(1) }));
      const { head, slots, ring } = await book();
      expect(head).to.equal(undefined);
      expect(slots.map(({ index, inRing, line }) => [index, inRing, line?.index])).to.deep.equal([
        [0, true, undefined],
        [1, true, 1],
        [2, false, 1],
      ]);
      expect(ring.newest).to.equal(ago(4));
    });

    it("case 2: a first draw before the head loan leaves it", async () => {
      const { book } = await given(lent(ago(3)), lent(ago(4), { firstDraw: true }));
      expect(places(await book())).to.equal("0 1");
    });

    it("case 4: a head loan that is charged off moves to a slot, with its payment", async () => {
      const { file } = await given(lent(ago(5)), lent(ago(4)));
      const book = await file(close(1, ago(3), { reason: "written-off", principal: 1n, charges: 2n }));
      expect(places(book)).to.equal("- 0 1");
      expect(book.slots[1]).to.include({ chargedOff: true, outstanding: 99_999, principal: 100_000, opened: ago(4) });
      expect(book.slots[1]?.detail).to.include({ charges: 2 });
      expect(book.ring.newest).to.equal(ago(4));
    });

    it("case 5: the last slot's loan takes the place of one that leaves, with its detail", async () => {
      const { file } = await given(lent(ago(5)), lent(ago(4)), lent(ago(3)), lent(ago(2)));
      await file(repaid(ref(2), { founded: true, time: ago(1), principal: 1n, charges: 55n }));
      const book = await file(close(0, ago(1)));
      expect(places(book)).to.equal("3 2 1");
      expect(book.slots[0]?.detail).to.include({ charges: 55 });
      expect(places(await file(close(1, ago(1))))).to.equal("3 2");
      expect(places(await file(close(3, ago(1))))).to.equal("- 2");
    });

    it("case 3: 31 slots and a head loan are FULL", async () => {
      const { platform, book } = await given(...Array.from({ length: 32 }, (_, k) => lent(ago(100 - k))));
      expect((await book()).slots).to.have.length(31);
      const full = await platform.file([
        lent(ago(1)),
        lent(ago(200)),
        lent(ago(1), { firstDraw: true }),
        close(31, ago(1), { reason: "written-off", principal: 0n }),
      ]);
      expect(full.map(told)).to.deep.equal(full.map(() => "refused FULL"));
      const after = await platform.file([
        close(31, ago(1)),
        lent(ago(1)),
        close(5, ago(1)),
        lent(ago(1)),
        lent(ago(1)),
      ]);
      expect(after.map(told).filter((decision) => decision === "refused FULL")).to.have.length(1);
    });

    it("words that were vacated mean nothing to the next loan", async () => {
      const { file } = await given(lent(ago(9)), lent(ago(8)));
      await file(repaid(ref(0), { founded: true, time: ago(7), charges: 9_999n }), close(0, ago(6)), close(1, ago(6)));
      const book = await file(lent(ago(5)), lent(ago(4)));
      expect([book.head?.detail, book.slots[0]?.detail]).to.deep.equal([undefined, undefined]);
      expect(book.slots[0]?.principal).to.equal(100_000);
    });
  });

  it("terms are rounded up to days, and saturate", async () => {
    const month = (count: number) => [{ count, unit: "month", gap: 1, amount: 1_000n }] as const;
    const { book } = await given(lent(ago(9), { schedule: month(1) }), lent(ago(8), { schedule: month(1_200) }));
    expect([(await book()).slots[0]?.term, (await book()).head?.term]).to.deep.equal([31, 16_383]);
  });

  describe("the ring of openings", () => {
    it("keeps the newest as a time and seven before it in days", async () => {
      const { book } = await given(...[40, 30, 30, 21, 15, 10, 6, 3, 1].map((days) => lent(ago(days))));
      expect((await book()).ring.newest).to.equal(ago(1));
      expect(deltas(await book())).to.deep.equal([2, 3, 4, 5, 6, 9, 0]);
    });

    it("marks what is more than 508 days before as FAR, and forgets what is before that", async () => {
      const { file } = await given(lent(ago(1_020)), lent(ago(1_000)), lent(ago(492)));
      expect(deltas(await file())).to.deep.equal([508, 20]);
      expect(deltas(await file(lent(NOW + 17 * DAY)))).to.deep.equal(["FAR"]);
    });

    it("takes an opening in between: the deltas around it are split", async () => {
      const { file } = await given(lent(ago(20)), lent(ago(10)));
      expect(deltas(await file(lent(ago(13))))).to.deep.equal([3, 7]);
      expect(deltas(await file(lent(ago(20))))).to.deep.equal([3, 7, 0]);
      expect(deltas(await file(lent(ago(600))))).to.deep.equal([3, 7, 0, "FAR"]);
      expect(deltas(await file(lent(ago(528))))).to.deep.equal([3, 7, 0, 508, "UNKNOWN"]);
      expect(deltas(await file(lent(ago(2_000))))).to.deep.equal([3, 7, 0, 508, "UNKNOWN"]);
    });

    it("lets the eighth fall out when one comes in between", async () => {
      const { file } = await given(...[80, 70, 60, 50, 40, 30, 20, 10].map((days) => lent(ago(days))));
      expect(deltas(await file(lent(ago(15))))).to.deep.equal([5, 5, 10, 10, 10, 10, 10]);
      expect(deltas(await file(lent(ago(75))))).to.deep.equal([5, 5, 10, 10, 10, 10, 10]);
    });

    it("joins the deltas around an opening that is taken out", async () => {
      const { file } = await given(lent(ago(600)), lent(ago(300)), lent(ago(200)), lent(ago(100)));
      const voided = (index: number) => close(index, ago(300), { reason: "voided", principal: 0n });
      expect(deltas(await file(voided(2)))).to.deep.equal([200, 300]);
      expect(deltas(await file(voided(0)))).to.deep.equal([200]);
      expect(deltas(await file(voided(1)))).to.deep.equal([]);
      const { ring, head, lastClosed } = await file(voided(3));
      expect([ring.newest, head, lastClosed]).to.deep.equal([0, undefined, 0]);
    });

    it("makes a join of more than 508 days FAR", async () => {
      const { file } = await given(lent(ago(900)), lent(ago(400)), lent(ago(100)));
      expect(deltas(await file(close(1, ago(400), { reason: "voided", principal: 0n })))).to.deep.equal(["FAR"]);
    });

    it("puts noon of the day before in the newest's place", async () => {
      const { file } = await given(lent(ago(20) + 99), lent(ago(10)));
      const { ring } = await file(close(1, ago(10), { reason: "voided", principal: 0n }));
      expect(ring).to.deep.equal({ newest: ago(20) + DAY / 2, deltas: [] });
    });

    it("remembers that a full ring may have lost something", async () => {
      const { file } = await given(...[90, 80, 70, 60, 50, 40, 30, 20, 10].map((days) => lent(ago(days))));
      const book = await file(close(8, ago(10), { reason: "voided", principal: 0n }));
      expect(deltas(book)).to.deep.equal([10, 10, 10, 10, 10, 10, "UNKNOWN"]);
    });

    it("counts days in the deployment's zone", async () => {
      const t = await deploy();
      // Local midnight is at 16:00 UTC.
      await t.publishSettings({ zone: [{ from: 0, offset: 8 * 3_600 }], markets: new Map() });
      await t.publish();
      const platform = await t.grant({ foundingUntil: NOW + YEAR });
      const midnight = ago(5) + 16 * 3_600;
      await platform.file([lent(midnight - 1), lent(midnight), lent(midnight + DAY - 1)], { time: NOW });
      expect(deltas(await t.bookOf(borrower(1)))).to.deep.equal([0, 1]);
    });
  });

  it("is read by the twin bit by bit as it is stored", async () => {
    const { t, file } = await given(lent(ago(5), { cash: 90_000n }), lent(ago(4), { firstDraw: true }));
    await file(lent(ago(3), { line: ref(1) }), lent(ago(2)), lent(ago(600)));
    const { head, slots } = await t.registry.bookOf(`0x${Buffer.from(borrower(1)).toString("hex")}`);
    const packed = packBook(await t.bookOf(borrower(1)));
    expect([packed.head, packed.slots]).to.deep.equal([head, [...slots]]);
  });
});
