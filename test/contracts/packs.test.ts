import { expect } from "chai";
import { decodeDecisions } from "../../src/core/decision.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import type { Ref } from "../../src/core/entry.ts";
import { encodeEntries, headOf, signHead } from "../../src/core/filing.ts";
import { SERVED_RULES } from "../../src/core/served-rules.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import type { CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { DifferentialChain } from "../support/differential-chain.ts";
import { PACK_PLATFORMS, loadPackVectors, packNames } from "../support/pack-vectors.ts";
import type { PackVector } from "../support/pack-vectors.ts";
import type { Step } from "../support/scenario.ts";
import { inWords } from "../support/vectors.ts";
import { secretOf } from "../support/world.ts";

type Act = Exclude<Step, { do: "file" }>;

/** 2001-01-01: before every example of every pack. */
const BEGINNING = 978_307_200;
const ALL = 2n ** 256n - 1n;

/** What this registry serves of a version's rules: a Rulebook takes no others. */
function served(limits: Limits): Limits {
  return { ...limits, on: (limits.on & SERVED_RULES) >>> 0 };
}

/** A chain whose Rulebook holds a pack, but for reference rates. */
async function chainOf({ settings, versions, series }: CompiledRulePack): Promise<DifferentialChain> {
  const platforms = PACK_PLATFORMS.map((one) => ({ ...one, foundingUntil: 0 }));
  // A series is opened with a point; this one is stale long before the first example.
  const [point] = series.map(({ number }) => ({ series: number, publishedAt: BEGINNING - 1_000, rate: 1n }));
  const chain = await DifferentialChain.start({ at: BEGINNING, platforms, products: ALL, ...(point && { point }) });
  const steps: Act[] = [
    { at: BEGINNING, do: "settings", from: 0, settings },
    ...platforms.map(({ number }): Act => ({ at: BEGINNING, do: "products", platform: number, word: 1, bitmap: ALL })),
    ...versions.map(({ product, kind, effectiveFrom, limits }): Act => ({
      ...{ at: BEGINNING, do: "publish", product, kind },
      ...{ from: effectiveFrom, limits: served(limits) },
    })),
  ];
  for (const step of steps) expect(await chain.act(step), JSON.stringify(step.do)).to.not.be.empty;
  await chain.keep();
  return chain;
}

/** What each step is decided as, in words. Reference rates are published on their days. */
async function play(chain: DifferentialChain, pack: CompiledRulePack, { steps }: PackVector): Promise<string[]> {
  await chain.reset();
  const last = new Map<number, { number: number; head: Uint8Array }>();
  const places = new Map<string, Ref>();
  const points = pack.series.flatMap(({ number, points }) => points.map((point) => ({ series: number, ...point })));
  const decisions: string[] = [];
  for (const { at, platform, entry, as } of steps) {
    while (points[0] !== undefined && points[0].publishedAt <= at) {
      const point = points.shift()!;
      await chain.act({ at: point.publishedAt, do: "rate", ...point });
    }
    const { number, head } = last.get(platform) ?? { number: 0, head: new Uint8Array(32) };
    const entries = encodeEntries([encodeEntry(entry((name) => places.get(name)!))]);
    const filing = { platform, number: number + 1, previous: head, recordsRoot: head, entries };
    if (as !== undefined) places.set(as, { platform, number: number + 1, index: 0 });
    const signature = signHead(headOf(filing, chain.domain), secretOf(platform));
    const filed = await chain.file({ ...filing, signature }, at);
    last.set(platform, filed);
    decisions.push(...decodeDecisions(filed.decisions).map(inWords));
  }
  return decisions;
}

describe("The contracts, by the law's own examples:", function () {
  this.timeout(60_000);
  for (const name of packNames())
    describe(name, () => {
      const { pack, vectors } = loadPackVectors(name);
      let chain: DifferentialChain;
      before(async () => (chain = await chainOf(pack)));

      for (const vector of vectors)
        (vector.served ? it : it.skip)(vector.name, async () => {
          expect(await play(chain, pack, vector)).to.deep.equal(vector.steps.map(({ expected }) => expected));
        });
    });
});
