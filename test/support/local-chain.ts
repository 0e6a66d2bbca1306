import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { Account } from "../../src/chain/account.ts";
import { Regulator } from "../../src/chain/administration.ts";
import { deploy, domainOf, type Deployment } from "../../src/chain/deployment.ts";
import { FilingRelay } from "../../src/chain/relay.ts";
import { JsonRpc, smallQuantity } from "../../src/chain/rpc.ts";
import { localSigner } from "../../src/chain/signer.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import type { Entry } from "../../src/core/entry.ts";
import { encodeEntries, headOf } from "../../src/core/filing.ts";
import { addressOfKey } from "../../src/chain/transaction.ts";
import { anvilProgram } from "../../src/engine/programs.ts";
import { freePort } from "./database.ts";
import { track } from "./children.ts";

export const CHAIN_ID = 31_337n;

/** A chain process of its own, with nothing kept; free gas, a block for each transaction. */
export interface LocalChain {
  readonly rpc: JsonRpc;
  readonly url: string;
  stop(): Promise<void>;
}

export async function startLocalChain(): Promise<LocalChain> {
  const port = await freePort();
  const child = track(
    spawn(
      anvilProgram(),
      ["--host", "127.0.0.1", "--port", String(port), "--quiet", "--base-fee", "0", "--gas-price", "0"].concat([
        "--disable-min-priority-fee",
      ]),
      { stdio: "ignore" },
    ),
  );
  const url = `http://127.0.0.1:${port}`;
  const rpc = new JsonRpc(url);
  for (;;) {
    try {
      await rpc.call("eth_chainId", [], smallQuantity);
      break;
    } catch (error) {
      if (child.exitCode !== null) throw error;
      await sleep(20);
    }
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    rpc,
    url,
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A key that is the same in every run, and no secret. */
export const testKey = (seed: number): Uint8Array => new Uint8Array(32).fill(seed);

/** A deployment with one platform that files what it is told. */
export class Filer {
  readonly deployment: Deployment;
  readonly regulator: Regulator;
  readonly platform: number;
  readonly #relay: FilingRelay;
  readonly #key: Uint8Array;
  #number = 0;
  #head: Uint8Array = new Uint8Array(32);

  private constructor(
    deployment: Deployment,
    regulator: Regulator,
    platform: number,
    relay: FilingRelay,
    key: Uint8Array,
  ) {
    this.deployment = deployment;
    this.regulator = regulator;
    this.platform = platform;
    this.#relay = relay;
    this.#key = key;
  }

  static async create(
    chain: LocalChain,
    options: { readonly products: readonly number[]; readonly deployment?: Deployment },
  ): Promise<Filer> {
    const transactor = new Transactor(chain.rpc, CHAIN_ID, testKey(1));
    const deployment = options.deployment ?? (await deploy(transactor, { notice: 0, successionNotice: 0 }));
    const regulator = new Regulator(transactor, deployment);
    const key = testKey(2);
    const platform = await regulator.grant({
      name: "Test platform",
      key: addressOfKey(key),
      recovery: addressOfKey(testKey(3)),
      group: 0,
      foundingUntil: 2 ** 32,
      products: options.products,
    });
    const relay = new FilingRelay(chain.rpc, new Account(chain.rpc, CHAIN_ID, testKey(4)), deployment);
    return new Filer(deployment, regulator, platform, relay, key);
  }

  /** Files entries, in one filing, and waits until it is mined. Gives its number. */
  async file(entries: readonly Entry[]): Promise<number> {
    const filing = {
      platform: this.platform,
      number: ++this.#number,
      previous: this.#head,
      recordsRoot: new Uint8Array(32),
      entries: encodeEntries(entries.map(encodeEntry)),
    };
    const domain = domainOf(this.deployment);
    const signature = await localSigner(this.#key).signFiling(filing, domain);
    this.#head = headOf(filing, domain);
    const nonce = await this.#relay.nonce();
    const built = await this.#relay.build({ ...filing, signature }, { nonce, gasLimit: 16_000_000 });
    await this.#relay.send([built.raw]);
    for (;;) {
      const receipt = await this.#relay.receipt(built.hash);
      if (receipt?.ok === true) return filing.number;
      if (receipt !== undefined) throw new Error(`filing ${filing.number} reverted`);
      await sleep(5);
    }
  }
}
