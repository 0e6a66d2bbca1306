import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { toHex } from "../../src/core/bytes.ts";
import { type Receipt, redactReceipt } from "../../src/core/receipt.ts";
import { domain, type Market, makeMarket } from "../support/receipts.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

describe("tally verify", function () {
  this.timeout(60_000);
  let market: Market;
  let directory: string;
  before(async () => {
    market = await makeMarket();
    directory = mkdtempSync(join(tmpdir(), "tally verify "));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs in an empty directory: there is no data directory to trust. */
  const tally = (args: readonly string[], input = "") => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, "verify", ...args], {
      cwd: directory,
      input,
      encoding: "utf8",
      env: { ...process.env, TALLY_DATA: "" },
    });
    return { status, stdout, stderr };
  };
  const save = (receipt: unknown): string => {
    writeFileSync(join(directory, "receipt.json"), JSON.stringify(receipt));
    return "receipt.json";
  };
  const statuses = (stdout: string) =>
    Object.values((JSON.parse(stdout) as { fragments: Record<string, { status: string }> }).fragments).map(
      ({ status }) => status,
    );
  const stateProof = () => [
    ...["--registry", toHex(domain.registry), "--chain-id", domain.chainId.toString()],
    ...["--block-hash", toHex(market.blockHash)],
  ];

  it("exits with 0 where nothing is wrong, and says what it could not check", () => {
    const { status, stdout } = tally([save(market.receipts[0])]);
    expect(status).to.equal(0);
    expect(stdout)
      .to.match(/^anchor +SKIPPED/mu)
      .and.match(/not checked: anchor, chain/u);
  });

  it("checks anchor and chain by a state proof, without any node", () => {
    const { status, stdout } = tally([save(market.receipts[3]), "--json", ...stateProof()]);
    expect(status).to.equal(0);
    expect(statuses(stdout)).to.deep.equal(Array(6).fill("VALID"));
    expect(JSON.parse(stdout)).to.deep.include({ verdict: "VALID" });
    expect((JSON.parse(stdout) as { says: object }).says).to.deep.include({
      platform: 1,
      number: 2,
      index: 3,
      decision: { outcome: "flagged", findings: [], breaches: ["RATE"], undetermined: [] },
    });
  });

  it("gives the decision's reasons in English, and in Chinese where asked", () => {
    const receipt = save(market.receipts[3]);
    expect(tally([receipt, ...stateProof()]).stdout).to.include("\nRATE  The loan costs more a year than");
    expect(tally([receipt, "--lang", "zh", ...stateProof()]).stdout).to.include("\nRATE  按全部还款计算");
  });

  it("exits with 1 where something is INVALID", () => {
    const [one, two] = market.receipts as [Receipt, Receipt];
    const { status, stdout } = tally([save({ ...one, record: two.record }), "--json"]);
    expect(status).to.equal(1);
    expect(statuses(stdout)).to.include("INVALID");
  });

  it("exits with 2 where something could not be checked", () => {
    const rpc = ["--rpc", "http://127.0.0.1:9", "--registry", toHex(domain.registry)];
    const { status, stdout } = tally([save(market.receipts[0]), "--json", ...rpc]);
    expect(status).to.equal(2);
    expect(statuses(stdout)).to.deep.equal(["VALID", "VALID", "VALID", "VALID", "ERROR", "ERROR"]);
    for (const text of ["", "{", "[]"]) expect(tally(["-"], text).status).to.equal(2);
    expect(tally(["nowhere.json"])).to.deep.include({ status: 2, stdout: "" });
  });

  it("reads standard input, and a receipt of which little is shown", () => {
    const text = JSON.stringify(redactReceipt(market.receipts[0]!, ["time"]));
    const { status, stdout } = tally(["-"], text);
    expect(status).to.equal(0);
    expect(stdout).to.contain("time shown, 6 withheld");
  });

  it("refuses options that make no sense together", () => {
    expect(tally([save(market.receipts[0]), "--registry", toHex(domain.registry)]).stderr).to.contain("--chain-id");
    expect(tally([save(market.receipts[0]), "--registry", "0x12"]).stderr).to.contain("40 hexadecimal digits");
    expect(tally([save(market.receipts[0]), "--data", "nothing-here"]).stderr).to.contain("no-data-directory");
  });

  it("lets nothing in a receipt steer the terminal", () => {
    const { stdout } = tally([save({ ...market.receipts[0], "\u001b[2Jgone": 1 })]);
    expect(stdout).to.contain("[2Jgone").and.not.contain("\u001b");
  });
});
