import { readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";
import { type Finished, scratch, tally } from "../support/tally.ts";

const REGULATOR = `0x${Buffer.from(testKey(7)).toString("hex")}`;
const DAY = 86_400;
const text = readFileSync("rulebooks/sample-market.yaml", "utf8");
const day = (seconds: number): string => new Date(1_000 * (seconds + 8 * 3_600)).toISOString().slice(0, 10);
const VERSIONS = text.indexOf("\nversions:");
const AFTER = text.indexOf("\nnotExpressed:");

describe("the texts that a data directory keeps of the law", function () {
  this.timeout(120_000);
  let area: Awaited<ReturnType<typeof scratch>>;
  let chain: LocalChain;
  let now = 0;
  before(async () => {
    [area, chain] = await Promise.all([scratch(), startLocalChain()]);
    const out = join(area.path, "deployment.json");
    const deployed = await tally(["deploy", "--rpc", chain.url, "--key", "env:REGULATOR", "--out", out], { REGULATOR });
    expect(deployed.code, deployed.stderr).to.equal(0);
    const published = await rules("publish", "rulebooks/sample-market.yaml", "--yes", "--key", "env:REGULATOR");
    expect(published.code, published.stderr).to.equal(0);
    const block = await chain.rpc.call("eth_getBlockByNumber", ["latest", false], z.object({ timestamp: z.string() }));
    now = Number(block.timestamp);
  });
  after(async () => {
    await chain.stop();
    await area.remove();
  });
  const rules = async (...args: string[]): Promise<Finished> =>
    tally(["rules", ...args, "--rpc", chain.url, "--data", area.path], { REGULATOR });
  const acts = async (...args: string[]): Promise<Finished> => {
    const done = await rules(...args, "--yes", "--key", "env:REGULATOR");
    expect(done.code, done.stderr).to.equal(0);
    return done;
  };
  /** Acts that bind from the second after their block: in a block of another second it has come, whatever the clock says. */
  const actsAtOnce = async (...args: string[]): Promise<void> => {
    await acts(...args);
    await chain.rpc.call("evm_increaseTime", [1], z.unknown());
    await chain.rpc.call("evm_mine", [], z.unknown());
  };
  const file = async (name: string, content: string): Promise<string> => {
    const path = join(area.path, name);
    await writeFile(path, content);
    return path;
  };
  const kept = async (): Promise<string[]> => (await readdir(join(area.path, "packs"))).sort();
  /** The sample with nothing but its versions as they are from a day on, with another wait and its own article. */
  const later = (from: string, wait: string, article: string): string => {
    const versions = text
      .slice(VERSIONS, AFTER)
      .replaceAll("2020-01-01", from)
      .replaceAll("time: 24h", `time: ${wait}`)
      .replaceAll("Florida Statutes 560.404, 24 hours after the previous loan", article);
    return text.slice(0, VERSIONS) + versions;
  };

  it("keeps the text of earlier versions when one is published that holds only what is new", async () => {
    const from = day(now + 40 * DAY);
    await acts("publish", await file("later.yaml", later(from, "7d", "Order 9, article 2")));
    expect(await kept()).to.deep.equal(["sample-market.1.yaml", "sample-market.2.yaml"]);
    const today = await rules("show", "payday");
    expect(today.stdout)
      .to.contain("Florida Statutes 560.404, 24 hours after the previous loan [V2]")
      .and.to.contain("Not expressed: what the law says, and these rules do not");
    const then = await rules("show", "payday", "--at", from);
    expect(then.stdout).to.contain("wait after a loan: 7 days").and.to.contain("Order 9, article 2 [V2]");
  });

  it("keeps a text once", async () => {
    await acts("publish", "rulebooks/sample-market.yaml");
    await acts("publish", await file("again.yaml", `# a comment says nothing\n${text}`));
    expect(await kept()).to.deep.equal(["sample-market.1.yaml", "sample-market.2.yaml"]);
  });

  it("is loud about an emergency, with its reason and end, and shows its own articles", async () => {
    const stop = await file("stop.yaml", later("2020-01-01", "30d", "Emergency order 1"));
    const until = day(now + 20 * DAY);
    await actsAtOnce("emergency", stop, "--product", "payday", "--reason", "Fraud at scale", "--until", until);
    const { stdout } = await rules("show", "payday");
    expect(stdout)
      .to.contain("EMERGENCY, declared without notice: Fraud at scale")
      .and.to.contain(`It ends by itself ${until}: the law of before binds again from then on.`)
      .and.to.contain("wait after a loan: 30 days")
      .and.to.contain("Emergency order 1 [V2]");
    const { versions } = JSON.parse((await rules("show", "payday", "--json")).stdout) as {
      versions: { emergency: { reason: string; until: number } }[];
    };
    expect(versions[0]!.emergency.reason).to.equal("Fraud at scale");
    expect(await kept()).to.include("sample-market.3.emergency.yaml");
  });

  it("shows the articles of the law of before, which binds again from another moment than its text says", async () => {
    const { stdout } = await rules("show", "payday", "--at", day(now + 25 * DAY));
    expect(stdout)
      .to.contain("wait after a loan: 24 hours")
      .and.to.contain("Florida Statutes 560.404, 24 hours after the previous loan [V2]")
      .and.to.not.contain("EMERGENCY");
    await actsAtOnce("lift", "payday", "--reason", "It was a drill");
    const lifted = await rules("show", "payday");
    expect(lifted.stdout).to.contain("24 hours after the previous loan [V2]").and.to.not.contain("EMERGENCY");
    const past = await rules("show", "payday", "--at", new Date(1_000 * (now + 30)).toISOString());
    expect(past.code).to.equal(0);
  });

  it("exports the law in their words: names, currency, zone, articles", async () => {
    const { code, stdout, stderr } = await rules("export");
    expect({ code, stderr }).to.deep.equal({
      code: 0,
      stderr: "There were emergencies: their versions, and those that ended them, are exported like any others.\n",
    });
    expect(stdout)
      .to.contain("pack: sample-market\n")
      .and.to.contain("code: CNY")
      .and.to.contain("zone: Asia/Shanghai")
      .and.to.contain("confirmationWindow: 48h")
      .and.to.contain("rate: 4.20%")
      .and.to.contain("Florida Statutes 560.404, 24 hours after the previous loan")
      .and.to.contain("Order 9, article 2")
      .and.to.contain("Emergency order 1")
      .and.to.not.contain("Not said")
      .and.to.not.contain("XXX");
    const exported = await file("exported.yaml", stdout);
    const dry = await rules("publish", exported, "--dry-run");
    expect(dry.stdout, dry.stderr).to.match(/1 transaction:\n {2}the hash of the pack's text/u);
  });

  it("passes over a text that can't be read, and says so", async () => {
    await file("packs/broken.9.yaml", "pack: broken\n");
    const { code, stdout, stderr } = await rules("show", "payday");
    expect(code).to.equal(0);
    expect(stderr).to.contain("broken.9.yaml is passed over: ");
    expect(stdout).to.contain("24 hours after the previous loan [V2]");
  });

  it("reads a directory from before texts were numbered", async () => {
    const bare = await scratch();
    try {
      const deployment = readFileSync(join(area.path, "deployment.json"), "utf8");
      await writeFile(join(bare.path, "deployment.json"), deployment);
      await mkdir(join(bare.path, "packs"));
      await writeFile(join(bare.path, "packs", "sample-market.yaml"), text);
      const { stdout } = await tally(["rules", "show", "payday", "--rpc", chain.url, "--data", bare.path]);
      expect(stdout).to.contain("24 hours after the previous loan [V2]");
    } finally {
      await bare.remove();
    }
  });
});
