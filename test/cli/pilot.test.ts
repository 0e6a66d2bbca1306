import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { z } from "zod";

import { writeDeployment } from "../../src/chain/deployment.ts";
import { ruleBit } from "../../src/core/decision.ts";
import type { Entry, Opened } from "../../src/core/entry.ts";
import { encodeLimits } from "../../src/core/limits.ts";
import { limitsWith } from "../support/filed-history.ts";
import { Filer, startLocalChain, testKey, type LocalChain } from "../support/local-chain.ts";
import { borrowerOf, closedBy, DAY, openedBy } from "../support/small-market.ts";
import { scratch, tally, type Finished } from "../support/tally.ts";

/** `emergency` of the Chinese pack, and a product without any rule worth its name. */
const EMERGENCY = 257;
const OTHER = 70;
const PACK = new URL("../../rulebooks/cn-online-lending.yaml", import.meta.url);
const TERMS = new URL("../../rulebooks/pilots/emergency-fund.yaml", import.meta.url);

describe("tally pilot", function () {
  this.timeout(180_000);
  let chain: LocalChain;
  let filer: Filer;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let deployment: string;
  let pack: string;
  /** A midnight of the chain to come, at which the pilot's version binds; filed is after it. */
  let binding: number;

  const path = (name: string): string => join(directory.path, name);
  const dayOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);

  before(async () => {
    [directory, chain] = await Promise.all([scratch(), startLocalChain()]);
    filer = await Filer.create(chain, { products: [EMERGENCY, OTHER] });
    deployment = path("deployment.json");
    await writeDeployment(deployment, filer.deployment);
    await filer.regulator.publish(OTHER, 1, 0, encodeLimits(limitsWith({})));
    binding = Math.floor((await filer.regulator.now()) / DAY + 2) * DAY;
    // The two changes that make a pilot of the product: from a day to come, and under pilot 1.
    const text = await readFile(PACK, "utf8");
    const at = text.indexOf("  - products: [emergency]");
    const version = text
      .slice(at)
      .replace("effectiveFrom: 2026-08-01", `effectiveFrom: ${dayOf(binding)}`)
      .replace("    rules:\n", "    rules:\n      PILOT: { effect: refuse, pilot: 1, law: *proposal }\n");
    // An anchor comes before its use.
    const proposal = "law: { article: { en: A proposal, zh: 建议稿 }, mark: sample }";
    pack = path("pack.yaml");
    await writeFile(pack, text.slice(0, at) + version.replace("pilot: 1, law: *proposal", `pilot: 1, ${proposal}`));
  });
  after(async () => {
    await chain.stop();
    await directory.remove();
  });

  const run = async (...args: string[]): Promise<Finished> =>
    tally(
      [...args, "--data", path("none"), "--rpc", chain.url, "--deployment", deployment, "--pack", pack].concat(
        args.includes("--yes") ? ["--key", "env:KEY"] : [],
      ),
      { KEY: `0x${Buffer.from(testKey(1)).toString("hex")}` },
    );
  const json = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run(...args, "--json");
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout);
  };
  const terms = async (change: (text: string) => string): Promise<string> => {
    const text = (await readFile(TERMS, "utf8"))
      .replace("platforms: [1, 2]", "platforms: [1]")
      .replace("opens: 2027-01-01", "opens: 2020-01-01")
      .replace("ends: 2027-07-01", "ends: 2099-01-01");
    const file = path(`terms-${Math.abs(change.toString().length)}.yaml`);
    await writeFile(file, change(text));
    return file;
  };
  const few = (text: string): string =>
    text
      .replace("borrowers: 500", "borrowers: 2")
      .replace("defaults: { share: 5%, from: 50 }", "defaults: { share: 20%, from: 2 }");
  const failing = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout], stderr).to.deep.equal([2, ""]);
    expect(stderr).to.match(/error: .*\nto do: .*\n$/u);
    return stderr;
  };

  it("explains itself, and names line and field of what is wrong with a file", async () => {
    expect((await tally(["pilot", "--help"])).stdout).to.contain("PILOT: { effect: refuse, pilot: 1 }");
    expect(await failing("pilot", "open", await terms((text) => text.replace("loans: 2000", "loans: none")))).to.match(
      /line 12, loans: /u,
    );
    expect(await failing("pilot", "open", await terms((text) => text.replace("2099-01-01", "2020-01-01")))).to.contain(
      "is not after 2020-01-01",
    );
    expect(await failing("pilot", "show", "7")).to.contain("None was opened yet");
    expect(await failing("pilot", "stop", "7", "--why", " ")).to.contain("--why is empty");
  });

  it("tells what opening would do, and what is missing, and does nothing before somebody confirms it", async () => {
    const file = await terms(few);
    const dry = await run("pilot", "open", file, "--dry-run");
    expect(dry.code, dry.stderr).to.equal(0);
    expect(dry.stdout)
      .to.contain("Emergency-fund loan (proposal) (product 257)")
      .and.contain("outstanding: 1\u202f000\u202f000.00 CNY")
      .and.contain("defaults a loan; beyond it the pilot stops: 20 %, from 2 loans on")
      .and.contain("No version of emergency names pilot 1");
    expect((await run("pilot", "open", file, "--key", "env:KEY")).stderr).to.contain("not-confirmed");
    expect(await json("pilot", "list")).to.deep.equal([]);
  });

  it("opens the emergency fund as a pilot, once its pack is published", async () => {
    const published = await tally(
      ["rules", "publish", pack, "--yes", "--data", path("none"), "--rpc", chain.url].concat([
        ...["--deployment", deployment, "--key", "env:KEY"],
      ]),
      { KEY: `0x${Buffer.from(testKey(1)).toString("hex")}` },
    );
    expect(published.code, published.stderr).to.equal(0);
    const opened = await json("pilot", "open", await terms(few), "--yes");
    expect(opened).to.deep.include({ opened: true, pilot: 1 });
    expect((opened as { remarks: string[] }).remarks.join()).to.contain("no loan of the pilot before that");
    expect(await failing("pilot", "open", await terms(few), "--yes")).to.contain("2 is free");
    const shown = (await run("pilot", "show", "1")).stdout;
    expect(shown).to.contain("stands     open, until 2099-01-01").and.contain("borrowers with an open loan");
  });

  it("keeps its bounds, stops by itself, and reports against the same borrowers' other loans", async () => {
    await chain.rpc.call("evm_increaseTime", [binding + DAY - (await filer.regulator.now())], z.unknown());
    await chain.rpc.call("evm_mine", [], z.unknown());
    const now = await filer.regulator.now();
    const { platform } = filer;
    const loan = (name: string): Opened => ({
      ...openedBy(name, now, { product: EMERGENCY, principal: 100_000n }),
      ...{ disclosed: now - 3_600, schedule: [{ count: 1, unit: "day", gap: 30, amount: 100_400n }] as const },
    });
    const event = (name: string, index: number) => ({
      borrower: borrowerOf(name),
      ref: { platform, number: 1, index },
    });
    const paid: Entry = {
      kind: "Closed",
      ...event("a", 1),
      time: now,
      reason: "repaid",
      principal: 100_000n,
      charges: 50n,
    };
    await filer.file([openedBy("a", now - 60, { product: OTHER }), loan("a"), loan("b"), loan("c"), paid]);
    await filer.file([
      closedBy("a", { platform, number: 1, index: 0 }, now),
      { kind: "Complained", ...event("b", 2), time: now, topic: 1 },
      { kind: "Closed", ...event("b", 2), time: now, reason: "written-off", principal: 0n, charges: 0n },
      loan("c"),
    ]);

    const report = z.looseObject({}).parse(await json("pilot", "report", "1", "--html", path("report.html")));
    expect(report["pilot"]).to.deep.include({ standing: "stopped", reason: "defaults" });
    expect(report["take_up"]).to.deep.include({ asked: 4, opened: 2, refused: 2, refused_by: { PILOT: 2 } });
    const { loans, beside } = z.object({ loans: z.looseObject({}), beside: z.looseObject({}) }).parse(report);
    expect(loans).to.deep.include({ loans: 2, borrowers: 2, principal: "200000" });
    expect(loans["defaults"]).to.deep.include({ loans: 1, share: 500_000, principal: "100000" });
    expect(loans["complaints"]).to.deep.include({ filed: 1, unanswered: 1 });
    expect(beside).to.deep.include({ loans: 1, borrowers: 1, principal: "10000" });
    const page = await readFile(path("report.html"), "utf8");
    expect(page).to.contain("<svg").and.contain("the share of defaults went beyond its bound").and.contain("CNY");
    expect(page).not.to.contain("<script");
    const told = (await run("pilot", "report", "1")).stdout;
    expect(told)
      .to.contain("2 loans opened of 4 asked for")
      .and.match(/outstanding +0.00 CNY +1.000.000.00 CNY/u);
    expect(await failing("pilot", "report", "1", "--currency", "x y")).to.contain("is no code of a currency");
    expect(await failing("pilot", "graduate", "1", "--yes")).to.contain(
      "by itself: the share of defaults went beyond its bound",
    );
  });

  it("graduates one into an ordinary product, and stops another by hand", async () => {
    const at = (await filer.regulator.now()) + 600;
    const limits = { on: ruleBit("PILOT"), refuse: ruleBit("PILOT"), pilot: 2 };
    await filer.regulator.publish(OTHER, 1, at, encodeLimits(limitsWith(limits)));
    await chain.rpc.call("evm_increaseTime", [1_200], z.unknown());
    await chain.rpc.call("evm_mine", [], z.unknown());
    const small = (number: number) => (text: string) =>
      text
        .replace("pilot: 1", `pilot: ${number}`)
        .replace("product: emergency", `product: ${OTHER}`)
        .replace("loans: 2000", "loans: 1");
    expect(await json("pilot", "open", await terms(small(2)), "--yes")).to.deep.include({ opened: true, remarks: [] });
    const now = (await filer.regulator.now()) + 30;
    await filer.file([openedBy("d", now, { product: OTHER }), openedBy("e", now, { product: OTHER })]);
    const counted = async () =>
      z.looseObject({ loans: z.number() }).parse(z.looseObject({}).parse(await json("pilot", "show", "2"))["counts"]);
    expect((await counted()).loans).to.equal(1);
    expect(await json("pilot", "graduate", "2", "--yes")).to.deep.equal({ graduated: true, pilot: 2 });
    await filer.file([openedBy("e", now, { product: OTHER })]);
    expect((await counted()).loans).to.equal(2);

    await json("pilot", "open", await terms(small(3)), "--yes");
    expect((await run("pilot", "stop", "3", "--yes")).stderr).to.contain("--why");
    await json("pilot", "stop", "3", "--why", "nobody came", "--yes");
    const listed = (await run("pilot", "list")).stdout;
    expect(listed).to.contain("graduated: its bounds are gone").and.contain('by the authority ("nobody came")');
  });
});
