import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { DateTime } from "luxon";
import { offsetAt } from "../../src/core/calendar.ts";
import { RULES, ruleNames } from "../../src/core/decision.ts";
import { isRoot } from "../../src/core/discount.ts";
import { AppError } from "../../src/core/errors.ts";
import { decodeLimits } from "../../src/core/limits.ts";
import { compileRulePack, parseRulePack, rulePackJsonSchema } from "../../src/regulator/compile-rule-pack.ts";
import { textIn } from "../../src/regulator/law.ts";
import { marksOf } from "../../src/regulator/marks.ts";
import { fieldsOf, PACK_RULES } from "../../src/regulator/pack-rules.ts";
import { days, duration, minorUnits, multiple, percent, secondsOf, share } from "../../src/regulator/units.ts";
import { zoneOffsets } from "../../src/regulator/zone-offsets.ts";
import { LAW, oneVersionPack } from "../support/one-version-pack.ts";

const NOW = 1_760_000_000;
const SEED = 4_150;

/** Lines are counted from 1. */
const pack = (rules = `      DEDUCTION: { effect: refuse, ${LAW} }`, head = ""): string => oneVersionPack(rules, head);
const rule = (name: string, fields: string): string =>
  `      ${name}: { effect: refuse, ${LAW}${fields && ", "}${fields} }`;

const compile = (rules: string, head?: string) => compileRulePack(parseRulePack(pack(rules, head), "test.yaml"), NOW);
const limitsOf = (rules: string, head?: string) => decodeLimits(compile(rules, head).versions[0]!.bytes);

describe("regulator/rule-pack", () => {
  it("turns what a law says into the fields of a version, exactly", () => {
    const limits = limitsOf(
      [
        rule("RATE", "cap: 35.9999999%, convention: nominal, unit: week, unitCount: 2, yearBasis: 364"),
        rule("COST", 'flat: 5, brackets: [{ upTo: 500, share: 15% }, { upTo: any, share: "10.5%" }]'),
        rule("AMOUNT", "min: 0.01, max: 1000.50"),
        rule("TERM", "min: 7d, max: 31d"),
        rule("OPEN-LOANS", "loans: 2, lenders: 1"),
        rule("COOLING-OFF", "time: 24h"),
        rule("FREQUENCY", "loans: 8, within: 365d"),
        rule("DISCLOSURE", "reflection: 30min, undetermined: refuse"),
      ].join("\n"),
    );
    expect(ruleNames(limits.on)).to.deep.equal(
      "RATE COST AMOUNT TERM OPEN-LOANS COOLING-OFF FREQUENCY DISCLOSURE LICENCE".split(" "),
    );
    expect(ruleNames(limits.undeterminedRefuse)).to.deep.equal(["DISCLOSURE"]);
    expect(limits).to.deep.include({
      ...{ rateCap: 359_999_999n, rateConvention: 0, rateUnit: 1, rateUnitCount: 2, rateYearBasis: 364, rateSeries: 0 },
      ...{ costFlat: 500n, amountMin: 1n, amountMax: 100_050n, termMinDays: 7, termMaxDays: 31 },
      ...{ maxLoans: 2, maxLenders: 1, coolingOff: 86_400, frequencyCount: 8, frequencyWindow: 365, frequencyMode: 0 },
      ...{ reflection: 1_800, reportingWindow: 259_200 },
      costBrackets: [
        { upTo: 50_000n, share: 150_000 },
        { upTo: 2n ** 40n - 1n, share: 105_000 },
      ],
    });
  });

  it("turns what a law says about a loan's whole life into fields too", () => {
    const limits = limitsOf(
      [
        rule("RATE", "cap: 24%, convention: simple"),
        rule("SETTLEMENT", ""),
        rule("INCOME", "of: all-monthly-payments, share: 22.5%"),
        rule("STREAK", "days: 45d, off: 7d"),
        rule("BARRED", "afterDefault: 730d"),
        rule("ROLLOVER", "extensions: 2, paid: 20%"),
        rule("WITHDRAWAL", "charges: days-used"),
        rule("LIFETIME-COST", "share: 100%"),
        rule("DAILY-COST", "share: 0.8%"),
        rule("DEFAULT-CHARGE", "flat: 15, share: 5%, rate: 292%, uplift: 150%, total: { flat: 15, share: 50% }"),
        rule(
          "CONTACT",
          "perDay: 3, window: 7d, inWindow: 7, silence: 5d, quiet: { from: 22:00, to: 08:00 }, debtorOnly: true",
        ),
        rule("COMPLAINT", "answerWithin: 15d"),
        rule("PILOT", "pilot: 7"),
        rule("CUSTOM", `contract: "0x${"aB".repeat(20)}", gas: 200000`),
      ].join("\n"),
    );
    expect(ruleNames(limits.on)).to.have.length(15);
    expect(limits).to.deep.include({
      ...{ flags: 2, incomeMode: 2, incomeShare: 225_000, streakDays: 45, streakOff: 7, barredDays: 730 },
      ...{ rolloverMax: 2, rolloverPaid: 200_000, withdrawalMode: 1, lifetimeShare: 1_000_000, dailyShare: 8_000_000 },
      ...{ defaultFlat: 1_500n, defaultShare: 50_000, defaultRate: 2_920_000_000n, defaultUplift: 1_500_000 },
      ...{ defaultTotal: 1_500n, defaultTotalShare: 500_000 },
      ...{ contactsPerDay: 3, contactWindow: 7, contactCount: 7, contactSilence: 5 },
      ...{ quietFrom: 1_320, quietTo: 480, contactFlags: 1, answerWithin: 1_296_000 },
      ...{ pilot: 7, custom: `0x${"ab".repeat(20)}`, customGas: 200_000 },
    });
  });

  it("names every rule but LICENCE, and says what each field means", () => {
    expect([...PACK_RULES, "LICENCE"]).to.have.members([...RULES]);
    for (const name of PACK_RULES)
      for (const { field, about } of fieldsOf(name)) expect(about, `${name}.${field}`).to.not.equal("");
  });

  it("takes words in two languages, and several provisions for one rule", () => {
    const text = pack(
      `      AMOUNT:
        effect: refuse
        max: 500
        law:
          - { value: max, article: { en: Test Act 1, zh: 测试法第一条 }, provision: { en: At most 500, zh: 至多500元 }, mark: V2 }
          - { value: min, article: Test Act 2, mark: V }`,
    ).replace("title: Test\n", "title: { en: Test, zh: 测试 }\n");
    const parsed = parseRulePack(text, "test.yaml");
    expect(compileRulePack(parsed, NOW).title).to.equal("Test");
    expect(textIn(parsed.title, "zh")).to.equal("测试");
    expect(marksOf(parsed)).to.deep.equal({ V: 1, V2: 1, M: 0, sample: 0 });
  });

  it("binds from local midnight, in summer time where it is", () => {
    const [version] = compile(rule("DEDUCTION", "")).versions;
    expect(version!.effectiveFrom).to.equal(Date.UTC(2024, 6, 1, 4) / 1_000);
    expect(version!.product).to.equal(2 * 64 + 3);
  });

  it("finds the roots that an effective cap is tested by", () => {
    const limits = limitsOf(rule("RATE", "cap: 36%, convention: effective"));
    expect(isRoot(limits.dayDiscount, 365, 360_000_000n)).to.be.true;
    expect(isRoot(limits.monthDiscount, 12, 360_000_000n)).to.be.true;
  });

  it("follows a reference series", () => {
    const series =
      "series: { base: { number: 9, title: Base, points: [{ published: 2020-01-01, rate: 3.45%, mark: sample }] } }";
    const rules = rule("RATE", "cap: { times: 4, series: base, plus: 0.5%, maxAge: 40d }, convention: simple");
    expect(limitsOf(rules, series)).to.include({
      ...{ rateSeries: 9, rateCap: 4_000_000_000n, rateSpread: 5_000_000n, rateMaxAge: 40 },
    });
  });

  it("leaves a rule that is off out, whatever it says", () => {
    const limits = limitsOf(`      AMOUNT: { effect: off, ${LAW}, max: 5 }`);
    expect(ruleNames(limits.on)).to.deep.equal(["LICENCE"]);
  });

  describe("names line and field of what is wrong", () => {
    const cases: readonly [string, string, RegExp][] = [
      ["an unknown rule", pack(rule("SPEED", "")), /^test\.yaml: line 14, versions\.0\.rules\.SPEED: /u],
      ["an unknown field", pack(rule("DEDUCTION", "limit: 5")), /line 14, versions\.0\.rules\.DEDUCTION\.limit: /u],
      [
        "a duration without a unit",
        pack(rule("COOLING-OFF", "time: 24")),
        /line 14, versions\.0\.rules\.COOLING-OFF\.time: /u,
      ],
      [
        "a rate with too many decimals",
        pack(rule("RATE", "cap: 1.23456789%, convention: simple")),
        /line 14, .*RATE\.cap/u,
      ],
      [
        "a missing law",
        pack("      DEDUCTION: { effect: refuse }"),
        /line 14, versions\.0\.rules\.DEDUCTION(\.law)?: /u,
      ],
      [
        "a mark that is none, inside what may be one law or several",
        pack("      DEDUCTION: { effect: refuse, law: { article: A, mark: X } }"),
        /line 14, versions\.0\.rules\.DEDUCTION\.law\.mark: /u,
      ],
      [
        "an hour of no day",
        pack(rule("CONTACT", "quiet: { from: 24:00, to: 08:00 }")),
        /CONTACT\.quiet\.from: is "24:00", and should be a time of day/u,
      ],
      [
        "no such zone",
        pack().replace("America/New_York", "Mars/Base"),
        /line 4, zone: is "Mars\/Base", and should be a time zone/u,
      ],
      ["YAML that is none", "pack: [", /^test\.yaml: line \d+, the file: /u],
      ["nothing at all", "", /^test\.yaml: .*(the file|expected)/u],
    ];
    for (const [what, text, message] of cases)
      it(what, () => {
        expect(() => parseRulePack(text, "test.yaml"))
          .to.throw(AppError)
          .with.property("message")
          .that.matches(message);
      });
  });

  describe("refuses what the Rulebook couldn't hold", () => {
    const cases: readonly [string, string, RegExp, string?][] = [
      ["cents of cents", rule("AMOUNT", "max: 1.005"), /version 1: 1\.005 has more than the currency's 2 decimals/u],
      [
        "brackets that don't ascend",
        rule("COST", "brackets: [{ upTo: 5, share: 1% }, { upTo: 5, share: 2% }]"),
        /do not ascend/u,
      ],
      [
        "an unknown series",
        rule("RATE", "cap: { times: 4, series: lpr, maxAge: 9d }, convention: simple"),
        /no series lpr/u,
      ],
      [
        "several most frequent gaps",
        rule("RATE", "cap: 9%, convention: nominal, unit: most-frequent-gap, unitCount: 2"),
        /unitCount is 1/u,
      ],
      ["an amount beyond its width", rule("MARKET-CAP", "max: 99999999999"), /version 1: /u],
      ["a settlement test without a cap", rule("SETTLEMENT", ""), /SETTLEMENT: it is RATE's cap/u],
      [
        "a provision of another rule's field",
        "      AMOUNT: { effect: refuse, law: [{ value: flat, article: A, mark: M }] }",
        /AMOUNT: its law names flat, no field of it/u,
      ],
      ["a window without a count", rule("CONTACT", "window: 7d"), /window and inWindow belong together/u],
      [
        "points out of order",
        rule("DEDUCTION", ""),
        /point 2 is not later/u,
        "series: { a: { number: 1, title: A, points: [{ published: 2020-01-02, rate: 1%, mark: M }, { published: 2020-01-01, rate: 1%, mark: M }] } }",
      ],
    ];
    for (const [what, rules, message, head] of cases)
      it(what, () => {
        expect(() => compile(rules, head))
          .to.throw(AppError)
          .with.property("message")
          .that.matches(message);
      });

    it("two products of one number, and a market that isn't there", () => {
      const twice = pack().replace(
        "serial: 3, title: Payday }",
        "serial: 3, title: A }, other: { market: small, serial: 3, title: B }",
      );
      expect(() => compileRulePack(parseRulePack(twice, "t"), NOW)).to.throw(
        AppError,
        /other has the number of payday/u,
      );
      const lost = pack().replace("market: small", "market: large");
      expect(() => compileRulePack(parseRulePack(lost, "t"), NOW)).to.throw(AppError, /there is no market large/u);
    });

    it("two versions from the same moment", () => {
      const once = pack().split("\n").slice(8);
      expect(() => compileRulePack(parseRulePack(`${pack()}\n${once.join("\n")}`, "t"), NOW)).to.throw(
        AppError,
        /two versions of payday bind from the same moment/u,
      );
    });
  });

  it("bounds what aliases can blow up", () => {
    const bomb = `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? "a" : `b${i - 1}`}, *${i === 0 ? "a" : `b${i - 1}`}]`).join("\n")}`;
    expect(() => parseRulePack(bomb, "bomb.yaml")).to.throw(AppError, /bomb\.yaml: /u);
  });

  for (const file of readdirSync("rulebooks").filter((name) => name.endsWith(".yaml") && !name.endsWith(".map.yaml")))
    it(`takes rulebooks/${file}`, () => {
      const parsed = parseRulePack(readFileSync(`rulebooks/${file}`, "utf8"), file);
      expect(compileRulePack(parsed, NOW).versions).to.not.be.empty;
    });

  it("has its JSON Schema written beside the packs", () => {
    const written: unknown = JSON.parse(readFileSync("rulebooks/rule-pack.schema.json", "utf8"));
    expect(written, "run `node scripts/rule-pack-schema.ts`").to.deep.equal(rulePackJsonSchema());
  });
});

describe("regulator/units", () => {
  it("reads decimals exactly", () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.nat(9_999_999), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(7, "0")}%`;
        expect(percent.parse(text)).to.equal(BigInt(whole) * 10_000_000n + BigInt(fraction));
      }),
      { seed: SEED },
    );
    expect(percent.parse("24%")).to.equal(240_000_000n);
    expect(share.parse("0.8%")).to.equal(8_000);
    expect(multiple.parse(4)).to.equal(4_000_000_000n);
    expect(multiple.parse("1.5")).to.equal(1_500_000_000n);
    expect([duration.parse("90s"), duration.parse("30min"), duration.parse("24h"), duration.parse("2d")]).to.deep.equal(
      [90, 1_800, 86_400, 172_800],
    );
    expect(days.parse("14d")).to.equal(14);
    expect([minorUnits("15.5", 2), minorUnits("500", 0), minorUnits("0.0001", 4)]).to.deep.equal([1_550n, 500n, 1n]);
  });

  it("refuses what it could only round", () => {
    for (const text of ["24", "24 %", "-1%", "1e3%", "0.12345678%", "%"])
      expect(percent.safeParse(text).success).to.be.false;
    for (const text of ["0.00001%", "429497%"]) expect(share.safeParse(text).success).to.be.false;
    for (const text of ["1w", "1.5h", "", "h"]) expect(duration.safeParse(text).success).to.be.false;
    expect(() => minorUnits("1.001", 2)).to.throw(/more than the currency's 2 decimals/u);
  });

  it("reads days and instants", () => {
    expect(secondsOf("2025-10-01", "Asia/Shanghai")).to.equal(Date.UTC(2025, 8, 30, 16) / 1_000);
    expect(secondsOf("2025-10-01T09:30:00+08:00", "utc")).to.equal(Date.UTC(2025, 9, 1, 1, 30) / 1_000);
    expect(() => secondsOf("2025-02-30", "utc")).to.throw(/2025-02-30 is no date/u);
  });
});

describe("regulator/zone-offsets", () => {
  for (const zone of [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "UTC",
  ])
    it(`has the offsets of ${zone} as luxon has, in every second`, () => {
      const offsets = zoneOffsets(zone, NOW);
      expect(offsets.length).to.be.at.most(255);
      const theirs = (at: number): number => DateTime.fromSeconds(at, { zone }).offset * 60;
      for (const { from } of offsets.slice(1))
        for (const at of [from - 1, from]) expect(offsetAt(offsets, at), String(at)).to.equal(theirs(at));
      fc.assert(
        fc.property(fc.integer({ min: 946_684_800, max: NOW + 9 * 31_536_000 }), (at) => {
          expect(offsetAt(offsets, at)).to.equal(theirs(at));
        }),
        { seed: SEED, numRuns: 500 },
      );
    });
});

describe("docs/rule-packs.md", () => {
  it("shows a pack that is valid", () => {
    const [, example] = /```yaml\n(.*?)```/su.exec(readFileSync("docs/rule-packs.md", "utf8"))!;
    const { products, versions } = compileRulePack(parseRulePack(example!, "docs/rule-packs.md"), NOW);
    expect(products).to.deep.equal([{ product: 65, name: "payday", title: "Payday loan" }]);
    expect(versions).to.have.length(1);
  });
});
