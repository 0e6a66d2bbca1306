import { expect } from "chai";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { artifact, linkedBytecode } from "../../src/chain/artifacts.ts";
import { ContractCreator } from "../../src/chain/contract-creator.ts";
import { deploy, type Deployment } from "../../src/chain/deployment.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import { concat, toHex, word } from "../../src/core/bytes.ts";
import { keccak256 as coreKeccak } from "../../src/core/filing.ts";
import { ruleBit } from "../../src/core/decision.ts";
import type { Closed, Opened, Repaid } from "../../src/core/entry.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { audit, type AuditReport } from "../../src/regulator/audit.ts";
import { countsInWords } from "../../src/regulator/platform-counts.ts";
import { CHAIN_ID, Filer, startLocalChain, testKey, type LocalChain } from "../support/local-chain.ts";

const PRODUCT = 64;
const T0 = 1_700_000_000;

const borrower = (seed: number): Uint8Array => {
  const bytes = new Uint8Array(32).fill(seed);
  bytes[0] = 1;
  return bytes;
};

const opened = (seed: number, time: number, principal = 10_000n): Opened => ({
  kind: "Opened",
  basis: "founded",
  borrower: borrower(seed),
  time,
  product: PRODUCT,
  principal,
  disclosed: time - 60,
  schedule: [{ count: 1, unit: "day", gap: 30, amount: principal + 500n }],
});

const repaid = (seed: number, time: number, number: number, index: number, platform: number): Repaid => ({
  kind: "Repaid",
  founded: true,
  borrower: borrower(seed),
  ref: { platform, number, index },
  time,
  principal: 4_000n,
  charges: 100n,
});

const closed = (seed: number, time: number, number: number, index: number, platform: number): Closed => ({
  ...repaid(seed, time, number, index, platform),
  kind: "Closed",
  reason: "repaid",
  principal: 10_000n,
  charges: 500n,
});

const limits = encodeLimits({
  ...emptyLimits(),
  on: ruleBit("LICENCE") | ruleBit("OPEN-LOANS") | ruleBit("COOLING-OFF") | ruleBit("FREQUENCY"),
  refuse: ruleBit("LICENCE"),
  maxLoans: 1,
  coolingOff: 86_400,
  frequencyCount: 8,
  frequencyWindow: 365,
});

/** Files a small history: three borrowers, a second loan too soon, a partial repayment. */
async function fileHistory(filer: Filer): Promise<void> {
  const { platform } = filer;
  await filer.regulator.publish(PRODUCT, 1, T0 - 1_000_000, limits);
  await filer.file([opened(1, T0), opened(2, T0 + 1), opened(3, T0 + 2)]);
  await filer.file([repaid(2, T0 + 500, 1, 1, platform), closed(1, T0 + 1_000, 1, 0, platform), opened(1, T0 + 2_000)]);
  await filer.file([opened(2, T0 + 3_000)]);
}

async function auditOf(chain: LocalChain, deployment: Deployment): Promise<AuditReport> {
  const { registry, rulebook, licences, block } = deployment;
  return audit({ rpc: chain.rpc, chainId: CHAIN_ID, registry, rulebook, licences, from: block });
}

describe("audit", function () {
  this.timeout(60_000);
  let chain: LocalChain;

  beforeEach(async () => {
    chain = await startLocalChain();
  });
  afterEach(async () => {
    await chain.stop();
  });

  it("finds nothing wrong where nothing is, and says what it looked at", async () => {
    const filer = await Filer.create(chain, { products: [PRODUCT] });
    await fileHistory(filer);
    const report = await auditOf(chain, filer.deployment);
    expect(report.found).to.deep.equal([]);
    expect(report).to.include({ filings: 3, entries: 7, mismatches: 0, exposures_checked: 3 });
    expect(report.decisions).to.deep.equal({ accepted: 5, flagged: 2, refused: 0 });
    expect(report.heads.map(({ number }) => number)).to.deep.equal([3]);
  });

  it("names the borrower whose state was changed behind the registry's back", async () => {
    const filer = await Filer.create(chain, { products: [PRODUCT] });
    await fileHistory(filer);
    await corrupt(chain, filer.deployment, borrower(3));
    const report = await auditOf(chain, filer.deployment);
    expect(report.mismatches).to.equal(1);
    expect(report.found[0]).to.include({ what: "exposure", where: toHex(borrower(3)) });
  });

  it("counts against a platform what the chain counts, and says where the chain says otherwise", async () => {
    const filer = await Filer.create(chain, { products: [PRODUCT] });
    const { platform, regulator, deployment } = filer;
    await regulator.publish(PRODUCT, 1, T0 - 1_000_000, limits);
    const grace = new Map([[1, { confirmationWindow: 0, graceDays: 10 }]]);
    await regulator.publishSettings(0, encodeSettings({ zone: [], markets: grace }));
    const outage = { basis: "outage", outage: { reason: "other", deadline: T0 + 600 } } as const;
    await filer.file([opened(1, T0), { ...opened(2, T0), ...outage }, { ...opened(3, T0), ...outage }]);
    await filer.file([opened(1, T0 + 41 * 86_400)]);
    const honest = await auditOf(chain, deployment);
    expect([honest.mismatches, honest.counts]).to.deep.equal([0, [{ platform, outages: 2, stale: 1 }]]);
    await forgetOutage(chain, deployment, platform);
    const { mismatches, found, counts } = await auditOf(chain, deployment);
    expect([mismatches, counts]).to.deep.equal([1, honest.counts]);
    const [onChain, computed] = ["outages 1, stale 1", "outages 2, stale 1"];
    expect(found).to.deep.equal([{ what: "counts", where: String(platform), onChain, computed }]);
  });

  it("says in words what counts against a platform, and nothing of one that nothing counts against", () => {
    expect(countsInWords({ outages: 2, stale: 1 })).to.equal(
      "2 loans paid out in an outage, 1 loan not closed in time",
    );
    expect(countsInWords({ outages: 0, stale: 3 })).to.equal("3 loans not closed in time");
    expect(countsInWords({ outages: 0, stale: 0 })).to.equal(undefined);
  });

  it("names the entry that a registry with a planted fault decided wrongly", async () => {
    const filer = await Filer.create(chain, { products: [PRODUCT], deployment: await deployFaulty(chain) });
    await fileHistory(filer);
    const report = await auditOf(chain, filer.deployment);
    expect(report.found.map(({ what, where }) => ({ what, where }))).to.deep.equal([
      { what: "decision", where: "1/2/2" },
      { what: "decision", where: "1/3/0" },
    ]);
    expect(report.found[0]).to.include({ onChain: "accepted", computed: "flagged: COOLING-OFF" });
  });
});

const linkable = z.object({
  bytecode: z.string(),
  linkReferences: z.record(z.string(), z.record(z.string(), z.array(z.object({ start: z.int(), length: z.int() })))),
});

/** A deployment whose judging library forgets every breach: what a registry that spares a platform would look like. */
async function deployFaulty(chain: LocalChain): Promise<Deployment> {
  const transactor = new Transactor(chain.rpc, CHAIN_ID, testKey(1));
  const judge = await (await ContractCreator.open(transactor)).create("Judge", []);
  const path = new URL("../../artifacts/contracts/test/LenientJudge.sol/LenientJudge.json", import.meta.url);
  const lenient = { ...artifact("Judge"), ...linkable.parse(JSON.parse(readFileSync(path, "utf8"))) };
  const { address } = await transactor.create(linkedBytecode(lenient, { Judge: judge }));
  return deploy(transactor, { notice: 0, successionNotice: 0, libraries: { Judge: address } });
}

/** Changes the outstanding principal in a borrower's head word. */
async function corrupt(chain: LocalChain, { registry }: Deployment, of: Uint8Array): Promise<void> {
  const [head] = artifact("Registry").interface.decodeFunctionResult(
    "bookOf",
    await chain.rpc.call(
      "eth_call",
      [{ to: registry, data: artifact("Registry").interface.encodeFunctionData("bookOf", [toHex(of)]) }, "latest"],
      z.string(),
    ),
  ) as unknown as [bigint];
  const slot = await slotHolding(chain, registry, of, head);
  const changed = `0x${(head + 1n).toString(16).padStart(64, "0")}`;
  await chain.rpc.call("anvil_setStorageAt", [registry, slot, changed], z.unknown());
}

/** Takes one outage from what counts against a platform. */
async function forgetOutage(chain: LocalChain, { registry }: Deployment, platform: number): Promise<void> {
  const state = BigInt(toHex(coreKeccak(concat(word(platform), word(1)))));
  const slot = `0x${(state + 1n).toString(16).padStart(64, "0")}`;
  const held = BigInt(await chain.rpc.call("eth_getStorageAt", [registry, slot, "latest"], z.string()));
  const changed = `0x${(held - (1n << 40n)).toString(16).padStart(64, "0")}`;
  await chain.rpc.call("anvil_setStorageAt", [registry, slot, changed], z.unknown());
}

/** The storage slot of a borrower's head word: its mapping is one of the registry's first slots. */
async function slotHolding(chain: LocalChain, registry: string, of: Uint8Array, head: bigint): Promise<string> {
  for (let base = 0; base < 8; base++) {
    const slot = toHex(coreKeccak(concat(of, word(base))));
    const held = await chain.rpc.call("eth_getStorageAt", [registry, slot, "latest"], z.string());
    if (BigInt(held) === head) return slot;
  }
  throw new Error("the borrower's head word is in none of the registry's mappings");
}
