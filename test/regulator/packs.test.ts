import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import type { Ref } from "../../src/core/entry.ts";
import { addressOfSecret, encodeEntries } from "../../src/core/filing.ts";
import { Registry } from "../../src/core/registry.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import type { Language } from "../../src/core/rule-texts.ts";
import { parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import type { CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { localTime, planPublication } from "../../src/regulator/plan.ts";
import { PACK_PLATFORMS, loadPackVectors, packNames } from "../support/pack-vectors.ts";
import type { PackVector } from "../support/pack-vectors.ts";
import { inWords } from "../support/vectors.ts";
import { secretOf } from "../support/world.ts";

/** 2026-03-01. */
const NOW = 1_772_323_200;
const DAY = 86_400;
const domain = { chainId: 1n, registry: new Uint8Array(20).fill(1) };

/** A twin whose Rulebook holds the pack, with five platforms licensed for all of it. */
function twinOf({ settings, series, versions, products }: CompiledRulePack): Registry {
  const twin = new Registry(domain);
  twin.apply({ event: "RegistryInstalled", registry: domain.registry });
  for (const { number, group } of PACK_PLATFORMS) {
    const key = addressOfSecret(secretOf(number));
    twin.apply({ event: "LicenceSet", platform: number, key, group, standing: "active", foundingUntil: 0, flags: 0 });
    for (const { product } of products)
      twin.apply({ event: "ProductsSet", platform: number, word: product >>> 8, bitmap: 2n ** 256n - 1n });
  }
  twin.apply({ event: "SettingsPublished", index: 0, effectiveFrom: 0, settings: encodeSettings(settings) });
  for (const { number, points } of series)
    for (const point of points) twin.apply({ event: "RatePublished", series: number, ...point });
  for (const [index, { bytes, ...version }] of versions.entries())
    twin.apply({ event: "VersionPublished", index, ...version, limits: bytes });
  return twin;
}

/** What each step is decided as, in words. */
function play(pack: CompiledRulePack, { steps }: PackVector): string[] {
  const twin = twinOf(pack);
  const places = new Map<string, Ref>();
  const placeOf = (name: string): Ref => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`no step is called ${name}`);
    return place;
  };
  return steps.map(({ at, platform, entry, as }) => {
    const { number, head } = twin.chainOf(platform);
    const entries = encodeEntries([encodeEntry(entry(placeOf))]);
    const filing = { platform, number: number + 1, previous: head, recordsRoot: head, entries };
    if (as !== undefined) places.set(as, { platform, number: number + 1, index: 0 });
    return inWords(twin.applyFiling(at, filing).entries[0]!.decision);
  });
}

const PROSE = ["title", "note", "provision", "why"];

/** Titles, notes and what provisions say, as far as they aren't in both languages. */
function inOneLanguage(part: unknown): string[] {
  return Object.entries(Object(part) as object).flatMap(([key, text]: [string, unknown]) => {
    if (!PROSE.includes(key)) return typeof text === "object" ? inOneLanguage(text) : [];
    const { zh = "" } = Object(text) as Partial<Record<Language, string>>;
    return /\p{Script=Han}/u.test(zh) ? [] : [JSON.stringify(text)];
  });
}

describe("rulebooks, by the law's own examples:", () => {
  for (const name of packNames())
    describe(name, () => {
      const { pack, vectors } = loadPackVectors(name);
      for (const vector of vectors)
        // A case that speaks of what this registry doesn't serve waits until it does.
        (vector.served ? it : it.skip)(vector.name, () => {
          expect(play(pack, vector)).to.deep.equal(vector.steps.map(({ expected }) => expected));
        });
    });

  it("can be published on an empty Rulebook, whatever the notice", () => {
    const notices = { tightening: 30 * 86_400, relaxation: 30 * 86_400 };
    const empty = { settings: undefined, points: new Map(), versions: new Map(), packs: [] };
    for (const name of packNames()) {
      const { pack } = loadPackVectors(name);
      expect(planPublication(pack, { now: NOW, notices, ...empty }).conflicts, name).to.deep.equal([]);
    }
  });

  for (const name of packNames())
    it(`${name} has an example of the day before and the day of each change of law`, () => {
      const { pack, vectors } = loadPackVectors(name);
      const opened = vectors.flatMap(({ steps }) => steps);
      const without = [...Map.groupBy(pack.versions, ({ effectiveFrom }) => effectiveFrom)].filter(([from, begun]) => {
        const products = new Set(begun.map(({ productName }) => productName));
        const times = opened.flatMap(({ at, opens }) => (products.has(opens ?? "") ? [at] : []));
        return !times.some((at) => at >= from - DAY && at < from) || !times.some((at) => at >= from && at < from + DAY);
      });
      expect(without.map(([from]) => localTime(from, pack.settings.zone))).to.deep.equal([]);
    });

  it("have vectors, all but the samples", () => {
    const packs = readdirSync("rulebooks").filter((file) => file.endsWith(".yaml") && !file.startsWith("sample-"));
    expect(packNames()).to.deep.equal(packs.map((file) => file.replace(".yaml", "")).sort());
  });

  it("begin with what they are, since when their facts are known, and that they are no advice", () => {
    for (const name of packNames()) {
      const [comment = ""] = /^(#.*\n)+/u.exec(readFileSync(`rulebooks/${name}.yaml`, "utf8")) ?? [];
      expect(comment, name)
        .to.match(/Facts as known in \w+ \d{4}/u)
        .and.to.match(/no legal advice/u);
    }
  });

  it("say in English and in Chinese all that isn't a citation", () => {
    for (const name of packNames()) {
      const file = `rulebooks/${name}.yaml`;
      const { series: _, ...pack } = parseRulePack(readFileSync(file, "utf8"), file);
      expect(inOneLanguage(pack), name).to.deep.equal([]);
    }
  });

  it("has the reference rate as published", function () {
    const file = "../shared/data/lpr_1y.csv";
    if (!existsSync(file)) this.skip(); // The list of publications is not part of the repository.
    const [, ...rows] = readFileSync(file, "utf8").trim().split("\n");
    const { series } = loadPackVectors("cn-online-lending").pack;
    const points = series[0]!.points.map(({ publishedAt, rate }) => {
      const day = new Date((publishedAt + 8 * 3_600) * 1_000).toISOString().slice(0, 10);
      return `${day},${(Number(rate) / 1e7).toFixed(2)}`;
    });
    expect(points).to.deep.equal(rows.map((row) => row.split(",").slice(0, 2).join(",")));
  });
});
