import { expect } from "chai";
import { packBook } from "../../src/core/book-words.ts";
import { encodeEntries } from "../../src/core/filing.ts";
import { RULES_SERVED } from "../../src/core/served-rules.ts";
import { hostileOracle } from "../support/custom-rules.ts";
import { Places } from "../support/scenario.ts";
import { inWords, loadVectors } from "../support/vectors.ts";
import type { Vector } from "../support/vectors.ts";
import { actOnTwin, beginningTwin } from "../support/world.ts";

const domain = { chainId: 1n, registry: new Uint8Array(20).fill(1) };
const vectors = loadVectors();

/** The decisions on the vector's entries, in words, and the borrower's head word afterwards. */
function play({ steps, borrower }: Vector): { decisions: string[]; head: bigint } {
  const twin = beginningTwin(domain);
  const places = new Places();
  const decisions: string[] = [];
  for (const step of steps) {
    if (step.do !== "file") {
      actOnTwin(twin, step);
      continue;
    }
    const { number, head } = twin.chainOf(step.platform);
    const entries = encodeEntries(places.lay(step, number + 1));
    const filing = { platform: step.platform, number: number + 1, previous: head, recordsRoot: head, entries };
    decisions.push(
      ...twin.applyFiling(step.at, filing, hostileOracle).entries.map(({ decision }) => inWords(decision)),
    );
  }
  return { decisions, head: packBook(twin.bookOf(borrower)).head };
}

describe("The twin, given the vectors of", () => {
  for (const file of new Set(vectors.map((vector) => vector.file)))
    describe(file, () => {
      for (const vector of vectors.filter((each) => each.file === file))
        it(vector.name, () => {
          const { decisions, head } = play(vector);
          expect(decisions.map((decision, i) => vector.expected[i] && decision)).to.deep.equal(vector.expected);
          expect(vector.head ?? head).to.equal(head);
        });
    });

  it("every rule that it serves", () => {
    const files = new Set(vectors.map(({ file }) => file));
    const rules = RULES_SERVED.map(({ name }) => `${name.toLowerCase()}.json`);
    expect(rules.filter((name) => !files.has(name))).to.deep.equal([]);
  });
});
