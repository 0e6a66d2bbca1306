import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { artifact } from "../../src/chain/artifacts.ts";
import { type Deployment, deploy, writeDeployment } from "../../src/chain/deployment.ts";
import { announceSuccessor, deploySuccessor, readSuccession, renounceSuccessor } from "../../src/chain/succession.ts";
import { addressOfKey } from "../../src/chain/transaction.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import { AppError } from "../../src/core/errors.ts";
import { toHex } from "../../src/core/bytes.ts";
import { CHAIN_ID, type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";
import { scratch, Tally, tally } from "../support/tally.ts";

const DAY = 86_400;
const ANNOUNCER = testKey(0x41);
const INSTALLER = testKey(0x42);
const hexKey = (key: Uint8Array): string => `0x${Buffer.from(key).toString("hex")}`;

describe("tally registry", function () {
  this.timeout(120_000);
  let area: Awaited<ReturnType<typeof scratch>>;
  let chain: LocalChain;
  let file: string;
  let first: Deployment;
  let administrator: Transactor;

  before(async () => {
    [area, chain] = await Promise.all([scratch(), startLocalChain()]);
    administrator = new Transactor(chain.rpc, CHAIN_ID, testKey(1));
    first = await deploy(administrator, { notice: 0, successionNotice: 30 * DAY });
    file = join(area.path, "deployment.json");
    await writeDeployment(file, first);
    const manager = artifact("Administration").interface;
    for (const [role, key] of [
      [5, ANNOUNCER],
      [6, INSTALLER],
    ] as const)
      await administrator.send({
        ...{ to: first.administration, interface: manager, function: "grantRole" },
        args: [role, toHex(addressOfKey(key)), 0],
      });
  });
  after(async () => {
    await chain.stop();
    await area.remove();
  });

  const run = async (args: readonly string[], key?: Uint8Array) =>
    tally([...arguments_(args), ...(key === undefined ? [] : ["--key", "env:KEY"])], {
      KEY: key === undefined ? "" : hexKey(key),
    });
  const arguments_ = (args: readonly string[]): string[] => [
    ...["registry", ...args, "--data", join(area.path, "none"), "--rpc", chain.url],
    ...(args.includes("--deployment") ? [] : ["--deployment", file]),
  ];
  const noted = async (): Promise<Deployment> => JSON.parse(await readFile(file, "utf8")) as Deployment;
  const shown = async (): Promise<Record<string, unknown>> =>
    JSON.parse((await run(["show", "--json"])).stdout) as Record<string, unknown>;

  it("shows the registry in service, its rules, and the notice", async () => {
    const { code, stdout } = await run(["show"]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.contain(`In service  ${first.registry}`)
      .and.to.contain("Announced   nothing")
      .and.contain("RATE");
    expect(await shown()).to.deep.include({ inService: first.registry, predecessors: [], announced: null });
  });

  it("tells what an announcement would do, and does nothing before somebody confirms it", async () => {
    const dry = await run(["announce", "--dry-run"], ANNOUNCER);
    expect(dry.code, dry.stderr).to.equal(0);
    expect(dry.stdout)
      .to.match(/A successor is created beside it: .*Judge.*Registry/u)
      .and.contain("notice: 2592000");
    const nobody = await run(["announce"], ANNOUNCER);
    expect([nobody.code, nobody.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes("not-confirmed"),
    );
    const early = await run(["announce", "--yes", "--from", "2020-01-01"], ANNOUNCER);
    expect(early.stderr).to.contain("the notice ends");
    expect(await shown()).to.deep.include({ announced: null });
  });

  it("announces with the announcer's key, going on where it was cut short", async () => {
    const cut = new Tally([...arguments_(["announce", "--yes"]), "--key", "env:KEY"], { KEY: hexKey(ANNOUNCER) });
    await cut.says(/contract Registry/u);
    await cut.stop("SIGKILL");
    const again = await run(["announce", "--yes", "--json"], ANNOUNCER);
    expect(again.code, again.stderr).to.equal(0);
    expect(again.stdout + again.stderr)
      .to.contain("cut short")
      .and.not.contain("contract Judge");
    const { announced, from } = JSON.parse(again.stdout) as { announced: string; from: number };
    expect((await noted()).successor).to.deep.include({ registry: announced, from });
    expect((await noted()).registry).to.equal(first.registry);
    const view = await shown();
    expect(view["announced"]).to.deep.include({ registry: announced, installable: false });
    const twice = await run(["announce", "--yes"], ANNOUNCER);
    expect(twice.stdout).to.contain("announced already");
  });

  it("can be renounced, and announced anew", async () => {
    expect((await run(["renounce", "--yes"], INSTALLER)).stderr).to.contain("may not do that: its role");
    expect((await run(["renounce", "--yes"], ANNOUNCER)).code).to.equal(0);
    expect((await noted()).successor).to.equal(undefined);
    expect((await run(["renounce", "--yes"], ANNOUNCER)).stderr).to.contain("succession-blocked");
    expect((await run(["announce", "--yes"], ANNOUNCER)).code).to.equal(0);
  });

  it("installs when the notice is over, with the installer's key, and notes both registries", async () => {
    const early = await run(["install", "--yes"], INSTALLER);
    expect([early.code, early.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && /before \d{4}-/u.test(text),
    );
    await chain.rpc.call("evm_increaseTime", [31 * DAY], z.unknown());
    await chain.rpc.call("evm_mine", [], z.unknown());
    expect((await run(["install", "--yes"], ANNOUNCER)).stderr).to.contain("may not do that: its role");
    expect((await run(["install", "--dry-run"])).stdout)
      .to.contain("There is no way back")
      .and.contain("1 transaction.");
    const before = await noted();
    const done = await run(["install", "--yes", "--json"], INSTALLER);
    expect(done.code, done.stderr).to.equal(0);
    expect(await noted()).to.deep.include({ registry: before.successor!.registry, predecessors: [first.registry] });
    expect(await shown()).to.deep.include({ predecessors: [first.registry], announced: null });
  });

  it("brings another's deployment.json up to date, without a key", async () => {
    const other = join(area.path, "other.json");
    await writeFile(other, JSON.stringify(first));
    const shows = await run(["show", "--deployment", other]);
    expect(shows.stderr).to.contain("brings it up to date");
    expect((await run(["install", "--deployment", other])).code).to.equal(0);
    expect(JSON.parse(await readFile(other, "utf8"))).to.deep.equal(await noted());
  });

  it("finds a successor that asks another Sandbox, where no pilot is", async () => {
    const elsewhere = await deploySuccessor(administrator, { ...first, sandbox: first.rulebook });
    const { notice } = await readSuccession(chain.rpc, first.licences);
    const now = Math.floor(Date.now() / 1_000);
    await announceSuccessor(administrator, first, elsewhere, now + notice + 40 * DAY);
    expect((await run(["show"])).stdout).to.contain(`it asks another Sandbox: ${first.rulebook}`);
    await renounceSuccessor(administrator, first);
  });

  it("has no way back: the former registry can be announced, and neither passes the look nor the contract", async () => {
    const from = (await readSuccession(chain.rpc, first.licences)).notice + Math.floor(Date.now() / 1_000) + 40 * DAY;
    await announceSuccessor(administrator, first, first.registry, from);
    await chain.rpc.call("evm_increaseTime", [80 * DAY], z.unknown());
    await chain.rpc.call("evm_mine", [], z.unknown());
    expect((await run(["show"])).stdout).to.match(/FAULT +it can't be installed: it succeeds 0x0{40}/u);
    expect((await run(["install", "--yes"], INSTALLER)).stderr).to.contain("it succeeds 0x0000");
    const refused: unknown = await administrator
      .send({
        ...{ to: first.licences, interface: artifact("Licences").interface },
        ...{ function: "installRegistry", args: [first.registry] },
      })
      .catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(AppError);
    expect((refused as AppError).message).to.contain("the successor was made for");
  });
});
