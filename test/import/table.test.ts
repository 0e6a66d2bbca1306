import { createHash, createHmac } from "node:crypto";

import { expect } from "chai";

import { failureOf, mappingWith, tableOf } from "./support.ts";

const HEAD = "id,person,day,amount,total,ended\n";
const utc = (text: string): number => Date.parse(text) / 1_000;

describe("a table of loans", () => {
  it("makes loans of rows: opened, and closed with all that was owed", async () => {
    const { loans, rows, rejected } = await tableOf(
      `${HEAD}A1,ann,2020-01-01,100,130,2020-01-20\nA2,bob,2020-02-01,50,60,\n`,
    );
    expect({ rows, rejected }).to.deep.equal({ rows: 2, rejected: 0 });
    expect(loans[0]).to.deep.include({
      line: 2,
      platform: 1,
      loan: "A1",
      product: 129,
      opened: utc("2020-01-01"),
      principal: 10_000n,
      schedule: [{ count: 1, unit: "day", gap: 30, amount: 13_000n }],
      closed: { at: utc("2020-01-20"), reason: "repaid", principal: 10_000n, charges: 3_000n },
    });
    expect(loans[1]).to.not.have.property("closed");
  });

  it("makes pseudonyms by HMAC under the key, with the kind of borrower before them", async () => {
    const kinds = "borrower: { column: person, kind: { column: total, values: { '130': person, '60': business } } }";
    const { loans } = await tableOf(
      `${HEAD}A1,ann,2020-01-01,100,130,\nA2,ann,2020-02-01,50,60,\n`,
      mappingWith(kinds, ["borrower"]),
    );
    const mac = createHmac("sha256", Buffer.alloc(32, 7))
      .update("tallystick/pseudonym/1\0ann")
      .digest("hex")
      .slice(0, 62);
    expect(loans.map(({ borrower }) => borrower)).to.deep.equal([`0x01${mac}`, `0x02${mac}`]);
  });

  it("rejects bad rows with line, column, value and reason, and takes the others", async () => {
    const { loans, rejected, rejects, rejectsText } = await tableOf(
      `${HEAD}A1,ann,2020-01-01,100,130,\n` +
        "A2,bob,2020-13-01,100,130,\n" +
        "A3,bob,2020-01-01,ten,130,\n" +
        "A4,,2020-01-01,100,130,\n" +
        "A5,bob,2020-01-01,100,130,2019-12-31\n" +
        "A6,bob,2020-01-01,100\n" +
        'A7,"bob,2020-01-01,100,130,\n' +
        "A8,bob,2020-01-01,0,130,\n" +
        "A9,bob,2020-01-01,10.005,130,\n" +
        "A1,bob,2020-01-01,100,130,\n" +
        "B1,bob,1999-12-31,100,130,\n" +
        "B2,bob,2020-01-01,99999999999,99999999999,\n" +
        "B3,bob,2020-01-01,100,130,\n",
    );
    expect(loans.map(({ loan }) => loan)).to.deep.equal(["A1", "B3"]);
    expect(rejected).to.equal(11);
    expect(rejects).to.deep.equal([
      { line: 3, column: "day", value: "2020-13-01", reason: "is no date in any of the mapping's formats" },
      { line: 4, column: "amount", value: "ten", reason: "is no amount" },
      { line: 5, column: "person", value: "", reason: "is missing" },
      { line: 6, column: "ended", value: "2019-12-31T00:00:00.000Z", reason: "is before the loan was opened" },
      { line: 7, column: "", value: "", reason: "the row has 4 fields, the first row of the file 6" },
      { line: 8, column: "", value: "", reason: "a quote is opened and not closed" },
      { line: 9, column: "amount", value: "0", reason: "the principal is not above zero" },
      {
        line: 10,
        column: "amount",
        value: "1000.500 minor units",
        reason: "is no whole number of minor units (money.rounding says exact)",
      },
      { line: 11, column: "", value: "", reason: "the loan has the number of the one on line 2; is it there twice?" },
      { line: 12, column: "day", value: "1999-12-31T00:00:00.000Z", reason: "is before 2000 or after 2106" },
      { line: 13, column: "amount", value: "9999999999900", reason: "is more than an entry can hold, in minor units" },
    ]);
    const lines = rejectsText.trimEnd().split("\n");
    expect(lines[0]).to.equal("id,person,day,amount,total,ended,rejected_line,rejected_column,rejected_reason");
    expect(lines[1]).to.equal("A2,bob,2020-13-01,100,130,,3,day,is no date in any of the mapping's formats");
    expect(lines).to.have.length(12);
  });

  it("reads a rejects file like the first file, once its rows are mended", async () => {
    const { rejectsText } = await tableOf(`${HEAD}A2,bob,2020-13-01,100,130,\n`);
    const { loans, rejected } = await tableOf(rejectsText.replace("2020-13-01", "2020-12-01"));
    expect(rejected).to.equal(0);
    expect(loans).to.have.length(1);
  });

  it("never shows what stands in the borrower's column, nor control characters", async () => {
    const { rejects } = await tableOf(
      Buffer.from(`${HEAD}A1,\u00e9lise-4711,2020-01-01,100,130,\nA2,bob,2020\u001b[31m-01,100,130,\n`, "latin1"),
    );
    expect(rejects.map(({ column, value }) => [column, value])).to.deep.equal([
      ["person", ""],
      ["day", "2020?[31m-01"],
    ]);
    expect(JSON.stringify(rejects)).to.not.include("4711");
  });

  it("reads other encodings, delimiters and a byte order mark", async () => {
    const file = 'file: { delimiter: ";", encoding: windows-1252 }';
    const text = Buffer.from(`${HEAD.replaceAll(",", ";")}A1;\u00e9lise;2020-01-01;100;130;\n`, "latin1");
    expect((await tableOf(text, mappingWith(file))).loans).to.have.length(1);
    expect((await tableOf(`\ufeff${HEAD}A1,ann,2020-01-01,100,130,\r\n`)).loans).to.have.length(1);
    const wide = Buffer.from(`\ufeff${HEAD}A1,ann,2020-01-01,100,130,\n`, "utf16le");
    expect((await tableOf(wide, mappingWith("file: { encoding: utf-16le }"))).loans).to.have.length(1);
  });

  it("drops duplicates on a key, and leaves out what filters say", async () => {
    const { loans, duplicates, skipped, rejected } = await tableOf(
      `${HEAD}A1,ann,2020-01-01,100,130,\nA1,ann,2020-01-01,100,130,\nA2,bob,2020-01-01,100,130,NA\nA3,test,2020-01-01,1,1,\n`,
      mappingWith(
        "duplicates: { key: [id, person] }\nmissing: [NA]\nskip: [{ column: person, in: [test] }]\nonly: [{ column: ended, missing: true }]",
      ),
    );
    expect({ loans: loans.length, duplicates, skipped, rejected }).to.deep.equal({
      loans: 2,
      duplicates: 1,
      skipped: 1,
      rejected: 0,
    });
  });

  it("spreads loans over platforms by SHA-256 of their ids", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `L${i},ann,2020-01-01,100,130,`).join("\n");
    const { loans } = await tableOf(HEAD + rows, mappingWith("platform: { spread: 3, first: 5 }", ["platform"]));
    for (const { loan, platform } of loans)
      expect(platform).to.equal(5 + (createHash("sha256").update(loan).digest().readUInt32BE(0) % 3));
    expect(new Set(loans.map(({ platform }) => platform))).to.have.property("size", 3);
  });

  for (const [what, text, mapping, code, message] of [
    ["a column that is not there", HEAD, mappingWith("", []).replace("total", "sum"), "table-columns", '"sum"'],
    [
      "a column that is there twice",
      "id,id,person,day,amount,total,ended\n",
      undefined,
      "table-columns",
      "more than once",
    ],
    ["a file without rows", HEAD, undefined, "table-unreadable", "no row below"],
    ["an empty file", "", undefined, "table-unreadable", "is empty"],
    ["a first row that can't be read", '"id,person\n', undefined, "table-unreadable", "a quote is opened"],
  ] as const)
    it(`says in one line what is wrong with ${what}`, async () => {
      const error = await failureOf(tableOf(text, mapping));
      expect(error).to.include({ code });
      expect(error.message).to.include(message).and.not.include("\n");
    });

  it("says in one line that a file is missing or a directory", async () => {
    const { readTable } = await import("../../src/import/table.ts");
    const { parseMapping } = await import("../../src/import/load-mapping.ts");
    const { KEY } = await import("./support.ts");
    const options = { mapping: parseMapping(mappingWith(), "m"), pseudonymKey: KEY, rejectsPath: "none" };
    const missing = await failureOf(readTable({ ...options, path: "/none/such.csv" }));
    expect(missing).to.include({ code: "table-unreadable", message: "There is no file /none/such.csv" });
    const directory = await failureOf(readTable({ ...options, path: import.meta.dirname }));
    expect(directory.message).to.include("is a directory");
  });
});
