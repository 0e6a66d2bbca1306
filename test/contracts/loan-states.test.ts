import { expect } from "chai";

import type { Closed, Corrected, Entry, Extended, Opened, Ref } from "../../src/core/entry.ts";
import {
  assigned,
  bits,
  borrower,
  closed,
  corrected,
  DAY,
  disbursed,
  extended,
  fixtures,
  NOW,
  opened,
  overdue,
  repaid,
  SERVED_RULES,
  told,
} from "./fixtures.ts";
import type { Platform } from "./fixtures.ts";

/** Every edge of docs/design/loan-states.md, and those that are not there. */

const CONFIRM = DAY;
const WITHDRAW = 14 * DAY;
const LOAN: Ref = { platform: 1, number: 1, index: 0 };
const WHOLE = { principal: 100_000n, charges: 0n };
const NOTHING = { principal: 0n, charges: 0n };

type Deployment = Awaited<ReturnType<Awaited<ReturnType<typeof fixtures>>["deploy"]>>;
type Make = (time: number) => Entry;

const close =
  (reason: Closed["reason"], paid: { principal: bigint; charges: bigint }): Make =>
  (time) =>
    closed(LOAN, { time, reason, ...paid });
const pay =
  (principal: bigint, charges: bigint): Make =>
  (time) =>
    repaid(LOAN, { time, principal, charges });
const late: Make = (time) => overdue(LOAN, { time });
const extend =
  (change: Partial<Extended> = {}): Make =>
  (time) =>
    extended(LOAN, { time, ...change });
const correct =
  (what: Corrected["what"], value: bigint, order?: Uint8Array): Make =>
  (time) =>
    corrected(LOAN, { time, what, value, ...(order && { order }) });
const ORDER = new Uint8Array(32).fill(7);
const payout: Make = (time) => disbursed(LOAN, { time });

describe("The states of a loan", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  /** A loan opened at NOW, unconfirmed or not. */
  async function given(change: Partial<Opened> = {}, confirm = true) {
    const t = await deploy();
    await t.publishSettings({ zone: [], markets: new Map([[0, { confirmationWindow: CONFIRM, graceDays: 0 }]]) });
    // What payments may come to is for their vectors.
    const paid = ["SETTLEMENT", "WITHDRAWAL", "LIFETIME-COST", "DAILY-COST"];
    const on = bits(SERVED_RULES.filter((rule) => !paid.includes(rule)));
    const windows = { withdrawalWindow: WITHDRAW, reportingWindow: 30 * DAY };
    await t.publish({ limits: { on, flags: confirm ? 1 : 0, ...windows } });
    const platform = await t.grant();
    const [decision] = await platform.file([opened(change)], { time: NOW });
    expect(told(decision!)).to.match(/^(accepted|flagged DEDUCTION)$/u);
    return { t, platform };
  }

  type Given = Awaited<ReturnType<typeof given>>;
  const STATES = {
    UNCONFIRMED: () => given(),
    OPEN: () => given({}, false),
    "CHARGED OFF": async () => {
      const made = await given({}, false);
      expect(await when(made, close("written-off", NOTHING), NOW + 1)).to.equal("accepted");
      return made;
    },
  } as const satisfies Record<string, () => Promise<Given>>;

  async function when({ platform }: Given, make: Make, time: number): Promise<string> {
    return told((await platform.file([make(time)], { time }))[0]!);
  }

  /** Where the loan is, and what of it is left behind when it is gone. */
  async function stateOf(t: Deployment): Promise<string> {
    const { head, slots, lastClosed, ring } = await t.bookOf(borrower(1));
    const loan = head ?? slots[0];
    if (!loan)
      return `gone${lastClosed === 0 ? "" : `, closed ${lastClosed - NOW}`}${ring.newest === 0 ? ", no opening" : ""}`;
    return `${loan.chargedOff ? "CHARGED OFF" : loan.unconfirmed ? "UNCONFIRMED" : "OPEN"} ${loan.outstanding}`;
  }

  /** [from, event, what it is, seconds after the opening, decision, state after] */
  const EDGES: readonly [keyof typeof STATES, string, Make, number, string, string][] = [
    ["UNCONFIRMED", "disbursed", payout, 9, "accepted", "OPEN 100000"],
    ["UNCONFIRMED", "disbursed at the window's end", payout, CONFIRM, "accepted", "OPEN 100000"],
    ["UNCONFIRMED", "disbursed after its window", payout, CONFIRM + 1, "refused LAPSED", "UNCONFIRMED 100000"],
    ["UNCONFIRMED", "repaid in part", pay(1n, 2n), 9, "accepted", "OPEN 99999"],
    ["UNCONFIRMED", "repaid after its window", pay(1n, 2n), CONFIRM + 1, "refused LAPSED", "UNCONFIRMED 100000"],
    [
      "UNCONFIRMED",
      "closed after its window",
      close("repaid", WHOLE),
      CONFIRM + 1,
      "refused LAPSED",
      "UNCONFIRMED 100000",
    ],
    ["UNCONFIRMED", "closed as repaid", close("repaid", WHOLE), 9, "accepted", "gone, closed 9"],
    ["UNCONFIRMED", "closed as voided", close("voided", NOTHING), CONFIRM, "accepted", "gone, no opening"],
    ["UNCONFIRMED", "closed as withdrawn", close("withdrawn", WHOLE), 9, "accepted", "gone, no opening"],
    ["UNCONFIRMED", "written off", close("written-off", NOTHING), 9, "accepted", "CHARGED OFF 100000"],

    ["OPEN", "disbursed", payout, 9, "accepted", "OPEN 100000"],
    ["OPEN", "repaid in part", pay(99_999n, 0n), 9, "accepted", "OPEN 1"],
    ["OPEN", "repaid in full", pay(100_000n, 0n), 9, "accepted", "OPEN 0"],
    ["OPEN", "repaid too much", pay(100_001n, 0n), 9, "flagged EXCESS", "OPEN 0"],
    ["OPEN", "charged too much for its state", pay(0n, 2n ** 38n - 1n), 9, "accepted", "OPEN 100000"],
    ["OPEN", "closed as repaid", close("repaid", WHOLE), 9, "accepted", "gone, closed 9"],
    [
      "OPEN",
      "closed as repaid, short",
      close("repaid", { principal: 99_999n, charges: 0n }),
      9,
      "flagged SHORT",
      "gone, closed 9",
    ],
    [
      "OPEN",
      "closed as repaid, too much",
      close("repaid", { principal: 100_001n, charges: 0n }),
      9,
      "flagged EXCESS",
      "gone, closed 9",
    ],
    ["OPEN", "closed as refinanced", close("refinanced", WHOLE), 9, "accepted", "gone, closed 9"],
    ["OPEN", "closed as refinanced, short", close("refinanced", NOTHING), 9, "flagged SHORT", "gone, closed 9"],
    ["OPEN", "closed as withdrawn", close("withdrawn", WHOLE), WITHDRAW, "accepted", "gone, no opening"],
    ["OPEN", "closed as withdrawn, short", close("withdrawn", NOTHING), 9, "flagged SHORT", "gone, no opening"],
    [
      "OPEN",
      "closed as withdrawn, charged",
      close("withdrawn", { principal: 100_000n, charges: 1n }),
      9,
      "accepted",
      "gone, closed 9",
    ],
    [
      "OPEN",
      "closed as withdrawn, late",
      close("withdrawn", WHOLE),
      WITHDRAW + 1,
      "flagged WINDOW",
      `gone, closed ${WITHDRAW + 1}`,
    ],
    ["OPEN", "closed as voided", close("voided", NOTHING), CONFIRM, "accepted", "gone, no opening"],
    [
      "OPEN",
      "closed as voided, late",
      close("voided", NOTHING),
      CONFIRM + 1,
      "flagged WINDOW",
      `gone, closed ${CONFIRM + 1}`,
    ],
    [
      "OPEN",
      "closed as voided, paid",
      close("voided", { principal: 1n, charges: 0n }),
      9,
      "flagged WINDOW",
      "gone, closed 9",
    ],
    [
      "OPEN",
      "closed as voided, charged",
      close("voided", { principal: 0n, charges: 1n }),
      9,
      "flagged WINDOW",
      "gone, closed 9",
    ],
    ["OPEN", "closed as forgiven", close("forgiven", NOTHING), 9, "accepted", "gone, closed 9"],
    ["OPEN", "written off", close("written-off", { principal: 1n, charges: 5n }), 9, "accepted", "CHARGED OFF 99999"],
    ["OPEN", "written off with nothing left", close("written-off", WHOLE), 9, "accepted", "gone"],
    [
      "OPEN",
      "written off, paid too much",
      close("written-off", { principal: 100_001n, charges: 0n }),
      9,
      "flagged EXCESS",
      "gone",
    ],

    ["CHARGED OFF", "disbursed", payout, 9, "accepted", "CHARGED OFF 100000"],
    ["CHARGED OFF", "repaid: a recovery", pay(10n, 0n), 9, "accepted", "CHARGED OFF 99990"],
    ["CHARGED OFF", "written off again", close("written-off", NOTHING), 9, "accepted", "CHARGED OFF 100000"],
    [
      "CHARGED OFF",
      "written off again with a payment",
      close("written-off", { principal: 10n, charges: 0n }),
      9,
      "accepted",
      "CHARGED OFF 99990",
    ],
    ["CHARGED OFF", "written off again with the rest", close("written-off", WHOLE), 9, "accepted", "gone"],
    ["CHARGED OFF", "closed as repaid", close("repaid", WHOLE), 9, "accepted", "gone"],
    ["CHARGED OFF", "closed as repaid, short", close("repaid", NOTHING), 9, "flagged SHORT", "gone"],
    ["CHARGED OFF", "closed as forgiven", close("forgiven", NOTHING), 9, "accepted", "gone"],
    ["UNCONFIRMED", "overdue", late, 9, "accepted", "OPEN 100000"],
    ["OPEN", "overdue", late, 9, "accepted", "OPEN 100000"],
    ["CHARGED OFF", "overdue", late, 9, "accepted", "CHARGED OFF 100000"],
    ["UNCONFIRMED", "overdue after its window", late, CONFIRM + 1, "refused LAPSED", "UNCONFIRMED 100000"],

    ["UNCONFIRMED", "extended", extend(), 9, "accepted", "OPEN 100000"],
    ["OPEN", "extended", extend(), 9, "accepted", "OPEN 100000"],
    ["OPEN", "extended, asked", extend({ asked: true }), 9, "accepted", "OPEN 100000"],
    ["OPEN", "extended at too much, asked", extend({ asked: true, fee: 90_000n }), 9, "refused RATE", "OPEN 100000"],
    ["OPEN", "extended at too much", extend({ fee: 90_000n }), 9, "flagged RATE", "OPEN 100000"],
    [
      "OPEN",
      "written down in hardship",
      extend({
        extension: "hardship-relief",
        writeDown: 40_000n,
        schedule: [{ count: 1, unit: "month", gap: 1, amount: 60_000n }],
      }),
      9,
      "accepted",
      "OPEN 60000",
    ],
    ["CHARGED OFF", "extended", extend(), 9, "refused FORBIDDEN", "CHARGED OFF 100000"],
    ["CHARGED OFF", "extended, asked", extend({ asked: true }), 9, "refused FORBIDDEN", "CHARGED OFF 100000"],

    ["OPEN", "corrected upwards", correct("outstanding", 100_001n), 9, "flagged CORRECTED", "OPEN 100001"],
    ["OPEN", "corrected downwards", correct("outstanding", 1n), 9, "flagged CORRECTED", "OPEN 1"],
    ["OPEN", "corrected in its reason", correct("reason", 1n), 9, "flagged CORRECTED", "OPEN 100000"],
    ["OPEN", "corrected in its time", correct("time", 1n), 9, "refused NO-AUTHORITY", "OPEN 100000"],
    [
      "OPEN",
      "corrected with an order of its own",
      correct("outstanding", 1n, ORDER),
      9,
      "refused NO-AUTHORITY",
      "OPEN 100000",
    ],
    ["CHARGED OFF", "corrected", correct("outstanding", 5n), 9, "flagged CORRECTED", "CHARGED OFF 5"],
    ["OPEN", "assigned to nobody", (time) => assigned(LOAN, { time, to: 99 }), 9, "refused FORBIDDEN", "OPEN 100000"],

    ["CHARGED OFF", "closed as voided, late", close("voided", NOTHING), CONFIRM + 1, "flagged WINDOW", "gone"],
  ];

  for (const [from, event, make, after, decision, state] of EDGES)
    it(`${from}: ${event} gives ${decision}, ${state}`, async () => {
      const made = await STATES[from]();
      expect(await when(made, make, NOW + after)).to.equal(decision);
      expect(await stateOf(made.t)).to.equal(state);
    });

  describe("given a loan that is gone", () => {
    for (const [name, make] of Object.entries({
      disbursed: payout,
      repaid: pay(1n, 0n),
      "closed as repaid": close("repaid", WHOLE),
      "written off": close("written-off", NOTHING),
    }))
      it(`${name} is NO-LOAN`, async () => {
        const made = await given();
        await when(made, close("repaid", WHOLE), NOW + 1);
        expect(await when(made, make, NOW + 2)).to.equal("refused NO-LOAN");
      });
  });

  describe("given the authority and a second platform", () => {
    async function givenThree(from: keyof typeof STATES) {
      const made = await STATES[from]();
      const buyer = await made.t.grant();
      const authority = await made.t.grant({ flags: 1 });
      return { ...made, buyer, authority };
    }

    for (const from of ["OPEN", "CHARGED OFF"] as const)
      it(`${from}: sold, as both sides say, it is the buyer's`, async () => {
        const { t, platform, buyer } = await givenThree(from);
        const time = NOW + 20;
        const side = async (by: Platform, entry: Entry) => told((await by.file([entry], { time }))[0]!);
        expect(await side(platform, assigned(LOAN, { time }))).to.equal("flagged PENDING");
        expect(await side(buyer, repaid(LOAN, { time }))).to.equal("refused NO-LOAN");
        expect(await side(buyer, assigned(LOAN, { time, side: "assignee" }))).to.equal("accepted");
        expect(await side(platform, repaid(LOAN, { time }))).to.equal("refused NO-LOAN");
        expect(await side(buyer, repaid(LOAN, { time }))).to.equal("accepted");
        const { head, slots } = await t.bookOf(borrower(1));
        expect([head, slots.map(({ holder, inRing }) => ({ holder, inRing }))]).to.deep.equal([
          undefined,
          [{ holder: 2, inRing: true }],
        ]);
      });

    it("the authority closes, corrects and assigns what others hold, but does not pay or extend it", async () => {
      const { authority } = await givenThree("OPEN");
      const time = NOW + 20;
      const order = { order: ORDER, time };
      const told3 = async (entries: Entry[]) => (await authority.file(entries, { time })).map(told);
      expect(
        await told3([
          repaid(LOAN, order),
          extended(LOAN, order),
          overdue(LOAN, order),
          corrected(LOAN, { ...order, value: 500n }),
          closed(LOAN, { time, reason: "forgiven" }),
          closed(LOAN, { ...order, reason: "forgiven", principal: 0n }),
        ]),
      ).to.deep.equal([
        "refused NO-LOAN",
        "refused NO-LOAN",
        "refused NO-LOAN",
        "flagged CORRECTED",
        "refused NO-LOAN",
        "accepted",
      ]);
    });

    it("a platform leaves the market: no new loans, its book runs off, and the authority hands on or closes the rest", async () => {
      const { t, platform, buyer, authority } = await givenThree("OPEN");
      const file = async (by: Platform, time: number, entries: Entry[]) => (await by.file(entries, { time })).map(told);
      const second = { platform: 1, number: 2, index: 0 };
      const third = { platform: 1, number: 2, index: 1 };
      const more = [2, 3].map((number) => opened({ borrower: borrower(number), time: NOW + 10 }));
      expect(await file(platform, NOW + 10, more)).to.deep.equal(["accepted", "accepted"]);
      await t.licences.withdraw(1);

      const time = NOW + DAY;
      const asked = opened({ borrower: borrower(4), time });
      const run = [asked, extended(LOAN, { time, asked: true }), repaid(LOAN, { time, principal: 100_000n })];
      expect(await file(platform, time, run)).to.deep.equal(["refused LICENCE", "refused LICENCE", "accepted"]);
      const ordered = { order: ORDER, time, side: "assignor" } as const;
      expect(
        await file(authority, time, [
          assigned(second, { ...ordered, borrower: borrower(2), to: 1 }),
          assigned(second, { ...ordered, borrower: borrower(2) }),
          closed(third, { order: ORDER, time, borrower: borrower(3), reason: "forgiven", principal: 0n }),
        ]),
      ).to.deep.equal(["refused FORBIDDEN", "accepted", "accepted"]);
      const paid = repaid(second, { borrower: borrower(2), time });
      expect(await file(buyer, time, [paid])).to.deep.equal(["accepted"]);
      expect(await file(platform, time, [paid])).to.deep.equal(["refused NO-LOAN"]);
      expect(await file(platform, time, [closed(LOAN, { time })])).to.deep.equal(["flagged EXCESS"]);
    });
  });

  it("another platform's event is NO-LOAN", async () => {
    const { t, platform } = await given();
    const other = await t.grant();
    expect((await other.file([payout(NOW)], { time: NOW + 5 })).map(told)).to.deep.equal(["refused NO-LOAN"]);
    expect((await platform.file([payout(NOW)], { time: NOW + 6 })).map(told)).to.deep.equal(["accepted"]);
  });

  it("another borrower's, index's or filing's name is NO-LOAN", async () => {
    const { platform } = await given();
    const wrong = [
      disbursed(LOAN, { borrower: borrower(2) }),
      disbursed({ ...LOAN, index: 1 }),
      disbursed({ ...LOAN, number: 2 }),
      disbursed({ ...LOAN, platform: 2 }),
      disbursed({ platform: 0, number: 0, index: 0 }),
    ];
    expect((await platform.file(wrong, { time: NOW + 5 })).map(told)).to.deep.equal(wrong.map(() => "refused NO-LOAN"));
  });

  it("a lapsed loan leaves with the borrower's next opening, and takes its opening along", async () => {
    const { t, platform } = await given();
    const time = NOW + CONFIRM + 1;
    expect((await platform.file([opened({ time })], { time })).map(told)).to.deep.equal(["accepted"]);
    const book = await t.bookOf(borrower(1));
    expect(book.slots).to.deep.equal([]);
    expect(book.head).to.include({ number: 2, index: 0, opened: time });
    expect(book.ring).to.deep.equal({ newest: time, deltas: [] });
    expect(book.lastClosed).to.equal(0);
  });

  it("a lapsed loan stays if the next opening is refused", async () => {
    const { t, platform } = await given();
    const time = NOW + CONFIRM + 1;
    const before = await t.registry.bookOf(borrower(1));
    const [decision] = await platform.file([opened({ time, disclosed: time })], { time });
    expect(told(decision!)).to.equal("refused DISCLOSURE");
    expect(await t.registry.bookOf(borrower(1))).to.deep.equal(before);
  });

  it("a deduction is a charge: voided, it is at a cost", async () => {
    const made = await given({ basis: "paidOut", cash: 99_000n });
    expect(await when(made, close("voided", NOTHING), NOW + 9)).to.equal("flagged WINDOW");
    expect(await stateOf(made.t)).to.equal("gone, closed 9");
  });

  it("charges that no longer fit are WIDTH, and nothing changes", async () => {
    const made = await given();
    expect(await when(made, pay(0n, 2n ** 38n - 1n), NOW + 1)).to.equal("accepted");
    const before = await made.t.registry.bookOf(borrower(1));
    expect(await when(made, pay(1n, 1n), NOW + 2)).to.equal("refused WIDTH");
    expect(await when(made, close("written-off", { principal: 0n, charges: 1n }), NOW + 3)).to.equal("refused WIDTH");
    expect(await made.t.registry.bookOf(borrower(1))).to.deep.equal(before);
    expect(await when(made, close("repaid", { principal: 100_000n, charges: 1n }), NOW + 4)).to.equal("accepted");
  });

  it("lastClosed is the greatest of all closings", async () => {
    const { t, platform } = await given({}, false);
    await platform.file([opened({ basis: "paidOut", time: NOW + 1 })], { time: NOW + 10 });
    const closes = [closed({ platform: 1, number: 2, index: 0 }, { time: NOW + 8 }), closed(LOAN, { time: NOW + 5 })];
    expect((await platform.file(closes, { time: NOW + 20 })).map(told)).to.deep.equal(["accepted", "accepted"]);
    expect((await t.bookOf(borrower(1))).lastClosed).to.equal(NOW + 8);
  });
});
