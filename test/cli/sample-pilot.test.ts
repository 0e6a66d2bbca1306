import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { z } from "zod";

import { Regulator } from "../../src/chain/administration.ts";
import { deploy, type Deployment } from "../../src/chain/deployment.ts";
import { readPilots } from "../../src/chain/pilots.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import { homeAt } from "../../src/cli/home.ts";
import { openSamplePilot, publishPilotLaw } from "../../src/cli/start/sample-pilot.ts";
import { CHAIN_ID, startLocalChain, testKey, type LocalChain } from "../support/local-chain.ts";
import { scratch } from "../support/tally.ts";

/** A regulator whose first transactions come so many seconds later than it thinks. */
class Slow extends Regulator {
  readonly #chain: LocalChain;
  late: readonly number[] = [];
  tried = 0;

  constructor(chain: LocalChain, transactor: Transactor, deployment: Deployment) {
    super(transactor, deployment);
    this.#chain = chain;
  }

  override async publish(...args: Parameters<Regulator["publish"]>): Promise<void> {
    const [seconds = 0, ...rest] = this.late;
    this.late = rest;
    this.tried++;
    if (seconds > 0) await this.#chain.rpc.call("evm_increaseTime", [seconds], z.unknown());
    await this.#chain.rpc.call("evm_mine", [], z.unknown());
    return super.publish(...args);
  }
}

describe("the sample's pilot", function () {
  this.timeout(60_000);
  let chain: LocalChain;
  let area: Awaited<ReturnType<typeof scratch>>;

  beforeEach(async () => {
    [chain, area] = await Promise.all([startLocalChain(), scratch()]);
  });
  afterEach(async () => {
    await chain.stop();
    await area.remove();
  });

  async function given() {
    const transactor = new Transactor(chain.rpc, CHAIN_ID, testKey(1));
    const deployment = await deploy(transactor, { notice: 0, successionNotice: 0 });
    return { transactor, deployment, home: homeAt(area.path), regulator: new Slow(chain, transactor, deployment) };
  }

  it("binds from another moment where the block came too late for the first", async () => {
    const { home, regulator } = await given();
    regulator.late = [100, 100, 0];
    const law = await publishPilotLaw(home, regulator);
    const { product, effectiveFrom } = law.compiled.versions[0]!;
    const versions = await regulator.versions(product, 1);
    expect(regulator.tried).to.be.at.least(3);
    expect(versions.map((version) => version.effectiveFrom)).to.deep.equal([effectiveFrom]);
    expect(await readFile(join(area.path, "packs", "sample-pilot.1.yaml"), "utf8")).to.equal(law.text);
    expect((await regulator.packs()).map(({ name, hash }) => [name, hash])).to.deep.equal([["sample-pilot", law.hash]]);
  });

  it("does not try again what fails for another reason", async () => {
    const { home, regulator } = await given();
    regulator.publish = async () => Promise.reject(new Error("away"));
    const failed = await publishPilotLaw(home, regulator).catch((error: unknown) => error);
    expect(String(failed)).to.equal("Error: away");
  });

  it("is published and opened once, whenever it is asked for again", async () => {
    const { home, regulator, transactor, deployment } = await given();
    const law = await publishPilotLaw(home, regulator);
    const { tried } = regulator;
    await chain.rpc.call("evm_increaseTime", [1_000], z.unknown());
    await chain.rpc.call("evm_mine", [], z.unknown());
    const again = await publishPilotLaw(home, regulator);
    expect([again.text, regulator.tried]).to.deep.equal([law.text, tried]);
    for (let time = 0; time < 2; time++) await openSamplePilot(transactor, deployment, again);
    const pilots = await readPilots(transactor, deployment);
    const { product, effectiveFrom } = law.compiled.versions[0]!;
    expect(pilots).to.have.length(1);
    expect(pilots[0]!.terms).to.deep.include({ product, opensAt: effectiveFrom });
    // As long as the file says: from 1 January to 1 July.
    expect(pilots[0]!.terms.endsAt - effectiveFrom).to.equal(181 * 86_400);
  });
});
