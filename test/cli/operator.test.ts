import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { writeKeystore } from "../../src/chain/keystore.ts";
import { addressOfKey } from "../../src/chain/transaction.ts";
import { toHex } from "../../src/core/bytes.ts";
import { GatewayClient } from "../../src/client/client.ts";
import { issueRecord, loadRecordKey } from "../../src/client/record.ts";
import { freshDatabase } from "../support/database.ts";
import { type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";
import { scratch, Tally, tally } from "../support/tally.ts";

const KEY = `0x${Buffer.from(testKey(7)).toString("hex")}`;

describe("tally deploy, rules, platform and gateway, on a chain and a database of one's own", function () {
  this.timeout(120_000);
  let area: Awaited<ReturnType<typeof scratch>>;
  let chain: LocalChain;
  let deployment: string;
  let external: readonly string[];
  before(async () => {
    [area, chain] = await Promise.all([scratch(), startLocalChain()]);
    deployment = join(area.path, "deployment.json");
    external = ["--rpc", chain.url, "--deployment", deployment, "--key", "env:REGULATOR"];
  });
  after(async () => {
    await chain.stop();
    await area.remove();
  });
  const regulator = async (...args: string[]) => tally([...args, ...external], { REGULATOR: KEY });

  it("deploys with the key of a keystore, tells each step, and goes on where it was cut short", async () => {
    const keystore = join(area.path, "regulator.json");
    await writeKeystore(keystore, testKey(7), "a password", "light");
    const args = ["deploy", "--rpc", chain.url, "--key", keystore, "--notice", "0s", "--out", deployment, "--json"];
    const run = new Tally(args, { TALLY_PASSWORD: "a password" });
    await run.says(/contract Rulebook/u);
    await run.stop("SIGKILL");
    const again = await tally(args, { TALLY_PASSWORD: "a password" });
    expect(again.code, again.stderr).to.equal(0);
    expect(again.stderr).to.contain("Going on with what").and.to.contain("registry in service");
    expect(JSON.parse(again.stdout)).to.deep.equal(JSON.parse(readFileSync(deployment, "utf8")));
  });

  it("never overwrites the note of where contracts are", async () => {
    const { code, stderr } = await tally(["deploy", "--rpc", chain.url, "--key", "env:KEY", "--out", deployment], {
      KEY,
    });
    expect(code).to.equal(2);
    expect(stderr).to.match(/may be the only note of where contracts are \(option-invalid\)/u);
  });

  it("says which key is missing or wrong, and never shows one", async () => {
    const args = ["deploy", "--rpc", chain.url, "--out", join(area.path, "other.json"), "--key"];
    const nobody = await tally([...args, join(area.path, "regulator.json")]);
    expect(nobody.stderr).to.contain("TALLY_PASSWORD");
    const wrong = await tally([...args, join(area.path, "regulator.json")], { TALLY_PASSWORD: "another" });
    expect(wrong.stderr).to.contain("does not open with this password");
    const half = await tally([...args, "env:KEY"], { KEY: KEY.slice(0, 40) });
    expect(half.stderr).to.contain("holds no key of 64").and.to.not.contain(KEY.slice(2, 40));
  });

  it("publishes rules once they are confirmed, and names a conflict", async () => {
    expect((await regulator("rules", "publish", "rulebooks/sample-market.yaml", "--dry-run")).code).to.equal(0);
    expect((await regulator("rules", "publish", "rulebooks/sample-market.yaml", "--yes")).code).to.equal(0);
    const changed = join(area.path, "changed.yaml");
    await writeFile(changed, readFileSync("rulebooks/sample-market.yaml", "utf8").replaceAll("cap: 24%", "cap: 20%"));
    const dry = await regulator("rules", "publish", changed, "--dry-run");
    expect(dry.code).to.equal(1);
    expect(dry.stdout).to.contain("CONFLICT  payday for persons from 2020-01-01");
    expect((await regulator("rules", "publish", changed, "--yes")).stderr).to.contain("(rules-conflict)");
  });

  it("validates a pack without a chain, and names line and field", async () => {
    const valid = await tally(["rules", "validate", "rulebooks/sample-market.yaml", "--json"]);
    expect(JSON.parse(valid.stdout)).to.deep.include({ valid: true, pack: "sample-market", versions: 3 });
    const broken = join(area.path, "broken.yaml");
    await writeFile(broken, readFileSync("rulebooks/sample-market.yaml", "utf8").replace("time: 24h", "time: a day"));
    const { code, stderr } = await tally(["rules", "validate", broken]);
    expect(code).to.equal(2);
    expect(stderr)
      .to.match(/error: line \d+, column \d+, versions\.0\.rules\.COOLING-OFF\.time\n/u)
      .and.to.contain('is "a day", and should be a duration such as 24h');
    const published = await regulator("rules", "publish", broken, "--dry-run");
    expect(published.stderr).to.match(
      /^error: broken\.yaml: line \d+, versions\.0\.rules\.COOLING-OFF\.time: is "a day"/u,
    );
  });

  it("says as JSON too what is wrong with a pack, and of a file that isn't there", async () => {
    const broken = join(area.path, "broken.yaml");
    await writeFile(
      broken,
      readFileSync("rulebooks/sample-market.yaml", "utf8")
        .replace("min: 7d", "min: 70d")
        .replace("cap: 24%", "cap: 24"),
    );
    const { code, stdout, stderr } = await tally(["rules", "validate", broken, "--json"]);
    const { valid, errors } = JSON.parse(stdout) as { valid: boolean; errors: Record<string, unknown>[] };
    expect({ code, stderr, valid }).to.deep.equal({ code: 2, stderr: "", valid: false });
    expect(errors.map(({ where }) => where)).to.have.members([
      "versions.0.rules.RATE.cap",
      "versions.0.rules.TERM.min",
    ]);
    for (const error of errors) expect(error).to.have.all.keys("where", "line", "column", "what", "why", "fix");
    const lost = await tally(["rules", "validate", join(area.path, "lost.yaml"), "--json"]);
    expect(JSON.parse(lost.stdout)).to.deep.include({ valid: false });
    expect(lost.code).to.equal(2);
  });

  it("refuses somebody who isn't the regulator, in the contract's words", async () => {
    const stranger = await tally(["rules", "publish", "rulebooks/sample-market.yaml", "--yes", ...external], {
      REGULATOR: `0x${"09".repeat(32)}`,
    });
    // What is there already is passed over, so something new has to be asked.
    expect(stranger.code).to.equal(0);
    const later = join(area.path, "later.yaml");
    await writeFile(
      later,
      readFileSync("rulebooks/sample-market.yaml", "utf8").replaceAll("effectiveFrom: 2020", "effectiveFrom: 2090"),
    );
    const refused = await tally(["rules", "publish", later, "--yes", ...external], {
      REGULATOR: `0x${"09".repeat(32)}`,
    });
    expect(refused.stderr).to.match(/the account 0x[0-9a-fA-F]{40} may not do that: its role is another one/u);
  });

  it("runs the gateway there: a platform is added, files, and finds its decision after a restart", async () => {
    const data = join(area.path, "gateway");
    const database = await freshDatabase();
    const args = ["gateway", "--data", data, "--port", "0", "--confirmations", "0", "--rpc", chain.url];
    const run = new Tally([...args, "--deployment", deployment], { TALLY_DATABASE: database });
    await run.says(/Ctrl-C stops it/u);
    expect(run.stdout + run.stderr).to.not.contain(database);
    const added = await tally(
      [
        "platform",
        "add",
        "Elsewhere",
        "--products",
        "65",
        "--founding-until",
        "2040-01-01",
        "--json",
        "--data",
        data,
        "--key",
        "env:REGULATOR",
      ],
      { REGULATOR: KEY },
    );
    expect(added.code, added.stderr).to.equal(0);
    const platform = JSON.parse(added.stdout) as { platform: number; apiKey: string; recordKey: string };
    const url = /http:\/\/127\.0\.0\.1:\d+/u.exec(run.stdout)![0];
    const client = new GatewayClient({ url, apiKey: platform.apiKey });
    const record = issueRecord(
      {
        ...{ iss: `tally:platform:${platform.platform}`, iat: Math.floor(Date.now() / 1_000), jti: "one", fmt: 1 },
        kind: "Opened",
        borrower: { pseudonym: `0x01${"ab".repeat(31)}` },
        loan: { number: "1" },
        terms: { basis: "founded", product: 65, principal: "100000" },
        schedule: { legs: [{ count: 1, unit: "day", gap: 14, amount: "100500" }] },
        disclosure: { at: 1_700_000_000 },
        time: { at: 1_700_000_600 },
      },
      loadRecordKey(JSON.parse(readFileSync(platform.recordKey, "utf8"))),
    );
    const submission = await client.submit({ idempotencyKey: "one", record }, { wait: 30 });
    expect(submission.decision).to.deep.include({ outcome: "accepted", final: true });
    const rotated = await tally(["platform", "rotate", "1", "--data", data, "--key", "env:REGULATOR", "--json"], {
      REGULATOR: KEY,
    });
    expect(rotated.code, rotated.stderr).to.equal(0);
    const closing = issueRecord(
      {
        ...{ iss: `tally:platform:${platform.platform}`, iat: Math.floor(Date.now() / 1_000), jti: "two", fmt: 1 },
        kind: "Closed",
        borrower: { pseudonym: `0x01${"ab".repeat(31)}` },
        loan: { number: "1", opening: submission.id },
        event: { reason: "repaid", principal: "100000", charges: "500" },
        time: { at: 1_700_900_000 },
      },
      loadRecordKey(JSON.parse(readFileSync(platform.recordKey, "utf8"))),
    );
    const later = await client.submit({ idempotencyKey: "two", record: closing }, { wait: 30 });
    expect(later.decision?.final).to.equal(true);
    const { address } = JSON.parse(rotated.stdout) as { address: string };
    const receipts = await Promise.all([submission, later].map(async ({ id }) => client.receipt(id)));
    expect(receipts.map(({ filing }) => filing.key === address)).to.deep.equal([false, true]);
    for (const receipt of receipts) {
      const path = join(area.path, "receipt.json");
      await writeFile(path, JSON.stringify(receipt));
      expect((await tally(["verify", path, "--data", data, "--rpc", chain.url])).code).to.equal(0);
    }
    expect((await run.stop()).code).to.equal(0);

    const again = new Tally(args, { TALLY_DATABASE: database });
    await again.says(/Ctrl-C stops it/u);
    const found = new GatewayClient({
      url: /http:\/\/127\.0\.0\.1:\d+/u.exec(again.stdout)![0],
      apiKey: platform.apiKey,
    });
    expect((await found.submission(submission.id)).state).to.equal("final");

    const act = async (...more: string[]) =>
      tally(["platform", ...more, "--data", data, "--key", "env:REGULATOR"], { REGULATOR: KEY });
    const amended = await act(
      "amend",
      "1",
      "--group",
      "7",
      "--founding-until",
      "never",
      "--products",
      "65,66",
      "--json",
    );
    expect(JSON.parse(amended.stdout)).to.deep.include({
      group: 7,
      foundingUntil: 0,
      products: [65, 66],
      authority: false,
    });
    const past = await act("amend", "1", "--founding-until", "2020-01-01");
    expect(past.stderr).to.contain("--founding-until: 2020-01-01 is past; it is 20");
    const own = addressOfKey(testKey(9));
    const signer = ["signer", "1", "--url", "http://127.0.0.1:9", "--address", toHex(own)];
    expect((await act(...signer)).stderr).to.contain("Add --license to license the signer's address");
    expect((await act(...signer, "--license")).stderr).to.contain("(not-confirmed)");
    const signed = await act(...signer, "--license", "--yes");
    expect(signed.code, signed.stderr).to.equal(0);
    expect(signed.stdout).to.contain("signs for itself: http://127.0.0.1:9 is asked");
    expect((await act("withdraw", "1")).stderr).to.contain("(not-confirmed)");
    expect((await act("withdraw", "1", "--yes")).stdout).to.contain("Platform 1, Elsewhere, is withdrawn.");
    expect((await act("restore", "1")).stderr).to.contain("the licence of platform 1 was withdrawn, for good");
    const [platformNow] = JSON.parse((await act("list", "--json")).stdout) as object[];
    expect(platformNow).to.deep.include({ standing: "withdrawn", group: 7, key: toHex(own) });
    expect((await again.stop()).code).to.equal(0);
  });

  it("needs to be told what it can't know", async () => {
    const { code, stderr } = await tally(["gateway", "--data", join(area.path, "nothing"), "--port", "0"]);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^error: --rpc is missing \(option-invalid\)\nto do: Give --rpc, or set TALLY_RPC\./u);
  });
});
