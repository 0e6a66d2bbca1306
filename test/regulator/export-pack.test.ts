import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { Rulebook } from "../../src/core/rulebook.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { compileRulePack, parseRulePack, type CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
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

      it("exports one without names, too: products by number, amounts in minor units", () => {
        const { yaml, exact } = exportPack(chain, { now: NOW, zone: compiled.zone });
        expect(exact).to.equal(true);
        const back = essence(compileRulePack(parseRulePack(yaml, "export"), NOW));
        expect(back).to.deep.equal({ ...essence(compiled), series: back.series });
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
