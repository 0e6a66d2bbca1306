import { expect } from "chai";
import type { Entry, Ref } from "../../src/core/entry.ts";
import {
  answered,
  barred,
  borrower,
  closed,
  complained,
  contacted,
  DAY,
  fixtures,
  NOW,
  opened,
  overdue,
  told,
} from "./fixtures.ts";

const LOAN: Ref = { platform: 1, number: 1, index: 0 };
const COMPLAINT: Ref = { platform: 1, number: 1, index: 1 };
const CONFIRM = DAY;
const ORDER = new Uint8Array(32).fill(7);

/** The edges of docs/design/loan-states.md that are between lender and borrower, and leave the loan as it is. */
describe("Conduct", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  /** A loan, unconfirmed or not, of a version that bars a borrower for 30 days after a default. */
  async function given({ confirm = false, entries = [] as readonly Entry[] } = {}) {
    const t = await deploy();
    await t.publishSettings({ zone: [], markets: new Map([[0, { confirmationWindow: CONFIRM, graceDays: 0 }]]) });
    const windows = { reportingWindow: 30 * DAY, answerWithin: DAY, barredDays: 30, contactsPerDay: 1 };
    await t.publish({ limits: { ...windows, flags: confirm ? 1 : 0 } });
    const platform = await t.grant();
    const decisions = await platform.file([opened(), ...entries], { time: NOW });
    expect(decisions.map(told)).to.deep.equal(decisions.map(() => "accepted"));
    const when = async (time: number, ...made: readonly Entry[]): Promise<string[]> =>
      (await platform.file(made, { time })).map(told);
    return { t, platform, when, book: async (number = 1) => t.bookOf(borrower(number)) };
  }

  const writeOff = (time: number): Entry => closed(LOAN, { time, reason: "written-off", principal: 0n });
  const repay = (time: number): Entry => closed(LOAN, { time });

  for (const [kind, make] of [
    ["a contact", (time: number) => contacted(LOAN, { time })],
    ["a complaint", (time: number) => complained(LOAN, { time })],
  ] as const) {
    it(`UNCONFIRMED: ${kind} leaves it so`, async () => {
      const { when, book } = await given({ confirm: true });
      expect(await when(NOW + CONFIRM, make(NOW + CONFIRM))).to.deep.equal(["accepted"]);
      expect((await book()).head?.unconfirmed).to.equal(true);
    });

    it(`LAPSED: ${kind} is LAPSED`, async () => {
      const { when } = await given({ confirm: true });
      expect(await when(NOW + CONFIRM + 1, make(NOW + CONFIRM + 1))).to.deep.equal(["refused LAPSED"]);
    });

    it(`OPEN and CHARGED OFF: ${kind} leaves it so`, async () => {
      const { when, book } = await given();
      expect(await when(NOW + 9, make(NOW + 9), writeOff(NOW + 9))).to.deep.equal(["accepted", "accepted"]);
      const before = (await book()).slots;
      expect(await when(NOW + 2 * DAY, make(NOW + 2 * DAY))).to.deep.equal(["accepted"]);
      expect((await book()).slots).to.deep.equal(before);
    });

    it(`gone: ${kind} is NO-LOAN`, async () => {
      const { when } = await given();
      expect(await when(NOW + 9, repay(NOW + 9), make(NOW + 9))).to.deep.equal(["accepted", "refused NO-LOAN"]);
    });

    it(`held by another: ${kind} is NO-LOAN, but for a complaint by order`, async () => {
      const { t } = await given();
      const authority = await t.grant({ flags: 1 });
      const byOrder = { ...make(NOW), order: ORDER } as Entry;
      const decisions = (await authority.file([make(NOW), byOrder])).map(told);
      expect(decisions).to.deep.equal(["refused NO-LOAN", kind === "a complaint" ? "accepted" : "refused NO-LOAN"]);
    });
  }

  it("any state, gone too: an answer to a complaint that waits; a second one is FORBIDDEN", async () => {
    const { when } = await given({ entries: [complained(LOAN)] });
    const answer = (time: number): Entry => answered(LOAN, COMPLAINT, { time });
    const decisions = await when(NOW + DAY, repay(NOW + DAY), answer(NOW + DAY), answer(NOW + DAY));
    expect(decisions).to.deep.equal(["accepted", "accepted", "refused FORBIDDEN"]);
  });

  it("in default: 90 days past due marks the loan, and its end ends it", async () => {
    const { when, book } = await given();
    const late = (time: number, daysPastDue: number): Entry => overdue(LOAN, { time, daysPastDue, defaultCharges: 0n });
    expect(await when(NOW + 9, late(NOW + 9, 89))).to.deep.equal(["accepted"]);
    expect((await book()).head?.detail).to.equal(undefined);
    expect(await when(NOW + 10, late(NOW + 10, 90))).to.deep.equal(["accepted"]);
    expect((await book()).head?.detail?.inDefault).to.equal(true);
    expect((await book()).conduct?.defaultAt).to.equal(NOW + 10);
    const asked = (time: number): Entry => opened({ time });
    expect(await when(NOW + 20, asked(NOW + 20))).to.deep.equal(["refused BARRED"]);
    expect(await when(NOW + 30, repay(NOW + 30), asked(NOW + 30))).to.deep.equal(["accepted", "accepted"]);
  });

  it("in default: written off, until the days are over", async () => {
    const { when, book } = await given();
    expect(await when(NOW + 9, writeOff(NOW + 9))).to.deep.equal(["accepted"]);
    expect((await book()).conduct?.defaultAt).to.equal(NOW + 9);
    const end = NOW + 9 + 30 * DAY;
    expect(await when(end - 1, opened({ time: end - 1 }))).to.deep.equal(["refused BARRED"]);
    expect(await when(end, opened({ time: end }))).to.deep.equal(["accepted"]);
  });

  it("a bar begins a book of a borrower of whom nothing was known, who can be lent to when it is over", async () => {
    const { when, book } = await given();
    const who = { borrower: borrower(7) };
    const decisions = await when(NOW + 9, barred(NOW + DAY, who), opened({ ...who, time: NOW + 9 }));
    expect(decisions).to.deep.equal(["accepted", "refused BARRED"]);
    expect((await book(7)).conduct).to.include({ barredFrom: NOW, barredUntil: NOW + DAY });
    expect(await when(NOW + DAY, opened({ ...who, time: NOW + DAY }))).to.deep.equal(["accepted"]);
    expect((await book(7)).head?.opened).to.equal(NOW + DAY);
  });
});
