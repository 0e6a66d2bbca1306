import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { planAgainstChain, publish } from "../../src/regulator/publish.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { Market } from "./market.ts";

export const ROOT = join(import.meta.dirname, "../..");

/** What a run of the command line left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout, as JSON. */
  readonly last: any;
}

/** A market with a published rule pack, a running gateway and a data directory, for `tally import` to work on. */
export class ImportMarket {
  readonly market: Market;
  readonly gateway: Gateway;
  readonly data: string;

  private constructor(market: Market, gateway: Gateway, data: string) {
    this.market = market;
    this.gateway = gateway;
    this.data = data;
  }

  static async open(pack: string, platforms: number, settings: Readonly<Record<string, unknown>> = {}) {
    const market = await Market.open(platforms);
    const text = await readFile(join(ROOT, "rulebooks", pack), "utf8");
    const compiled = compileRulePack(parseRulePack(text, pack), Math.floor(Date.now() / 1_000));
    await publish(market.regulator, compiled, await planAgainstChain(market.regulator, compiled));
    const products = compiled.products.map(({ product }) => product);
    for (const { number } of market.platforms) await market.regulator.setProducts(number, products);
    const data = await mkdtemp(join(tmpdir(), "tally-import-"));
    const gateway = market.gateway({}, settings);
    await gateway.start();
    await writeHome(data, market);
    return new ImportMarket(market, gateway, data);
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.market.close();
    await rm(this.data, { recursive: true, force: true });
  }

  /** Runs `tally import` as a person does, in a directory of its own. */
  async import(args: readonly string[]): Promise<Ran> {
    const where = ["--data", this.data, "--gateway", this.gateway.url, "--rpc", this.market.chain.url];
    return runTally(["import", ...args, ...where], this.data);
  }
}

/** Runs the command line. */
export async function runTally(args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve) => {
    const program = [join(ROOT, "src/cli/main.ts"), ...args];
    execFile(process.execPath, program, { cwd, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr, last: parsed(stdout.trim().split("\n").at(-1) ?? "") });
    });
  });
}

async function writeHome(data: string, market: Market): Promise<void> {
  await mkdir(join(data, "keys"));
  await writeFile(join(data, "deployment.json"), JSON.stringify(market.deployment));
  const apiKeys = Object.fromEntries(market.platforms.map(({ number, apiKey }) => [`platform-${number}`, apiKey]));
  const secrets = {
    format: 1,
    keystorePassword: "a password of the tests",
    pseudonymKey: `0x${"07".repeat(32)}`,
    apiKeys,
  };
  await writeFile(join(data, "secrets.json"), JSON.stringify(secrets));
  for (const { number, recordKey } of market.platforms)
    await writeFile(join(data, `keys/record-${number}.jwk`), JSON.stringify(recordKey));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
