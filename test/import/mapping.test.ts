import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { parseMapping } from "../../src/import/load-mapping.ts";
import { mappingJsonSchema } from "../../src/import/mapping.ts";
import { ROOT } from "../support/import-market.ts";
import { failureOf, mappingWith, tableOf } from "./support.ts";

const HEAD = "id,person,day,amount,total,ended,a,b,c,d\n";

describe("a mapping", () => {
  it("is YAML whose mistakes are told with line and key", async () => {
    const failed = async (text: string): Promise<string> =>
      (await failureOf(Promise.resolve().then(() => parseMapping(text, "m.yaml")))).message;
    expect(await failed(mappingWith("color: blue"))).to.match(/^m\.yaml, line \d+, the file: .*color/u);
    expect(await failed(mappingWith("", ["loan"]))).to.include("loan: ");
    expect(await failed(mappingWith("money: { factor: 1.5 }"))).to.match(/line 10, money\.factor: /u);
    expect(await failed(mappingWith("", ["schedule"]).concat("\nschedule: { single: { amount: total } }"))).to.include(
      "needs either due",
    );
    expect(await failed("mapping: [")).to.include("line 1");
    expect(await failed(mappingWith("dates: { formats: [X], zone: Mars/Base }", ["dates"]))).to.include("dates.zone");
    expect(await failed("a: &a [*a, *a]")).to.include("m.yaml");
  });

  it("says that the file is not there", async () => {
    const { loadMapping } = await import("../../src/import/load-mapping.ts");
    expect((await failureOf(loadMapping("/none.yaml"))).message).to.equal(
      "The mapping /none.yaml: there is no such file",
    );
    expect((await failureOf(loadMapping(ROOT))).message).to.include("is a directory");
  });

  it("has a JSON Schema for editors", () => {
    expect(mappingJsonSchema()).to.include({ type: "object", title: "Mapping of a loan file" });
  });

  it("is valid where the repository ships one", () => {
    const files = globSync(["mappings/*.yaml", "docs/import/*.yaml"], { cwd: ROOT });
    expect(files.length).to.be.greaterThan(1);
    for (const file of files) parseMapping(readFileSync(join(ROOT, file), "utf8"), file);
  });

  it("reads level instalments of an amount, or of a total with what is left in the last", async () => {
    const level = (text: string): string => mappingWith(`schedule: { level: ${text} }`, ["schedule"]);
    const row = `${HEAD}A1,ann,2020-01-01,100,110,,12 months,2020-02-15,,\n`;
    const of = async (text: string) => (await tableOf(row, level(text))).loans[0]?.schedule;
    expect(await of("{ count: a, every: 1 month, amount: 10 }")).to.deep.equal([
      { count: 12, unit: "month", gap: 1, amount: 1_000n },
    ]);
    expect(await of("{ count: a, every: 2 weeks, total: total }")).to.deep.equal([
      { count: 11, unit: "week", gap: 2, amount: 917n },
      { count: 1, unit: "week", gap: 2, amount: 913n },
    ]);
    expect(await of("{ count: 3, every: 30 days, amount: 10, last: 50, firstDue: b }")).to.deep.equal([
      { count: 1, unit: "day", gap: 45, amount: 1_000n },
      { count: 1, unit: "day", gap: 30, amount: 1_000n },
      { count: 1, unit: "day", gap: 30, amount: 5_000n },
    ]);
    expect(await of("{ count: { column: a, divide: 6 }, every: 1 month, amount: 10 }")).to.deep.equal([
      { count: 2, unit: "month", gap: 1, amount: 1_000n },
    ]);
  });

  it("reads a list of instalments, in whatever order, and the days of a due date", async () => {
    const list = mappingWith("schedule: { list: { from: 1, to: 3, due: 'due_{n}', amount: 'pay_{n}' } }", ["schedule"]);
    const head = "id,person,day,amount,total,ended,due_1,pay_1,due_2,pay_2,due_3,pay_3\n";
    const { loans } = await tableOf(
      `${head}A1,ann,2020-01-01,100,0,,2020-03-01,60,2020-01-31,60,,\nA2,ann,2020-01-01,100,0,,2020-01-31,60,2020-03-01,60,,0\n`,
      list,
    );
    expect(loans.map(({ schedule }) => schedule)).to.deep.equal(
      Array.from({ length: 2 }, () => [{ count: 2, unit: "day", gap: 30, amount: 6_000n }]),
    );
    const due = mappingWith("schedule: { single: { amount: total, due: a } }", ["schedule"]);
    const one = await tableOf(
      `${HEAD}A1,ann,2020-01-01,100,110,,2020-01-15,,,\nA2,ann,2020-01-01,100,110,,2019-01-15,,,\n`,
      due,
    );
    expect(one.loans[0]?.schedule).to.deep.equal([{ count: 1, unit: "day", gap: 14, amount: 11_000n }]);
    expect(one.rejects[0]).to.include({ column: "a", reason: "is before the loan was opened" });
  });

  it("reads what else happened to a loan: disbursed, extended, overdue, contacts", async () => {
    const happened = async (text: string, more: string) => {
      const { loans, rejects } = await tableOf(text, mappingWith(more));
      return { happened: loans[0]?.happened, reject: rejects[0] };
    };
    const row = `${HEAD}A1,ann,2020-01-01,100,120,,2020-02-10,12,2020-03-01,rollover\n`;
    const schedule = "schedule: { single: { amount: 112, term: 30 } }";
    const at = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1_000;
    const all = await happened(
      row,
      [
        "disbursed: { date: day }",
        `extended: [{ date: c, kind: { column: d, values: { rollover: rollover } }, fee: b, ${schedule} }]`,
        "overdue: [{ date: a, daysPastDue: 10, amount: total, charges: b, contractRate: b }]",
        "contacted: [{ date: a, channel: { column: d, values: { rollover: 1 } }, agent: outsourcer }]",
      ].join("\n"),
    );
    expect(all.happened).to.deep.equal([
      { kind: "Disbursed", at: at("2020-01-01"), amount: 10_000n },
      {
        ...{ kind: "Overdue", at: at("2020-02-10"), daysPastDue: 10, amountOverdue: 12_000n },
        ...{ defaultCharges: 1_200n, contractRate: 120_000_000n },
      },
      { kind: "Contacted", at: at("2020-02-10"), channel: 1, party: "borrower", agent: "outsourcer" },
      {
        ...{ kind: "Extended", at: at("2020-03-01"), extension: "rollover", fee: 1_200n, writeDown: 0n, paid: 0n },
        schedule: [{ count: 1, unit: "day", gap: 30, amount: 11_200n }],
      },
    ]);
    const early = await happened(row.replace("2020-02-10", "2019-12-31"), "contacted: [{ date: a, channel: 1 }]");
    expect(early.reject).to.include({ column: "a", reason: "is before the loan was opened" });
    const late = await happened(
      row.replace("120,,", "120,2020-01-20,"),
      "overdue: [{ date: a, daysPastDue: b, amount: total }]",
    );
    expect(late.reject).to.include({ reason: "an event (Overdue) is after the loan was closed" });
  });

  it("reads payments with what is known of them, and leaves the rest to the close", async () => {
    const row = `${HEAD}A1,ann,2020-01-01,100,120,2020-03-01,2020-01-20,60,2020-02-01,12\n`;
    const paid = async (text: string) => {
      const { loans } = await tableOf(row, mappingWith(`repaid: [${text}]`));
      return [...(loans[0]?.repaid ?? []), loans[0]?.closed].map((one) => [one?.principal, one?.charges]);
    };
    expect(await paid("{ date: a, paid: b }")).to.deep.equal([
      [5_000n, 1_000n],
      [5_000n, 1_000n],
    ]);
    expect(await paid("{ date: a, paid: b, principal: 55 }")).to.deep.equal([
      [5_500n, 500n],
      [4_500n, 1_500n],
    ]);
    expect(await paid("{ date: a, principal: b, charges: d }, { date: c, paid: d }")).to.deep.equal([
      [6_000n, 1_200n],
      [1_000n, 200n],
      [3_000n, 600n],
    ]);
  });

  it("reads reasons, and amounts that go by them", async () => {
    const closed = `closed:
  date: ended
  reason: { column: a, values: { paid: repaid, lost: written-off, gone: withdrawn }, default: repaid }
  openIf: [{ column: b, in: [live] }]
  byReason: { written-off: { principal: 5, charges: 1 } }`;
    const rows = ["paid,x", "lost,x", "gone,x", "?,x", "paid,live"].map(
      (end, i) => `A${i},ann,2020-01-01,100,120,2020-03-01,${end},,\n`,
    );
    const { loans } = await tableOf(HEAD + rows.join(""), mappingWith(closed, ["closed"]));
    expect(loans.map((one) => [one.closed?.reason, one.closed?.principal, one.closed?.charges])).to.deep.equal([
      ["repaid", 10_000n, 2_000n],
      ["written-off", 500n, 100n],
      ["withdrawn", 10_000n, 0n],
      ["repaid", 10_000n, 2_000n],
      [undefined, undefined, undefined],
    ]);
  });

  it("reads cash, disclosure and income where they are", async () => {
    const opened = "opened: { date: day, principal: amount, cash: { minus: [amount, a] }, disclosed: b, income: c }";
    const { loans } = await tableOf(
      `${HEAD}A1,ann,2020-01-02,100,120,,10,2020-01-01,2500,\nA2,ann,2020-01-02,100,120,,,,,\n`,
      mappingWith(opened, ["opened"]),
    );
    expect(loans[0]).to.include({ cash: 9_000n, disclosed: Date.parse("2020-01-01") / 1_000, income: 250_000n });
    expect(loans[1]).to.not.have.any.keys("cash", "disclosed", "income");
  });
});
