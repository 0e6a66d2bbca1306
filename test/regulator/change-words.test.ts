import { expect } from "chai";
import { ruleBit } from "../../src/core/decision.ts";
import { directionOf } from "../../src/core/limit-directions.ts";
import { LIMIT_FIELDS, type Limits } from "../../src/core/limit-fields.ts";
import { emptyLimits } from "../../src/core/limits.ts";
import { changesInWords } from "../../src/regulator/change-words.ts";
import { differencesOf, type LawLine } from "../../src/regulator/law-diff.ts";
import { LIMIT_WORDS } from "../../src/regulator/limit-words.ts";
import { LIMIT_WORDS_ZH } from "../../src/regulator/limit-words-zh.ts";
import { strictnessOf } from "../../src/core/strictness.ts";
import { Random } from "../support/random.ts";
import { randomLimits } from "../support/random-limits.ts";
import { durationInWords, moneyInWords } from "../../src/regulator/value-words.ts";

const ALL = 2 ** 27 - 1;
const base: Limits = { ...emptyLimits(), on: ALL, refuse: ALL, undeterminedRefuse: ALL };
const words = { currency: { code: "USD", decimals: 2 }, series: () => "prime" };
const said = (before: Partial<Limits>, after: Partial<Limits>): string[] =>
  changesInWords({ ...base, ...before }, { ...base, ...after }, words).map(({ sentence }) => sentence);

describe("A change of law in words", () => {
  it("has words for every field that says something by itself", () => {
    const silent = new Set(["format", "dayDiscount", "monthDiscount"]);
    const missing = LIMIT_FIELDS.filter(
      ({ name }) => !(name in LIMIT_WORDS) && !silent.has(name) && directionOf(name) !== "joined",
    );
    expect(missing.map(({ name }) => name)).to.deep.equal([]);
  });

  it("has them in Chinese, too, and says there what it says in English", () => {
    expect(Object.keys(LIMIT_WORDS_ZH)).to.deep.equal(Object.keys(LIMIT_WORDS));
    const random = new Random(20_261_122);
    // Numbers but for those within words, and names: what both must have alike.
    const figures = (text: string): string => (text.match(/[\d.:]+|[A-Z]{3,}|prime/gu) ?? []).sort().join(" ");
    for (let i = 0; i < 300; i++) {
      const limits = randomLimits(random, 0.2);
      for (const [field, { say }] of Object.entries(LIMIT_WORDS)) {
        const zh = LIMIT_WORDS_ZH[field]!;
        expect(zh.label, field).to.match(/\p{Script=Han}/u);
        expect(zh.say(limits, words), field).to.not.match(/undefined|NaN|代码/u);
        if (say(limits, words) !== "none" && !/^no bound|^0 /u.test(say(limits, words)))
          expect(figures(zh.say(limits, words)), field).to.equal(figures(say(limits, words)));
      }
    }
  });

  const cases: readonly [Partial<Limits>, Partial<Limits>, string][] = [
    [{ coolingOff: 86_400 }, { coolingOff: 604_800 }, "the wait after a loan rises from 24 hours to 7 days: stricter"],
    [{ amountMax: 50_000n }, { amountMax: 60_050n }, "the largest loan rises from 500 USD to 600.50 USD: less strict"],
    [
      { maxLoans: 2 },
      { maxLoans: 0 },
      "the loans that may be open at once change from 2 loans to no bound: less strict",
    ],
    [
      { rateCap: 240_000_000n },
      { rateCap: 155_000_000n },
      "the cap on the annual rate falls from 24 % to 15.5 %: stricter",
    ],
    [
      { quietFrom: 1_320, quietTo: 480 },
      { quietFrom: 1_260, quietTo: 480 },
      "the quiet hours change from 22:00 to 08:00 to 21:00 to 08:00: stricter",
    ],
    [
      { withdrawalMode: 0 },
      { withdrawalMode: 1 },
      "what a withdrawal may cost changes from nothing to the charges for the days used: less strict",
    ],
    [{ refuse: ALL & ~ruleBit("TERM") }, {}, "a breach of TERM refuses a request instead of flagging it: stricter"],
    [
      { on: ALL & ~ruleBit("STREAK") },
      { streakDays: 90, streakOff: 7 },
      "STREAK (days in debt without a break) begins to bind, longest time in debt without a break: 90 days; break after so long in debt: 7 days; a breach refuses: stricter",
    ],
    [{}, { on: ALL & ~ruleBit("DEDUCTION") }, "DEDUCTION (no deduction) no longer binds: less strict"],
  ];
  for (const [before, after, sentence] of cases)
    it(sentence, () => expect(said(before, after)).to.deep.equal([sentence]));

  describe("given a value that is counted in something else than before", () => {
    const fixed = { rateCap: 240_000_000n };
    const following = { rateCap: 4_000_000_000n, rateSeries: 1, rateMaxAge: 40, rateSpread: 5_000_000n };

    it("says a cap that begins to follow a reference rate, or no longer does, in one sentence that has no direction", () => {
      expect(said(fixed, following)).to.deep.equal([
        "the cap on the annual rate changes from 24 % to 4 × prime plus 0.5 % (a published rate holds for 40 days): either way",
      ]);
      expect(said(following, fixed)).to.deep.equal([
        "the cap on the annual rate changes from 4 × prime plus 0.5 % (a published rate holds for 40 days) to 24 %: either way",
      ]);
    });

    it("still says which way it goes where the same reference rate is followed", () => {
      expect(said(following, { ...following, rateCap: 3_000_000_000n, rateMaxAge: 50 })).to.deep.equal([
        "the cap on the annual rate falls from 4 × prime plus 0.5 % to 3 × prime plus 0.5 %: stricter",
        "the time for which a reference rate holds rises from 40 days to 50 days: less strict",
      ]);
    });

    it("gives a rate under another convention no direction", () => {
      expect(said({ ...fixed, rateConvention: 0 }, { rateCap: 200_000_000n, rateConvention: 1 })).to.deep.equal([
        "how the annual rate is reckoned changes from nominal to effective: either way",
        "the cap on the annual rate falls from 24 % to 20 %: either way",
      ]);
    });

    it("says waits, periods and windows in what they are counted in, once", () => {
      expect(said({ coolingOff: 86_400 }, { coolingOff: 1, coolingMode: 1 })).to.deep.equal([
        "the wait after a loan changes from 24 hours to 1 business day: either way",
      ]);
      expect(said({ coolingOff: 1, coolingMode: 2 }, { coolingOff: 1, coolingMode: 1 })).to.deep.equal([
        "the wait after a loan changes from 1 local day to 1 business day: either way",
      ]);
      expect(said({ frequencyWindow: 365 }, { frequencyWindow: 1, frequencyMode: 1 })).to.deep.equal([
        "the period in which loans are counted changes from 365 days to the calendar year: either way",
      ]);
      expect(said({ withdrawalWindow: 86_400 }, { withdrawalWindow: 14, flags: 8 })).to.deep.equal([
        "the time to withdraw changes from 24 hours to 14 local days: either way",
      ]);
      expect(said({ withdrawalWindow: 86_400 }, { withdrawalWindow: 14, flags: 9 })).to.have.length(2);
      expect(said({ incomeShare: 250_000 }, { incomeShare: 50_000, incomeMode: 1 })[1]).to.match(/5 %: either way$/u);
    });
  });

  it("needs, in its sentences together, the notice that the contract asks for", () => {
    const random = new Random(17);
    for (let i = 0; i < 500; i++) {
      const before = randomLimits(random, 0.5);
      // Few fields change, so that single ones are seen; now and then all do.
      const other = randomLimits(random, 0.5);
      const names = LIMIT_FIELDS.map(({ name }) => name).filter(() => random.chance(random.pick([0.02, 0.1, 1])));
      const picked = Object.fromEntries(names.map((name) => [name, other[name]]));
      // Discounts follow from caps in every pack, and are not said.
      const { dayDiscount, monthDiscount } = before;
      const after: Limits = { ...before, ...picked, dayDiscount, monthDiscount };
      const verdicts = changesInWords(before, after, words).map(({ verdict }) => verdict);
      expect({
        tightens: verdicts.some((one) => one !== "less strict"),
        relaxes: verdicts.some((one) => one !== "stricter"),
      }).to.deep.equal(strictnessOf(before, after));
    }
  });

  it("says times and amounts as people do", () => {
    expect([0, 1, 90, 3_600, 86_400, 172_800].map(durationInWords)).to.deep.equal([
      "none",
      "1 second",
      "90 seconds",
      "1 hour",
      "24 hours",
      "2 days",
    ]);
    expect(moneyInWords(123_456_705n, { code: "EUR", decimals: 2 })).to.equal("1 234 567.05 EUR");
    expect(moneyInWords(5n, undefined)).to.equal("5 minor units");
  });
});

describe("Two laws compared", () => {
  const line = (...versions: [number, bigint][]): LawLine => ({
    product: 65,
    kind: 1,
    versions: versions.map(([effectiveFrom, marketCap]) => ({ effectiveFrom, limits: { ...base, marketCap } })),
  });

  it("differ only where other law binds, from when until when", () => {
    const spans = differencesOf(
      [line([0, 5n], [100, 6n])],
      [line([0, 5n], [50, 4n], [100, 6n], [200, 6n], [300, 1n])],
      true,
    );
    expect(spans.map(({ from, until }) => [from, until])).to.deep.equal([
      [50, 100],
      [300, undefined],
    ]);
  });

  it("leave out what the second doesn't speak of, unless it is to be all", () => {
    expect(differencesOf([line([0, 5n])], [], false)).to.deep.equal([]);
    expect(differencesOf([line([0, 5n])], [], true)).to.have.length(1);
  });
});
