import { expect } from "chai";
import type { DeployProgress } from "../../src/chain/contract-creator.ts";
import { checkDeployment, deploy, deploymentSchema } from "../../src/chain/deployment.ts";
import { hexBytes, smallQuantity } from "../../src/chain/rpc.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import { AppError } from "../../src/core/errors.ts";
import { CHAIN_ID, type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";

const OPTIONS = { notice: 0, successionNotice: 0 };
const ELSEWHERE = `0x${"11".repeat(20)}` as const;

describe("chain/deployment", function () {
  this.timeout(60_000);
  let chain: LocalChain;
  let transactor: Transactor;
  before(async () => {
    chain = await startLocalChain();
    transactor = new Transactor(chain.rpc, CHAIN_ID, testKey(1));
  });
  after(() => chain.stop());

  it("tells each step, and as many as it announced", async () => {
    const steps: string[] = [];
    const totals = new Set<number>();
    const deployment = await deploy(transactor, {
      ...OPTIONS,
      onStep: (step, begun, total) => {
        steps.push(step);
        totals.add(total);
        expect(begun).to.equal(steps.length);
      },
    });
    expect([...totals]).to.deep.equal([steps.length]);
    expect(steps.at(-1)).to.equal("registry in service");
    await checkDeployment(chain.rpc, deployment);
  });

  it("goes on where it was cut short, whatever the step, and creates nothing twice", async () => {
    const whole: DeployProgress[] = [];
    await deploy(transactor, {
      ...OPTIONS,
      progress: { load: async () => undefined, save: async (p) => void whole.push(p) },
    });
    const contracts = whole.length;
    let kept: DeployProgress | undefined;
    let cutAfter = 0;
    const before = await nonceOf(transactor);
    let sent = 0;
    const attempt = async () =>
      deploy(transactor, {
        ...OPTIONS,
        progress: {
          load: async () => kept,
          async save(progress) {
            kept = progress;
            if (++sent === cutAfter) throw new Error("cut short");
          },
        },
      });
    for (cutAfter = 2; cutAfter < 2 * contracts; cutAfter += 2) await expectFailure(attempt());
    const deployment = await attempt();
    await checkDeployment(chain.rpc, deployment);
    const roles = 16;
    const inService = 2;
    expect((await nonceOf(transactor)) - before).to.equal(contracts + roles + inService);
  });

  it("begins anew where the progress belongs to another chain", async () => {
    let kept: DeployProgress | undefined;
    const save = async (progress: DeployProgress) => void (kept = progress);
    await deploy(transactor, { ...OPTIONS, progress: { load: async () => undefined, save } });
    const other = { ...kept!, genesis: `0x${"22".repeat(32)}` };
    const deployment = await deploy(transactor, { ...OPTIONS, progress: { load: async () => other, save } });
    expect(kept!.genesis).to.not.equal(other.genesis);
    expect(kept!.nonces).to.not.deep.equal(other.nonces);
    await checkDeployment(chain.rpc, deployment);
  });

  it("has a decoder, and is still read where it was written without one", async () => {
    const { decoder, ...before } = await deploy(transactor, OPTIONS);
    const code = await chain.rpc.call("eth_getCode", [decoder, "latest"], hexBytes);
    expect(code.length).to.be.above(2);
    expect(deploymentSchema.parse(before)).to.deep.equal(before);
    expect(deploymentSchema.parse({ ...before, decoder })).to.deep.equal({ ...before, decoder });
  });

  it("is missed where the chain is another or the address is empty", async () => {
    const deployment = await deploy(transactor, OPTIONS);
    const wrongChain = await failureOf(checkDeployment(chain.rpc, { ...deployment, chainId: "1" }));
    expect(wrongChain.code).to.equal("chain-mismatch");
    const nothingThere = await failureOf(checkDeployment(chain.rpc, { ...deployment, registry: ELSEWHERE }));
    expect(nothingThere.code).to.equal("no-contract");
  });
});

async function nonceOf(transactor: Transactor): Promise<number> {
  return transactor.rpc.call("eth_getTransactionCount", [transactor.address, "latest"], smallQuantity);
}

async function expectFailure(work: Promise<unknown>): Promise<void> {
  const failed = await work.then(
    () => false,
    () => true,
  );
  expect(failed).to.be.true;
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.catch((cause: unknown) => cause);
  expect(error).to.be.instanceOf(AppError);
  return error as AppError;
}
