import { expect } from "chai";
import { ruleBit } from "../../src/core/decision.ts";
import type { Entry, Ref } from "../../src/core/entry.ts";
import { AppError } from "../../src/core/errors.ts";
import type { PilotTerms } from "../../src/core/sandbox.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { pilotLines } from "../../src/regulator/pilot-lines.ts";
import { pilotPage } from "../../src/regulator/pilot-page.ts";
import { pilotReport, type PilotReport } from "../../src/regulator/pilot-report.ts";
import { localTime } from "../../src/regulator/plan.ts";
import { MINOR_UNITS } from "../../src/regulator/value-words.ts";
import { limitsWith } from "../support/filed-history.ts";
import { borrowerOf, DAY, openedBy, PRODUCT, SmallMarket, T0 } from "../support/small-market.ts";

const PILOT = PRODUCT + 1;
const NUMBER = 7;
const at = (day: number): number => T0 + day * DAY;
const inShanghai = (seconds: number): string => localTime(seconds, [{ from: 0, offset: 8 * 3_600 }]);

const TERMS: PilotTerms = {
  ...{ product: PILOT, opensAt: at(10), endsAt: at(100), maxLoans: 4, maxBorrowers: 4 },
  ...{ maxOutstanding: 40_000n, maxLoss: 20_000n, consent: true },
  ...{ defaultShare: 400_000, defaultFrom: 4, complaintShare: 900_000, complaintFrom: 4 },
};

/** A market with a pilot that four borrowers try, some of whom have other loans. */
class PilotMarket extends SmallMarket {
  constructor() {
    super();
    this.filed.publish(PRODUCT, limitsWith({}));
    const on = ruleBit("PILOT") | ruleBit("COMPLAINT") | ruleBit("CONTACT") | ruleBit("AMOUNT");
    const rules = { on, refuse: ruleBit("PILOT") | ruleBit("AMOUNT"), amountMax: 50_000n, pilot: NUMBER };
    this.filed.publish(PILOT, limitsWith({ ...rules, answerWithin: DAY, contactsPerDay: 9, contactFlags: 1 }));
    const opened = {
      event: "PilotOpened",
      number: NUMBER,
      terms: TERMS,
      platforms: [1],
      name: "Emergency loans",
    } as const;
    this.filed.law(opened);
  }

  later(day: number, entry: Entry): Ref {
    const ref = this.filed.nextRef(1);
    this.filed.file(1, at(day), [entry]);
    return ref;
  }

  about(name: string, ref: Ref, day: number) {
    return { borrower: borrowerOf(name), ref, time: at(day) };
  }

  report(number = NUMBER): PilotReport {
    return pilotReport({ history: this.filed.finish(), number, registry: "0x01", chainId: 1n });
  }
}

/** What happened in it, each figure to be found again. */
function market(): PilotMarket {
  const m = new PilotMarket();
  const early = m.open("a", 1, { principal: 30_000n });
  m.close("a", early, 5, { principal: 30_000n });
  m.open("d", 12, { platform: 2, term: 60 });
  m.open("e", 12, { platform: 2 });

  const a = m.open("a", 11, { product: PILOT });
  const b = m.open("b", 12, { product: PILOT });
  const c = m.open("c", 13, { product: PILOT });
  m.close("a", a, 20);
  m.later(21, { kind: "Repaid", ...m.about("b", b, 21), principal: 4_000n, charges: 500n });
  m.later(45, {
    ...{ kind: "Overdue", ...m.about("b", b, 45), daysPastDue: 34, amountOverdue: 6_000n },
    ...{ defaultCharges: 70n, contractRate: 0n },
  });
  m.later(46, { kind: "Contacted", ...m.about("b", b, 46), channel: 1, party: "third-party", agent: "outsourcer" });
  const complaint = m.later(47, { kind: "Complained", ...m.about("b", b, 47), topic: 1 });
  m.later(48, { kind: "Complained", ...m.about("c", c, 48), topic: 2 });
  m.later(50, { kind: "Answered", ...m.about("b", b, 50), complaint, outcome: 1 });
  const d = m.open("d", 50, { product: PILOT, principal: 12_000n });
  // Refused: too much at once, not where the pilot runs, and more than is left of it.
  m.open("f", 51, { product: PILOT, principal: 60_000n });
  m.open("f", 51, { product: PILOT, platform: 2 });
  m.open("f", 52, { product: PILOT });
  m.later(60, { kind: "Closed", ...m.about("b", b, 60), reason: "written-off", principal: 0n, charges: 0n });
  m.later(70, { kind: "Repaid", ...m.about("b", b, 70), principal: 1_000n, charges: 0n });
  m.later(71, {
    ...{
      kind: "Extended",
      ...m.about("c", c, 71),
      extension: "hardship-relief",
      fee: 30n,
      writeDown: 2_500n,
      paid: 0n,
    },
    schedule: [{ count: 1, unit: "day", gap: 30, amount: 7_600n }],
  });
  m.later(72, { kind: "Repaid", ...m.about("d", d, 72), principal: 2_000n, charges: 0n });
  return m;
}

describe("a pilot's report", () => {
  const m = market();
  const report = m.report();

  it("counts who asked, who was served, and why the others were not", () => {
    expect(report.take_up).to.deep.equal({
      ...{ asked: 7, opened: 4, refused: 3, borrowers_asking: 5, refused_by: { AMOUNT: 1, PILOT: 3 } },
      by_month: [
        { month: "2023-11", asked: 3, opened: 3 },
        { month: "2024-01", asked: 4, opened: 1 },
      ],
      by_platform: { 1: 4 },
    });
  });

  it("counts months as people of the deployment's zone do", () => {
    const east = new PilotMarket();
    const settings = encodeSettings({ zone: [{ from: 0, offset: 14 * 3_600 }], markets: new Map() });
    east.filed.law({ event: "SettingsPublished", index: 0, effectiveFrom: 0, settings });
    // Noon of 30 November in UTC is December there.
    east.open("a", 15.5, { product: PILOT });
    expect(east.report().take_up.by_month).to.deep.equal([{ month: "2023-12", asked: 1, opened: 1 }]);
  });

  it("has the pilot's bounds and how much of each is used, as the Sandbox counts", () => {
    const { counts } = m.filed.twin.sandbox.pilotOf(NUMBER)!;
    const used = Object.fromEntries(report.bounds.map(({ bound, used: value }) => [bound, value]));
    expect(used).to.deep.equal({
      ...{ loans: BigInt(counts.loans), borrowers: BigInt(counts.borrowers) },
      ...{ outstanding: counts.outstanding, loss: counts.loss, defaults: 250_000n, complaints: 500_000n },
    });
    expect([used["loans"], used["borrowers"], used["outstanding"], used["loss"]]).to.deep.equal([
      4n,
      2n,
      17_500n,
      7_500n,
    ]);
    expect(report.bounds.at(-1)).to.include({ allowed: 900_000n, from: 4 });
  });

  it("says what became of its loans", () => {
    const { cost, repayment, defaults, complaints, contacts, ...loans } = report.loans;
    expect(loans).to.deep.equal({
      ...{ loans: 4, borrowers: 4, principal: 42_000n, median_principal: 10_000n, median_term_days: 30 },
    });
    expect(cost).to.deep.equal({
      ...{ promised: 2_100n, share: 50_000, share_a_day: 1_666_667, paid: 1_100n, default_charges: 70n },
    });
    expect(repayment).to.deep.equal({
      ...{ open: 2, closed: { repaid: 1, "written-off": 1 }, principal_paid: 17_000n, extended: 1 },
      past_due: { any: 1, over_30: 1, over_90: 0 },
    });
    expect(defaults).to.deep.equal({ loans: 1, share: 250_000, principal: 6_000n, recovered: 1_000n });
    expect(complaints).to.deep.equal({ filed: 2, share: 500_000, answered: 1, answered_late: 1, unanswered: 1 });
    expect(contacts).to.deep.equal({ made: 1, against_the_rule: 1 });
  });

  it("compares with the same borrowers' other loans alone, since it opened and before", () => {
    expect([report.beside.loans, report.beside.principal, report.beside.median_term_days]).to.deep.equal([
      1,
      10_000n,
      60,
    ]);
    expect([report.before.loans, report.before.principal]).to.deep.equal([1, 30_000n]);
    expect(report.before.repayment.closed).to.deep.equal({ repaid: 1 });
  });

  it("takes history for when it was, whenever it was loaded", () => {
    const loaded = new PilotMarket();
    loaded.later(12, openedBy("a", at(3), { basis: "founded", principal: 11_000n }));
    loaded.open("a", 13, { product: PILOT });
    loaded.open("a", 14, { principal: 12_000n });
    const { beside, before } = loaded.report();
    expect([before.loans, before.principal]).to.deep.equal([1, 11_000n]);
    expect([beside.loans, beside.principal]).to.deep.equal([1, 12_000n]);
  });

  it("tells how it ended", () => {
    expect(report.pilot).to.include({ standing: "open", reason: "none", ended_at: null });
    const stopped = market();
    const end = { event: "PilotStopped", number: NUMBER, reason: "by-hand", time: at(80), why: "order 12" } as const;
    stopped.filed.law(end);
    expect(stopped.report().pilot).to.include({ standing: "stopped", why: "order 12", ended_at: at(80) });
    const graduated = market();
    graduated.filed.law({ event: "PilotGraduated", number: NUMBER, time: at(90) });
    expect(graduated.report().pilot).to.include({ standing: "graduated", ended_at: at(90) });
  });

  it("is a page without anything loaded, and lines with the same figures", () => {
    const page = pilotPage(report, {
      currency: { code: "CNY", decimals: 2 },
      product: "Emergency fund",
      at: inShanghai,
    });
    for (const text of [
      "Pilot 7: Emergency loans",
      `Emergency fund (${PILOT})`,
      "2023-11-25T08:00:00+08:00",
      "420.00 CNY",
      "answered late",
      "<svg",
    ])
      expect(page).to.contain(text);
    expect(page).to.not.match(/<script|https?:|src=/u);
    const lines = pilotLines(report, MINOR_UNITS, inShanghai).join("\n");
    for (const text of ["4 loans opened of 7 asked for", "25.00 %", "PILOT"]) expect(lines).to.contain(text);
    expect(lines.split("\n")[1]).to.equal("Open, from 2023-11-25T08:00:00+08:00 until 2024-02-23T08:00:00+08:00.");
  });

  it("draws the loans before the pilot where there are no others since, and nothing where there are none", () => {
    const drawn = (made: PilotReport): string[] =>
      ["their other loans", "their loans before it"].filter((text) =>
        pilotPage(made, { currency: MINOR_UNITS, at: inShanghai }).includes(`${text}</text>`),
      );
    const { beside } = new PilotMarket().report();
    expect(drawn(report)).to.deep.equal(["their other loans"]);
    expect(drawn({ ...report, beside })).to.deep.equal(["their loans before it"]);
    expect(drawn({ ...report, beside, before: beside })).to.deep.equal([]);
  });

  it("has nothing to divide by where nobody asked", () => {
    const empty = new PilotMarket().report();
    expect([empty.loans.cost.share, empty.loans.defaults.share, empty.take_up.by_month]).to.deep.equal([0, 0, []]);
    expect(pilotPage(empty, { currency: MINOR_UNITS, at: inShanghai })).to.contain("Nothing was refused.");
  });

  it("is refused of a pilot that nobody opened", () => {
    expect(() => m.report(8)).to.throw(AppError, "No pilot 8 was ever opened here");
  });
});
