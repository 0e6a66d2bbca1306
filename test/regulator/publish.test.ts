import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Regulator } from "../../src/chain/administration.ts";
import { deploy } from "../../src/chain/deployment.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import { toHex } from "../../src/core/bytes.ts";
import { AppError } from "../../src/core/errors.ts";
import { decodeSettings } from "../../src/core/settings.ts";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { localTime, type PublishPlan } from "../../src/regulator/plan.ts";
import { planAgainstChain, publish } from "../../src/regulator/publish.ts";
import { CHAIN_ID, type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";

const DAY = 86_400;
const sample = readFileSync("rulebooks/sample-market.yaml", "utf8");
const compiled = (text: string, now: number) => compileRulePack(parseRulePack(text, "sample-market.yaml"), now);
/** The last midnight in Shanghai before a time. */
const midnight = (at: number): number => Math.floor((at + 8 * 3_600) / DAY) * DAY - 8 * 3_600;
const kinds = ({ steps }: PublishPlan) => steps.map(({ kind }) => kind);

describe("regulator/publish, on a real chain", function () {
  this.timeout(60_000);
  let chain: LocalChain;
  before(async () => {
    chain = await startLocalChain();
  });
  after(() => chain.stop());

  const fresh = async (notice: number): Promise<Regulator> => {
    const transactor = new Transactor(chain.rpc, CHAIN_ID, testKey(1));
    return new Regulator(transactor, await deploy(transactor, { notice, successionNotice: 0 }));
  };

  describe("given an empty Rulebook", () => {
    it("publishes settings, series and versions, and finds them to the byte", async () => {
      const regulator = await fresh(30 * DAY);
      const pack = compiled(sample, await regulator.now());
      const plan = await planAgainstChain(regulator, pack);
      expect(kinds(plan)).to.deep.equal(["settings", "series", "version", "version", "version"]);
      const told: string[] = [];
      await publish(regulator, pack, plan, (begun, total, { kind }) => told.push(`${begun}/${total} ${kind}`));
      expect(told).to.deep.equal(["1/5 settings", "2/5 series", "3/5 version", "4/5 version", "5/5 version"]);

      for (const { product, kind, effectiveFrom, bytes } of pack.versions) {
        const [held] = await regulator.versions(product, kind);
        expect(held!.effectiveFrom).to.equal(effectiveFrom);
        expect(toHex(held!.limits)).to.equal(toHex(bytes));
      }
      expect(await regulator.points(1)).to.deep.equal(pack.series[0]!.points);
      expect(decodeSettings(await regulator.settingsAt(0))).to.deep.equal(pack.settings);
    });

    it("publishes a product's versions of years past at once, and notes the pack's text", async () => {
      const regulator = await fresh(30 * DAY);
      const pack = compiled(sample, await regulator.now());
      const years = [2020, 2021, 2040].map((year) => Date.UTC(year) / 1_000);
      const versions = pack.versions.flatMap((one) => years.map((effectiveFrom) => ({ ...one, effectiveFrom })));
      const history = { ...pack, versions };
      const hash = new Uint8Array(32).fill(7);
      const plan = await planAgainstChain(regulator, history, hash);
      expect(kinds(plan)).to.deep.equal(["settings", "series", "history", "history", "history", "pack"]);
      await publish(regulator, history, plan);
      const [{ product, kind }] = versions as [(typeof versions)[number]];
      const held = await regulator.versions(product, kind);
      expect(held.map(({ effectiveFrom }) => effectiveFrom)).to.deep.equal(years);
      expect(await regulator.packs()).to.deep.equal([{ name: pack.pack, hash: toHex(hash) }]);
      expect(kinds(await planAgainstChain(regulator, history, hash))).to.deep.equal([]);
      expect(
        kinds(
          await planAgainstChain(
            regulator,
            history,
            hash.map(() => 8),
          ),
        ),
      ).to.deep.equal(["pack"]);
    });

    it("goes on where it was cut short", async () => {
      const regulator = await fresh(0);
      const pack = compiled(sample, await regulator.now());
      const plan = await planAgainstChain(regulator, pack);
      await publish(regulator, pack, { ...plan, steps: plan.steps.slice(0, 3) });
      expect(kinds(await planAgainstChain(regulator, pack))).to.deep.equal(["version", "version"]);
    });
  });

  describe("given the pack is published", () => {
    let regulator: Regulator;
    before(async () => {
      regulator = await fresh(30 * DAY);
      const pack = compiled(sample, await regulator.now());
      await publish(regulator, pack, await planAgainstChain(regulator, pack));
    });

    it("does nothing the second time, and none in the years after", async () => {
      const now = await regulator.now();
      for (const later of [now, now + 8 * 366 * DAY]) {
        const plan = await planAgainstChain(regulator, compiled(sample, later));
        expect(plan).to.deep.include({ steps: [], conflicts: [], remarks: [] });
        expect(plan.same).to.equal(1 + 75 + 3);
      }
    });

    it("never edits a version: another one from the same moment is a conflict, named", async () => {
      const now = await regulator.now();
      const pack = compiled(sample.replaceAll("cap: 24%", "cap: 23%"), now);
      const plan = await planAgainstChain(regulator, pack);
      const [earliest, notYet] = [32, 30].map((days) => localTime(midnight(now + days * DAY), pack.settings.zone));
      const advised = plan.conflicts[0]!.match(/effectiveFrom (\d{4}-\d\d-\d\d) or later/u)![1]!;
      expect(advised > notYet! && advised <= earliest!, advised).to.equal(true);
      const advice = `leave it in the file as it was published, and add a version with effectiveFrom ${advised} or later, since this tightens what is there, which needs 30 days of notice`;
      expect(plan.conflicts).to.deep.equal(
        ["payday", "instalment"].map(
          (name) =>
            `${name} for persons from 2020-01-01: the Rulebook holds another version from that moment, which is never edited; ${advice}`,
        ),
      );
      const added = sample.replace(
        "\nnotExpressed:",
        `${sample
          .slice(sample.indexOf("\nversions:") + 10, sample.indexOf("\nnotExpressed:"))
          .replaceAll("2020-01-01", advised)
          .replaceAll("cap: 24%", "cap: 23%")}\nnotExpressed:`,
      );
      expect((await planAgainstChain(regulator, compiled(added, now))).conflicts, "the advice is good").to.deep.equal(
        [],
      );
      const error: unknown = await publish(regulator, pack, plan).catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(AppError);
      expect((error as AppError).code).to.equal("rules-conflict");
    });

    it("asks for notice before a later version binds", async () => {
      const soon = sample
        .replaceAll("effectiveFrom: 2020-01-01", "effectiveFrom: 2021-01-01")
        .replaceAll("cap: 24%", "cap: 23%");
      const { conflicts } = await planAgainstChain(regulator, compiled(soon, await regulator.now()));
      expect(conflicts).to.have.length(3);
      expect(conflicts[0]).to.match(
        /only what is published first of a product may bind from the past; give a version with effectiveFrom \d{4}-\d\d-\d\d or later, since this tightens what is there, which needs 30 days of notice/u,
      );
    });

    it("publishes a version with notice, and reads its own plan as the chain does", async () => {
      const later = new Date(((await regulator.now()) + 40 * DAY) * 1_000).toISOString().slice(0, 10);
      const pack = compiled(
        sample.replaceAll("effectiveFrom: 2020-01-01", `effectiveFrom: ${later}`),
        await regulator.now(),
      );
      const plan = await planAgainstChain(regulator, pack);
      expect(kinds(plan)).to.deep.equal(["version", "version", "version"]);
      await publish(regulator, pack, plan);
      expect(kinds(await planAgainstChain(regulator, pack))).to.deep.equal([]);
      const earlier = new Date(((await regulator.now()) + 35 * DAY) * 1_000).toISOString().slice(0, 10);
      const between = sample.replaceAll("effectiveFrom: 2020-01-01", `effectiveFrom: ${earlier}`);
      const { conflicts } = await planAgainstChain(regulator, compiled(between, await regulator.now()));
      expect(conflicts[0])
        .to.contain(`a later version is published already, from ${later}; give a version with effectiveFrom`)
        .and.to.contain("or withdraw that one first");
    });

    it("refuses another currency than that of the law, where somebody knows it, and says what to write", async () => {
      const money = { currency: { code: "CNY", decimals: 2 }, pack: "sample-market" };
      const now = await regulator.now();
      const conflictsOf = async (currency: string): Promise<readonly string[]> => {
        const text = sample.replace(/^currency: .*$/mu, `currency: ${currency}`);
        return (await planAgainstChain(regulator, compiled(text, now), undefined, money)).conflicts;
      };
      expect(await conflictsOf("{ code: CNY, decimals: 2 }")).to.deep.equal([]);
      for (const other of ["{ code: USD, decimals: 2 }", "{ code: CNY, decimals: 3 }"])
        expect((await conflictsOf(other))[0]).to.match(
          /those of sample-market, published from here, CNY with 2 decimals: one deployment is one currency; write `currency: \{ code: CNY, decimals: 2 \}`/u,
        );
    });

    it("adds the points that are new, keeps those that aren't due, and refuses to rewrite or to fill in", async () => {
      const now = await regulator.now();
      const day = (offset: number) => new Date((now + offset * DAY) * 1_000).toISOString().slice(0, 10);
      const with_ = (line: string, text = sample) =>
        text.replace("\nversions:", `      - { published: ${line}, mark: sample }\n\nversions:`);
      const plan = async (text: string) => planAgainstChain(regulator, compiled(text, now));

      const added = await plan(with_(`${day(30)}, rate: 2.8%`, with_(`${day(-2)}, rate: 2.9%`)));
      expect(added.steps.map((step) => step.kind === "rate" && step.rate)).to.deep.equal([29_000_000n]);
      expect(added.remarks).to.deep.equal([
        "Points of series 1 that lie in the future: 1. Publish the pack again when they are due.",
      ]);
      expect((await plan(with_(`${day(-20)}, rate: 2.9%`))).conflicts[0]).to.match(/more than 10 days old: too late/u);
      expect(
        (await plan(sample.replace("2020-01-20, rate: 4.15%", "2020-01-20, rate: 4.16%"))).conflicts,
      ).to.deep.equal(["series 1 holds another rate for 2020-01-20"]);
      expect((await plan(sample.replace("published: 2020-01-20", "published: 2020-01-21"))).conflicts[0]).to.match(
        /no point of 2020-01-21, and one can't be put in before its last/u,
      );
    });

    it("adds markets to those that are there, and refuses another zone", async () => {
      const now = await regulator.now();
      const other = sample
        .replace("consumer: { number: 1, confirmationWindow: 48h }", "consumer: { number: 2, confirmationWindow: 1h }")
        .replaceAll("effectiveFrom: 2020-01-01", "effectiveFrom: 2021-01-01");
      const plan = await planAgainstChain(regulator, compiled(other, now));
      const [step] = plan.steps;
      expect(step!.kind).to.equal("settings");
      const { markets } = decodeSettings((step as { settings: Uint8Array }).settings);
      expect([...markets.keys()]).to.deep.equal([1, 2]);
      const elsewhere = compiled(sample.replace("Asia/Shanghai", "Asia/Tokyo"), now);
      expect((await planAgainstChain(regulator, elsewhere)).conflicts[0]).to.match(
        /another time zone than Asia\/Tokyo/u,
      );
    });
  });
});

describe("regulator/plan's times", () => {
  it("are days at local midnight and instants otherwise", () => {
    const zone = [{ from: 0, offset: 8 * 3_600 }];
    expect(localTime(Date.UTC(2025, 8, 30, 16) / 1_000, zone)).to.equal("2025-10-01");
    expect(localTime(Date.UTC(2025, 9, 1, 1, 30) / 1_000, zone)).to.equal("2025-10-01T09:30:00+08:00");
    expect(localTime(1_000_000_000, [])).to.equal("2001-09-09T01:46:40Z");
    expect(localTime(1_000_000_000, [{ from: 0, offset: -12_600 }])).to.equal("2001-09-08T22:16:40-03:30");
  });
});
