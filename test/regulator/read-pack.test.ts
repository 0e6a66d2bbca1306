import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import type { Problem } from "../../src/regulator/pack-document.ts";
import { findingsIn, type PackFindings, readRulePack } from "../../src/regulator/read-pack.ts";
import { LAW, oneVersionPack } from "../support/one-version-pack.ts";

const NOW = 1_760_000_000;

const rule = (name: string, fields = "", effect = "refuse"): string =>
  `      ${name}: { effect: ${effect}, ${LAW}${fields && `, ${fields}`} }`;

/** Its rules begin in line 14. */
const pack = (rules = rule("DEDUCTION"), head = ""): string => oneVersionPack(rules, head);

function read(text: string): PackFindings {
  try {
    return { errors: [], warnings: readRulePack(text, "test.yaml", NOW).warnings };
  } catch (error) {
    const findings = findingsIn(error);
    if (findings === undefined) throw error;
    return findings;
  }
}

const said = (problems: readonly Problem[]): string[] => problems.map(({ where, what }) => `${where}: ${what}`);
const SERIES = "series: { lpr: { number: 1, title: L, points: [{ published: 2020-01-01, rate: 3%, mark: M }] } }";
const inRule = (text: string, head?: string): PackFindings => read(pack(text, head));

describe("regulator/read-pack", () => {
  it("names all that is wrong at once, each with line, column and field, why and what to write", () => {
    const text = pack(
      [
        rule("RATE", "cap: 24, convention: simple"),
        rule("COST", "brackets: [{ share: 15% }]"),
        rule("STREAK", "days: 45, off: 7d"),
        rule("TERM", "min: 70d, max: 31d"),
        rule("AMOUNT", "mx: 5"),
        rule("SETTLEMENT"),
      ].join("\n"),
    ).replace("[person]", "[person, person]");
    const { errors } = read(text);
    expect(errors.map(({ where, line }) => [line, where])).to.deep.equal([
      [10, "versions.0.borrowers.1"],
      [14, "versions.0.rules.RATE.cap"],
      [15, "versions.0.rules.COST.brackets.0.upTo"],
      [16, "versions.0.rules.STREAK.days"],
      [17, "versions.0.rules.TERM.min"],
      [18, "versions.0.rules.AMOUNT.mx"],
    ]);
    expect(errors[1]!.column).to.equal(text.split("\n")[13]!.indexOf("24,") + 1);
    for (const { why, fix } of errors) expect([why, fix]).to.not.include("");
  });

  it("says how each unit is written, of a number, of another unit and of nothing", () => {
    const cases: readonly [string, string][] = [
      [rule("RATE", "cap: 24, convention: simple"), "is 24, and should be a percentage such as 24%"],
      [rule("RATE", "convention: simple"), "is missing: a percentage such as 24%"],
      [
        rule("COST", "brackets: [{ share: 15% }]"),
        "is missing: an amount in major units such as 500 or 15.50, or `any`",
      ],
      [rule("COST", "brackets: [{ upTo: 500, share: 15 }]"), "is 15, and should be a percentage"],
      [rule("STREAK", "days: 45, off: 7d"), "is 45, and should be a number of days such as 14d"],
      [rule("STREAK", "days: 45d"), "is missing: a number of days such as 14d"],
      [rule("COOLING-OFF", "time: 24"), "is 24, and should be a duration such as 24h"],
      [rule("COOLING-OFF"), "is missing: a duration such as 24h"],
      [
        rule("FREQUENCY", "loans: 2, within: 30"),
        "is 30, and should be a number of days such as 14d, or `calendar-year`",
      ],
      [rule("FREQUENCY", "loans: 12, within: 365d"), "is 12, and must be a whole number from 1 to 8"],
      [rule("COMPLAINT", "answerWithin: 15"), "is 15, and should be a duration"],
      [rule("MARKET-CAP", 'max: "500 USD"'), 'is "500 USD", and should be an amount'],
      [rule("DAILY-COST", "share: 0.008"), "is 0.008, and should be a percentage"],
      [rule("CONTACT", "quiet: { from: 22, to: 08:00 }"), "is 22, and should be a time of day"],
      [rule("CUSTOM", "contract: 12, gas: 5"), "is 12, and should be an address of 20 bytes"],
      [rule("PILOT", "pilot: first"), 'is "first", and should be a'],
      [rule("DEDUCTION", "", "never"), 'is "never", and should be one of `off`, `flag`, `refuse`'],
      ["      DEDUCTION: { effect: refuse }", "is missing: where it comes from, such as `{ article:"],
    ];
    for (const [text, what] of cases)
      expect(
        inRule(text)
          .errors.map((one) => one.what)
          .join("; "),
        text,
      ).to.contain(what);
  });

  it("says why nothing above eight is counted", () => {
    const [error] = inRule(rule("FREQUENCY", "loans: 12, within: 365d")).errors;
    expect(error?.why).to.contain("the chain keeps the days of a borrower's last eight openings and no more");
  });

  describe("refuses what no law can mean", () => {
    const cases: readonly [string, string, string][] = [
      [rule("TERM", "min: 70d, max: 31d"), "TERM.min", "70 days, is more than the most, 31 days"],
      [rule("TERM", "max: 0d"), "TERM.max", "no maximum"],
      [rule("AMOUNT", "min: 50, max: 5"), "AMOUNT.min", "50, is more than the most, 5"],
      [rule("AMOUNT", "max: 0"), "AMOUNT.max", "no maximum"],
      [rule("CONTACT", 'quiet: { from: "22:00", to: "22:00" }'), "CONTACT.quiet", "no quiet time at all"],
      [rule("CONTACT", "window: 7d"), "CONTACT.window", "belong together"],
      [rule("RATE", "cap: 99999999%, convention: simple"), "RATE.cap", "more than 1000000 %"],
      [rule("RATE", "cap: { times: 0, series: lpr, maxAge: 9d }, convention: simple"), "RATE.cap.times", "is 0"],
      [rule("RATE", "cap: { times: 4, series: lpr, maxAge: 0d }, convention: simple"), "RATE.cap.maxAge", "0 days"],
      [
        rule("RATE", "cap: { times: 4, series: libor, maxAge: 9d }, convention: simple"),
        "RATE.cap.series",
        "no series libor",
      ],
      [
        rule("RATE", "cap: { times: 4, series: lpr, maxAge: 9d }, convention: effective"),
        "RATE.convention",
        "can't follow",
      ],
      [rule("RATE", "cap: 9%, convention: nominal, unit: year, unitCount: 2"), "RATE.unitCount", "unitCount is 1"],
      [rule("COST", "brackets: [{ upTo: 0, share: 1% }]"), "COST.brackets.0.upTo", "is 0"],
      [
        rule("COST", "brackets: [{ upTo: any, share: 1% }, { upTo: 5, share: 1% }]"),
        "COST.brackets.1.upTo",
        "do not ascend",
      ],
      [rule("COOLING-OFF", "time: 0s"), "COOLING-OFF.time", "no wait"],
      [rule("COOLING-OFF", "time: 999999999d"), "COOLING-OFF.time", "longer than the 49710 days that fit"],
      [rule("COOLING-OFF", "time: { businessDays: 1 }"), "COOLING-OFF.time", "no calendar"],
      [rule("STREAK", "days: 0d, off: 1d"), "STREAK.days", "every loan breaks"],
      [rule("STREAK", "days: 99999d, off: 1d"), "STREAK.days", "65535 days that fit"],
      [rule("ROLLOVER", "extensions: 1, paid: 101%"), "ROLLOVER.paid", "more than 100 %"],
      [rule("DAILY-COST", "share: 101%"), "DAILY-COST.share", "more than 100 %"],
      [rule("DEFAULT-CHARGE", "total: { flat: 0 }"), "DEFAULT-CHARGE.total", "no bound"],
      [rule("COMPLAINT", "answerWithin: 0s"), "COMPLAINT.answerWithin", "no time"],
      [rule("PILOT", "pilot: 1", "flag"), "PILOT.effect", "bounds refuse"],
      [rule("CUSTOM", `contract: "0x${"0".repeat(40)}", gas: 1`), "CUSTOM.contract", "address zero"],
      [rule("CUSTOM", `contract: "0x${"1".repeat(40)}", gas: 1000001`), "CUSTOM.gas", "more than 1 000 000"],
      [rule("MARKET-CAP", "max: 99999999999"), "MARKET-CAP.max", "that fit"],
      [rule("MARKET-CAP", "max: 1.005"), "MARKET-CAP.max", "2 decimals"],
      [rule("SETTLEMENT"), "SETTLEMENT", "RATE is off"],
      [
        `      AMOUNT: { effect: refuse, max: 5, law: [{ value: flat, article: A, mark: M }] }`,
        "AMOUNT.law.0.value",
        "names flat",
      ],
    ];
    for (const [text, field, what] of cases)
      it(`${field}: ${what}`, () => {
        const { errors } = inRule(text, SERIES);
        expect(said(errors)).to.have.length(1);
        expect(said(errors)[0]).to.contain(`versions.0.rules.${field}: `).and.to.contain(what);
        expect(errors[0]!.line).to.equal(14);
      });

    const around: readonly [string, string, string, string][] = [
      ["[person]", "[person, person]", "versions.0.borrowers.1", "borrower person is named twice"],
      ["[payday]", "[payday, payday]", "versions.0.products.1", "product payday is named twice"],
      ["[payday]", "[payday, other]", "versions.0.products.1", "there is no product other"],
      ["market: small", "market: large", "products.payday.market", "there is no market large"],
      ["2024-07-01", "2024-02-30", "versions.0.effectiveFrom", "2024-02-30 is no date"],
      ["2024-07-01", "1960-01-01", "versions.0.effectiveFrom", "before 1970"],
      ["confirmationWindow: 48h", "confirmationWindow: 999999999h", "markets.small.confirmationWindow", "that fit"],
      [
        "reportingWindow: 3d",
        "reportingWindow: 3d\n    clockSkew: 1d",
        "versions.0.clockSkew",
        "65535 seconds that fit",
      ],
    ];
    for (const [from, to, where, what] of around)
      it(`${where}: ${what}`, () => {
        const { errors } = read(pack().replace(from, to));
        expect(said(errors)).to.have.length(1);
        expect(said(errors)[0]).to.contain(`${where}: `).and.to.contain(what);
      });

    it("a request that has no time to be confirmed", () => {
      const text = pack().replace("confirmationWindow: 48h", "confirmationWindow: 0s");
      expect(
        read(text.replace("    rules:", "    confirm: true\n    rules:")).errors.map(({ where }) => where),
      ).to.deep.equal(["versions.0.confirm"]);
      expect(read(text).errors).to.deep.equal([]);
    });

    it("two versions that bind from the same moment, naming both", () => {
      const second = pack().split("\n").slice(8).join("\n");
      expect(said(read(`${pack()}${second}`).errors)).to.deep.equal([
        "versions.1.effectiveFrom: two versions of payday bind from the same moment for a person: this one and version 1",
      ]);
    });

    it("points of a series out of order, and holidays that the calendar doesn't know", () => {
      const head = `series: { a: { number: 1, title: A, points: [{ published: 2020-01-02, rate: 1%, mark: M }, { published: 2020-01-01, rate: 1%, mark: M }] } }
calendar: { rest: [sunday], from: 2025-01-01, until: 2026-01-01, holidays: { Spring: [2025-02-01, 2026-02-01] }, ${LAW} }`;
      expect(read(pack(undefined, head)).errors.map(({ where }) => where)).to.deep.equal([
        "series.a.points.1.published",
        "calendar.holidays.Spring.1",
      ]);
    });
  });

  describe("warns of what a law could mean, but hardly does", () => {
    const cases: readonly [string, string, string][] = [
      [rule("RATE", "cap: 2000%, convention: simple"), "RATE.cap", "more than 1000 %"],
      [rule("RATE", "cap: 0%, convention: simple"), "RATE.cap", "no charge at all"],
      [rule("COST"), "COST", "no charge at all"],
      [rule("MARKET-CAP", "max: 0"), "MARKET-CAP.max", "nothing may be lent"],
      [
        `${rule("PLATFORM-CAP", "max: 9")}\n${rule("MARKET-CAP", "max: 5")}`,
        "MARKET-CAP.max",
        "less than PLATFORM-CAP",
      ],
      [rule("AMOUNT"), "AMOUNT", "neither"],
      [rule("OPEN-LOANS", "loans: 2, lenders: 3"), "OPEN-LOANS.lenders", "more than `loans`"],
      [rule("COOLING-OFF", "time: 400d"), "COOLING-OFF.time", "longer than a year"],
      [rule("STREAK", "days: 45d, off: 0d"), "STREAK.off", "day after"],
      [rule("WITHDRAWAL", "charges: none"), "WITHDRAWAL", "no `withdrawalWindow`"],
      [rule("CONTACT"), "CONTACT", "no bound"],
      [rule("CONTACT", "perDay: 1, window: 7d, inWindow: 8"), "CONTACT.inWindow", "more than 1 a day"],
      [rule("DEDUCTION", "undetermined: refuse", "flag"), "DEDUCTION.undetermined", "only flagged"],
    ];
    for (const [text, field, what] of cases)
      it(`${field}: ${what}`, () => {
        const { errors, warnings } = inRule(text);
        expect(errors).to.deep.equal([]);
        expect(said(warnings)).to.have.length(1);
        expect(said(warnings)[0]).to.contain(`versions.0.rules.${field}: `).and.to.contain(what);
      });

    it("of markets, products and series that nothing refers to", () => {
      const text = pack(undefined, SERIES).replace(
        "title: Payday }",
        "title: Payday }, other: { market: small, serial: 4, title: Other }",
      );
      expect(read(text).warnings.map(({ where }) => where)).to.deep.equal(["products.other", "series.lpr"]);
    });
  });

  it("says nothing of the values of a rule that is off, if they fit", () => {
    expect(inRule(rule("TERM", "min: 70d, max: 31d", "off"))).to.deep.equal({ errors: [], warnings: [] });
    expect(inRule(rule("MARKET-CAP", "max: 99999999999", "off")).errors).to.have.length(1);
  });

  it("says once what is wrong with a rule that versions share", () => {
    const [first, second] = ["2024-07-01", "2025-07-01"].map((from, i) =>
      pack(i === 0 ? `      TERM: &term { effect: refuse, ${LAW}, min: 9d, max: 2d }` : "      TERM: *term")
        .replace("2024-07-01", from)
        .split("\n"),
    );
    const text = [...first!, ...second!.slice(8)].join("\n");
    expect(read(text).errors.map(({ where, line }) => [where, line])).to.deep.equal([
      ["versions.0.rules.TERM.min", 14],
    ]);
  });

  it("doesn't hold against one rule that another one can't be read", () => {
    const text = [rule("RATE", "cap: 24, convention: simple"), rule("SETTLEMENT")].join("\n");
    expect(inRule(text).errors.map(({ where }) => where)).to.deep.equal(["versions.0.rules.RATE.cap"]);
  });

  for (const file of readdirSync("rulebooks").filter((name) => name.endsWith(".yaml") && !name.endsWith(".map.yaml")))
    it(`finds nothing wrong with rulebooks/${file}`, () => {
      expect(readRulePack(readFileSync(`rulebooks/${file}`, "utf8"), file, NOW).compiled.versions).to.not.be.empty;
    });
});
