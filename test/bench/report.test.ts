import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { row, tableOf, writeResults } from "../../bench/report.ts";

describe("the benchmark's report", () => {
  const rows = [
    row("first loan", 31_054, "gas", { bound: 32_000 }),
    row("replay", 40_000, "loans/s", { bound: 50_000, better: "higher" }),
    row("memory", 12.25, "MiB"),
  ];

  it("takes a bound that is met exactly as kept, on both sides", () => {
    expect(row("", 5, "ms", { bound: 5 }).pass).to.be.true;
    expect(row("", 5, "loans/s", { bound: 5, better: "higher" }).pass).to.be.true;
    expect(row("", 5.001, "ms", { bound: 5 }).pass).to.be.false;
    expect(row("", 4.999, "loans/s", { bound: 5, better: "higher" }).pass).to.be.false;
  });

  it("is a table that says which bound fails", () => {
    expect(tableOf(rows).split("\n")).to.deep.equal([
      "             value              bound",
      "first loan  31,054  gas      ≤ 32,000  ok",
      "replay      40,000  loans/s  ≥ 50,000  FAILS",
      "memory       12.25  MiB",
    ]);
  });

  it("is written as a list of JSON objects with a bound of null where there is none", () => {
    const directory = mkdtempSync(join(tmpdir(), "tally-bench-"));
    try {
      const path = join(directory, "results.json");
      writeResults(path, rows);
      const written = JSON.parse(readFileSync(path, "utf8")) as object[];
      expect(written).to.have.length(3);
      expect(written[2]).to.deep.equal({
        name: "memory",
        value: 12.25,
        unit: "MiB",
        bound: null,
        better: "lower",
        pass: true,
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
