import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { sql } from "kysely";

import { openDatabase } from "../../src/store/database.ts";
import type { Summary } from "../../src/import/summary.ts";
import { sampleLoans } from "../../scripts/sample-loans.ts";
import { ImportMarket, ROOT } from "../support/import-market.ts";
import { track } from "../support/children.ts";

/** What the issue of a summary promises, in this order. */
const SHAPE: readonly (keyof Summary)[] = [
  "rows",
  "rejected_rows",
  "entries",
  "decisions",
  "not_filed",
  "by_rule",
  "undetermined",
  "filings",
  "seconds",
  "loans_per_second",
];

const COPIES = 15;

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

interface Filed {
  readonly jti: string;
  readonly record: string;
}

/** Every submission that the gateway has. */
async function submissionsOf(market: ImportMarket, from: number, to = from): Promise<Filed[]> {
  const db = openDatabase(market.market.databaseUrl);
  const { rows } = await sql<Filed>`select jti, record from submissions
    where platform between ${from} and ${to} order by sequence`.execute(db);
  await db.destroy();
  return rows;
}

describe("tally import", function () {
  this.timeout(180_000);
  let market: ImportMarket;
  let sample: string;
  let used = 0;

  interface Taken {
    readonly first: number;
    readonly table: string;
    readonly map: string;
  }

  /** The sample, filed by platforms that nothing else of these tests has filed by. */
  const take = async (platforms = 1): Promise<Taken> => {
    const first = used + 1;
    used += platforms;
    const map = join(market.data, `from-${first}.yaml`);
    const platform = platforms === 1 ? String(first) : `{ spread: ${platforms}, first: ${first} }`;
    await writeFile(map, sample.replace("platform: 1\n", `platform: ${platform}\n`));
    return { first, table: join(ROOT, "docs/import/sample.csv"), map };
  };
  const run = ({ table, map }: Taken, ...more: string[]) => market.import([table, "--map", map, "--json", ...more]);
  const forget = () => rm(join(market.data, "imports"), { recursive: true });

  before(async () => {
    market = await ImportMarket.open("sample-instalment.yaml", 10);
    sample = await readFile(join(ROOT, "docs/import/sample.yaml"), "utf8");
  });
  after(() => market.close());

  it("files a table, says what came of it, and adds nothing when it is run again", async () => {
    const taken = await take();
    const first = await run(taken);
    expect(first.code, first.stderr).to.equal(0);
    expect(Object.keys(first.last).slice(0, SHAPE.length)).to.deep.equal(SHAPE);
    expect(first.last).to.deep.include({
      rows: 81,
      rejected_rows: 2,
      duplicate_rows: 1,
      entries: { Opened: 78, Repaid: 15, Closed: 56 },
      added: 149,
      not_filed: 0,
      conflicts: 0,
    });
    expect(sum(first.last.decisions)).to.equal(149);
    expect(first.last.decisions.refused).to.equal(0);
    const rules = Object.keys(first.last.by_rule);
    expect(rules).to.include.members(["RATE", "COST", "DEDUCTION", "AMOUNT", "LICENCE", "LATE", "FUTURE"]);
    expect(first.last.by_rule.DEDUCTION ?? 0).to.be.greaterThan(0);
    expect(Object.keys(first.last.undetermined)).to.deep.equal(rules);
    expect(first.stdout.trim().split("\n")).to.have.length(1);
    expect(first.stderr).to.include('line 18, signed "31.02.2023": is no date');

    const second = await run(taken);
    expect(second.last.added).to.equal(0);
    for (const key of SHAPE.slice(0, 8)) expect(second.last[key], key).to.deep.equal(first.last[key]);

    // Should the data directory's own notes be lost, the gateway still knows every event.
    await forget();
    const third = await run(taken);
    expect(third.code, third.stderr).to.equal(0);
    expect(third.last).to.include({ added: 0, conflicts: 0 });
    expect(third.last.decisions).to.deep.equal(first.last.decisions);
    expect(await submissionsOf(market, taken.first)).to.have.length(149);
  });

  it("lets no borrower's id out of the program", async () => {
    const taken = await take();
    const ran = await market.import([taken.table, "--map", taken.map]);
    expect(ran.code, ran.stderr).to.equal(0);
    const customers = new Set(sampleLoans().match(/[PB]-1\d{3}/gu));
    expect(customers.size).to.be.greaterThan(20);
    const texts = [ran.stdout, ran.stderr];
    for (const { record, jti } of await submissionsOf(market, taken.first)) {
      texts.push(jti);
      for (const part of record.split(/[.~]/u)) texts.push(Buffer.from(part, "base64url").toString("latin1"));
    }
    const everything = texts.join("\n");
    for (const customer of customers) expect(everything).to.not.include(customer);
  });

  it("tells what was filed before with other values, and leaves it as it is", async () => {
    const taken = await take();
    await run(taken);
    const table = join(market.data, "changed.csv");
    const [before, after] = ["P-1001;private;28.04.2022;4.900,00", "P-1001;private;28.04.2022;4.800,00"];
    await writeFile(table, sampleLoans().replace(before, after));
    const changed = { ...taken, table };
    // The opening with another principal, and the close with another last payment.
    const known = await run(changed);
    expect(known.code).to.equal(1);
    expect(known.last).to.include({ added: 0, conflicts: 2 });
    expect(known.stderr).to.include("filed before with other values");
    await forget();
    const again = await run(changed);
    expect(again.code).to.equal(1);
    expect(again.last).to.include({ added: 0, conflicts: 2 });
  });

  for (const signal of ["SIGKILL", "SIGINT"] as const)
    it(`goes on where ${signal} ended it, and files every event exactly once`, async () => {
      const taken = await take(3);
      const table = join(market.data, "many.csv");
      const [head = "", ...rows] = sampleLoans().trimEnd().split("\n");
      // The sample fifteen times over: other contracts and other customers.
      const copies = Array.from({ length: COPIES }, (_, i) =>
        rows.map((row) => row.replace(/^K/u, `K${i}-`).replace(/;([PB])-/u, `;$1-${i}-`)),
      );
      await writeFile(table, [head, ...copies.flat(), ""].join("\n"));
      const args = ["import", table, "--map", taken.map, "--json", "--batch", "40", "--data", market.data];
      const child = track(
        spawn(process.execPath, [join(ROOT, "src/cli/main.ts"), ...args], {
          cwd: market.data,
          stdio: ["ignore", "ignore", "pipe"],
        }),
      );
      let said = "";
      child.stderr.on("data", (part: Buffer) => (said += part.toString()));
      const noted = await journalSize(market.data);
      while ((await journalSize(market.data)) < noted + 300) await sleep(10);
      child.kill(signal);
      const [code] = (await once(child, "close")) as [number | null];
      if (signal === "SIGINT") {
        expect(code).to.equal(130);
        expect(said).to.match(/^Stopped\. \d+ events are with the gateway; the same command goes on from here\.$/mu);
      }
      const of = () => submissionsOf(market, taken.first, taken.first + 2);
      expect((await of()).length).to.be.within(300, COPIES * 149 - 1);

      const ran = await run({ ...taken, table });
      expect(ran.code, ran.stderr).to.equal(0);
      expect(ran.last.entries).to.deep.equal({ Opened: COPIES * 78, Repaid: COPIES * 15, Closed: COPIES * 56 });
      expect(ran.last.conflicts).to.equal(0);
      const all = await of();
      expect(all).to.have.length(COPIES * 149);
      expect(new Set(all.map(({ jti }) => jti)).size).to.equal(COPIES * 149);
    });

  it("files requests, of which a rule can refuse some, and then nothing of what follows", async () => {
    const taken = await take();
    const ran = await run(taken, "--as-requests");
    expect(ran.code, ran.stderr).to.equal(0);
    const { entries, decisions, not_filed: notFiled } = ran.last;
    expect(decisions.refused).to.be.greaterThan(0);
    expect(notFiled).to.be.greaterThan(0);
    expect(entries.Opened).to.equal(78);
    expect(sum(entries) + notFiled).to.equal(149);
    expect(sum(decisions)).to.equal(sum(entries));

    const founded = await run(taken);
    expect(founded.code).to.equal(2);
    expect(founded.stderr).to.include("has no founding window open");
  });

  it("says in one line what is amiss, and what to do", async () => {
    const table = join(ROOT, "docs/import/sample.csv");
    const map = await mapFor(1);
    const failing = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
      const ran = await market.import(args, environment);
      expect(ran.code, ran.stderr).to.equal(2);
      expect(ran.stdout).to.equal("");
      const [error = "", fix = ""] = ran.stderr.trimEnd().split("\n").slice(-2);
      expect(error).to.match(/^error: /u);
      expect(fix).to.match(/^to do: /u);
      return `${error} ${fix}`;
    };
    expect(await failing([table])).to.include("No mapping is named");
    expect(await failing(["none.csv", "--map", map])).to.include("There is no file none.csv");
    expect(await failing([ROOT, "--map", map])).to.include("is a directory");
    const nobody = { TALLY_API_KEY_1: "tally_wrongkey_0000000000000000000000000000000000000000000" };
    expect(await failing([table, "--map", map], nobody)).to.include("(key-wrong)");
    expect(await failing([table, "--map", await mapFor(99)])).to.match(/platform 99 has no licence .*--add-platforms/u);
    const strange = join(market.data, "strange.yaml");
    await writeFile(strange, sample.replace("product: 3/1", "product: 9/9"));
    expect(await failing([table, "--map", strange])).to.include("No limits were published for the product 9/9");
    const elsewhere = ["--gateway", "http://127.0.0.1:9", "--retries", "1"];
    expect(await failing([table, "--map", map, ...elsewhere])).to.include("gateway-unreachable");
  });

  const mapFor = async (platform: number): Promise<string> => {
    const map = join(market.data, `for-${platform}.yaml`);
    await writeFile(map, sample.replace("platform: 1\n", `platform: ${platform}\n`));
    return map;
  };

  it("licenses what is missing if it is told to", async () => {
    const map = await mapFor(11);
    const ran = await market.import([join(ROOT, "docs/import/sample.csv"), "--map", map, "--json", "--add-platforms"]);
    expect(ran.code, ran.stderr).to.equal(0);
    expect(ran.stderr).to.include('Licensed platform 11 as "Imported platform 11"');
    expect(ran.last.added).to.equal(149);
  });

  it("ships the sample that its generator makes", async () => {
    expect(await readFile(join(ROOT, "docs/import/sample.csv"), "utf8")).to.equal(sampleLoans());
  });
});

/** Events in the journals of a data directory. */
async function journalSize(data: string): Promise<number> {
  const [directory = "none"] = await readdir(join(data, "imports")).catch(() => []);
  const found = await stat(join(data, "imports", directory, "journal")).catch(() => undefined);
  return Math.floor((found?.size ?? 0) / 64);
}
