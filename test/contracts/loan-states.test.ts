import { expect } from "chai";

import type { Closed, Entry, Opened, Ref } from "../../src/core/entry.ts";
import { borrower, closed, DAY, disbursed, fixtures, NOW, opened, repaid, told } from "./fixtures.ts";

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
const payout: Make = (time) => disbursed(LOAN, { time });

describe("The states of a loan", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  /** A loan opened at NOW, unconfirmed or not. */
  async function given(change: Partial<Opened> = {}, confirm = true) {
    const t = await deploy();
    await t.publishSettings({ zone: [], markets: new Map([[0, { confirmationWindow: CONFIRM, graceDays: 0 }]]) });
    await t.publish({ limits: { flags: confirm ? 1 : 0, withdrawalWindow: WITHDRAW, reportingWindow: 30 * DAY } });
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
