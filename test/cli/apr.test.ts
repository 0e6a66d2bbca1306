import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

const TALLY = fileURLToPath(new URL("../../bin/tally.mjs", import.meta.url));

function tally(args: readonly string[], input = ""): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TALLY, "apr", ...args], { input, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

const loan = (id: unknown, paid: number): Record<string, unknown> => ({
  id,
  convention: "EU_ANNUAL_EFFECTIVE",
  net_amount: 100,
  further_drawdowns: [],
  payments: [{ months: 12, days: 0, yearDays: 365, amount: paid }],
});

const SEVERAL = {
  ...loan("several", 230),
  further_drawdowns: [{ months: 24, days: 0, yearDays: 365, amount: 132 }],
};

describe("tally apr", () => {
  let directory = "";
  let file = "";

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "tally apr "));
    file = join(directory, "vectors.json");
    writeFileSync(file, JSON.stringify({ vectors: [loan("one", 110), loan(2, 1_000_100), loan("less", 50.5)] }));
  });

  after(() => rmSync(directory, { recursive: true }));

  it("prints one object a line, with the rate as a plain number", () => {
    const { code, out, err } = tally([file, "--json"]);
    expect(out).to.equal('{"id":"one","apr":10}\n{"id":2,"apr":1000000}\n{"id":"less","apr":-49.5}\n');
    expect([code, err]).to.deep.equal([0, ""]);
  });

  it("reads standard input, and lets a bad vector hurt no other", () => {
    const bad = { ...loan("bad", 5), payments: [{ months: "soon", amount: 5 }] };
    const { code, out } = tally(["-", "--json"], JSON.stringify([SEVERAL, bad, loan("good", 112.5), {}]));
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ id }) => id)).to.deep.equal(["several", "bad", "good", "[3]"]);
    expect(lines[0]).to.include.keys("error", "rates");
    expect(lines[0]?.["rates"]).to.deep.equal([10, 20]);
    expect(lines[1]?.["error"]).to.include("payments[0].months");
    expect(lines[2]).to.deep.equal({ id: "good", apr: 12.5 });
    expect(lines[3]?.["error"]).to.include("convention: missing");
    expect(code).to.equal(1);
  });

  it("shows people a table, what was published, and what has no single rate", () => {
    const published = { ...loan("known\u001b[31m", 110), expected_apr_percent: 10, rounding: "1 decimal" };
    const wrong = { ...loan("wrong", 110), expected_apr_percent: 11 };
    const { code, out } = tally(["-"], [published, wrong, SEVERAL].map((vector) => JSON.stringify(vector)).join("\n"));
    expect(out).to.match(/known \[31m +EU_ANNUAL_EFFECTIVE +10\.00 +10\.00 +yes/);
    expect(out).to.match(/wrong +EU_ANNUAL_EFFECTIVE +10\.00 +11\.00 +NO/);
    expect(out).to.include("several: several rates fit");
    expect(out).to.include("3 vectors, 2 with one rate, 1 without; 1 of 2 published figures agree.");
    expect(code).to.equal(1);
  });

  it("takes another convention for all", () => {
    const { out } = tally([file, "--json", "--convention", "irr x 12"]);
    expect(out.split("\n")[0]).to.equal('{"id":"one","apr":9.5689685147}');
    expect(tally([file, "--convention", "guess"])).to.deep.include({ code: 2, out: "" });
  });

  it("says what is wrong with a file, and ends with 2", () => {
    const empty = join(directory, "empty.json");
    writeFileSync(empty, "");
    const cases: readonly [string, RegExp][] = [
      [join(directory, "none.json"), /no such file/],
      [directory, /a directory/],
      [empty, /empty/],
    ];
    for (const [name, message] of cases) {
      const { code, out, err } = tally([name, "--json"]);
      expect(err).to.match(message);
      expect(err).to.include("to do: ");
      expect([code, out]).to.deep.equal([2, ""]);
    }
    expect(tally(["-"], "{broken").err).to.include("no JSON");
  });

  it("explains every convention with its law", () => {
    const { code, out } = tally(["--help"]);
    for (const name of ["US_REGZ_ACTUARIAL", "EU_ANNUAL_EFFECTIVE", "IRR_TIMES_12", "PBOC_2021_3_RATIO"]) {
      expect(out).to.include(name);
    }
    expect(out).to.include("Appendix J").and.to.include("2008/48/EC").and.to.include("2021 no. 3");
    expect(code).to.equal(0);
  });
});
