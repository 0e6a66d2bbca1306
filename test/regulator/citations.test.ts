import { readFileSync } from "node:fs";
import { expect } from "chai";
import { type RuleName, ruleBit } from "../../src/core/decision.ts";
import type { JudgedBy } from "../../src/core/judged-by.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import type { Dated } from "../../src/core/rulebook.ts";
import { cite, lawRows } from "../../src/regulator/citations.ts";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";

const NOW = 1_790_000_000;
const text = readFileSync("rulebooks/cn-online-lending.yaml", "utf8");
const packOf = (content: string) => {
  const pack = parseRulePack(content, "pack");
  return { pack, compiled: compileRulePack(pack, NOW) };
};
const published = packOf(text);
/** The last version of a natural person's loan of the pack that has these rules. */
const compiled = published.compiled.versions.findLast(
  ({ kind, limits }) => kind === 1 && ["RATE", "LATE", "CONTACT"].every((rule) => isOn(limits, rule as RuleName)),
)!;

function isOn({ on }: Limits, rule: RuleName): boolean {
  return (on & ruleBit(rule)) !== 0;
}

function dated(limits: Limits, effectiveFrom = compiled.effectiveFrom, index = 0): Dated<Limits> {
  return { index, effectiveFrom, enactedAt: 0, value: limits };
}

function judged(version: Dated<Limits> | undefined, present = version): JudgedBy {
  return { product: compiled.product, kind: 1, opened: NOW, version, present };
}

const citeOne = (rule: RuleName, by: JudgedBy, packs = [published]) => cite([rule], by, { packs })[0]!;

describe("What a rule rests on that judged a loan", () => {
  const version = dated(compiled.limits);

  it("is the article, mark and source of the pack that has the version, and its bounds, in both languages", () => {
    const { law, values, from, pack } = citeOne("RATE", judged(version));
    expect(law).to.not.be.empty;
    expect({ from, pack }).to.deep.equal({ from: compiled.effectiveFrom, pack: "cn-online-lending" });
    expect(values.en.map(({ label }) => label)).to.include("cap on the annual rate");
    expect(values.zh.map(({ label }) => label)).to.include("年化利率上限");
    const [row] = lawRows([citeOne("RATE", judged(version))]);
    expect(row).to.include({ rule: "RATE", mark: law[0]!.mark });
    expect(row!.article).to.not.equal(row!.articleZh);
    const [zh] = lawRows([citeOne("RATE", judged(version))], "zh");
    expect(zh!.article).to.equal(row!.articleZh);
    expect(zh).to.not.have.property("articleZh");
  });

  it("is no pack's whose version differs in a byte, whatever it is called: bounds alone are said then", () => {
    const other = dated({ ...compiled.limits, rateCap: compiled.limits.rateCap + 1n });
    const { law, values, pack } = citeOne("RATE", judged(other));
    expect(law).to.be.empty;
    expect(pack).to.equal(undefined);
    expect(values.en).to.not.be.empty;
    expect(lawRows([citeOne("RATE", judged(other))])).to.be.empty;
  });

  it("is no pack's that has these bytes for another product or kind of borrower", () => {
    expect(citeOne("RATE", { ...judged(version), product: 2_047 }).law).to.be.empty;
    const alike = published.compiled.versions.some(
      ({ product, kind, bytes }) =>
        product === compiled.product && kind === 2 && Buffer.compare(bytes, compiled.bytes) === 0,
    );
    if (!alike) expect(citeOne("RATE", { ...judged(version), kind: 2 }).law).to.be.empty;
  });

  it("is the pack's too where the same law binds from another moment, as after an emergency", () => {
    const again = dated(compiled.limits, NOW, 7);
    expect(citeOne("RATE", judged(again)).law).to.deep.equal(citeOne("RATE", judged(version)).law);
    expect(citeOne("RATE", judged(again)).from).to.equal(NOW);
  });

  it("is the text's that was published last, where several have the version", () => {
    const article = "Another article altogether";
    const pack = structuredClone(published.pack);
    for (const { rules } of pack.versions) if (rules.RATE) rules.RATE.law = { article, mark: "M" };
    const mended = { pack, compiled: published.compiled };
    const articles = (packs: (typeof published)[]) => lawRows([citeOne("RATE", judged(version), packs)]);
    expect(articles([mended, published]).map((row) => row.article)).to.deep.equal([article]);
    expect(articles([published, mended])).to.deep.equal(articles([published]));
  });

  it("is, for how late an entry may be, what binds when it is filed; for all else what bound at the opening", () => {
    const present = dated({ ...compiled.limits, reportingWindow: 1_800 }, NOW - 60, 3);
    const late = citeOne("LATE", judged(version, present));
    expect(late.from).to.equal(NOW - 60);
    expect(late.values.en).to.deep.include({
      field: "reportingWindow",
      label: "time to report what happened",
      value: "30 minutes",
    });
    expect(citeOne("RATE", judged(version, present)).from).to.equal(compiled.effectiveFrom);
  });

  it("is nothing where no version speaks of the rule, nor for what no rulebook can waive", () => {
    const without = dated({ ...compiled.limits, on: compiled.limits.on & ~ruleBit("RATE") });
    const nothing = { rule: "RATE", values: { en: [], zh: [] }, law: [] };
    expect(citeOne("RATE", judged(without))).to.deep.equal(nothing);
    expect(citeOne("RATE", judged(undefined))).to.deep.equal(nothing);
    expect(citeOne("LICENCE", judged(version)).law).to.be.empty;
  });
});
