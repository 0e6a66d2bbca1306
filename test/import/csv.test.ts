import { expect } from "chai";
import fc from "fast-check";

import { type CsvRow, MAX_FIELD, MAX_ROW, quoteField, RowSplitter, splitRow } from "../../src/import/csv.ts";

const FORMAT = { delimiter: ",", quote: '"', encoding: "utf-8" };

function rowsOf(text: string, piece = text.length): CsvRow[] {
  const splitter = new RowSplitter(FORMAT);
  const rows: CsvRow[] = [];
  for (let at = 0; at < text.length; at += piece) rows.push(...splitter.push(text.slice(at, at + piece)));
  return [...rows, ...splitter.end()];
}

const brief = (rows: readonly CsvRow[]): unknown[] =>
  rows.map(({ line, fields, problem }) => [line, problem ?? fields]);

describe("rows of a table", () => {
  it("reads quotes, doubled quotes, line ends inside quotes, CRLF and empty lines", () => {
    const rows = rowsOf('a,b\r\n\r\n"x\ny",2\r\n"say ""so""",3\n5,a"b\nlast,row');
    expect(brief(rows)).to.deep.equal([
      [1, ["a", "b"]],
      [3, ["x\ny", "2"]],
      [5, ['say "so"', "3"]],
      [6, ["5", 'a"b']],
      [7, ["last", "row"]],
    ]);
  });

  it("gives the same rows whatever pieces the text comes in", () => {
    const text = 'a,b\n1,"x\n\ny"\n2,"open\n3,4\n5,"6"7\n8,"""9"""\n';
    const whole = brief(rowsOf(text));
    for (let piece = 1; piece < 12; piece++) expect(brief(rowsOf(text, piece)), String(piece)).to.deep.equal(whole);
  });

  it("gives up one line for a quote that is opened and not closed, and goes on with the next", () => {
    const rows = rowsOf('a,b\n1,"never closed\n2,x\n3,y\n');
    expect(brief(rows)).to.deep.equal([
      [1, ["a", "b"]],
      [2, "a quote is opened and not closed"],
      [3, ["2", "x"]],
      [4, ["3", "y"]],
    ]);
  });

  it("gives up one line where text follows a closing quote", () => {
    expect(brief(rowsOf('1,"a"b\n2,c\n'))).to.deep.equal([
      [1, "there is text after a closing quote"],
      [2, ["2", "c"]],
    ]);
  });

  it("bounds rows and fields, and goes on behind them", () => {
    const long = "x".repeat(MAX_FIELD + 1);
    const rows = rowsOf(`${long},1\n${"y,".repeat(MAX_ROW)}\nok,1\n`, 1_000);
    expect(rows.at(-1)?.fields).to.deep.equal(["ok", "1"]);
    const problems = rows.slice(0, -1).map(({ problem }) => problem ?? "none");
    expect(problems).to.satisfy((all: string[]) =>
      all.every((one) => one.includes("longer") || one.includes("more than")),
    );
  });

  it("does not wait for the end of a line that never ends", () => {
    const splitter = new RowSplitter(FORMAT);
    const piece = "z".repeat(100_000);
    let rows = 0;
    for (let i = 0; i < 200; i++) rows += splitter.push(piece).length;
    expect(rows).to.be.greaterThan(10);
  });

  it("takes tens of thousands of lines with stray quotes without slowing down beyond their number", () => {
    const rows = rowsOf('"open\n'.repeat(20_000), 65_536);
    expect(rows).to.have.length(20_000);
  });

  it("reads back what it quotes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ maxLength: 30 }).filter((text) => !text.includes("\r")),
          { minLength: 2 },
        ),
        (fields) => {
          const text = fields.map((field) => quoteField(field, FORMAT)).join(",");
          fc.pre(fields.some((field) => field !== ""));
          expect(splitRow(text, FORMAT)).to.deep.equal(fields);
        },
      ),
      { seed: 31, numRuns: 500 },
    );
  });
});
