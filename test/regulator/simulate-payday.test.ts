/**
 * Drafts on the real payday file, against a computation over the file by another program in another language
 * (`scripts/independent/simulation.py`). docs/simulate.md has the counts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";

import { expect } from "chai";

import { canonicalJson } from "../../src/regulator/canonical.ts";
import { simulate, type SimulationReport } from "../../src/regulator/simulate.ts";
import type { History } from "../../src/regulator/simulate-history.ts";
import { draftOf, draftText } from "../support/draft.ts";
import { hasPaydayFile, PAYDAY_FILE, paydayHistory } from "../support/payday-history.ts";

const PROGRAM = join(import.meta.dirname, "../../scripts/independent/simulation.py");

/** A draft's rules as a pack says them, and as the other program takes them. */
const DRAFTS: Readonly<Record<string, { rules: Record<string, string>; limits: Record<string, unknown> }>> = {
  "24 h cooling-off": { rules: { "COOLING-OFF": "time: 24h" }, limits: { cooling_off: 86_400 } },
  "7 d cooling-off": { rules: { "COOLING-OFF": "time: 7d" }, limits: { cooling_off: 604_800 } },
  "one loan at a time": { rules: { "OPEN-LOANS": "loans: 1" }, limits: { open_loans: 1 } },
  "eight a year": { rules: { FREQUENCY: "loans: 8, within: 365d" }, limits: { most: 8, within: 365 } },
  "a cap of 100 %": { rules: { RATE: "cap: 100%, convention: simple" }, limits: { rate: "1" } },
  "a cap of 200 %": { rules: { RATE: "cap: 200%, convention: simple" }, limits: { rate: "2" } },
  "a cap of 300 %": { rules: { RATE: "cap: 300%, convention: simple" }, limits: { rate: "3" } },
  "all of them": {
    rules: {
      RATE: "cap: 300%, convention: simple",
      "COOLING-OFF": "time: 7d",
      "OPEN-LOANS": "loans: 1",
      FREQUENCY: "loans: 8, within: 365d",
    },
    limits: { rate: "3", cooling_off: 604_800, open_loans: 1, most: 8, within: 365 },
  },
};
const MODES = ["following", "each-alone"] as const;
const CASES = MODES.flatMap((mode) => Object.entries(DRAFTS).map(([name, draft]) => ({ mode, name, ...draft })));

describe("drafts on the payday file", function () {
  this.timeout(300_000);
  let histories: ReadonlyMap<number, History>;
  let theirs: readonly unknown[];

  before(async function () {
    const missing = !hasPaydayFile()
      ? `${PAYDAY_FILE} is not here`
      : spawnSync("python3", ["--version"]).status !== 0
        ? "there is no python3"
        : undefined;
    if (missing !== undefined) {
      console.warn(`      skipped: ${missing}`);
      return this.skip();
    }
    const law = draftText([{ rules: {} }]);
    histories = new Map([
      [1, (await paydayHistory(law)).finish()],
      [3, (await paydayHistory(law, 3)).finish()],
    ]);
    const input = JSON.stringify(CASES.map(({ mode, limits }) => ({ mode, limits })));
    theirs = JSON.parse(execFileSync("python3", [PROGRAM, PAYDAY_FILE], { input, encoding: "utf8" })) as unknown[];
  });

  for (const [i, { mode, name, rules }] of CASES.entries())
    it(`${name}, ${mode}: as an independent program counts, however many platforms there are`, () => {
      for (const [platforms, history] of histories) {
        const report = reportOf(history, rules, mode === "each-alone");
        expect(report).to.include({ loans: 28_458, borrowers: 5_810 });
        expect(Object.keys(report.heads)).to.have.length(platforms);
        expect(comparable(report)).to.deep.equal(theirs[i]);
        expect(report.outcomes.before).to.include({ accepted: 28_458, flagged: 0, refused: 0 });
        expect(report.borrowers_affected).to.equal(report.effects.newly_refused.borrowers);
      }
    });
});

function reportOf(history: History, rules: Record<string, string>, eachAlone: boolean): SimulationReport {
  return simulate({
    ...{ history, draft: draftOf([{ rules }]), registry: "0x00", chainId: 1n, eachAlone },
    ...{ basis: "request", dating: "drafted", spirals: { days: 14, loans: 3 } },
  }).report;
}

/** What both computations say. */
function comparable({ refused, by_rule, effects, later_entries }: SimulationReport): unknown {
  const { newly_refused, losing_access, punctual_borrowers, punctual_loans, first_loans, spirals } = effects;
  const { terms: _terms, ...counts } = spirals;
  const rules = ["RATE", "OPEN-LOANS", "COOLING-OFF", "FREQUENCY"];
  return JSON.parse(
    canonicalJson({
      refused,
      by_rule: Object.fromEntries(rules.map((rule) => [rule, by_rule.after[rule] ?? 0])),
      not_applied: later_entries.after.not_applied["Closed"] ?? 0,
      ...{ newly_refused, losing_access, punctual_borrowers, punctual_loans, first_loans, spirals: counts },
    }),
  );
}
