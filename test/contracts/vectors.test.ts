import { expect } from "chai";
import { decodeDecisions } from "../../src/core/decision.ts";
import { encodeEntries, headOf, signHead } from "../../src/core/filing.ts";
import { DifferentialChain } from "../support/differential-chain.ts";
import { Places } from "../support/scenario.ts";
import { inWords, loadVectors } from "../support/vectors.ts";
import type { Vector } from "../support/vectors.ts";
import { secretOf } from "../support/world.ts";

const vectors = loadVectors();

describe("The contracts, given the vectors of", () => {
  let chain: DifferentialChain;
  before(async () => (chain = await DifferentialChain.start()));

  /** The decisions on the vector's entries, in words, and the borrower's head word afterwards. */
  async function play({ steps, borrower }: Vector): Promise<{ decisions: string[]; head: bigint }> {
    await chain.reset();
    const last = new Map<number, { number: number; head: Uint8Array }>();
    const places = new Places();
    const decisions: string[] = [];
    for (const step of steps) {
      if (step.do !== "file") {
        expect(await chain.act(step)).to.have.length(1);
        continue;
      }
      const { platform } = step;
      const { number, head } = last.get(platform) ?? { number: 0, head: new Uint8Array(32) };
      const entries = encodeEntries(places.lay(step, number + 1));
      const filing = { platform, number: number + 1, previous: head, recordsRoot: head, entries };
      const signature = signHead(headOf(filing, chain.domain), secretOf(platform));
      const filed = await chain.file({ ...filing, signature }, step.at);
      last.set(platform, filed);
      decisions.push(...decodeDecisions(filed.decisions).map(inWords));
    }
    return { decisions, head: (await chain.wordsOf(borrower)).head };
  }

  for (const file of new Set(vectors.map((vector) => vector.file)))
    describe(file, () => {
      for (const vector of vectors.filter((each) => each.file === file))
        it(vector.name, async () => {
          const { decisions, head } = await play(vector);
          expect(decisions.map((decision, i) => vector.expected[i] && decision)).to.deep.equal(vector.expected);
          expect(vector.head ?? head).to.equal(head);
        });
    });
});
