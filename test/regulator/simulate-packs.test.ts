import { readdirSync, readFileSync } from "node:fs";

import { expect } from "chai";

import { encodeSettings } from "../../src/core/settings.ts";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { FiledHistory } from "../support/filed-history.ts";
import { DAY, openedBy, simulated } from "../support/small-market.ts";

const NOW = 1_795_000_000;
const packs = readdirSync("rulebooks").filter((name) => name.endsWith(".yaml") && !/pilot/u.test(name));

describe("a pack simulated under itself", () => {
  for (const name of packs)
    it(`${name}, with all its versions, changes nothing`, () => {
      const pack = compileRulePack(parseRulePack(readFileSync(`rulebooks/${name}`, "utf8"), name), NOW);
      const filed = new FiledHistory();
      filed.law({
        ...{ event: "SettingsPublished", index: 0, effectiveFrom: 0 },
        settings: encodeSettings(pack.settings),
      });
      for (const { number, points } of pack.series)
        for (const point of points) filed.law({ event: "RatePublished", series: number, ...point });
      for (const { product, kind, effectiveFrom, bytes: limits } of pack.versions)
        filed.law({ event: "VersionPublished", product, kind, index: 0, effectiveFrom, limits });
      const products = pack.products.map(({ product }) => product);
      filed.license(1, products);
      // A loan of each product soon after each version of any of them begins, and some later ones of the same borrowers.
      const moments = pack.versions.map(({ effectiveFrom }) => effectiveFrom + 10 * DAY).filter((at) => at < NOW);
      const times = [...new Set(moments.flatMap((at) => [at, at + 3 * DAY]))].sort((a, b) => a - b);
      for (const [i, at] of times.entries())
        for (const product of products)
          filed.file(1, NOW, [openedBy("abc"[i % 3]!, at, { basis: "founded", product, principal: 40_000n })]);
      const history = filed.finish();
      for (const dating of ["drafted", "as-dated"] as const)
        for (const period of [{}, { from: times[1] ?? 0 }]) {
          const { report, judged } = simulated(history, pack, { dating, ...period });
          for (const { before, after } of judged) expect(after).to.deep.equal(before);
          expect(report).to.deep.include({ changes: [], notes: [], draft_versions: [], borrowers_affected: 0 });
        }
    });
});
