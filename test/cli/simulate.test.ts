import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { z } from "zod";

import { ruleBit } from "../../src/core/decision.ts";
import type { Opened } from "../../src/core/entry.ts";
import { fromHex } from "../../src/core/bytes.ts";
import { encodeLimits } from "../../src/core/limits.ts";
import { packHash } from "../../src/regulator/pack-hash.ts";
import { draftText } from "../support/draft.ts";
import { limitsWith } from "../support/filed-history.ts";
import { Filer, startLocalChain, type LocalChain } from "../support/local-chain.ts";
import { closedBy, DAY, openedBy, PRODUCT, T0 } from "../support/small-market.ts";
import { scratch, tally, type Finished } from "../support/tally.ts";

const founded = (name: string, day: number, principal = 10_000n): Opened =>
  openedBy(name, T0 + day * DAY, { basis: "founded", principal });

describe("tally simulate", function () {
  this.timeout(60_000);
  let chain: LocalChain;
  let filer: Filer;
  let directory: Awaited<ReturnType<typeof scratch>>;
  /** Block of the last filing: other tests send transactions after it. */
  let lastFiling = 0;

  before(async () => {
    directory = await scratch();
    chain = await startLocalChain();
    filer = await Filer.create(chain, { products: [PRODUCT] });
    const { platform } = filer;
    const cooling = ruleBit("COOLING-OFF");
    const law = limitsWith({ on: cooling, refuse: cooling, coolingOff: DAY });
    await filer.regulator.publish(PRODUCT, 1, T0 - DAY, encodeLimits(law));
    const ref = (index: number) => ({ platform, number: 1, index });
    // Two days between the first two, half a day between the last two.
    await filer.file([
      founded("a", 0),
      closedBy("a", ref(0), T0 + 10 * DAY, { founded: true }),
      founded("a", 12),
      closedBy("a", ref(2), T0 + 20 * DAY, { founded: true }),
      founded("b", 3, 90_000n),
    ]);
    await filer.file([founded("a", 20.5)]);
    lastFiling = Number(await chain.rpc.call("eth_blockNumber", [], z.string()));
  });
  after(async () => {
    await chain.stop();
    await directory.remove();
  });

  const path = (name: string): string => join(directory.path, name);
  const drafted = async (name: string, text: string): Promise<string> => {
    await writeFile(path(name), text);
    return path(name);
  };
  const threeDays = async (): Promise<string> =>
    drafted("three.yaml", draftText([{ rules: { "COOLING-OFF": "time: 3d" } }], { zone: "UTC" }));
  const run = async (rules: string, ...more: string[]): Promise<Finished> =>
    tally(["simulate", "--rules", rules, "--rpc", chain.url, "--registry", filer.deployment.registry, ...more]);
  const errorOf = async (finished: Promise<Finished>): Promise<string> => {
    const { code, stdout, stderr } = await finished;
    expect(code, stderr).to.equal(2);
    expect(stdout).to.equal("");
    expect(stderr).to.match(/^error: .*\nto do: .*\n$/u);
    return stderr;
  };

  it("replays the chain under the draft, and gives the same bytes twice", async () => {
    const draft = await threeDays();
    const [one, two] = [await run(draft, "--json"), await run(draft, "--json")];
    expect(one.code, one.stderr).to.equal(0);
    expect(two.stdout).to.equal(one.stdout);
    expect(one.stdout.trim().split("\n")).to.have.length(1);
    const report = JSON.parse(one.stdout) as Record<string, unknown>;
    // Under the law the third loan of a's is refused; under the draft the second, and the third comes eleven days after the first's close.
    expect(report).to.deep.include({ loans: 4, borrowers: 2, refused: 1, borrowers_affected: 1 });
    expect(report["by_rule"]).to.deep.equal({
      after: { "COOLING-OFF": 1, LICENCE: 0 },
      before: { "COOLING-OFF": 1, LICENCE: 0 },
      recorded: { "COOLING-OFF": 1, LICENCE: 0 },
    });
    expect(Object.keys(report)).to.deep.equal(Object.keys(report).sort());
    expect(report["heads"]).to.have.property("1").that.includes({ number: 2 });
    expect(report["draft"]).to.match(/^0x[0-9a-f]{64}$/u);
  });

  it("prints it for people, and writes a table and a page", async () => {
    const [csv, html] = [path("loans.csv"), path("report.html")];
    const args = ["--csv", csv, "--html", html, "--each-alone", "--from", "2023-11-16", "--to", "2024-01-01"];
    const { code, stdout, stderr } = await run(await threeDays(), ...args);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.include("What draft would have done to 3 loans of 2 borrowers");
    expect(stdout).to.match(/^refused +0 +1 +2$/mu);
    expect((await readFile(csv, "utf8")).trimEnd().split("\n")).to.have.length(4);
    expect(await readFile(html, "utf8")).to.match(/^<!doctype html>/u);
    expect(stderr).to.include(`Wrote ${html}.`);
  });

  it("refuses a draft in another currency than the pack that was published from the data directory", async () => {
    const home = path("home");
    await mkdir(join(home, "packs"), { recursive: true });
    await writeFile(join(home, "deployment.json"), JSON.stringify(filer.deployment));
    const kept = draftText([{ rules: {} }], { zone: "UTC" });
    await writeFile(join(home, "packs", "draft.1.yaml"), kept);
    const yen = await drafted("yen.yaml", kept.replace("{ code: NGN, decimals: 2 }", "{ code: JPY, decimals: 0 }"));
    // A text that the chain doesn't know says nothing of its law.
    expect((await run(yen, "--data", home)).code).to.equal(0);
    await filer.regulator.notePack("draft", fromHex(packHash(kept), 32));
    const said = await errorOf(run(yen, "--data", home));
    expect(said)
      .to.include("its amounts are JPY with 0 decimals, and those of draft")
      .and.to.include("(rules-conflict)");
    expect((await run(await threeDays(), "--data", home)).code).to.equal(0);
  });

  it("takes days as the deployment's, and asks one question at a time", async () => {
    const lagos = await drafted("lagos.yaml", draftText([{ rules: { "COOLING-OFF": "time: 3d" } }]));
    const { code, stdout, stderr } = await run(lagos, "--from", "2023-11-18", "--json");
    expect(code, stderr).to.equal(0);
    // No settings were published, so the draft's zone is the only one there is.
    expect(stdout).to.contain('"from":"2023-11-17T23:00:00Z"');
    const both = await run(lagos, "--newest", "--as-dated");
    expect(both.code).to.equal(2);
    expect(both.stderr).to.contain("cannot be used with option");
  });

  it("says in two lines what is amiss, and what to do", async () => {
    const draft = await threeDays();
    expect(await errorOf(run(path("none.yaml")))).to.include("(file-unreadable)");
    const wrong = (await readFile(draft, "utf8")).replace("time: 3d", "time: three");
    expect(await errorOf(run(await drafted("wrong.yaml", wrong)))).to.match(/wrong\.yaml: line 15.*COOLING-OFF/u);
    const elsewhere = draftText([{ rules: {} }], { zone: "UTC", market: 9 });
    expect(await errorOf(run(await drafted("elsewhere.yaml", elsewhere)))).to.include("(draft-unknown-product)");
    expect(await errorOf(run(draft, "--from", "2031-01-01"))).to.include("(history-empty)");
    expect(await errorOf(run(draft, "--from", "2023-02-30"))).to.include("--from 2023-02-30: is no day");
    expect(await errorOf(run(draft, "--from", "2024-01-01", "--to", "2023-01-01"))).to.include("is not before");
    expect(await errorOf(run(draft, "--html", path("no/such/report.html")))).to.include("(file-unwritable)");
    const nobody = ["--rpc", "http://127.0.0.1:9", "--registry", filer.deployment.registry];
    expect(await errorOf(tally(["simulate", "--rules", draft, ...nobody]))).to.include("(rpc-unreachable)");
    expect(await errorOf(tally(["simulate", "--rules", draft, "--from-block", "3"]))).to.include(
      "--from-block goes with",
    );
    const cut = ["--rpc", chain.url, "--registry", filer.deployment.registry, "--from-block"];
    for (const block of [lastFiling, 999_999])
      expect(await errorOf(tally(["simulate", "--rules", draft, ...cut, String(block)]))).to.include("(history-cut)");
    const nothing = ["--rpc", chain.url, "--registry", filer.deployment.rulebook];
    expect(await errorOf(tally(["simulate", "--rules", draft, ...nothing]))).to.include("(no-contract)");
    expect(await errorOf(tally(["simulate", "--rules", draft, "--data", path("empty")]))).to.include(
      "(no-data-directory)",
    );
  });

  it("says that a registry has no history yet", async () => {
    const fresh = await Filer.create(chain, { products: [PRODUCT] });
    const where = ["--rpc", chain.url, "--registry", fresh.deployment.registry];
    expect(await errorOf(tally(["simulate", "--rules", await threeDays(), ...where]))).to.include("(history-empty)");
  });
});
