import { expect } from "chai";

import type { RuleName } from "../../src/core/decision.ts";
import type { Entry, Opened } from "../../src/core/entry.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { bits, borrower, closed, DAY, fixtures, NOW, opened, SERVED_RULES, told, wideLimits } from "./fixtures.ts";

/** Each rule on both sides of its limit: met exactly it passes, one beyond it is a breach. RATE has a file of its own. */

const MONTH = 2_629_746;
const OLD = NOW - 30 * DAY;
const daily = (count: number, amount: bigint) => [{ count, unit: "day", gap: 1, amount }] as const;

interface Case {
  readonly rule: RuleName;
  readonly limits: Partial<Limits>;
  /** What the platform files before, at OLD. */
  readonly before?: readonly Entry[];
  readonly passes: readonly Partial<Opened>[];
  readonly breaches: readonly Partial<Opened>[];
}

const firstLoan = { platform: 1, number: 1, index: 0 };
const lent = (change: Partial<Opened> = {}): Entry => opened({ basis: "paidOut", time: OLD, ...change });
const total = (cash: bigint, payments: bigint): Partial<Opened> => ({ cash, schedule: daily(1, payments) });

const CASES: readonly Case[] = [
  {
    rule: "COST",
    limits: {
      costFlat: 100n,
      costBrackets: [
        { upTo: 50_000n, share: 100_000 },
        { upTo: 80_000n, share: 50_000 },
      ],
    },
    // 100 + 5,000 + 1,500 on a principal of 100,000: the part above 80,000 adds nothing.
    passes: [{ schedule: daily(1, 106_600n) }, { schedule: daily(2, 53_300n) }, { schedule: daily(1, 1n) }],
    breaches: [{ schedule: daily(1, 106_601n) }, total(99_999n, 106_600n)],
  },
  {
    rule: "DEDUCTION",
    limits: {},
    passes: [{}, { cash: 100_000n }],
    breaches: [{ cash: 99_999n }, { cash: 100_001n }],
  },
  {
    rule: "AMOUNT",
    limits: { amountMin: 1_000n, amountMax: 5_000n },
    passes: [{ principal: 1_000n }, { principal: 5_000n }],
    breaches: [{ principal: 999n }, { principal: 5_001n }],
  },
  { rule: "AMOUNT", limits: { amountMax: 0n }, passes: [{ principal: 2n ** 38n - 1n }], breaches: [] },
  {
    rule: "TERM",
    limits: { termMinDays: 7, termMaxDays: 31 },
    passes: [
      { schedule: daily(7, 1n) },
      { schedule: daily(31, 1n) },
      { schedule: [{ count: 1, unit: "month", gap: 1, amount: 1n }] },
    ],
    breaches: [
      { schedule: daily(6, 1n) },
      { schedule: daily(32, 1n) },
      { schedule: [{ count: 2, unit: "month", gap: 1, amount: 1n }] },
    ],
  },
  {
    rule: "TERM",
    limits: { termMinDays: Math.ceil(MONTH / DAY), termMaxDays: 0 },
    passes: [{ schedule: daily(31, 1n) }],
    breaches: [{ schedule: [{ count: 1, unit: "month", gap: 1, amount: 1n }] }],
  },
  {
    rule: "PLATFORM-CAP",
    limits: { platformCap: 150_000n },
    before: [lent()],
    passes: [{ principal: 50_000n }, { principal: 150_000n, borrower: borrower(2) }],
    breaches: [{ principal: 50_001n }, { principal: 150_001n, borrower: borrower(2) }],
  },
  {
    rule: "MARKET-CAP",
    limits: { marketCap: 150_000n },
    before: [lent()],
    passes: [{ principal: 50_000n }],
    breaches: [{ principal: 50_001n }],
  },
  {
    rule: "MARKET-CAP",
    limits: { marketCap: 100_000n },
    before: [lent(), closed(firstLoan, { time: OLD + 1, reason: "written-off", principal: 40_000n, charges: 0n })],
    passes: [{ principal: 40_000n }],
    breaches: [{ principal: 40_001n }],
  },
  { rule: "OPEN-LOANS", limits: { maxLoans: 2 }, before: [lent()], passes: [{}], breaches: [] },
  { rule: "OPEN-LOANS", limits: { maxLoans: 2 }, before: [lent(), lent()], passes: [], breaches: [{}] },
  {
    rule: "OPEN-LOANS",
    limits: { maxLoans: 1 },
    before: [lent(), closed(firstLoan, { time: OLD + 1, reason: "written-off", principal: 0n })],
    passes: [{}],
    breaches: [],
  },
  {
    rule: "OPEN-LOANS",
    limits: { maxLoans: 1 },
    before: [lent({ firstDraw: true })],
    passes: [{ line: firstLoan }],
    breaches: [{}, { firstDraw: true }],
  },
  {
    rule: "COOLING-OFF",
    limits: { coolingOff: 30 * DAY - 100 },
    before: [lent({ time: OLD - 1 }), closed(firstLoan, { time: OLD })],
    passes: [{ time: NOW - 100 }],
    breaches: [{ time: NOW - 101 }],
  },
  {
    rule: "COOLING-OFF",
    limits: { coolingOff: 40 * DAY },
    before: [
      lent({ firstDraw: true }),
      lent({ borrower: borrower(1) }),
      closed({ ...firstLoan, index: 1 }, { time: OLD }),
    ],
    passes: [{ line: firstLoan }, { borrower: borrower(2) }],
    breaches: [{}],
  },
  {
    rule: "FREQUENCY",
    limits: { frequencyCount: 2, frequencyWindow: 30 },
    // At noon thirty days before, that day is out of the window; the day after is in it.
    before: [lent({ time: OLD + DAY / 2 }), lent({ time: OLD + DAY })],
    passes: [{}],
    breaches: [],
  },
  {
    rule: "FREQUENCY",
    limits: { frequencyCount: 2, frequencyWindow: 31 },
    before: [lent({ time: OLD }), lent({ time: OLD + DAY })],
    passes: [{ borrower: borrower(2) }],
    breaches: [{}],
  },
  {
    rule: "FREQUENCY",
    limits: { frequencyCount: 1, frequencyWindow: 1, frequencyMode: 1 },
    // NOW is 5 January: last year's loans don't count.
    before: [lent({ time: NOW - 5 * DAY })],
    passes: [{}],
    breaches: [],
  },
  {
    rule: "FREQUENCY",
    limits: { frequencyCount: 1, frequencyWindow: 1, frequencyMode: 1 },
    before: [lent({ time: NOW - 4 * DAY })],
    passes: [],
    breaches: [{}],
  },
  {
    rule: "DISCLOSURE",
    limits: { reflection: 600 },
    passes: [{ disclosed: NOW - 600 }],
    breaches: [{ disclosed: NOW - 599 }, { disclosed: NOW + 1 }, { disclosed: 2 ** 32 - 1 }],
  },
  {
    rule: "LATE",
    limits: { reportingWindow: 3_600 },
    passes: [{ time: NOW - 3_600 }],
    breaches: [{ time: NOW - 3_601 }],
  },
  {
    rule: "FUTURE",
    limits: { clockSkew: 300 },
    passes: [{ time: NOW + 300 }],
    breaches: [{ time: NOW + 301 }],
  },
];

describe("The rules on an Opened", () => {
  let deploy: Awaited<ReturnType<typeof fixtures>>["deploy"];
  before(async () => ({ deploy } = await fixtures()));

  async function given(limits: Partial<Limits>, before: readonly Entry[] = []) {
    const t = await deploy();
    // Only the rules of the case: others would add to the decision.
    await t.publish({ limits: { rateCap: 2n ** 63n, reportingWindow: 60 * DAY, ...limits } });
    const platform = await t.grant();
    await platform.file(before, { time: before.length === 0 ? OLD : NOW - 200 });
    return { t, platform };
  }

  const judge = async (platform: Awaited<ReturnType<typeof given>>["platform"], change: Partial<Opened>) =>
    told((await platform.file([opened({ time: NOW, ...change })], { time: NOW }))[0]!);
  const text = (value: unknown) =>
    JSON.stringify(value, (key, field: unknown) =>
      key === "borrower" ? "other" : typeof field === "bigint" ? Number(field) : field,
    );

  for (const { rule, limits, before = [], passes, breaches } of CASES)
    describe(`RULE-${rule}-1, given ${text(limits)} and ${before.length} entries before`, () => {
      for (const change of passes)
        it(`passes ${text(change)}`, async () => {
          const { platform } = await given(limits, before);
          expect(await judge(platform, change)).not.to.contain(rule);
        });
      for (const change of breaches)
        it(`is breached by ${text(change)}`, async () => {
          const { platform } = await given(limits, before);
          expect(await judge(platform, change)).to.match(new RegExp(`^refused .*${rule}( |$)`, "u"));
        });
    });

  it("RULE-OPEN-LOANS-1 counts lenders by group, this one included", async () => {
    const { t, platform } = await given({ maxLenders: 2 });
    const [second, third] = [await t.grant(), await t.grant()];
    const affiliate = await t.grant({ group: 1 });
    const paidOut = (number = 1) => opened({ basis: "paidOut", borrower: borrower(number) });
    await platform.file([paidOut()], { time: NOW });
    expect((await affiliate.file([opened()], { time: NOW + 1 })).map(told)).to.deep.equal(["accepted"]);
    expect((await second.file([opened()], { time: NOW + 2 })).map(told)).to.deep.equal(["accepted"]);
    expect((await third.file([opened()], { time: NOW + 3 })).map(told)).to.deep.equal(["refused OPEN-LOANS"]);
    expect((await platform.file([opened()], { time: NOW + 4 })).map(told)).to.deep.equal(["accepted"]);
  });

  it("RULE-PLATFORM-CAP-1 sums over the group, and not over others", async () => {
    const { t, platform } = await given({ platformCap: 150_000n });
    const affiliate = await t.grant({ group: 1 });
    const other = await t.grant();
    await platform.file([opened()], { time: NOW });
    const more = opened({ principal: 50_001n });
    expect((await affiliate.file([more], { time: NOW + 1 })).map(told)).to.deep.equal(["refused PLATFORM-CAP"]);
    expect((await other.file([more], { time: NOW + 2 })).map(told)).to.deep.equal(["accepted"]);
  });

  it("RULE-MARKET-CAP-1 sums over one market", async () => {
    const { t, platform } = await given({ marketCap: 150_000n });
    for (const product of [63, 64]) await t.publish({ product, limits: { marketCap: 150_000n, rateCap: 2n ** 63n } });
    await platform.file([opened()], { time: NOW });
    const more = (product: number) => opened({ product, principal: 50_001n });
    expect((await platform.file([more(63), more(64)], { time: NOW + 1 })).map(told)).to.deep.equal([
      "refused MARKET-CAP",
      "accepted",
    ]);
  });

  it("RULE-LICENCE-1 asks for the product in the licence", async () => {
    const { t, platform } = await given({});
    await t.licences.setProducts(1, 0, 1n << 2n);
    expect(await judge(platform, {})).to.equal("refused LICENCE");
  });

  it("RULE-COOLING-OFF-1 is undetermined for a fact before the last close, and a breach for a question", async () => {
    const before = [lent({ time: OLD }), closed(firstLoan, { time: NOW - 1_000 })];
    const { platform } = await given({ coolingOff: 1 }, before);
    expect(await judge(platform, { time: NOW - 2_000, basis: "paidOut" })).to.equal("flagged COOLING-OFF?");
    expect(await judge(platform, { time: NOW - 2_000 })).to.equal("refused COOLING-OFF");
  });

  it("RULE-FREQUENCY-1 is undetermined where later openings could decide it", async () => {
    const on = bits(SERVED_RULES.filter((rule) => rule !== "STREAK"));
    const { platform } = await given({ on, frequencyCount: 2, frequencyWindow: 30 }, [
      lent({ time: NOW - DAY }),
      lent({ time: NOW - DAY }),
    ]);
    expect(await judge(platform, { time: NOW - 3 * DAY, basis: "paidOut" })).to.equal("flagged FREQUENCY?");
  });

  it("RULE-DISCLOSURE-1 is undetermined if no acknowledgement is stated", async () => {
    const { platform } = await given({});
    expect(await judge(platform, { disclosed: 0 })).to.equal("flagged DISCLOSURE?");
  });

  it("undetermined refuses a question where the limits say so", async () => {
    const { platform } = await given({ undeterminedRefuse: 1 << 13 });
    expect(await judge(platform, { disclosed: 0 })).to.equal("refused DISCLOSURE?");
    expect(await judge(platform, { disclosed: 0, basis: "paidOut" })).to.equal("flagged DISCLOSURE?");
  });

  it("a breach flags a question where the limits don't refuse it, and is nothing where the rule is off", async () => {
    const amountMax = 1n;
    const flagged = await given({ amountMax, refuse: 1 << 15 });
    expect(await judge(flagged.platform, {})).to.equal("flagged AMOUNT");
    const off = await given({ amountMax, on: wideLimits().on & ~(1 << 4) });
    expect(await judge(off.platform, {})).to.equal("accepted");
  });

  it("an outage is late by its own deadline, bounded by the version's window", async () => {
    const { platform } = await given({ reportingWindow: 60, outageWindow: 1_000 });
    const outage = (age: number, window: number) => {
      const time = NOW - age;
      return opened({ basis: "outage", time, outage: { reason: "other", deadline: time + window } });
    };
    const entries = [outage(500, 500), outage(501, 500), outage(1_000, 9_000), outage(1_001, 9_000), outage(1, -5)];
    expect((await platform.file(entries, { time: NOW })).map(told)).to.deep.equal([
      "accepted",
      "flagged LATE",
      "accepted",
      "flagged LATE",
      "flagged LATE",
    ]);
  });

  it("a late opening counts from the window's begin, a founded one from its stated time", async () => {
    const { t, platform } = await given({ reportingWindow: 1_000 });
    const founder = await t.grant({ foundingUntil: NOW });
    await founder.file([opened({ basis: "founded", time: NOW - 5_000, borrower: borrower(2) })], { time: NOW });
    await platform.file([opened({ basis: "paidOut", time: NOW - 5_000 })], { time: NOW });
    expect((await t.bookOf(borrower(1))).head?.opened).to.equal(NOW - 1_000);
    expect((await t.bookOf(borrower(2))).head?.opened).to.equal(NOW - 5_000);
  });

  it("without a version a question is refused, a fact flagged and entered", async () => {
    const { t, platform } = await given({});
    const strange = opened({ product: 5, borrower: borrower(3) });
    const decisions = await platform.file([strange, { ...strange, basis: "paidOut" }], { time: NOW });
    expect(decisions.map(told)).to.deep.equal(["refused NO-VERSION", "flagged NO-VERSION"]);
    expect((await t.bookOf(borrower(3))).head).to.include({ product: 5, outstanding: 100_000 });
    const business = opened({ borrower: borrower(3, 2) });
    expect((await platform.file([business], { time: NOW + 1 })).map(told)).to.deep.equal(["refused NO-VERSION"]);
  });

  it("an amount of 2^38 is WIDTH, if nothing is malformed", async () => {
    const { platform } = await given({});
    const wide = 2n ** 38n;
    const entries = [
      opened({ principal: wide }),
      opened({ cash: wide }),
      opened({ income: wide }),
      opened({ schedule: daily(1, wide) }),
      closed(firstLoan, { principal: wide }),
      closed(firstLoan, { charges: wide }),
      opened({ principal: wide, product: 2_048 }),
      opened({ principal: wide, time: 946_684_799 }),
    ];
    expect((await platform.file(entries, { time: NOW })).map(told)).to.deep.equal([
      ...Array.from({ length: 6 }, () => "refused WIDTH"),
      "refused MALFORMED",
      "refused MALFORMED",
    ]);
  });

  it("a draw of a line that isn't known, is another's or another borrower's, is NO-LOAN", async () => {
    const { t, platform } = await given({}, [lent({ firstDraw: true }), lent({ borrower: borrower(2) })]);
    const other = await t.grant();
    const draw = (change: Partial<Opened>) => opened({ line: firstLoan, ...change });
    const entries = [draw({ borrower: borrower(2) }), draw({ line: { ...firstLoan, index: 1 } }), draw({})];
    expect((await platform.file(entries, { time: NOW })).map(told)).to.deep.equal([
      "refused NO-LOAN",
      "refused NO-LOAN",
      "accepted",
    ]);
    expect((await other.file([draw({})], { time: NOW + 1 })).map(told)).to.deep.equal(["refused NO-LOAN"]);
  });
});
