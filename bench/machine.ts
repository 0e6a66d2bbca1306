/** The real thing to measure: `tally start` in a process of its own, on a data directory that goes away. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { homeAt, openHome } from "../src/cli/home.ts";
import { GatewayClient } from "../src/client/client.ts";

const ROOT = join(import.meta.dirname, "..");
const TALLY = join(ROOT, "src/cli/main.ts");

/** Settings of the gateway that would otherwise cut a measurement short: 200 checks a second from one platform. */
const SETTINGS = { TALLY_CHECK_RATE: "2000", TALLY_LOG: "warn" };

/** Of processor time, a second: Linux counts in hundredths, whatever its kernel does. */
const TICKS = 100;

export type StartedHome = Awaited<ReturnType<typeof openHome>>;

export class Machine {
  readonly data: string;
  readonly home: StartedHome;
  readonly gatewayUrl: string;
  readonly rpcUrl: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, data: string, home: StartedHome) {
    this.#child = child;
    this.data = data;
    this.home = home;
    this.gatewayUrl = home.facts.connections?.gatewayUrl ?? "";
    this.rpcUrl = home.facts.connections?.rpcUrl ?? "";
  }

  /** Starts it and returns when it is ready, by default with the sample market filed. */
  static async start({ empty = false } = {}): Promise<Machine> {
    const data = await mkdtemp(join(tmpdir(), "tally-bench-"));
    const child = spawn(
      process.execPath,
      [TALLY, "start", "--data", data, "--port", "0", ...(empty ? ["--empty"] : [])],
      {
        cwd: ROOT,
        env: { ...process.env, ...SETTINGS },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let errors = "";
    child.stderr.on("data", (text: Buffer) => (errors = `${errors}${text.toString()}`.slice(-2_000)));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (text: Buffer) => {
        if (text.toString().includes("Tallystick is ready")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`tally start ended with ${code}: ${errors.trim()}`)));
    });
    return new Machine(child, data, await openHome(data));
  }

  /** The gateway as a platform sees it, or its operator. */
  client(who: number | "operator"): GatewayClient {
    const name = who === "operator" ? who : `platform-${who}`;
    return new GatewayClient({ url: this.gatewayUrl, apiKey: this.home.facts.secrets.apiKeys[name] ?? "" });
  }

  /** Runs another command on the same data directory; its stdout. */
  async tally(args: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [TALLY, ...args, "--data", this.data], {
      cwd: this.data,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (text: Buffer) => (output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (errors = `${errors}${text.toString()}`.slice(-2_000)));
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`tally ${args.join(" ")} ended with ${String(code)}: ${errors.trim()}`);
    return output;
  }

  /** Memory of each part in MiB, shared pages shared out; undefined where the system doesn't say it as Linux does. */
  async memory(): Promise<ReadonlyMap<string, number> | undefined> {
    return this.#sums(async (pid) => {
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
      return Number(/^Pss:\s+(\d+) kB/mu.exec(rollup)?.[1] ?? 0) / 1_024;
    });
  }

  /** Processor seconds of each part so far; undefined as with memory. */
  async processorTime(): Promise<ReadonlyMap<string, number> | undefined> {
    return this.#sums(async (pid) => {
      const [user, system] = (await statOf(`${pid}`)).slice(11, 13);
      return (Number(user) + Number(system)) / TICKS;
    });
  }

  async #sums(measure: (pid: number) => Promise<number>): Promise<ReadonlyMap<string, number> | undefined> {
    if (process.platform !== "linux") return undefined;
    const sums = new Map<string, number>();
    for (const pid of await descendants(this.#child.pid!)) {
      const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
      const part = name.startsWith("postgres") ? "postgres" : name.startsWith("anvil") ? "anvil" : "gateway";
      sums.set(part, (sums.get(part) ?? 0) + (await measure(pid)));
    }
    return sums;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.#child.exitCode === null && this.#child.kill("SIGTERM")) await ended;
    await rm(homeAt(this.data).path, { recursive: true, force: true });
  }
}

/** The fields of /proc/PID/stat that follow the name: state, parent, … */
async function statOf(pid: string): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** A process and all below it. */
async function descendants(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/u.test(name)) continue;
    const parent = Number((await statOf(name))[1]);
    parents.set(Number(name), parent);
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}
