import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
const ID = `0x${"5a".repeat(32)}`;

// What a gateway answers is tested where there is one (test/gateway); here is what is said before and without it.
describe("tally receipt", function () {
  this.timeout(60_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "tally receipt "));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const tally = (args: readonly string[], key = "tally_key") => {
    const env = { ...process.env, TALLY_DATA: "", TALLY_API_KEY: key };
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, "receipt", ...args], {
      cwd: directory,
      encoding: "utf8",
      env,
    });
    expect(stdout).to.equal("");
    expect(status).to.equal(2);
    return stderr;
  };

  it("says what an id looks like", () => {
    expect(tally(["42"])).to.contain("64 hexadecimal digits");
  });

  it("says which groups there are", () => {
    expect(tally([ID, "--disclose", "terms,salary"]))
      .to.contain('"salary"')
      .and.contain("borrower, loan, terms");
  });

  it("says what to do without a gateway, without a key, and where nothing was started", () => {
    expect(tally([ID, "--gateway", "http://127.0.0.1:9"])).to.contain("does not answer");
    expect(tally([ID, "--gateway", "http://127.0.0.1:9"], "")).to.contain("TALLY_API_KEY");
    expect(tally([ID])).to.contain("tally start");
  });
});
