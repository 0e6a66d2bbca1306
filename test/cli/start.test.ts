import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, watch, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { historySource } from "../../src/cli/operator/history-source.ts";
import { pseudonymOf } from "../../src/client/pseudonym.ts";
import { fromHex, type Hex, toHex } from "../../src/core/bytes.ts";
import { findingNames, ruleNames } from "../../src/core/decision.ts";
import { type Act, collectHistory } from "../../src/regulator/simulate-history.ts";
import { freePort } from "../support/database.ts";
import { scratch, Tally, tally } from "../support/tally.ts";
import { track } from "../support/children.ts";

/** The whole sample, whatever the day and the machine. */
const SAMPLE = /sample {5}355 loans, 869 entries in \d+ filings: 770 accepted, 94 flagged, 5 refused/u;
const READY = /Ctrl-C stops/u;

/** What each borrower of the sample's scenes shows: entries that aren't plainly accepted say why. */
const SCENES = {
  "sample-collected":
    "Opened, Disbursed, Repaid, Overdue, Contacted, Contacted CONTACT, Contacted CONTACT, Complained, Answered COMPLAINT, Extended, Closed repaid",
  "sample-defaulted": "Opened, Overdue, Closed written-off, Opened BARRED, Closed repaid, Repaid",
  "sample-renewer":
    "Opened, Closed refinanced, Opened SECONDARY COOLING-OFF ROLLOVER, Closed refinanced, Opened SECONDARY COOLING-OFF ROLLOVER, Closed repaid",
  "sample-rolled-over": "Opened, Extended ROLLOVER, Closed repaid",
  "sample-assigned": "Opened, Assigned PENDING, Assigned, Repaid, Closed forgiven",
  "sample-mistaken": "Opened, Closed voided",
  "sample-second-thoughts": "Opened, Closed withdrawn",
  "sample-corrected": "Opened, Repaid, Corrected CORRECTED, Closed repaid",
  "sample-self-excluded": "Opened, Closed repaid, Barred, Opened BARRED, Closed repaid",
  "sample-outage": "Opened",
  "sample-new-5": "Opened",
  "sample-new-6": "Opened PILOT",
};

/** The pilot as the first requests leave it: what is opened within its bounds, and what was refused of what was asked for. */
const PILOT = {
  standing: "open",
  platforms: [2, 3],
  counts: { loans: 5, borrowers: 4, defaults: 0, complaints: 1, outstanding: "700000", loss: "0" },
  bindsWhenItOpens: true,
  refused: { "OPEN-LOANS": 1, PILOT: 2 },
  /** The same borrowers' loans of 2025, which were loaded before the pilot or after: and none since. */
  others: [7, 0],
};

async function pilotOf(data: string): Promise<object> {
  const [listed] = (await jsonOf(["pilot", "list", "--json", "--data", data])) as [Record<string, unknown>];
  const { standing, platforms, counts, bound_from: from, terms } = listed;
  const {
    take_up: takeUp,
    before,
    beside,
  } = (await jsonOf(["pilot", "report", "1", "--json", "--data", data])) as {
    take_up: { refused_by: object };
    before: { loans: number };
    beside: { loans: number };
  };
  const { opensAt } = terms as { opensAt: number };
  return {
    ...{ standing, platforms, counts, refused: takeUp.refused_by },
    others: [before.loans, beside.loans],
    bindsWhenItOpens: (from as number[]).join() === String(opensAt),
  };
}

async function jsonOf(args: readonly string[]): Promise<unknown> {
  return JSON.parse((await tally([...args])).stdout);
}

/** The scenes as the chain has them. */
async function scenesOf(data: string): Promise<Record<string, string>> {
  const { pseudonymKey } = JSON.parse(readFileSync(join(data, "secrets.json"), "utf8")) as { pseudonymKey: Hex };
  const { acts } = await collectHistory(await historySource({ data }));
  const told = ({ entry, recorded: { findings, breaches, undetermined } }: Act): string =>
    [
      ...[entry.kind, ...(entry.kind === "Closed" ? [entry.reason] : [])],
      ...[...findingNames(findings), ...ruleNames(breaches), ...ruleNames(undetermined).map((rule) => `${rule}?`)],
    ].join(" ");
  const byBorrower = Map.groupBy(acts, ({ entry }) => toHex(entry.borrower));
  return Object.fromEntries(
    Object.keys(SCENES).map((name) => {
      const theirs = byBorrower.get(pseudonymOf(name, "person", fromHex(pseudonymKey, 32))) ?? [];
      return [name, theirs.map(told).join(", ")];
    }),
  );
}

describe("tally start", function () {
  this.timeout(180_000);
  let area: Awaited<ReturnType<typeof scratch>>;
  let started: Tally | undefined;
  before(async () => {
    area = await scratch();
  });
  after(() => area.remove());
  afterEach(async () => {
    if (started?.child.exitCode === null && started.child.signalCode === null) await started.stop("SIGKILL");
    started = undefined;
  });

  const start = (data: string, ...more: string[]): Tally =>
    (started = new Tally(["start", "--port", "0", "--data", data, ...more]));
  const json = (data: string, name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(data, name), "utf8")) as Record<string, unknown>;

  describe("on an empty directory", () => {
    let data: string;
    before(() => {
      data = join(area.path, "a path with spaces");
    });

    it("sets everything up, files the sample, and tells so in a dozen lines", async () => {
      const run = start(data);
      await run.says(READY);
      expect(run.stdout).to.match(SAMPLE);
      expect(run.stdout.split("\n").length).to.be.at.most(18);
      expect((await fetch(`${String(json(data, "connections.json")["gatewayUrl"])}/healthz`)).status).to.equal(200);

      const audit = await tally(["audit", "--json", "--data", data]);
      expect(JSON.parse(audit.stdout)).to.include({ entries: 869, mismatches: 0 });
      expect(await pilotOf(data)).to.deep.equal(PILOT);
      const [, id] = /tally receipt (0x[0-9a-f]{64})/u.exec(run.stdout)!;
      const receipt = await tally(["receipt", id!, "--data", data]);
      await writeFile(join(area.path, "receipt.json"), receipt.stdout);
      expect((await tally(["verify", join(area.path, "receipt.json"), "--data", data])).code).to.equal(0);

      expect(await scenesOf(data)).to.deep.equal(SCENES);

      const second = await tally(["start", "--port", "0", "--data", data]);
      expect(second.code).to.equal(2);
      expect(second.stderr).to.match(
        /error: .* is in use by process \d+ \(data-directory-in-use\)\nto do: Stop process/u,
      );

      const platforms = await tally(["platform", "list", "--json", "--data", data]);
      expect(JSON.parse(platforms.stdout)).to.have.length(3);
      const again = await tally(["rules", "publish", "rulebooks/sample-market.yaml", "--data", data]);
      expect(again.stdout).to.match(/79 of its parts are on the chain already\.\nNothing to do\./u);

      const stopped = await run.stop("SIGINT");
      expect(stopped.code).to.equal(0);
      expect(stopped.stderr).to.match(/SIGINT: stopping\..*\nStopped\.\n$/u);
    });

    it("keeps its secrets readable by their owner alone", () => {
      for (const name of [
        "secrets.json",
        "connections.json",
        "keys/administrator.json",
        "keys/platform-1.json",
        "keys/record-1.jwk",
      ])
        expect(statSync(join(data, name)).mode & 0o077, name).to.equal(0);
    });

    it("goes on from there: the same registry, nothing filed again, a platform more", async () => {
      const { registry } = json(data, "deployment.json");
      const run = start(data);
      await run.says(READY);
      expect(run.stdout).to.contain("going on").and.to.contain(String(registry)).and.to.match(SAMPLE);
      const added = await tally([
        "platform",
        "add",
        "My Lender",
        "--products",
        "payday,66",
        "--founding-until",
        "2040-01-01",
        "--json",
        "--data",
        data,
      ]);
      const platform = JSON.parse(added.stdout) as { platform: number; apiKey: string; products: number[] };
      expect(platform).to.include({ platform: 4, name: "My Lender" });
      expect(platform.products).to.deep.equal([65, 66]);
      const once = await tally(["platform", "add", "My Lender", "--json", "--data", data]);
      expect(JSON.parse(once.stdout)).to.deep.include({ platform: 4, apiKey: platform.apiKey, products: [65, 66] });
      const suspended = await tally(["platform", "suspend", "4", "--json", "--data", data]);
      expect(JSON.parse(suspended.stdout)).to.deep.equal({ platform: 4, standing: "suspended", changed: true });
      await tally(["platform", "restore", "4", "--data", data]);
      const list = JSON.parse((await tally(["platform", "list", "--json", "--data", data])).stdout) as {
        standing: string;
      }[];
      expect(list.map(({ standing }) => standing)).to.deep.equal(["active", "active", "active", "active"]);
      expect(JSON.parse((await tally(["audit", "--json", "--data", data])).stdout)).to.include({ entries: 869 });
      expect((await run.stop()).code).to.equal(0);
    });

    it("has nothing to talk to when it is stopped, and says so", async () => {
      const list = await tally(["platform", "list", "--data", data]);
      expect(list.code).to.equal(2);
      expect(list.stderr).to.match(/Nothing runs on .* \(not-running\)\nto do: Run `tally start`/u);
    });
  });

  describe("killed", () => {
    it("in the middle of deploying: the next start goes on with the same contracts", async () => {
      const data = join(area.path, "deploying");
      const run = start(data);
      await appears(data, "deployment.unfinished.json");
      await run.stop("SIGKILL");
      const { nonces } = json(data, "deployment.unfinished.json") as { nonces: Record<string, number> };
      expect(existsSync(join(data, "deployment.json"))).to.be.false;
      const again = start(data, "--empty");
      await again.says(READY);
      expect(nonces).to.include({ Administration: 0 });
      expect(existsSync(join(data, "deployment.unfinished.json"))).to.be.false;
      // What to set up was decided by the first start.
      expect(again.stdout).to.match(SAMPLE);
      expect((await again.stop()).code).to.equal(0);
    });

    it("after the law of the sample's pilot: it is opened once, from the moment that was published", async () => {
      const data = join(area.path, "piloting");
      const run = start(data);
      await appears(data, "packs");
      await appears(join(data, "packs"), "sample-pilot.2.yaml");
      await run.stop("SIGKILL");
      const again = start(data);
      await again.says(READY);
      expect(again.stdout).to.match(SAMPLE);
      expect(await pilotOf(data)).to.deep.equal(PILOT);
      expect((await again.stop()).code).to.equal(0);
    });

    it("in the middle of filing the sample: each loan is there once", async () => {
      const data = join(area.path, "filing");
      const run = start(data);
      await appears(data, "sample.records.json");
      await run.stop("SIGKILL");
      const again = start(data);
      await again.says(READY);
      expect(again.stdout).to.match(SAMPLE);
      expect(JSON.parse((await tally(["audit", "--json", "--data", data])).stdout)).to.include({
        ...{ entries: 869, mismatches: 0 },
      });
      expect((await again.stop()).code).to.equal(0);
    });
  });

  it("is stopped in the middle of its start, in order", async () => {
    const data = join(area.path, "stopped");
    const run = start(data);
    await appears(data, "deployment.unfinished.json");
    const { code, stderr } = await run.stop("SIGTERM");
    expect(code).to.equal(0);
    expect(stderr)
      .to.match(/stopping/u)
      .and.to.match(/Stopped/u);
    expect(existsSync(join(data, "lock"))).to.be.false;
  });

  it("stops when npm was told to, which ends the shell between them alone", async () => {
    const command = `"${process.execPath}" src/cli/main.ts start --empty --port 0 --data "${join(area.path, "npm")}"; true`;
    const shell = track(
      spawn("sh", ["-c", command], {
        env: { ...process.env, npm_lifecycle_event: "start" },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    let said = "";
    const ready = new Promise<void>((resolve) => {
      for (const stream of [shell.stdout, shell.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
          if (READY.test(said)) resolve();
        });
    });
    // The pipes are open until the program itself has ended.
    const ended = new Promise((resolve) => shell.on("close", resolve));
    await Promise.race([ready, ended]);
    shell.kill("SIGTERM");
    await ended;
    expect(said).to.match(/SIGTERM: stopping\..*\nStopped\.\n$/u);
  });

  it("with --empty publishes no rules and licenses nobody", async () => {
    const data = join(area.path, "empty");
    const run = start(data, "--empty");
    await run.says(READY);
    expect(run.stdout).to.contain("rules      none yet");
    expect(JSON.parse((await tally(["platform", "list", "--json", "--data", data])).stdout)).to.deep.equal([]);
    const unconfirmed = await tally(["rules", "publish", "rulebooks/sample-market.yaml", "--data", data]);
    expect(unconfirmed.code).to.equal(2);
    expect(unconfirmed.stderr).to.contain("not-confirmed");
    const published = await tally([
      "rules",
      "publish",
      "rulebooks/sample-market.yaml",
      "--yes",
      "--json",
      "--data",
      data,
    ]);
    expect(JSON.parse(published.stdout)).to.deep.equal({ published: true, transactions: 6, unchanged: 0, remarks: [] });
    const shown = await tally(["rules", "show", "payday", "--json", "--data", data]);
    expect(JSON.parse(shown.stdout)).to.deep.include({ product: 65 });
    const { versions } = JSON.parse((await tally(["rules", "list", "--json", "--data", data])).stdout) as {
      versions: object[];
    };
    expect(versions).to.have.length(3);
    expect((await run.stop()).code).to.equal(0);
  });

  describe("says in one line what is wrong, and in one what to do", () => {
    const fails = async (args: readonly string[], message: RegExp): Promise<void> => {
      const { code, stdout, stderr } = await tally(["start", ...args]);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
      expect(stderr).to.match(message);
      expect(stderr.trim().split("\n")).to.have.length(2);
    };

    it("a taken port", async () => {
      const port = await freePort();
      const other = createServer().listen(port, "127.0.0.1");
      await fails(
        ["--port", String(port), "--data", join(area.path, "port")],
        /^error: Port \d+ is taken by another process\. \(port-taken\)\nto do: /u,
      );
      await new Promise((resolve) => other.close(resolve));
      expect(existsSync(join(area.path, "port"))).to.be.false;
    });

    it("a directory that can't be one", async () => {
      const file = join(area.path, "file");
      await writeFile(file, "");
      await fails(
        ["--port", "0", "--data", join(file, "below")],
        /can't be used as data directory: a part of that path is a file/u,
      );
    });

    it("a directory of somebody else's", async () => {
      const foreign = join(area.path, "foreign");
      await mkdir(foreign);
      await writeFile(join(foreign, "thesis.txt"), "");
      await fails(["--port", "0", "--data", foreign], /is not a data directory of ours: it holds "thesis\.txt"/u);
    });

    it("a data directory whose secrets are damaged", async () => {
      const data = join(area.path, "empty");
      await writeFile(join(data, "secrets.json"), "{");
      await fails(["--port", "0", "--data", data], /secrets\.json is not readable \(data-file-damaged\)/u);
    });
  });
});

/** Waits until a file is in a directory that may not be there itself yet. */
async function appears(directory: string, name: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const changes = watch(directory);
  if (existsSync(join(directory, name))) return;
  for await (const change of changes) if (change.filename === name || existsSync(join(directory, name))) return;
}
