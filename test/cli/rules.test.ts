import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";
import { type Finished, scratch, tally } from "../support/tally.ts";

const REGULATOR = `0x${Buffer.from(testKey(7)).toString("hex")}`;
const DAY = 86_400;
const text = readFileSync("rulebooks/sample-market.yaml", "utf8");
const day = (seconds: number): string => new Date(1_000 * (seconds + 8 * 3_600)).toISOString().slice(0, 10);

/** The sample with a second version of its products, a wait of seven days instead of one. */
const stricter = (from: string): string => {
  const versions = text.slice(text.indexOf("\nversions:") + "\nversions:".length, text.indexOf("\nnotExpressed:"));
  const second = versions.replaceAll("2020-01-01", from).replaceAll("time: 24h", "time: 7d");
  return text.replace("\nnotExpressed:", `${second}\nnotExpressed:`);
};

describe("tally rules, on a chain", function () {
  this.timeout(120_000);
  let area: Awaited<ReturnType<typeof scratch>>;
  let chain: LocalChain;
  let where: readonly string[];
  let now = 0;
  before(async () => {
    [area, chain] = await Promise.all([scratch(), startLocalChain()]);
    const deployment = join(area.path, "deployment.json");
    where = ["--rpc", chain.url, "--deployment", deployment];
    const deployed = await tally(
      [
        "deploy",
        "--rpc",
        chain.url,
        "--key",
        "env:REGULATOR",
        "--notice",
        "30d",
        "--relaxation-notice",
        "60d",
        "--out",
        deployment,
      ],
      { REGULATOR },
    );
    expect(deployed.code, deployed.stderr).to.equal(0);
    const published = await acts("publish", "rulebooks/sample-market.yaml");
    expect(published.code, published.stderr).to.equal(0);
    const block = await chain.rpc.call("eth_getBlockByNumber", ["latest", false], z.object({ timestamp: z.string() }));
    now = Number(block.timestamp);
  });
  after(async () => {
    await chain.stop();
    await area.remove();
  });
  const reads = async (...args: string[]): Promise<Finished> => tally(["rules", ...args, ...where]);
  const acts = async (...args: string[]): Promise<Finished> =>
    tally(["rules", ...args, "--yes", "--key", "env:REGULATOR", ...where], { REGULATOR });
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await reads(...args, "--json")).stdout) as T;
  const file = async (name: string, content: string): Promise<string> => {
    const path = join(area.path, name);
    await writeFile(path, content);
    return path;
  };

  it("shows every value in words, and with the pack its article, source and mark", async () => {
    const bare = await reads("show", "65");
    expect(bare.stdout)
      .to.contain("wait after a loan: 24 hours")
      .and.to.contain("COOLING-OFF, wait after the last loan: a breach");
    const { stdout, stderr } = await reads("show", "payday", "--pack", "rulebooks/sample-market.yaml");
    expect(stderr).to.equal("");
    expect(stdout).to.contain("payday (65), Short-term loan, repaid in one sum, for persons");
    expect(stdout)
      .to.match(/cap on the annual rate: [\d.]+ %/u)
      .and.to.match(/\[(V|V2|M|sample)\]/u);
  });

  it("shows what whoever relies on a value must know, and the market's windows", async () => {
    const { stdout } = await reads("show", "payday", "--pack", "rulebooks/sample-market.yaml");
    expect(stdout)
      .to.contain("      NFRA 2025 no. 9, Art. 6 [V2]\n        Names 24 % of all costs")
      .and.to.contain("  Made up for the sample [sample]")
      .and.to.contain("  market 1: time to confirm or void a loan: 2 days; time past its term");
  });

  it("names rules in Chinese where that is asked", async () => {
    const { stdout } = await reads("show", "65", "--lang", "zh");
    expect(stdout).to.contain("COOLING-OFF, 两次借款间隔: a breach");
  });

  it("says when a file's law isn't the one that was published", async () => {
    const other = await file("other.yaml", text.replace("title: Sample market", "title: Another market"));
    expect((await reads("show", "payday", "--pack", other)).stderr).to.contain("is not a text that was noted");
  });

  it("tells what a draft changes for whom, from the chain to a file", async () => {
    const draft = await file("draft.yaml", stricter(day(now + 40 * DAY)));
    const { code, stdout } = await reads("diff", draft);
    expect(code).to.equal(1);
    expect(stdout).to.contain("payday loans to persons: the wait after a loan rises from 24 hours to 7 days: stricter");
    const same = await reads("diff", "rulebooks/sample-market.yaml");
    expect({ code: same.code, stdout: same.stdout }).to.deep.equal({
      code: 0,
      stdout: "the chain and rulebooks/sample-market.yaml say the same.\n",
    });
  });

  it("says of a file that holds a new version alone that what binds goes on until then", async () => {
    const later = day(now + 40 * DAY);
    const draft = await file("new.yaml", text.replaceAll("2020-01-01", later).replaceAll("time: 24h", "time: 7d"));
    const { code, stdout } = await reads("diff", draft);
    expect(code).to.equal(1);
    expect(stdout).to.contain(`from ${later}\n  payday loans to persons: the wait after a loan rises`);
    expect(stdout).to.not.contain("may no longer be lent").and.to.not.contain("until");
    expect(stdout).to.contain("The chain also has what");
    expect(stdout).to.match(/and keeps it: payday loans to persons, from 2020-01-01\.$/mu);
    expect(stdout).to.not.contain("CONFLICT");
  });

  it("says of a file that edits what binds that it can't be published so, and from when it could", async () => {
    const edited = await file("edited.yaml", text.replaceAll("time: 24h", "time: 7d"));
    const { code, stdout } = await reads("diff", edited);
    expect(code).to.equal(1);
    expect(stdout).to.contain("the wait after a loan rises from 24 hours to 7 days: stricter");
    expect(stdout).to.match(/can't be published as it stands:\n {2}CONFLICT {2}payday .* or later/u);
  });

  it("tells packs apart that differ in what they cite, or in windows, points or money", async () => {
    const other = await file(
      "cited.yaml",
      text
        .replace(/article: [^,}\n]+/u, "article: Another Act 5")
        .replace("confirmationWindow: 48h", "confirmationWindow: 24h"),
    );
    const { code, stdout } = await reads("diff", "rulebooks/sample-market.yaml", other);
    expect(code).to.equal(1);
    expect(stdout).to.contain("the time to confirm or void a loan of market consumer changes from 2 days to 24 hours");
    expect(stdout).to.match(/The law's text differs:\n {2}.*\n {4}was: .*\n {4}is: {2}Another Act 5/u);
    const cited = await file("cited-only.yaml", text.replace(/article: [^,}\n]+/u, "article: Another Act 5"));
    const only = await tally(["rules", "diff", "rulebooks/sample-market.yaml", cited]);
    expect(only.code).to.equal(1);
    expect(only.stdout).to.match(/^Values are the same; the law's text differs:\n/u);
    const { texts, differences } = JSON.parse(
      (await tally(["rules", "diff", "rulebooks/sample-market.yaml", cited, "--json"])).stdout,
    ) as { texts: { after: string[] }[]; differences: unknown[] };
    expect(differences).to.deep.equal([]);
    expect(texts[0]?.after[0]).to.match(/^Another Act 5/u);
    const titled = await file("titled.yaml", text.replace("title: Sample market", "title: Another market"));
    const alone = await tally(["rules", "diff", "rulebooks/sample-market.yaml", titled]);
    expect(alone.code).to.equal(0);
    expect(alone.stdout).to.contain("say the same; they differ in names, titles or notes alone.");
  });

  it("refuses a file in another currency than the pack that the law was published from", async () => {
    const yen = await file("yen.yaml", text.replace(/^currency: .*$/mu, "currency: { code: JPY, decimals: 0 }"));
    const packs = join(area.path, "home", "packs");
    await mkdir(packs, { recursive: true });
    await writeFile(join(packs, "sample-market.yaml"), text);
    const refused = await reads("publish", yen, "--dry-run", "--data", join(area.path, "home"));
    expect(refused.code).to.equal(1);
    expect(refused.stdout)
      .to.match(/CONFLICT {2}its amounts are JPY with 0 decimals/u)
      .and.to.contain("write `currency: { code: CNY, decimals: 2 }`, and the amounts in CNY");
    const compared = await reads("diff", yen, "--data", join(area.path, "home"));
    expect(compared.stdout).to.contain("amounts are JPY with 0 decimals instead of CNY with 2 decimals");
  });

  it("publishes after a dry run that says what changes, with which notice, and from when", async () => {
    const draft = await file("draft.yaml", stricter(day(now + 40 * DAY)));
    const dry = await reads("publish", draft, "--dry-run", "--key", "env:REGULATOR");
    expect(dry.code, dry.stderr).to.equal(0);
    expect(dry.stdout)
      .to.contain("tightens what it follows: 30 days of notice")
      .and.to.contain("can't be edited or taken back");
    const soon = await file("soon.yaml", stricter(day(now + 20 * DAY)));
    const conflict = await reads("publish", soon, "--dry-run");
    expect(conflict.code).to.equal(1);
    expect(conflict.stdout).to.match(
      /CONFLICT {2}payday for persons .* tightens what is there, which needs 30 days of notice/u,
    );
    expect((await acts("publish", draft)).code).to.equal(0);
    const { versions } = await json<{ versions: { name: string; version: number; state: string }[] }>(
      "list",
      "--pack",
      draft,
    );
    expect(versions.filter(({ name }) => name === "payday").map(({ state }) => state)).to.deep.equal([
      "binds",
      "pending",
    ]);
  });

  it("answers for both times: as the law stands, and as it was known", async () => {
    const at = day(now + 50 * DAY);
    const wait = async (...more: string[]): Promise<number | undefined> => {
      const { versions } = await json<{ versions: { limits: { coolingOff: number } }[] }>(
        "show",
        "65",
        "--at",
        at,
        ...more,
      );
      return versions[0]?.limits.coolingOff;
    };
    expect(await wait()).to.equal(7 * DAY);
    expect(await wait("--known-at", day(now - 2 * DAY))).to.equal(undefined);
    expect(await wait("--known-at", day(now + DAY))).to.equal(7 * DAY);
    expect((await reads("show", "65", "--at", "soon")).stderr).to.contain("--at: soon is no day and no instant");
  });

  it("exports what compiles to the chain's own bytes", async () => {
    const draft = join(area.path, "draft.yaml");
    const out = join(area.path, "exported.yaml");
    const exported = await reads("export", "--pack", draft, "--out", out);
    expect({ code: exported.code, stderr: exported.stderr }).to.deep.equal({ code: 0, stderr: "" });
    expect((await tally(["rules", "diff", draft, out])).code).to.equal(0);
    // It equals the text, so that even its hash is on the chain.
    expect((await reads("publish", out, "--dry-run")).stdout)
      .to.contain("of its parts are on the chain already")
      .and.to.not.contain("transaction");
    const bare = await reads("export");
    expect(bare.stderr).to.contain("no currency").and.to.contain("no name of a zone");
  });

  it("withdraws what is pending, and says what can't be", async () => {
    const refused = await acts("withdraw", "65", "--version", "0");
    expect(refused.stderr).to.contain("has no pending version 0: what binds can't be withdrawn");
    // The only one that is pending needn't be named.
    const withdrawn = await acts("withdraw", "65");
    expect(withdrawn.stdout)
      .to.contain("Version 0, of 2020-01-01, goes on instead")
      .and.to.contain("Withdrawn: version 1");
    const list = await reads("list");
    expect(list.stdout).to.match(/1 {2}from \d{4}-\d\d-\d\d {2}withdrawn/u);
    expect((await acts("withdraw", "65")).stderr).to.contain("has no pending version: what binds can't be withdrawn");
  });

  it("declares an emergency, which ends by itself, and lifts it", async () => {
    const only = text.slice(0, text.indexOf("\nversions:"));
    const versions = text.slice(text.indexOf("\nversions:"));
    const stop = await file("stop.yaml", `${only}${versions.replaceAll("time: 24h", "time: 30d")}`);
    const reason = "Fraud at scale";
    const args = ["emergency", stop, "--product", "65", "--reason", reason];
    const late = await acts(...args, "--until", day(now + 100 * DAY));
    expect(late.stderr).to.contain("isn't within 90 days from now");
    const until = day(now + 20 * DAY);
    const declared = await acts(...args, "--until", until);
    expect(declared.code, declared.stderr).to.equal(0);
    expect(declared.stdout).to.contain("the wait after a loan rises from 24 hours to 30 days: stricter");
    expect((await reads("list")).stdout)
      .to.contain(`EMERGENCY of product-65 for persons`)
      .and.to.contain(reason);
    const lifted = await acts("lift", "65", "--reason", "It was a drill");
    expect(lifted.stdout).to.contain("Lifted: the law of before binds again");
    expect((await acts("lift", "65", "--reason", "again")).stderr).to.contain("There is no emergency of product-65");
  });

  it("enters a reference rate, and changes the notice periods", async () => {
    const entered = await acts("rate", "1", day(now - 2 * DAY), "2.90%");
    expect(entered.code, entered.stderr).to.equal(0);
    expect(entered.stdout).to.contain("2.9 % from");
    // What the contract refuses is told in words, with times of the deployment's zone.
    const old = day(now - 30 * DAY);
    const late = (await acts("rate", "1", old, "2.90%")).stderr;
    expect(late).to.contain(`The contracts refuse to publish rate: a point of ${old} is entered too late`);
    expect(late).to.match(/what was published before \d{4}-\d\d-\d\d\S* can't be any more/u);
    expect(late).to.contain("up to ten days after its publication");
    expect((await acts("rate", "9", day(now), "2.90%")).stderr).to.contain("There is no series 9");
    const changed = await acts("notice", "--relaxation", "90d");
    expect(changed.stdout).to.contain("Changed to 30 days for what is stricter and 90 days for what is less strict");
    expect((await reads("list")).stdout).to.contain("60 days for what is less strict; from");
  });

  it("does nothing that nobody confirmed", async () => {
    const { code, stderr } = await tally(["rules", "rate", "1", day(now), "3%", "--key", "env:REGULATOR", ...where], {
      REGULATOR,
    });
    expect(code).to.equal(2);
    expect(stderr).to.contain("Nobody confirmed, so nothing was done");
  });
});
