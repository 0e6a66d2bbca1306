import { expect } from "chai";

import { ruleBit, ruleNames } from "../../src/core/decision.ts";
import { refText } from "../../src/core/entry.ts";
import type { Ref } from "../../src/core/entry.ts";
import { AppError } from "../../src/core/errors.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { canonicalJson } from "../../src/regulator/canonical.ts";
import type { CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
import type { Simulation } from "../../src/regulator/simulate.ts";
import { reasons, simulationCsv } from "../../src/regulator/simulate-csv.ts";
import { simulationPage } from "../../src/regulator/simulate-html.ts";
import { simulationLines } from "../../src/regulator/simulate-lines.ts";
import { draftOf, type DraftVersion } from "../support/draft.ts";
import { limitsWith } from "../support/filed-history.ts";
import { DAY, openedBy, closedBy, PRODUCT, simulated, SmallMarket, T0 } from "../support/small-market.ts";

const draft = (...versions: readonly DraftVersion[]): CompiledRulePack => draftOf(versions, { zone: "UTC" });
const only = (rules: DraftVersion["rules"]): CompiledRulePack => draft({ rules });

/** `platform/number/index: before > after` of every loan, with the reasons of what isn't accepted. */
function told({ judged }: Simulation): Record<string, string> {
  const said = (decision: (typeof judged)[number]["after"]): string =>
    `${decision.outcome} ${reasons(decision)}`.trim();
  return Object.fromEntries(
    judged.map(({ loan, before, after }) => [refText(loan.act.ref), `${said(before)} > ${said(after)}`]),
  );
}

function failure(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** A borrower who rolls over at another lender each time, one who borrows once, and one with two loans at once. */
function market(): SmallMarket {
  const small = new SmallMarket();
  small.filed.publish(PRODUCT, limitsWith({}));
  const a1 = small.open("a", 0);
  const b1 = small.open("b", 1);
  const c1 = small.open("c", 2, { platform: 2, principal: 50_000n });
  const c2 = small.open("c", 5, { platform: 1, principal: 20_000n });
  small.close("a", a1, 10);
  const a2 = small.open("a", 11, { platform: 2 });
  small.close("c", c2, 12, { principal: 20_000n });
  small.close("b", b1, 15);
  small.close("a", a2, 21);
  const a3 = small.open("a", 22);
  small.close("c", c1, 25, { principal: 50_000n });
  small.close("a", a3, 33);
  small.open("a", 60);
  return small;
}

describe("a simulation", () => {
  describe("given a draft that refuses a loan that was refinanced", () => {
    /** One of 400.00, refinanced after ten days by one of 100.00, and that one renewed once more. */
    function refinancing(): SmallMarket {
      const small = new SmallMarket();
      small.filed.publish(PRODUCT, limitsWith({}));
      const first = small.open("a", 0, { principal: 40_000n });
      const file = (day: number, predecessor: Ref): Ref => {
        const ref = small.filed.nextRef(1);
        const time = T0 + day * DAY;
        const close = { ...closedBy("a", predecessor, time), reason: "refinanced" as const };
        small.filed.file(1, time, [{ ...openedBy("a", time), predecessor }, close]);
        return ref;
      };
      file(20, file(10, first));
      return small;
    }
    const rules = { AMOUNT: "max: 200", ROLLOVER: "extensions: 1" };

    it("judges the one that refinanced it by itself, and says so", () => {
      const simulation = simulated(refinancing().filed.finish(), only(rules));
      expect(told(simulation)).to.deep.equal({
        "1/1/0": "accepted > refused AMOUNT",
        "1/2/0": "accepted > accepted",
        "1/3/0": "accepted > accepted",
      });
      const { before, after } = simulation.report.later_entries;
      expect([before.unlinked, after.unlinked]).to.deep.equal([0, 1]);
      expect(after.not_applied).to.deep.equal({ Closed: 1 });
      expect(simulationLines(simulation.report).join("\n")).to.include("Judged without the loan that they refinance");
    });

    it("leaves it where it was, where each is judged alone", () => {
      const simulation = simulated(refinancing().filed.finish(), only(rules), { eachAlone: true });
      expect(told(simulation)).to.deep.equal({
        "1/1/0": "accepted > refused AMOUNT",
        "1/2/0": "accepted > accepted",
        "1/3/0": "accepted > refused ROLLOVER",
      });
      expect(simulation.report.later_entries.after.unlinked).to.equal(0);
    });
  });

  describe("given a draft that cools off", () => {
    const rules = { "COOLING-OFF": "time: 3d" };

    it("follows its own decisions: what is refused doesn't count for the next", () => {
      const simulation = simulated(market().filed.finish(), only(rules));
      // a2 comes a day after a1's close. a3 comes a day after the close of a2, which was never made: eleven days after a1's.
      expect(told(simulation)).to.deep.equal({
        "1/1/0": "accepted > accepted",
        "1/2/0": "accepted > accepted",
        "2/1/0": "accepted > accepted",
        "1/3/0": "accepted > accepted",
        "2/2/0": "accepted > refused COOLING-OFF",
        "1/7/0": "accepted > accepted",
        "1/9/0": "accepted > accepted",
      });
      const { report } = simulation;
      expect(report).to.include({ loans: 7, borrowers: 3, refused: 1, borrowers_affected: 1, amount: 120_000n });
      expect(report.by_rule.after).to.deep.equal({ "COOLING-OFF": 1, LICENCE: 0 });
      expect(report.by_rule.before).to.deep.equal({ "COOLING-OFF": 0, LICENCE: 0 });
      expect(report.outcomes.after).to.deep.equal({ accepted: 6, flagged: 0, refused: 1, amount_refused: 10_000n });
      expect(report.later_entries.after.not_applied).to.deep.equal({ Closed: 1 });
      const at = (platform: number) =>
        simulated(market().filed.finish(), only(rules), { platforms: [platform] }).report.later_entries.after;
      expect([at(1).not_applied, at(2).not_applied]).to.deep.equal([{}, { Closed: 1 }]);
      expect(report.by_platform["2"]?.outcomes.after).to.include({ accepted: 1, refused: 1 });
      expect(report.by_platform["1"]?.outcomes.after).to.include({ accepted: 5, refused: 0 });
    });

    it("judges each alone against history as it was, if asked to", () => {
      const { report, ...simulation } = simulated(market().filed.finish(), only(rules), { eachAlone: true });
      const refused = simulation.judged.filter(({ after }) => after.outcome === "refused");
      expect(refused.map(({ loan }) => refText(loan.act.ref))).to.deep.equal(["2/2/0", "1/7/0"]);
      expect(report.later_entries.after.not_applied).to.deep.equal({});
      expect(report.refused).to.equal(2);
    });

    it("counts the spiral that it cuts short", () => {
      const { effects } = simulated(market().filed.finish(), only(rules)).report;
      // a1, a2, a3 are a day apart; the fourth comes 27 days later. Without a2 the other two are 12 days apart, and no spiral.
      const run = { spirals: 1, borrowers: 1, loans: 3, longest: 3 };
      expect(effects.spirals.before).to.deep.equal(run);
      expect(effects.spirals.cut_short).to.deep.equal({ ...run, refused_loans: 1 });
      expect(effects.spirals.after).to.deep.equal({ spirals: 0, borrowers: 0, loans: 0, longest: 0 });
    });

    it("tells whom it hits although they repaid everything on time", () => {
      const { effects } = simulated(market().filed.finish(), only(rules)).report;
      // The fourth loan of a's isn't due when the history ends.
      const a2 = { loans: 1, borrowers: 1, amount: 10_000n };
      expect(effects.punctual_borrowers).to.deep.equal(a2);
      expect(effects.punctual_loans).to.deep.equal(a2);
      expect(effects.first_loans).to.deep.equal({ loans: 0, borrowers: 0, amount: 0n });
    });
  });

  it("names who loses access: all that they asked for is refused", () => {
    const history = market().filed.finish();
    const amount = only({ AMOUNT: "max: 150" });
    expect(simulated(history, amount).report.effects.losing_access).to.deep.equal({
      loans: 2,
      borrowers: 1,
      amount: 70_000n,
    });
    const higher = only({ AMOUNT: "max: 250" });
    expect(simulated(history, higher).report.effects.losing_access.borrowers).to.equal(0);
    expect(simulated(history, higher).report.effects.first_loans.loans).to.equal(1);
  });

  it("sees loans of all platforms, and counts those that it is asked for", () => {
    const history = market().filed.finish();
    const { report, judged } = simulated(history, only({ "OPEN-LOANS": "loans: 1" }), { platforms: [1] });
    expect(report).to.include({ loans: 5, refused: 1 });
    expect(Object.keys(report.by_platform)).to.deep.equal(["1"]);
    // c's loan at platform 1, because of the one at platform 2.
    expect(judged.filter(({ after }) => after.breaches !== 0).map(({ loan }) => refText(loan.act.ref))).to.deep.equal([
      "1/3/0",
    ]);
  });

  describe("given a period", () => {
    it("leaves what was before as it was, and what comes after uncounted", () => {
      const small = market();
      const twoAtOnce = only({ "OPEN-LOANS": "loans: 1", "COOLING-OFF": "time: 2d" });
      const simulation = simulated(small.filed.finish(), twoAtOnce, { from: T0 + 11 * DAY, to: T0 + 60 * DAY });
      // c's two loans are before it; a's second and third are judged, against a1, which is as it was.
      expect(told(simulation)).to.deep.equal({
        "2/2/0": "accepted > refused COOLING-OFF",
        "1/7/0": "accepted > accepted",
      });
      expect(simulation.report.period).to.deep.equal({ from: "2023-11-26T00:00:00Z", to: "2024-01-14T00:00:00Z" });
    });

    const refused = ({ judged }: Simulation): string[] =>
      judged.filter(({ after }) => after.outcome === "refused").map(({ loan }) => refText(loan.act.ref));

    it("judges each loan by the draft's version that binds at its time, or all by the newest, if asked to", () => {
      const versions = [
        { effectiveFrom: "2023-11-01", rules: { AMOUNT: "max: 150" } },
        { effectiveFrom: "2023-11-18", rules: { AMOUNT: "max: 550" } },
      ];
      const history = market().filed.finish();
      // c1 (500.00) on the 17th, c2 (200.00) on the 20th, when the second version binds.
      for (const dating of ["drafted", "as-dated"] as const)
        expect(refused(simulated(history, draft(...versions), { dating }))).to.deep.equal(["2/1/0"]);
      expect(refused(simulated(history, draft(...versions), { dating: "newest" }))).to.deep.equal([]);
      expect(refused(simulated(history, draft(...versions), { from: T0 + 4 * DAY }))).to.deep.equal([]);
    });

    it("tries on the whole period what would bind only after it, unless each is to bind as dated", () => {
      const versions = [
        { effectiveFrom: "2023-11-01", rules: { AMOUNT: "max: 550" } },
        { effectiveFrom: "2031-01-01", rules: { AMOUNT: "max: 450" } },
      ];
      const small = market();
      const old = draft(versions[0]!).versions[0]!;
      small.filed.publish(PRODUCT, old.limits, old.effectiveFrom);
      const history = small.filed.finish();
      const tried = simulated(history, draft(...versions));
      expect(refused(tried)).to.deep.equal(["2/1/0"]);
      expect(tried.report.notes).to.deep.equal([
        "loan for persons: what is new binds from 2031-01-01, after the last loan. It is tried on the whole period.",
      ]);
      expect(tried.report.draft_versions).to.deep.equal([
        {
          ...{ product: "2/1", borrower: "person", effective_from: "2031-01-01" },
          ...{ binds_from: "the beginning", tried: true },
        },
      ]);
      expect(tried.report.changes[0]?.sentences).to.deep.equal([
        "the largest loan falls from 550 NGN to 450 NGN: stricter",
      ]);
      const asDated = simulated(history, draft(...versions), { dating: "as-dated" });
      expect(refused(asDated)).to.deep.equal([]);
      expect(asDated.report.notes[0]).to.match(/no loan meets the version from 2031-01-01\.$/u);
      // With an older version edited too, dates mean something: each loan is judged by its own time's.
      const edited = [{ ...versions[0]!, rules: { AMOUNT: "max: 600" } }, versions[1]!];
      const { report } = simulated(history, draft(...edited));
      expect(report.refused).to.equal(0);
      expect(report.notes[0]).to.match(/no loan meets the version from 2031-01-01; --newest tries it/u);
    });

    it("changes nothing under a draft that equals a law of several versions, however it is asked", () => {
      const law = draft(
        { effectiveFrom: "2023-11-01", rules: { AMOUNT: "max: 550" } },
        { effectiveFrom: "2023-11-18", rules: { AMOUNT: "max: 150" } },
        { effectiveFrom: "2031-01-01", rules: { AMOUNT: "max: 50" } },
      );
      const small = market();
      for (const { limits, effectiveFrom } of law.versions) small.filed.publish(PRODUCT, limits, effectiveFrom);
      const history = small.filed.finish();
      for (const dating of ["drafted", "as-dated"] as const)
        for (const eachAlone of [true, false])
          for (const basis of ["request", "as-filed"] as const)
            for (const from of [undefined, T0 + 4 * DAY]) {
              const period = from === undefined ? {} : { from };
              const { judged, report } = simulated(history, law, { dating, eachAlone, basis, ...period });
              for (const { before, after } of judged) expect(after).to.deep.equal(before);
              expect(report).to.deep.include({ borrowers_affected: 0, changes: [], draft_versions: [], notes: [] });
              expect(report.later_entries.after).to.deep.equal(report.later_entries.before);
            }
      expect(simulated(history, law, { dating: "newest" }).report.borrowers_affected).to.be.greaterThan(0);
    });

    it("keeps what binds until the draft's first new version, and what windows were before they changed", () => {
      const small = market();
      const [first, second] = [
        { effectiveFrom: "2023-11-01", rules: { AMOUNT: "max: 450" } },
        { effectiveFrom: "2023-11-18", rules: { AMOUNT: "max: 150" } },
      ];
      const [old] = draft(first).versions;
      small.filed.publish(PRODUCT, old!.limits, old!.effectiveFrom);
      const now = encodeSettings(draft(first).settings);
      const wide = { ...draft(first).settings, markets: new Map([[2, { confirmationWindow: DAY, graceDays: 9 }]]) };
      small.filed.law({ event: "SettingsPublished", index: 0, effectiveFrom: 0, settings: encodeSettings(wide) });
      small.filed.law({ event: "SettingsPublished", index: 1, effectiveFrom: T0 + 999 * DAY, settings: now });
      // A file that holds the new version alone.
      const { report } = simulated(small.filed.finish(), draft(second));
      expect(report.by_rule).to.deep.include({ before: { AMOUNT: 1, LICENCE: 0 }, after: { AMOUNT: 2, LICENCE: 0 } });
      expect(report.changes.map(({ from, until }) => [from, until])).to.deep.equal([["2023-11-18", null]]);
    });
  });

  it("says which windows and reference rates the draft changes for all products", () => {
    const base = only({});
    const markets = new Map([[2, { confirmationWindow: 2 * DAY, graceDays: 0 }]]);
    const series = [{ number: 1, title: "Prime", points: [{ publishedAt: T0, rate: 1n }] }];
    const { notes } = simulated(market().filed.finish(), {
      ...base,
      ...{ series, settings: { ...base.settings, markets } },
    }).report;
    expect(notes).to.deep.equal([
      "For all products, the time to confirm or void a loan of market 2 changes from none to 2 days.",
      "For all products, series 1 gains 1 point: 2023-11-15.",
    ]);
  });

  it("leaves products alone that the draft doesn't name", () => {
    const small = new SmallMarket();
    const rule = limitsWith({ on: ruleBit("AMOUNT"), refuse: ruleBit("AMOUNT"), amountMax: 20_000n });
    small.filed.publish(PRODUCT, rule);
    small.filed.publish(PRODUCT + 1, rule);
    small.open("a", 0, { principal: 30_000n });
    small.open("b", 0, { principal: 30_000n, product: PRODUCT + 1 });
    const simulation = simulated(small.filed.finish(), only({ AMOUNT: "max: 400" }));
    expect(told(simulation)).to.deep.equal({
      "1/1/0": "refused AMOUNT > accepted",
      "1/2/0": "refused AMOUNT > refused AMOUNT",
    });
  });

  describe("given requests that the chain refused", () => {
    /** A loan that was refused, and others within its time and after it. */
    function refusing(): SmallMarket {
      const small = new SmallMarket();
      small.filed.publish(
        PRODUCT,
        limitsWith({ on: ruleBit("AMOUNT"), refuse: ruleBit("AMOUNT"), amountMax: 20_000n }),
      );
      small.open("a", 0, { principal: 30_000n });
      small.open("a", 10);
      small.open("a", 31, { platform: 2 });
      return small;
    }
    const rules = { AMOUNT: "max: 400", "OPEN-LOANS": "loans: 1" };

    it("takes what it lets through to be repaid at the end of its schedule, and says so", () => {
      const simulation = simulated(refusing().filed.finish(), only(rules));
      // Let through, it would have been open on day 10, and repaid on day 30. What was asked for on day 10 then never happened.
      expect(told(simulation)).to.deep.equal({
        "1/1/0": "refused AMOUNT > accepted",
        "1/2/0": "accepted > refused OPEN-LOANS",
        "2/1/0": "accepted > accepted",
      });
      const elsewhere = simulated(refusing().filed.finish(), only(rules), { platforms: [2] }).report;
      expect(elsewhere.later_entries.after.assumed_closed).to.equal(0);
      const { effects, later_entries } = simulation.report;
      expect(effects.newly_let_through).to.deep.equal({ loans: 1, borrowers: 1, amount: 30_000n });
      expect(effects.never_made).to.deep.equal(effects.newly_let_through);
      expect(later_entries.after.assumed_closed).to.equal(1);
      expect(later_entries.before.assumed_closed).to.equal(0);
    });

    it("assumes nothing where each is judged alone", () => {
      const simulation = simulated(refusing().filed.finish(), only(rules), { eachAlone: true });
      expect(told(simulation)).to.deep.equal({
        "1/1/0": "refused AMOUNT > accepted",
        "1/2/0": "accepted > accepted",
        "2/1/0": "accepted > refused OPEN-LOANS",
      });
      expect(simulation.report.later_entries.after.assumed_closed).to.equal(0);
    });
  });

  describe("given history that was loaded when a platform joined", () => {
    const now = T0 + 1_000 * DAY;

    /** Two platforms that joined one after the other, and a borrower who had gone to and fro between them. */
    function founded(): SmallMarket {
      const small = new SmallMarket();
      const rules = ruleBit("COOLING-OFF") | ruleBit("LATE");
      small.filed.publish(PRODUCT, limitsWith({ on: rules, refuse: rules, coolingOff: 2 * DAY, reportingWindow: DAY }));
      const { filed } = small;
      const told = (day: number) => openedBy("a", T0 + day * DAY, { basis: "founded" });
      const [first, second] = [filed.nextRef(1, 0), filed.nextRef(1, 2)];
      const end = (ref: typeof first, day: number) => closedBy("a", ref, T0 + day * DAY, { founded: true });
      filed.file(1, now, [told(0), end(first, 10), told(40), end(second, 50)]);
      filed.file(2, now, [
        told(11),
        closedBy("a", { platform: 2, number: 1, index: 0 }, T0 + 20 * DAY, { founded: true }),
      ]);
      filed.file(2, now, [told(51)]);
      return small;
    }

    it("asks for each loan at its own time, in the order of time, and nothing is late", () => {
      const simulation = simulated(founded().filed.finish(), only({ "COOLING-OFF": "time: 30d" }));
      expect(told(simulation)).to.deep.equal({
        "1/1/0": "accepted > accepted",
        "1/1/2": "accepted > accepted", // 30 days after the first; the one in between was refused
        "2/1/0": "refused COOLING-OFF > refused COOLING-OFF",
        "2/2/0": "refused COOLING-OFF > refused COOLING-OFF",
      });
      expect(simulation.report.outcomes.recorded).to.include({ refused: 0 });
    });

    it("keeps facts facts as they were filed, if asked to", () => {
      const { judged, report } = simulated(founded().filed.finish(), only({ "COOLING-OFF": "time: 30d" }), {
        basis: "as-filed",
      });
      for (const { loan, before } of judged) expect(before).to.deep.equal(loan.act.recorded);
      expect(report.outcomes.after.refused).to.equal(0);
    });
  });

  it("asks for loans that were made in an outage, or without asking, when they were made", () => {
    const small = new SmallMarket();
    small.filed.publish(PRODUCT, limitsWith({ reportingWindow: 10 * DAY, outageWindow: 10 * DAY }));
    small.open("a", 0, { basis: "outage" });
    const late = openedBy("a", T0 + 2 * DAY, { basis: "paidOut" });
    small.filed.file(1, T0 + 5 * DAY, [late]);
    small.open("b", 3);
    const simulation = simulated(small.filed.finish(), only({ "OPEN-LOANS": "loans: 1" }));
    expect(told(simulation)).to.deep.equal({
      "1/1/0": "accepted > accepted",
      "1/2/0": "accepted > refused OPEN-LOANS",
      "1/3/0": "accepted > accepted",
    });
    expect(simulation.judged[1]?.loan.moment).to.equal(T0 + 2 * DAY);
  });

  it("takes a licence as it stood when the loan was filed, and no draft waives it", () => {
    const small = new SmallMarket();
    small.filed.publish(PRODUCT, limitsWith({}));
    small.open("a", 0);
    const licence = small.filed.twin.licences.licenceOf(1)!;
    small.filed.law({ event: "LicenceSet", platform: 1, ...licence, standing: "suspended" });
    small.open("b", 1);
    small.filed.law({ event: "LicenceSet", platform: 1, ...licence });
    small.open("c", 2);
    expect(told(simulated(small.filed.finish(), only({})))).to.deep.equal({
      "1/1/0": "accepted > accepted",
      "1/2/0": "refused LICENCE > refused LICENCE",
      "1/3/0": "accepted > accepted",
    });
  });

  it("needs no Disbursed for what was paid out, where the draft asks for one", () => {
    const small = new SmallMarket();
    small.filed.publish(PRODUCT, limitsWith({}));
    small.open("a", 0);
    small.open("a", 5, { platform: 2, basis: "paidOut" });
    small.open("a", 10);
    const asking = only({ "OPEN-LOANS": "loans: 2" });
    const confirming = {
      ...asking,
      versions: asking.versions.map((one) => ({ ...one, limits: { ...one.limits, flags: 1 } })),
    };
    // With no confirmation window at all, an unconfirmed loan is gone a second later.
    expect(told(simulated(small.filed.finish(), confirming))["1/2/0"]).to.equal("accepted > refused OPEN-LOANS");
  });

  it("counts entries that the registry could not take as no history", () => {
    const small = market();
    small.close("z", { platform: 1, number: 1, index: 0 }, 70);
    expect(simulated(small.filed.finish(), only({})).report.left_out).to.equal(1);
  });

  it("counts what is refused for want of an input, and what a version would need", () => {
    const small = new SmallMarket();
    small.filed.publish(PRODUCT, limitsWith({}));
    small.open("a", 0);
    const base = only({});
    const on = ruleBit("RATE") | ruleBit("LICENCE");
    const limits = { ...base.versions[0]!.limits, on, undeterminedRefuse: ruleBit("RATE"), rateSeries: 9, rateCap: 1n };
    const blind = { ...base, versions: [{ ...base.versions[0]!, limits }] };
    const { report } = simulated(small.filed.finish(), blind);
    expect(report.effects.undetermined_alone.loans).to.equal(1);
    expect(report.rules.after["RATE"]).to.include({ breached: 0, undetermined: 1, refused: 1, refused_alone: 1 });
  });

  it("says in words what the draft changes, for the time of the loans", () => {
    const small = new SmallMarket();
    const cooling = ruleBit("COOLING-OFF");
    small.filed.publish(
      PRODUCT,
      limitsWith({ on: cooling, refuse: cooling, coolingOff: DAY, reportingWindow: 30 * DAY }),
    );
    small.open("a", 10);
    const history = small.filed.finish();
    const { changes } = simulated(history, only({ "COOLING-OFF": "time: 7d" })).report;
    expect(changes).to.deep.equal([
      {
        ...{ product: "2/1", title: "A loan", borrower: "person", from: null, until: null },
        sentences: ["the wait after a loan rises from 24 hours to 7 days: stricter"],
      },
    ]);
    expect(simulated(history, only({ "COOLING-OFF": "time: 24h" })).report.changes).to.deep.equal([]);
    const later = draft({ effectiveFrom: "2024-06-01", rules: { "COOLING-OFF": "time: 7d" } });
    expect(simulated(history, later, { dating: "as-dated" }).report.changes).to.deep.equal([]);
  });

  describe("given what makes no sense", () => {
    it("says that there is no loan, or none in the period", () => {
      expect(failure(() => simulated(new SmallMarket().filed.finish(), only({}))).code).to.equal("history-empty");
      const later = { from: T0 + 900 * DAY };
      expect(failure(() => simulated(market().filed.finish(), only({}), later)).code).to.equal("history-empty");
    });

    it("names the products of a draft that the chain knows nothing of, and those that it knows", () => {
      const elsewhere = draftOf([{ rules: {} }], { zone: "UTC", market: 9, serial: 9 });
      const { code, message, fix } = failure(() => simulated(market().filed.finish(), elsewhere));
      expect(code).to.equal("draft-unknown-product");
      expect(message).to.include("loan (9/9)");
      expect(fix).to.include("2/1");
    });

    it("refuses a draft that the Rulebook would not take", () => {
      const base = only({});
      const bytes = base.versions[0]!.bytes.slice();
      bytes[310] = 1;
      const faulty = { ...base, versions: [{ ...base.versions[0]!, bytes }] };
      expect(failure(() => simulated(market().filed.finish(), faulty)).code).to.equal("rule-pack-invalid");
    });

    it("takes a draft of another time zone with the deployment's days, and says so", () => {
      const small = market();
      const settings = encodeSettings(draftOf([{ rules: {} }], { zone: "Africa/Lagos" }).settings);
      small.filed.law({ event: "SettingsPublished", index: 0, effectiveFrom: 0, settings });
      const simulation = simulated(small.filed.finish(), only({ "COOLING-OFF": "time: 3d" }));
      expect(simulation.report.refused).to.equal(1);
      expect(simulation.report.notes[0]).to.match(/^The draft's days are those of UTC, .* can't be published here/u);
      expect(simulationLines(simulation.report)[2]).to.match(/^NOTE {2}The draft's days/u);
      expect(simulationPage(simulation.report, "x")).to.include("<strong>The draft&#39;s days");
    });

    it("refuses a draft in another currency than the law's, where somebody knows it", () => {
      const money = { currency: { code: "NGN", decimals: 0 }, pack: "payday" };
      const { code, message, fix } = failure(() => simulated(market().filed.finish(), only({}), { money }));
      expect(code).to.equal("rules-conflict");
      expect(message).to.include("its amounts are NGN with 2 decimals, and those of payday");
      expect(fix).to.include("in a data directory of their own");
      const same = { currency: { code: "NGN", decimals: 2 }, pack: "payday" };
      expect(simulated(market().filed.finish(), only({}), { money: same }).report.loans).to.equal(7);
    });
  });

  describe("as something to hand on", () => {
    const simulation = simulated(market().filed.finish(), only({ "COOLING-OFF": "time: 3d" }));

    it("gives the same bytes twice, and another draft another hash", () => {
      const again = simulated(market().filed.finish(), only({ "COOLING-OFF": "time: 3d" }));
      expect(canonicalJson(again.report)).to.equal(canonicalJson(simulation.report));
      expect(simulationPage(again.report, "x")).to.equal(simulationPage(simulation.report, "x"));
      const other = simulated(market().filed.finish(), only({ "COOLING-OFF": "time: 4d" })).report;
      expect(other.draft).to.not.equal(simulation.report.draft);
      expect(other.law).to.equal(simulation.report.law);
    });

    it("names the heads that it was computed at", () => {
      const { heads } = simulation.report;
      expect(heads).to.have.all.keys("1", "2");
      expect(heads["1"]?.number).to.equal(9);
      expect(heads["1"]?.head).to.match(/^0x[0-9a-f]{64}$/u);
    });

    it("is a table with a line a loan", () => {
      const lines = [...simulationCsv(simulation)].join("").trimEnd().split("\n");
      expect(lines).to.have.length(8);
      expect(lines[0]).to.match(/^borrower,loan,product,asked_at,principal,filed_as,recorded,before,after,/u);
      expect(lines[5]).to.equal(
        `0x01${"61".repeat(31)},2/2/0,2/1,2023-11-26T00:00:00Z,10000,request,accepted,accepted,refused,,COOLING-OFF,newly-refused spiral-cut-short,1`,
      );
      expect(lines[6]).to.match(/,accepted,accepted,accepted,,,spiral-cut-short,1$/u);
      expect(lines[7]).to.match(/,accepted,accepted,accepted,,,,$/u);
    });

    it("lists whose spirals are cut short, and who loses access, so many at most, the worst first", () => {
      const { lists } = simulation.report;
      expect(lists).to.deep.equal({
        at_most: 100,
        losing_access: [],
        gaining_access: [],
        cut_short: [
          {
            ...{ spiral: 1, borrower: `0x01${"61".repeat(31)}`, loans: 3, amount: 30_000n, refused_loans: 1 },
            ...{ first: "2023-11-15T00:00:00Z", last: "2023-12-07T00:00:00Z", platforms: [1, 2] },
          },
        ],
      });
      const { lists: other, effects } = simulated(market().filed.finish(), only({ AMOUNT: "max: 150" })).report;
      expect(other.losing_access).to.deep.equal([{ borrower: `0x01${"63".repeat(31)}`, loans: 2, amount: 70_000n }]);
      expect(effects.losing_access.borrowers).to.equal(1);

      const many = new SmallMarket();
      many.filed.publish(PRODUCT, limitsWith({}));
      for (let i = 0; i < 120; i++) for (let n = 0; n <= i % 3; n++) many.open(String.fromCharCode(100 + i), i);
      const { losing_access: worst } = simulated(many.filed.finish(), only({ AMOUNT: "max: 1" })).report.lists;
      expect(worst).to.have.length(100);
      expect(worst.map(({ loans }) => loans)).to.deep.equal(worst.map(({ loans }) => loans).sort((a, b) => b - a));
    });

    it("says in each line of the table what the draft does to the loan or its borrower", () => {
      const table = (draft_: CompiledRulePack): string[][] =>
        [...simulationCsv(simulated(market().filed.finish(), draft_))]
          .join("")
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((line) => line.split(",").slice(-2));
      expect(table(only({ AMOUNT: "max: 150" }))).to.deep.equal([
        ["", "1"],
        ["", ""],
        ["newly-refused loses-access", ""],
        ["newly-refused loses-access", ""],
        ["", "1"],
        ["", "1"],
        ["", ""],
      ]);
    });

    it("is a page that loads nothing, and believes no title", () => {
      const page = simulationPage(simulation.report, "<script>alert(1)</script>");
      expect(page).to.not.match(/<script|src=|href=|url\(/u);
      expect(page).to.include("&lt;script&gt;");
      expect(page.match(/<svg /gu)).to.have.length(2);
      expect(page).to.include("Spirals cut short: all.").and.to.not.include("61".repeat(31));
    });

    it("is text", () => {
      const text = simulationLines(simulation.report).join("\n");
      expect(text).to.include("7 loans of 3 borrowers, 1\u202f200.00 NGN");
      expect(text).to.match(/COOLING-OFF +0 +0 +1 +1 +1/u);
      expect(ruleNames(simulation.judged[4]!.after.breaches)).to.deep.equal(["COOLING-OFF"]);
    });
  });
});
