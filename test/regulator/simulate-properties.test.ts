import { expect } from "chai";
import fc from "fast-check";

import { ruleBit } from "../../src/core/decision.ts";
import { encodeLimits } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import type { Ref } from "../../src/core/entry.ts";
import { canonicalJson } from "../../src/regulator/canonical.ts";
import type { CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { simulationCsv } from "../../src/regulator/simulate-csv.ts";
import type { History } from "../../src/regulator/simulate-history.ts";
import { draftOf } from "../support/draft.ts";
import { limitsWith } from "../support/filed-history.ts";
import { closedBy, DAY, openedBy, PRODUCT, simulated, SmallMarket, T0 } from "../support/small-market.ts";

const RUNS = { seed: 4, numRuns: 60 };

/** What somebody does, some time after the last. */
interface Move {
  readonly what: "ask" | "tell" | "close" | "suspend" | "restore";
  readonly who: string;
  readonly platform: number;
  readonly principal: bigint;
  readonly days: number;
  /** Days between what happened and when it was filed. */
  readonly late: number;
}

const moves = fc.array(
  fc.record<Move>({
    what: fc.constantFrom("ask", "ask", "ask", "tell", "close", "close", "suspend", "restore"),
    who: fc.constantFrom("a", "b", "c"),
    platform: fc.constantFrom(1, 2),
    principal: fc.bigInt(1_000n, 40_000n),
    days: fc.constantFrom(0, 1, 1, 2, 5, 20),
    late: fc.constantFrom(0, 0, 1, 4),
  }),
  { minLength: 1, maxLength: 30 },
);

const RULES = ["AMOUNT", "OPEN-LOANS", "MARKET-CAP", "COOLING-OFF", "FREQUENCY", "LATE"] as const;

/** Limits with any of the rules, each of which flags or refuses. */
const limits = fc
  .record({
    on: fc.subarray([...RULES]),
    refuse: fc.subarray([...RULES]),
    amountMax: fc.bigInt(5_000n, 40_000n),
    marketCap: fc.bigInt(10_000n, 60_000n),
    maxLoans: fc.integer({ min: 1, max: 3 }),
    coolingOff: fc.constantFrom(0, DAY, 5 * DAY),
    frequencyCount: fc.integer({ min: 1, max: 4 }),
    frequencyWindow: fc.constantFrom(7, 30, 365),
    reportingWindow: fc.constantFrom(DAY, 3 * DAY),
  })
  .map(({ on, refuse, ...values }): Limits => {
    const bits = (rules: readonly (typeof RULES)[number][]): number =>
      rules.reduce((set, rule) => set | ruleBit(rule), 0);
    return limitsWith({ ...values, maxLenders: 31, on: bits(on), refuse: bits(refuse) });
  });

/** Files what happens, under a law. Where a loan is refused, its closes hang on nothing. */
function historyOf(law: Limits, happened: readonly Move[]): History {
  const { filed } = new SmallMarket();
  filed.publish(PRODUCT, law);
  const open: { who: string; ref: Ref; principal: bigint }[] = [];
  let day = 10;
  for (const { what, who, platform, principal, days, late } of happened) {
    day += days;
    const [now, then] = [T0 + day * DAY, T0 + (day - late) * DAY];
    const licence = filed.twin.licences.licenceOf(platform)!;
    if (what === "suspend" || what === "restore") {
      const standing = what === "suspend" ? "suspended" : "active";
      filed.law({ event: "LicenceSet", platform, ...licence, standing });
    } else if (what === "close") {
      const at = open.findIndex((loan) => loan.who === who);
      if (at === -1) continue;
      const [loan] = open.splice(at, 1);
      filed.file(loan!.ref.platform, now, [closedBy(who, loan!.ref, then, { principal: loan!.principal })]);
    } else {
      const ref = filed.nextRef(platform);
      const terms = { basis: what === "ask" ? "request" : "paidOut", principal } as const;
      filed.file(platform, now, [openedBy(who, then, terms)]);
      open.push({ who, ref, principal });
    }
  }
  return filed.finish();
}

/** A draft of exactly these limits. */
function draftWith(value: Limits): CompiledRulePack {
  const draft = draftOf([{ rules: {} }], { zone: "UTC" });
  const versions = draft.versions.map((version) => ({ ...version, limits: value, bytes: encodeLimits(value) }));
  return { ...draft, versions };
}

const hasLoans = ({ acts }: History): boolean => acts.some(({ entry }) => entry.kind === "Opened");
const EITHER = [true, false] as const;
const BASES = ["request", "as-filed"] as const;

/** Calls with a history, the law that it was filed under, and each way of asking. */
function always(
  check: (history: History, law: Limits, how: { eachAlone: boolean; basis: (typeof BASES)[number] }) => void,
): void {
  fc.assert(
    fc.property(limits, moves, (law, happened) => {
      const history = historyOf(law, happened);
      fc.pre(hasLoans(history));
      for (const eachAlone of EITHER) for (const basis of BASES) check(history, law, { eachAlone, basis });
    }),
    RUNS,
  );
}

describe("a simulation of any history", function () {
  this.timeout(60_000);

  it("changes nothing where the draft equals the law", () => {
    always((history, law, how) => {
      const { judged, report } = simulated(history, draftWith(law), how);
      for (const { before, after } of judged) expect(after).to.deep.equal(before);
      expect(report.borrowers_affected).to.equal(0);
      expect(report.later_entries.after).to.deep.equal(report.later_entries.before);
    });
  });

  it("refuses nothing but what LICENCE refuses where all rules are off", () => {
    always((history, _law, how) => {
      for (const { after } of simulated(history, draftWith(limitsWith({})), how).judged)
        if (after.outcome === "refused") expect(after.breaches).to.equal(ruleBit("LICENCE"));
        else expect(after.breaches & ~ruleBit("LICENCE")).to.equal(0);
    });
  });

  it("decides under the law as the registry did, where all is asked as it was filed", () => {
    always((history, law, { eachAlone }) => {
      for (const { loan, before } of simulated(history, draftWith(law), { basis: "as-filed", eachAlone }).judged)
        expect(before).to.deep.equal(loan.act.recorded);
    });
  });

  it("comes to the same bytes again, and counts what its table lists", () => {
    fc.assert(
      fc.property(limits, limits, moves, fc.boolean(), (law, value, happened, eachAlone) => {
        const history = historyOf(law, happened);
        fc.pre(hasLoans(history));
        const [one, two] = [1, 2].map(() => simulated(history, draftWith(value), { eachAlone }));
        expect(canonicalJson(one!.report)).to.equal(canonicalJson(two!.report));
        const lines = [...simulationCsv(one!)].join("").trimEnd().split("\n").slice(1);
        expect(lines).to.have.length(one!.report.loans);
        expect(lines.filter((line) => line.split(",")[8] === "refused")).to.have.length(one!.report.refused);
        const { outcomes, effects } = one!.report;
        const more = outcomes.after.refused - outcomes.before.refused;
        expect(effects.newly_refused.loans - effects.newly_let_through.loans).to.equal(more);
      }),
      RUNS,
    );
  });

  it("comes to the same following and each alone, where nothing is refused", () => {
    fc.assert(
      fc.property(limits, limits, moves, (law, value, happened) => {
        const history = historyOf(law, happened);
        fc.pre(hasLoans(history));
        const flagging = { ...value, refuse: ruleBit("LICENCE"), undeterminedRefuse: 0 };
        fc.pre(history.acts.every(({ recorded }) => recorded.outcome !== "refused"));
        const [follows, alone] = EITHER.map((eachAlone) => simulated(history, draftWith(flagging), { eachAlone }));
        fc.pre(follows!.report.refused === 0); // LICENCE refuses what was paid out by a suspended platform
        expect(follows!.judged.map(({ after }) => after)).to.deep.equal(alone!.judged.map(({ after }) => after));
      }),
      RUNS,
    );
  });
});
