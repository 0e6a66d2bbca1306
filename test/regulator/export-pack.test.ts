import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { Rulebook } from "../../src/core/rulebook.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { compileRulePack, parseRulePack, type CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { exportFromTexts } from "../../src/regulator/export-texts.ts";
import { exportPack } from "../../src/regulator/export-pack.ts";
import { packHash } from "../../src/regulator/pack-hash.ts";
import type { RulebookOnChain } from "../../src/regulator/rulebook-on-chain.ts";

const NOW = 1_790_000_000;
const files = readdirSync("rulebooks").filter((name) => name.endsWith(".yaml"));

/** A Rulebook as publishing the pack would leave it. */
function published({ versions, series, settings }: CompiledRulePack): RulebookOnChain {
  const rulebook = new Rulebook();
  rulebook.apply({ event: "SettingsPublished", index: 0, effectiveFrom: 0, settings: encodeSettings(settings) });
  for (const { number, points } of series)
    for (const point of points) rulebook.apply({ event: "RatePublished", series: number, ...point });
  for (const [index, { product, kind, effectiveFrom, bytes }] of versions.entries())
    rulebook.apply({ event: "VersionPublished", product, kind, index, effectiveFrom, enactedAt: NOW, limits: bytes });
  const seriesNames = new Map(series.map(({ number, title }) => [number, title] as const));
  return { rulebook, seriesNames, packs: [], emergencies: [], notices: undefined };
}

const essence = ({ settings, series, versions }: CompiledRulePack) => ({
  settings,
  series,
  versions: versions.map(({ product, kind, effectiveFrom, bytes }) => ({ product, kind, effectiveFrom, bytes })),
});

describe("regulator/export-pack", () => {
  for (const file of files)
    describe(`given ${file} on the chain`, () => {
      const text = readFileSync(`rulebooks/${file}`, "utf8");
      const pack = parseRulePack(text, file);
      const compiled = compileRulePack(pack, NOW);
      const chain = published(compiled);

      it("exports a pack that compiles to the same bytes, with the names, titles and law of the text", () => {
        const { yaml, exact, remarks } = exportPack(chain, { now: NOW, names: { pack, compiled, law: true } });
        expect({ exact, remarks }).to.deep.equal({ exact: true, remarks: [] });
        const back = parseRulePack(yaml, "export");
        expect(compileRulePack(back, NOW)).to.deep.equal(compiled);
        expect(back.notExpressed).to.deep.equal(pack.notExpressed);
        expect(back.products).to.deep.equal(pack.products);
        const laws = ({ versions }: typeof pack) =>
          new Set(
            versions.flatMap(({ rules }) =>
              Object.entries(rules).map(([name, rule]) => JSON.stringify([name, rule?.law])),
            ),
          );
        expect(laws(back)).to.deep.equal(laws(pack));
      });

      it("exports just what was published, field by field, from the text that is kept", () => {
        const { yaml, exact, remarks } = exportFromTexts(chain, [{ text, pack, compiled }], { now: NOW });
        expect({ exact, remarks }).to.deep.equal({ exact: true, remarks: [] });
        expect(parseRulePack(yaml, "export")).to.deep.equal(pack);
        // With its wording, too: what YAML says of both is the same, key by key, comments aside.
        expect(parse(yaml, { maxAliasCount: 2_000 })).to.deep.equal(parse(text, { maxAliasCount: 2_000 }));
      });

      it("exports one without names, too: products by number, amounts in minor units", () => {
        const { yaml, exact } = exportPack(chain, { now: NOW, zone: compiled.zone });
        expect(exact).to.equal(true);
        const back = essence(compileRulePack(parseRulePack(yaml, "export"), NOW));
        expect(back).to.deep.equal({ ...essence(compiled), series: back.series });
      });
    });

  describe("given several texts", () => {
    const text = readFileSync("rulebooks/sample-market.yaml", "utf8");
    const head = text.slice(0, text.indexOf("\nversions:"));
    const fileOf = (content: string, emergency = false) => {
      const pack = parseRulePack(content, "text");
      return { text: content, pack, compiled: compileRulePack(pack, NOW), emergency };
    };
    const whole = fileOf(text);
    const versions = text.slice(head.length, text.indexOf("\nnotExpressed:"));
    const from = (day: string): string => head + versions.replaceAll("2020-01-01", day);
    const publish = (
      chain: RulebookOnChain,
      all: readonly { product: number; kind: number; effectiveFrom: number; bytes: Uint8Array }[],
    ): void => {
      for (const { product, kind, effectiveFrom, bytes } of all) {
        const index = chain.rulebook.versionsOf(product, kind).length;
        const event = { event: "VersionPublished" as const, product, kind, index, effectiveFrom, enactedAt: NOW };
        chain.rulebook.apply({ ...event, limits: bytes });
      }
    };
    const backOf = (yaml: string) => parseRulePack(yaml, "export");

    it("writes each version in the words of the text that has it", () => {
      const later = fileOf(from("2027-03-01").replaceAll("time: 24h", "time: 7d"));
      const chain = published(whole.compiled);
      publish(chain, later.compiled.versions);
      const { yaml, exact } = exportFromTexts(chain, [later, whole], { now: NOW });
      expect(exact).to.equal(true);
      const back = backOf(yaml);
      expect(back.versions).to.deep.equal([...whole.pack.versions, ...later.pack.versions]);
      expect(back.notExpressed).to.deep.equal(whole.pack.notExpressed);
      expect(yaml).to.contain("time: 7d").and.to.contain("time: 24h");
    });

    it("writes the law that an emergency interrupted with its articles, and the emergency's with its own", () => {
      const stop = fileOf(
        from("2020-01-01").replaceAll("time: 24h", "time: 30d").replaceAll("cap: 24%", "cap: 12%"),
        true,
      );
      const chain = published(whole.compiled);
      const payday = ({ versions: all }: CompiledRulePack) => all.filter(({ product }) => product === 65);
      publish(
        chain,
        payday(stop.compiled).map((one) => ({ ...one, effectiveFrom: NOW + 1 })),
      );
      publish(
        chain,
        payday(whole.compiled).map((one) => ({ ...one, effectiveFrom: NOW + 1_000 })),
      );
      const { yaml, exact } = exportFromTexts(chain, [whole, stop], { now: NOW });
      expect(exact).to.equal(true);
      const [emergency, after] = backOf(yaml).versions.slice(whole.pack.versions.length);
      expect(emergency!.rules).to.deep.equal(stop.pack.versions[0]!.rules);
      expect(after!.rules).to.deep.equal(whole.pack.versions[0]!.rules);
      expect(yaml).to.not.contain("Not said");
    });

    it("leaves out what was withdrawn, and says where nobody says the law", () => {
      const chain = published(whole.compiled);
      const first = whole.compiled.versions[0]!;
      chain.rulebook.apply({
        event: "VersionWithdrawn",
        product: first.product,
        kind: first.kind,
        index: 0,
        withdrawnAt: NOW,
      });
      const bytes = fileOf(text.replaceAll("max: 20000", "max: 20001")).compiled.versions[0]!.bytes;
      publish(chain, [{ ...first, effectiveFrom: NOW + 1, bytes }]);
      const { yaml, exact } = exportFromTexts(chain, [whole], { now: NOW });
      expect(exact).to.equal(true);
      const back = backOf(yaml);
      expect(back.versions.slice(0, -1)).to.deep.equal(
        whole.pack.versions.filter(({ products }) => !products.includes(first.productName)),
      );
      expect(back.versions.at(-1)!.rules.AMOUNT).to.deep.include({ max: "20001" });
      expect(yaml).to.contain("Not said: the chain keeps values, and no articles");
    });

    it("joins packs of different products, and exports one alone where it is given", () => {
      const other = fileOf(readFileSync("rulebooks/sample-payday.yaml", "utf8"));
      const chain = published(whole.compiled);
      publish(chain, other.compiled.versions);
      const both = exportFromTexts(chain, [other, whole], { now: NOW, zone: whole.pack.zone });
      const back = backOf(both.yaml);
      expect(back.pack).to.equal("exported");
      // Two things of one name: the last text's keeps it.
      expect(Object.keys(back.products)).to.deep.equal(["payday", "instalment", "private", "product-65"]);
      expect(back.products["product-65"]).to.deep.include({ title: whole.pack.products["payday"]!.title });
      expect(both.exact).to.equal(true);
      const alone = exportFromTexts(chain, [whole, other], { now: NOW }, true);
      expect(backOf(alone.yaml)).to.deep.equal(whole.pack);
    });
  });

  it("is not taken in by a zone that agrees now and then", () => {
    const compiled = compileRulePack(
      parseRulePack(readFileSync("rulebooks/sample-market.yaml", "utf8"), "sample"),
      NOW,
    );
    const { yaml, exact } = exportPack(published(compiled), { now: NOW });
    expect(exact).to.equal(true);
    expect(compileRulePack(parseRulePack(yaml, "export"), NOW).settings).to.deep.equal(compiled.settings);
    expect(exportPack(published(compiled), { now: NOW, zone: "Antarctica/Casey" }).exact).to.equal(false);
  });

  it("finds a zone with the chain's offsets where nobody names one, and says so", () => {
    const compiled = compileRulePack(parseRulePack(readFileSync("rulebooks/us-fl.yaml", "utf8"), "us-fl"), NOW);
    const { yaml, remarks } = exportPack(published(compiled), { now: NOW });
    expect(remarks.join(" ")).to.match(/keeps offsets, and no name of a zone: [A-Z]\w+\/\w+ has these/u);
    expect(compileRulePack(parseRulePack(yaml, "export"), NOW).settings).to.deep.equal(compiled.settings);
  });
});

describe("regulator/pack-hash", () => {
  const text = readFileSync("rulebooks/us-fl.yaml", "utf8");

  it("is the same whatever the comments, and another with another article", () => {
    expect(packHash(`# a remark\n${text}`)).to.equal(packHash(text));
    expect(packHash(text.replace("mark: V ", "mark: M "))).to.not.equal(packHash(text));
  });
});
