import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { planAgainstChain, publish } from "../../src/regulator/publish.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { writeKeystore } from "../../src/chain/keystore.ts";
import { type DataDirectory, openDataDirectory } from "../../src/engine/data-directory.ts";
import type { Signer } from "../../src/gateway/ports.ts";
import { Signers } from "../../src/gateway/signers.ts";
import type { Database } from "../../src/store/database.ts";
import { testKey } from "./local-chain.ts";
import type { Summary } from "../../src/import/summary.ts";
import { Market } from "./market.ts";

export const ROOT = join(import.meta.dirname, "../..");

const PASSWORD = "a password of the tests";

/** The market's own signers, and those of platforms that were added to the data directory. */
class HomeSigners extends Signers {
  readonly #own: ReadonlyMap<number, Signer>;

  constructor(options: ConstructorParameters<typeof Signers>[0], own: ReadonlyMap<number, Signer>) {
    super(options);
    this.#own = own;
  }

  override async of(platform: number): Promise<Signer> {
    return this.#own.get(platform) ?? super.of(platform);
  }
}

/** What a run of the command line left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout, as JSON: the summary where it was asked for. */
  readonly last: Summary;
}

/** A market with a published rule pack, a running gateway and a data directory, for `tally import` to work on. */
export class ImportMarket {
  readonly market: Market;
  readonly gateway: Gateway;
  readonly data: string;

  /** Taken, as a running `tally start` has it. */
  readonly #directory: DataDirectory;

  private constructor(market: Market, gateway: Gateway, data: string, directory: DataDirectory) {
    this.#directory = directory;
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
    const directory = await openDataDirectory(data);
    const signers = (db: Database) => new HomeSigners({ db, directory: data, password: PASSWORD }, market.signers);
    const gateway = market.gateway({ signers }, settings);
    await gateway.start();
    await writeHome(data, market, gateway.url);
    return new ImportMarket(market, gateway, data, directory);
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.market.close();
    await this.#directory.close();
    await rm(this.data, { recursive: true, force: true });
  }

  /** Runs `tally import` as a person does. */
  async import(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return runTally(["import", ...args, "--data", this.data], this.data, environment);
  }
}

/** Runs the command line. */
export async function runTally(
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const program = [join(ROOT, "src/cli/main.ts"), ...args];
    const env = { ...process.env, ...environment };
    execFile(process.execPath, program, { cwd, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr, last: parsed(stdout.trim().split("\n").at(-1) ?? "") });
    });
  });
}

async function writeHome(data: string, market: Market, gatewayUrl: string): Promise<void> {
  const connections = { format: 1, gatewayUrl, rpcUrl: market.chain.url, databaseUrl: market.databaseUrl };
  await writeFile(join(data, "connections.json"), JSON.stringify(connections));
  await mkdir(join(data, "keys"));
  await writeFile(join(data, "deployment.json"), JSON.stringify(market.deployment));
  const apiKeys = Object.fromEntries(market.platforms.map(({ number, apiKey }) => [`platform-${number}`, apiKey]));
  const secrets = {
    format: 1,
    keystorePassword: PASSWORD,
    pseudonymKey: `0x${"07".repeat(32)}`,
    apiKeys,
  };
  await writeFile(join(data, "secrets.json"), JSON.stringify(secrets));
  await writeKeystore(join(data, "keys/administrator.json"), testKey(1), secrets.keystorePassword, "light");
  for (const { number, recordKey } of market.platforms)
    await writeFile(join(data, `keys/record-${number}.jwk`), JSON.stringify(recordKey));
}

function parsed(line: string): Summary {
  try {
    return JSON.parse(line) as Summary;
  } catch {
    return {} as Summary;
  }
}
