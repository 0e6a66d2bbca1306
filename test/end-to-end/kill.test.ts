import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { JsonRpc, smallQuantity } from "../../src/chain/rpc.ts";
import { freePort } from "../support/database.ts";
import { track } from "../support/children.ts";

const MAIN = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");
const RULES = join(import.meta.dirname, "..", "..", "rulebooks", "sample-payday.yaml");
const LOANS = 400;
const BORROWERS = 60;

const MAPPING = `mapping: kill-test
dates: { formats: ["yyyy-MM-dd HH:mm:ss"], zone: UTC }
money: { factor: 100 }
platform: 1
borrower: { column: borrower, kind: person }
loan: loan
product: 2/1
opened: { date: opened, principal: principal }
schedule:
  single: { amount: due, term: days, unit: day }
closed: { date: closed, reason: repaid }
`;

/** Loans of a file of their own: each borrower's one after the other, a fortnight each, two days between. */
function table(file: number): string {
  const rows = Array.from({ length: LOANS }, (_, i) => {
    const turn = Math.floor(i / BORROWERS);
    const at = Date.UTC(2015, file * 6, 1 + turn * 16, 8, 0, i % 60) / 1_000;
    const text = (time: number): string => new Date(time * 1_000).toISOString().slice(0, 19).replace("T", " ");
    const principal = 100 + (i % 37) * 10;
    return `B${i % BORROWERS},L${file}-${i},${text(at)},${principal},${principal + 15},14,${text(at + 14 * 86_400)}`;
  });
  return `borrower,loan,opened,principal,due,days,closed\n${rows.join("\n")}\n`;
}

const summarySchema = z.object({
  rows: z.int(),
  entries: z.object({ Opened: z.int(), Repaid: z.int(), Closed: z.int() }),
  decisions: z.object({ accepted: z.int(), flagged: z.int(), refused: z.int() }),
});
const auditSchema = z.object({ entries: z.int(), mismatches: z.int(), exposures_checked: z.int() });
const connectionsSchema = z.object({ rpcUrl: z.string() });
const processesSchema = z.array(z.object({ name: z.string(), pid: z.int() }));

describe("killed with SIGKILL in the middle of an import", function () {
  this.timeout(400_000);
  let directory: string;
  let data: string;
  let port: number;
  let product: ChildProcess | undefined;
  let said = "";

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "tally kill "));
    data = join(directory, "data");
    port = await freePort();
    await writeFile(join(directory, "map.yaml"), MAPPING);
    await start();
    await tally(["rules", "publish", RULES, "--yes"]);
  });

  after(async () => {
    const running = product;
    running?.kill("SIGINT");
    if (running?.exitCode === null) await once(running, "exit");
    await rm(directory, { recursive: true, force: true });
  });

  for (const [file, victim] of (["chain", "database", "gateway", "everything"] as const).entries())
    it(`files every loan exactly once after ${victim} was killed`, async () => {
      const csv = join(directory, `loans-${file}.csv`);
      await writeFile(csv, table(file));
      const args = ["import", csv, "--map", join(directory, "map.yaml"), "--add-platforms", "--json"];
      const height = await blocks();
      let ended = false;
      const cut = run(args).finally(() => (ended = true));
      // In the middle: something is mined, and not all. (A machine that is quick enough for one block is killed after it.)
      await until(async () => ended || (await blocks()) > height);
      await kill(victim);
      // The import that was under way may go on once somebody answers again, or give up; the next one makes sure.
      if (victim === "gateway" || victim === "everything") await start();
      await cut;

      const summary = summarySchema.parse(JSON.parse((await tally(args)).trim().split("\n").at(-1) ?? ""));
      expect(summary.rows).to.equal(LOANS);
      expect(summary.entries).to.deep.equal({ Opened: LOANS, Repaid: 0, Closed: LOANS });
      expect(summary.decisions.refused).to.equal(0);
      const report = auditSchema.parse(JSON.parse(await tally(["audit", "--json"])));
      expect(report).to.deep.equal({
        entries: 2 * LOANS * (file + 1),
        mismatches: 0,
        exposures_checked: BORROWERS,
      });
    });

  async function start(): Promise<void> {
    product = track(
      spawn(process.execPath, [MAIN, "start", "--empty", "--data", data, "--port", String(port)], {
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    const take = (text: Buffer): void => void (said += text.toString());
    product.stdout?.on("data", take);
    product.stderr?.on("data", take);
    const started = product;
    await until(async () => {
      if (started.exitCode !== null) throw new Error(`tally start ended with ${started.exitCode}: ${said}`);
      return isReady();
    });
  }

  async function isReady(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${port}/healthz`)).status === 200;
    } catch {
      return false; // nobody listens yet
    }
  }

  /** Kills by process id alone; the directory knows its engines. */
  async function kill(victim: "chain" | "database" | "gateway" | "everything"): Promise<void> {
    const children = processesSchema.parse(JSON.parse(await readFile(join(data, "processes.json"), "utf8")));
    const engines = children.filter(({ name }) => victim === "everything" || name === victim);
    if (victim === "gateway" || victim === "everything") {
      const exit = product && once(product, "exit");
      product?.kill("SIGKILL");
      await exit;
    } else expect(engines).to.have.length(1);
    for (const { pid } of engines) endNow(pid);
  }

  async function blocks(): Promise<number> {
    const { rpcUrl } = connectionsSchema.parse(JSON.parse(await readFile(join(data, "connections.json"), "utf8")));
    return new JsonRpc(rpcUrl).call("eth_blockNumber", [], smallQuantity);
  }

  async function tally(args: readonly string[]): Promise<string> {
    const { code, out, err } = await run(args);
    if (code !== 0) throw new Error(`tally ${args.join(" ")} ended with ${code}: ${err}\n${said}`);
    return out;
  }

  async function run(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = track(
      spawn(process.execPath, [MAIN, ...args, "--data", data], { stdio: ["ignore", "pipe", "pipe"] }),
    );
    let [out, err] = ["", ""];
    child.stdout.on("data", (text: Buffer) => void (out += text.toString()));
    child.stderr.on("data", (text: Buffer) => void (err += text.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, out, err };
  }
});

/** Waits for something that another process does; there is nothing that would tell. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(25);
}

function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // The engine died with its parent in the meantime.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
