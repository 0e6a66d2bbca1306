import { writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { GatewayClient } from "../../src/client/client.ts";
import type { Hex } from "../../src/core/bytes.ts";
import { type Finished, scratch, Tally, tally } from "../support/tally.ts";

const HOUR = 3_600;
const text = readFileSync("rulebooks/sample-market.yaml", "utf8");

const MAPPING = `mapping: article-test
dates: { formats: ["yyyy-MM-dd HH:mm:ss"], zone: UTC }
money: { factor: 100 }
platform: 1
borrower: { column: borrower, kind: person }
loan: loan
product: 1/1
opened: { date: opened, principal: principal }
schedule:
  single: { amount: due, term: days, unit: day }
contacted:
  - { date: called, channel: 1, party: third-party }
`;

/**
 * Asked for an hour ago: one about which somebody else than the borrower was called since, one that costs too much, one that is too
 * large.
 */
const ROWS = ["B1,L1,1000,1005,14,CALLED", "B2,L2,1000,1150,14,", "B3,L3,30000,30100,14,"];

const rowSchema = z.object({
  rule: z.string(),
  article: z.string(),
  mark: z.string(),
  source: z.string().optional(),
  pack: z.string(),
  from: z.int(),
  bounds: z.array(z.string()),
});
const reportSchema = z.object({
  verdict: z.string(),
  says: z.object({ decision: z.object({ outcome: z.string(), breaches: z.array(z.string()) }) }),
  law: z.array(rowSchema).optional(),
  bounds: z.array(z.object({ rule: z.string(), from: z.int() })).optional(),
  remarks: z.array(z.string()).optional(),
});
const summarySchema = z.object({
  refused_or_flagged: z.array(
    z.object({
      line: z.int(),
      loan: z.string(),
      kind: z.string(),
      outcome: z.string(),
      breaches: z.array(z.string()),
      submission: z.string(),
      law: z.array(rowSchema).optional(),
    }),
  ),
  results_file: z.string().nullable(),
});

describe("a loan that breaks the law is refused with the article that says so", function () {
  this.timeout(180_000);
  let area: Awaited<ReturnType<typeof scratch>>;
  let data: string;
  let running: Tally;
  let imported: Finished;
  before(async () => {
    area = await scratch();
    data = join(area.path, "data");
    running = new Tally(["start", "--empty", "--port", "0", "--data", data]);
    await running.says(/Ctrl-C stops/u);
    const published = await run("rules", "publish", "rulebooks/sample-market.yaml", "--yes");
    expect(published.code, published.stderr).to.equal(0);
    await writeFile(path("map.yaml"), MAPPING);
    const text = (ago: number): string => new Date(Date.now() - ago).toISOString().slice(0, 19).replace("T", " ");
    const at = text(1_000 * HOUR);
    const rows = ROWS.map((row) => row.replace(/^(B\d,L\d),/u, `$1,${at},`).replace("CALLED", text(1_000_000)));
    await writeFile(path("loans.csv"), `borrower,loan,opened,principal,due,days,called\n${rows.join("\n")}\n`);
    const options = ["--as-requests", "--add-platforms", "--results", path("results.csv"), "--json"];
    imported = await run("import", path("loans.csv"), "--map", path("map.yaml"), ...options);
    expect(imported.code, imported.stderr).to.equal(0);
  });
  after(async () => {
    await running.stop();
    await area.remove();
  });
  const path = (name: string): string => join(area.path, name);
  const run = async (...args: string[]): Promise<Finished> => tally([...args, "--data", data]);

  const summary = () => summarySchema.parse(JSON.parse(imported.stdout.trim().split("\n").at(-1)!));
  const refusedFor = (rule: string) => summary().refused_or_flagged.find(({ breaches }) => breaches.includes(rule))!;
  const receiptOf = async (rule: string): Promise<string> => {
    const file = path(`${rule}.json`);
    const { code, stderr } = await run("receipt", refusedFor(rule).submission, "--out", file);
    expect(code, stderr).to.equal(0);
    return file;
  };
  const verify = async (...args: string[]) => {
    const { code, stdout, stderr } = await tally(["verify", ...args]);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  const report = async (...args: string[]) => reportSchema.parse(JSON.parse(await verify(...args, "--json")));
  const ARTICLE = "NFRA 2025 no. 9, Art. 6";
  const BINDS = Date.UTC(2019, 11, 31, 16) / 1_000; // midnight in Shanghai

  it("is named by the import, with its line, rules, id and articles, the refused first", async () => {
    const { refused_or_flagged: first, results_file: file } = summary();
    expect(first.map(({ line, outcome, breaches }) => [line, outcome, breaches.join()])).to.deep.equal([
      [3, "refused", "RATE"],
      [4, "refused", "AMOUNT"],
      [2, "flagged", ""],
      [2, "flagged", "CONTACT"],
    ]);
    expect(refusedFor("RATE").law![0]).to.deep.include({ rule: "RATE", article: ARTICLE, mark: "V2", from: BINDS });
    expect(refusedFor("RATE").law![0]!.bounds).to.include("cap on the annual rate: 24 %");
    expect(file).to.equal(path("results.csv"));
    const [header, ...rows] = readFileSync(path("results.csv"), "utf8").trim().split("\n");
    expect(header).to.equal("line,loan,platform,kind,outcome,breaches,undetermined,findings,submission,articles");
    expect(rows).to.have.length(4);
    expect(rows.join("\n"))
      .to.contain(`3,L2,1,Opened,refused,RATE,DISCLOSURE,,${refusedFor("RATE").submission},"RATE: ${ARTICLE} [V2]; `)
      .and.to.contain("4,L3,1,Opened,refused,AMOUNT,");
    const again = await run("import", path("loans.csv"), "--map", path("map.yaml"), "--as-requests");
    expect(again.stdout)
      .to.contain("line 3, loan L2, Opened refused: RATE")
      .and.to.contain(refusedFor("RATE").submission)
      .and.to.contain(`RATE: ${ARTICLE} [V2]`);
  });

  it("tells the articles when its receipt is fetched, and adds nothing to the receipt", async () => {
    const { submission } = refusedFor("RATE");
    const { stdout, stderr } = await run("receipt", submission);
    expect(stderr).to.contain("Refused:").and.to.contain(`${ARTICLE} [V2]`).and.to.contain("24 %");
    expect(Object.keys(JSON.parse(stdout) as object)).to.deep.equal([
      ...["format", "record", "inclusion", "filing", "decision", "anchor"],
    ]);
  });

  it("is explained by verify: the article, its mark, and the bounds of the version that judged it", async () => {
    const file = await receiptOf("RATE");
    const said = await verify(file, "--data", data);
    expect(said)
      .to.contain("This receipt is valid.")
      .and.to.contain("RATE  The loan costs more a year than the cap allows")
      .and.to.contain(`    ${ARTICLE} [V2]`)
      .and.to.contain("cap on the annual rate: 24 %")
      .and.to.contain("binds from 2020-01-01");
    const zh = await verify(file, "--data", data, "--lang", "zh");
    expect(zh)
      .to.contain("RATE  按全部还款计算")
      .and.to.contain("年化利率上限：24 %")
      .and.to.contain("自 2020-01-01 起施行")
      .and.to.contain(ARTICLE);
    const { law, bounds } = await report(file, "--data", data);
    expect(law!.find(({ rule }) => rule === "RATE")).to.deep.include({ article: ARTICLE, pack: "sample-market" });
    expect(bounds!.map(({ rule, from }) => [rule, from])).to.deep.equal([
      ["RATE", BINDS],
      ["DISCLOSURE", BINDS],
    ]);
  });

  it("is the same for what happens to a loan later, which the version of its opening judges", async () => {
    const file = await receiptOf("CONTACT");
    const call = "GB/T 45251-2025, three calls a day, none from 22:00 to 08:00, nobody but the debtor";
    const { law } = await report(file, "--data", data);
    expect(law!.map(({ rule, article, from }) => [rule, article, from])).to.deep.equal([["CONTACT", call, BINDS]]);
    expect(refusedFor("CONTACT").law).to.have.length(1);
    expect(refusedFor("CONTACT").law![0]).to.deep.include({ rule: "CONTACT", article: call, from: BINDS });
  });

  it("cites a file only where its version is the chain's, byte for byte, and says what would name the article", async () => {
    const file = await receiptOf("AMOUNT");
    const { rpcUrl } = JSON.parse(readFileSync(join(data, "connections.json"), "utf8")) as { rpcUrl: string };
    const { registry } = JSON.parse(readFileSync(join(data, "deployment.json"), "utf8")) as { registry: string };
    const stranger = [file, "--rpc", rpcUrl, "--registry", registry, "--data", path("nowhere")];
    const bare = await verify(...stranger);
    expect(bare)
      .to.contain("largest loan: ")
      .and.to.contain("no article is named: --pack FILE names the text that was published")
      .and.to.not.contain("Made up for the sample");
    const given = await report(...stranger, "--pack", "rulebooks/sample-market.yaml");
    expect(given.law!.map(({ rule }) => rule)).to.include("AMOUNT");
    await writeFile(path("other.yaml"), text.replaceAll("max: 20000", "max: 20001"));
    const other = await report(...stranger, "--pack", path("other.yaml"));
    expect(other.law).to.deep.equal([]);
    expect(other.remarks!.join()).to.contain("has no version that equals the chain's, byte for byte");
    const offline = await report(file, "--offline");
    expect(offline.remarks!.join()).to.contain("they take a node and a registry to trust");
  });

  it("is answered with its articles by the gateway, in a check as well", async () => {
    const { gatewayUrl } = JSON.parse(readFileSync(join(data, "connections.json"), "utf8")) as { gatewayUrl: string };
    const secrets = JSON.parse(readFileSync(join(data, "secrets.json"), "utf8")) as {
      apiKeys: Record<string, string>;
    };
    const client = new GatewayClient({ url: gatewayUrl, apiKey: secrets.apiKeys["platform-1"]! });
    const { submission } = refusedFor("AMOUNT");
    const { decision } = await client.submission(submission as Hex);
    expect(decision!.law!.map(({ rule, article }) => [rule, article])[0]).to.deep.equal([
      "AMOUNT",
      "Made up for the sample",
    ]);
    const [plain] = await client.submissions([submission as Hex]);
    expect(plain!.decision!.law).to.equal(undefined);
    const [asked] = await client.submissions([submission as Hex], { law: true });
    expect(asked!.decision!.law).to.deep.equal(decision!.law);
    const check = await client.check({
      consent: "C1",
      borrower: { pseudonym: `0x01${"ab".repeat(31)}` },
      terms: { product: 65, principal: "100000" },
      schedule: { legs: [{ count: 1, unit: "day", gap: 14, amount: "115000" }] },
    });
    expect(check.law!.find(({ rule }) => rule === "RATE")).to.deep.include({ article: ARTICLE, mark: "V2" });
  });

  it("knows a text that is published while the gateway runs", async () => {
    const from = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
    const versions = text.slice(text.indexOf("\nversions:"), text.indexOf("\nnotExpressed:"));
    const draft = `${text.slice(0, text.indexOf("\nversions:"))}${versions
      .replaceAll("2020-01-01", from)
      .replaceAll("max: 20000", "max: 15000")}`;
    await writeFile(path("draft.yaml"), draft);
    const published = await run("rules", "publish", path("draft.yaml"), "--yes");
    expect(published.code, published.stderr).to.equal(0);
    // What judged the loan is still the version of its time, and its articles are still there.
    const { law } = await report(await receiptOf("AMOUNT"), "--data", data);
    expect(law!.find(({ rule }) => rule === "AMOUNT")).to.deep.include({ from: BINDS });
  });
});
