import { randomBytes } from "node:crypto";
import { z } from "zod";
import { Account } from "../../src/chain/account.ts";
import { Regulator } from "../../src/chain/administration.ts";
import { artifact } from "../../src/chain/artifacts.ts";
import { announceSuccessor, deploySuccessor, installSuccessor } from "../../src/chain/succession.ts";
import { deploy, type Deployment, domainOf } from "../../src/chain/deployment.ts";
import { Follower } from "../../src/chain/follower.ts";
import { FilingRelay } from "../../src/chain/relay.ts";
import { NodeReader } from "../../src/chain/node-reader.ts";
import { sealEvidence } from "../../src/chain/seal-evidence.ts";
import { localSigner } from "../../src/chain/signer.ts";
import { addressOfKey } from "../../src/chain/transaction.ts";
import { JsonRpc } from "../../src/chain/rpc.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import {
  certifyRecordKey,
  generateRecordKey,
  issueRecord,
  loadRecordKey,
  type PrivateRecordKey,
  type RecordSigner,
} from "../../src/client/record.ts";
import { type Hex, toHex } from "../../src/core/bytes.ts";
import { ruleBit } from "../../src/core/decision.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import type { Receipt } from "../../src/core/receipt.ts";
import type { ClaimsJson } from "../../src/core/record.ts";
import { leafOf } from "../../src/core/sd-jwt.ts";
import { createApiKey } from "../../src/gateway/api-keys.ts";
import { readConfig } from "../../src/gateway/config.ts";
import { createGateway, type Gateway, type GatewayOptions } from "../../src/gateway/gateway.ts";
import { createLogger } from "../../src/gateway/logging.ts";
import type { Signer } from "../../src/gateway/ports.ts";
import { Signers } from "../../src/gateway/signers.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { savePlatform, saveRecordKey } from "../../src/store/platforms.ts";
import { thumbprintOf } from "../../src/core/record-key.ts";
import { FRAGMENTS, type Report } from "../../src/verify/report.ts";
import { verifyReceipt } from "../../src/verify/verify.ts";
import { freshDatabase } from "./database.ts";
import { CHAIN_ID, type LocalChain, startLocalChain, testKey } from "./local-chain.ts";

export const PRODUCT = 64;
/** A second in which everything of these tests happens, or soon after. */
export const now = (): number => Math.floor(Date.now() / 1000);

/** Signers of the test platforms by number, without keystores: opening those is tested by itself. */
class TestSigners extends Signers {
  readonly #signers: ReadonlyMap<number, Signer>;

  constructor(db: ConstructorParameters<typeof Signers>[0]["db"], signers: ReadonlyMap<number, Signer>) {
    super({ db, directory: ".", password: "" });
    this.#signers = signers;
  }

  override async of(platform: number): Promise<Signer> {
    return this.#signers.get(platform) ?? super.of(platform);
  }
}

interface PlatformPlan {
  readonly number: number;
  readonly recordKey: PrivateRecordKey;
  readonly apiKey: string;
}

/** What a market is, as JSON. */
export interface MarketPlan {
  readonly databaseUrl: string;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly platforms: readonly PlatformPlan[];
  readonly operatorKey: string;
  readonly auditorKey: string;
}

export interface TestPlatform extends PlatformPlan {
  readonly key: Uint8Array;
  readonly signer: Signer;
  readonly records: RecordSigner;
}

/** One jurisdiction on a real chain and a real database, on which gateways can be started one after the other. */
export class Market {
  readonly chain: LocalChain;
  readonly databaseUrl: string;
  readonly deployment: Deployment;
  readonly regulator: Regulator;
  readonly platforms: readonly TestPlatform[];
  readonly operatorKey: string;
  readonly auditorKey: string;
  readonly signers: Map<number, Signer>;
  readonly plan: MarketPlan;
  #event = 0;

  get #regulating(): Transactor {
    return new Transactor(this.chain.rpc, CHAIN_ID, testKey(1));
  }

  private constructor(chain: LocalChain, plan: MarketPlan) {
    const { rpc } = chain;
    this.chain = chain;
    this.databaseUrl = plan.databaseUrl;
    this.deployment = plan.deployment;
    this.regulator = new Regulator(new Transactor(rpc, CHAIN_ID, testKey(1)), plan.deployment);
    this.platforms = plan.platforms.map((platform) => {
      const key = testKey(0x20 + platform.number);
      return { ...platform, key, signer: localSigner(key), records: loadRecordKey(platform.recordKey) };
    });
    this.operatorKey = plan.operatorKey;
    this.auditorKey = plan.auditorKey;
    this.signers = new Map(this.platforms.map(({ number, signer }) => [number, signer]));
    this.plan = plan;
  }

  /** Deploys a registry with a rulebook and licenses platforms. */
  static async open(count = 2, databaseUrl?: string): Promise<Market> {
    const chain = await startLocalChain();
    try {
      return await Market.#open(chain, count, databaseUrl ?? (await freshDatabase()));
    } catch (error) {
      await chain.stop();
      throw error;
    }
  }

  static async #open(chain: LocalChain, count: number, url: string): Promise<Market> {
    const transactor = new Transactor(chain.rpc, CHAIN_ID, testKey(1));
    const deployment = await deploy(transactor, { notice: 0, successionNotice: 0 });
    const regulator = new Regulator(transactor, deployment);
    await regulator.publish(PRODUCT, 1, 1_000_000_000, encodeLimits(LIMITS));
    const db = openDatabase(url);
    await migrate(db);
    const platforms: PlatformPlan[] = [];
    for (let i = 1; i <= count; i++) platforms.push(await license(regulator, deployment, db, i));
    const operatorKey = await createApiKey(db, { role: "operator", label: "operator" });
    const auditorKey = await createApiKey(db, { role: "auditor", label: "auditor" });
    await db.destroy();
    return new Market(chain, { databaseUrl: url, rpcUrl: chain.url, deployment, platforms, operatorKey, auditorKey });
  }

  /** The same market, from another process. */
  static attach(plan: MarketPlan): Market {
    return new Market({ url: plan.rpcUrl, rpc: new JsonRpc(plan.rpcUrl), stop: async () => undefined }, plan);
  }

  async close(): Promise<void> {
    await this.chain.stop();
  }

  /** Gives a platform another filing key. */
  async setKey(platform: number, address: Uint8Array): Promise<void> {
    await this.act("setKey", [platform, toHex(address)]);
  }

  /** Deploys a successor of the registry and puts it in service. Gives its address. */
  async succeed(): Promise<Hex> {
    const registry = await this.announce();
    await this.install(registry);
    return registry;
  }

  /** Deploys and announces a successor, which can be installed from then on: there is no notice in these tests. */
  async announce(): Promise<Hex> {
    const registry = await deploySuccessor(this.#regulating, this.deployment);
    const from = (await this.regulator.now()) + 2;
    await announceSuccessor(this.#regulating, this.deployment, registry, from);
    return registry;
  }

  async install(registry: Hex): Promise<void> {
    await this.chain.rpc.call("evm_increaseTime", [3], z.unknown());
    await installSuccessor(this.#regulating, this.deployment, registry);
  }

  /** Installs it in the next block, before all that waits in the pool: for a chain that doesn't mine by itself. */
  async installNext(registry: Hex): Promise<void> {
    await this.chain.rpc.call("evm_increaseTime", [3], z.unknown());
    await this.actNext("installRegistry", [registry]);
  }

  /** Gives a platform another filing key in the next block, before all that waits in the pool. */
  async setKeyNext(platform: number, address: Uint8Array): Promise<void> {
    await this.actNext("setKey", [platform, toHex(address)]);
  }

  /** An act of the regulator's on Licences, awaited. */
  async act(name: string, args: readonly unknown[]): Promise<void> {
    const { licences } = this.deployment;
    await this.#regulating.send({ to: licences, interface: artifact("Licences").interface, function: name, args });
  }

  /** The same in the next block, before all that waits in the pool: for a chain that does not mine by itself. */
  async actNext(name: string, args: readonly unknown[]): Promise<void> {
    const { rpc } = this.chain;
    const from = this.#regulating.address;
    await rpc.call("anvil_setBalance", [from, "0xffffffffffffffffffff"], z.unknown());
    await rpc.call("anvil_impersonateAccount", [from], z.unknown());
    const data = artifact("Licences").interface.encodeFunctionData(name, args);
    // What pays more is mined first.
    const fees = { gas: "0x100000", maxFeePerGas: "0x3b9aca00", maxPriorityFeePerGas: "0x3b9aca00" };
    await rpc.call("eth_sendTransaction", [{ from, to: this.deployment.licences, data, ...fees }], z.unknown());
    await rpc.call("evm_mine", [], z.unknown());
  }

  /** A gateway on this market. */
  gateway(change: Partial<GatewayOptions> = {}, settings: Readonly<Record<string, unknown>> = {}): Gateway {
    const { rpc } = this.chain;
    const { deployment } = this;
    return createGateway({
      databaseUrl: this.databaseUrl,
      deployment,
      relay: new FilingRelay(rpc, new Account(rpc, CHAIN_ID, testKey(4)), deployment),
      createFollower: () => new Follower({ rpc, deployment, confirmations: 0, interval: 25 }),
      signers: (db) => new TestSigners(db, this.signers),
      config: readConfig({ port: 0, cutAge: 20, patience: 0.3, ...settings }),
      evidence: async (place) => sealEvidence(rpc, place),
      logger: createLogger(process.env["TALLY_TEST_LOG"] ?? "silent"),
      ...change,
    });
  }

  /** Claims that open a loan, paid back in one sum after 30 days. */
  opened(
    platform: TestPlatform,
    borrower: Hex,
    change: Partial<Omit<ClaimsJson & { kind: "Opened" }, "kind">> = {},
  ): ClaimsJson {
    const at = now();
    return {
      ...this.#header(platform),
      kind: "Opened",
      borrower: { pseudonym: borrower },
      loan: { number: `loan-${this.#event}` },
      terms: { basis: "request", product: PRODUCT, principal: "100000" },
      schedule: { legs: [{ count: 1, unit: "day", gap: 30, amount: "101000" }] },
      disclosure: { at: at - 3_600 },
      time: { at },
      ...change,
    };
  }

  /** Claims that close a loan with its last payment. */
  closed(platform: TestPlatform, borrower: Hex, opening: Hex): ClaimsJson {
    return {
      ...this.#header(platform),
      kind: "Closed",
      borrower: { pseudonym: borrower },
      loan: { number: "loan", opening },
      event: { reason: "repaid", principal: "100000", charges: "1000" },
      time: { at: now() },
    };
  }

  #header(platform: TestPlatform) {
    return { iss: `tally:platform:${platform.number}`, iat: now(), jti: `event-${++this.#event}`, fmt: 1 as const };
  }
}

const LIMITS = {
  ...emptyLimits(),
  on: ruleBit("LICENCE") | ruleBit("OPEN-LOANS") | ruleBit("AMOUNT"),
  refuse: ruleBit("LICENCE") | ruleBit("OPEN-LOANS"),
  reportingWindow: 86_400,
  clockSkew: 300,
  maxLoans: 1,
  amountMax: 500_000n,
};

async function license(regulator: Regulator, deployment: Deployment, db: Database, i: number): Promise<PlatformPlan> {
  const signer = localSigner(testKey(0x20 + i));
  const name = `Platform ${i}`;
  const number = await regulator.grant({
    ...{ name, key: signer.address, recovery: addressOfKey(testKey(0x60)), group: 0 },
    ...{ foundingUntil: 2 ** 32, products: [PRODUCT] },
  });
  await savePlatform(db, { number, name, signer: { kind: "keystore", path: "none" } });
  const recordKey = await addRecordKey(db, number, testKey(0x20 + i), deployment);
  return { number, recordKey, apiKey: await createApiKey(db, { role: "platform", platform: number, label: name }) };
}

/** A new record key of a platform's, certified, in the database: a gateway that runs isn't told. */
export async function addRecordKey(
  db: Database,
  platform: number,
  secret: Uint8Array,
  deployment: Deployment,
): Promise<PrivateRecordKey> {
  const recordKey = generateRecordKey();
  const key = loadRecordKey(recordKey).publicKey;
  const terms = { platform, key, validFrom: 0, validTo: 2 ** 39 };
  const { signature } = await certifyRecordKey(localSigner(secret), terms, domainOf(deployment));
  await saveRecordKey(db, { ...terms, thumbprint: thumbprintOf(key), jwk: key, certification: signature });
  return recordKey;
}

/** A borrower nobody has seen before. */
export function newBorrower(): Hex {
  const bytes = randomBytes(32);
  bytes[0] = 1;
  return toHex(bytes);
}

export const idOf = (record: string): Hex => toHex(leafOf(record.slice(0, record.indexOf("~"))));

export function issue(platform: TestPlatform, claims: ClaimsJson): { readonly record: string; readonly id: Hex } {
  const record = issueRecord(claims, platform.records);
  return { record, id: idOf(record) };
}

/** What the gateway says, looked into freely: its shape is what tests assert. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Asks the gateway; the body of a reply is whatever it says. */
export async function ask(
  gateway: Gateway,
  method: string,
  path: string,
  options: { key?: string; body?: unknown; headers?: Readonly<Record<string, string>> } = {},
): Promise<Reply> {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: {
      ...(options.key !== undefined && { authorization: `Bearer ${options.key}` }),
      ...(options.body !== undefined && { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const isJson = /json/u.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** The receipt of a submission, and what a verifier makes of each of its fragments who trusts the registry in service and a node. */
export async function receiptOf(
  market: Market,
  gateway: Gateway,
  id: Hex,
): Promise<{ readonly receipt: Receipt; readonly verdicts: string; readonly report: Report }> {
  const { body } = await ask(gateway, "GET", `/v1/receipts/${id}`, { key: market.auditorKey });
  const report = await verdictOn(market, body as Receipt);
  const verdicts = FRAGMENTS.map((name) => report.fragments[name].status).join(" ");
  return { receipt: body as Receipt, verdicts, report };
}

async function verdictOn({ chain, deployment }: Market, receipt: Receipt): Promise<Report> {
  const registry = await NodeReader.inService(chain.rpc, deployment.licences);
  const reader = new NodeReader(chain.rpc, registry, deployment.block);
  const trust = { domain: { chainId: CHAIN_ID, registry }, predecessors: await reader.predecessors() };
  return verifyReceipt(receipt, { trust, reader });
}

/** Every fragment of a receipt holds. */
export const ALL_VALID = "VALID VALID VALID VALID VALID VALID";

/** Submits a record and waits for its decision. */
export async function submit(
  gateway: Gateway,
  platform: TestPlatform,
  record: string,
  { wait = 15, idempotencyKey = idOf(record) }: { wait?: number; idempotencyKey?: string } = {},
): Promise<Reply> {
  return ask(gateway, "POST", `/v1/records?wait=${wait}`, {
    key: platform.apiKey,
    headers: { "Idempotency-Key": idempotencyKey },
    body: { record },
  });
}

/** Submits a record without waiting: the gateway promises to file it. */
export async function promise(gateway: Gateway, platform: TestPlatform, record: string): Promise<void> {
  const { status, body } = await submit(gateway, platform, record, { wait: 0 });
  if (status !== 202) throw new Error(`The record was not promised: ${status} ${JSON.stringify(body)}`);
}

/** The submission once its fate is known, or as it stands after 30 seconds. */
export async function settled(gateway: Gateway, platform: TestPlatform, id: Hex): Promise<Json> {
  return (await ask(gateway, "GET", `/v1/submissions/${id}?wait=30`, { key: platform.apiKey })).body;
}

/** The first thing seen that is neither false nor undefined. The test's own time limit ends a vain wait. */
export async function until<T>(look: () => Promise<T | false | undefined>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until the gateway lacks nothing: it takes its filing lock a moment after it answers. Fails on what stays. */
export async function ready(gateway: Gateway): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const lacks = await gateway.lacks();
    if (lacks.length === 0) return;
    if (Date.now() > deadline) throw new Error(`The gateway lacks ${JSON.stringify(lacks)}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
