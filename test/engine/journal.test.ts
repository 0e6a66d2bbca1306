import { copyFile, open, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import { AppError } from "../../src/core/errors.ts";
import { type BlockToReplay, type Journal, openJournal } from "../../src/engine/journal.ts";
import type { ChainFacts, JournaledBlock } from "../../src/engine/journal-frames.ts";
import { temporaryDirectory } from "./support.ts";

const facts: ChainFacts = { chainId: 5, genesisTime: 1_700_000_000, gasLimit: 300_000_000, hardfork: "osaka" };
const other: ChainFacts = { ...facts, genesisTime: 1 };

const hash = (of: number): string => `0x${of.toString(16).padStart(64, "0")}`;

/** Three transactions a block, of sizes that differ; of the first of each block the journal is told beforehand. */
function transactionsOf(number: number): Map<string, Buffer> {
  return new Map([0, 1, 2].map((i) => [hash(number * 100 + i), Buffer.alloc(number * 7 + i * 40 + 1, number * 3 + i)]));
}

function block(number: number): JournaledBlock {
  return {
    number,
    hash: hash(number + 5000),
    parent: hash(number + 4999),
    time: facts.genesisTime + number,
    stateRoot: hash(number + 9000),
    transactions: [...transactionsOf(number).keys()],
  };
}

async function write(path: string, blocks: number): Promise<void> {
  const journal = await openJournal(path, () => facts, fail);
  for (let number = 1; number <= blocks; number += 1) {
    const [first, ...rest] = transactionsOf(number);
    if (first !== undefined) await journal.remember(...first);
    await journal.append(block(number), new Map(rest));
  }
  await journal.close();
}

function fail(text: string): void {
  throw new Error(text);
}

async function all(journal: Journal): Promise<BlockToReplay[]> {
  const blocks: BlockToReplay[] = [];
  for await (const one of journal.read(1)) blocks.push(one);
  return blocks;
}

const whole = (blocks: number): BlockToReplay[] =>
  Array.from({ length: blocks }, (_, i) => ({ block: block(i + 1), raw: [...transactionsOf(i + 1).values()] }));

describe("engine: the journal of the chain", () => {
  it("gives back what was written, in order, with the chain it is of", async () => {
    const path = join(await temporaryDirectory(), "journal");
    await write(path, 5);
    const journal = await openJournal(path, () => other, fail);
    expect(journal.chain).to.deep.equal(facts);
    expect(journal.height).to.equal(5);
    expect(journal.head).to.deep.equal(block(5));
    expect(journal.blockAt(2)).to.deep.equal(block(2));
    expect(await all(journal)).to.deep.equal(whole(5));
    await journal.close();
  });

  it("goes on where it ended", async () => {
    const path = join(await temporaryDirectory(), "journal");
    await write(path, 2);
    const journal = await openJournal(path, () => other, fail);
    await journal.append(block(3), transactionsOf(3));
    await journal.close();
    const again = await openJournal(path, () => other, fail);
    expect(await all(again)).to.deep.equal(whole(3));
    await again.close();
  });

  it("keeps a transaction that is in no block yet, once", async () => {
    const path = join(await temporaryDirectory(), "journal");
    const journal = await openJournal(path, () => facts, fail);
    for (let i = 0; i < 2; i += 1) await journal.remember(hash(1), Buffer.from("one"));
    await journal.close();
    const { length } = await readFile(path);
    const again = await openJournal(path, () => facts, fail);
    expect(again.has(hash(1))).to.equal(true);
    await again.remember(hash(1), Buffer.from("one"));
    await again.close();
    expect((await readFile(path)).length).to.equal(length);
  });

  it("refuses a block that does not follow its head", async () => {
    const path = join(await temporaryDirectory(), "journal");
    await write(path, 1);
    const journal = await openJournal(path, () => facts, fail);
    for (const wrong of [block(3), { ...block(2), parent: hash(1) }]) {
      const error: unknown = await journal.append(wrong, transactionsOf(wrong.number)).catch((e: unknown) => e);
      expect((error as AppError).code).to.equal("journal-mismatch");
    }
    await journal.close();
    expect((await readFile(path)).length).to.be.greaterThan(0);
  });

  it("cut at any byte of its last block gives all blocks before it", async function () {
    this.timeout(60_000);
    const home = await temporaryDirectory();
    const [good, longer] = [join(home, "journal"), join(home, "longer")];
    await write(good, 3);
    await write(longer, 4);
    const [least, most] = [(await readFile(good)).length, (await readFile(longer)).length];
    const property = fc.asyncProperty(fc.integer({ min: least, max: most - 1 }), fc.boolean(), async (cut, noise) => {
      const path = join(home, "cut");
      await copyFile(longer, path);
      await truncate(path, cut);
      if (noise) {
        const file = await open(path, "a");
        await file.write(Buffer.alloc(50, 0x9d));
        await file.close();
      }
      const said: string[] = [];
      const journal = await openJournal(
        path,
        () => other,
        (text) => said.push(text),
      );
      expect(await all(journal)).to.deep.equal(whole(3));
      await journal.append(block(4), transactionsOf(4));
      await journal.close();
      const again = await openJournal(path, () => other, fail);
      expect(await all(again)).to.deep.equal(whole(4));
      await again.close();
    });
    await fc.assert(property, { seed: 11, numRuns: 30 });
  });

  it("damaged before its end is refused and left as it is", async () => {
    const path = join(await temporaryDirectory(), "journal");
    await write(path, 4);
    const bytes = await readFile(path);
    const middle = bytes.indexOf('"number":2');
    bytes.writeUInt8(0x58, middle + 3);
    await writeFile(path, bytes);
    const error: unknown = await openJournal(path, () => facts, fail).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(AppError);
    expect((error as AppError).code).to.equal("journal-damaged");
    expect((error as AppError).message).to.match(/block 1 is whole, and so is block 3/u);
    expect(await readFile(path)).to.deep.equal(bytes);
  });

  it("does not take another file for itself", async () => {
    const path = join(await temporaryDirectory(), "journal");
    await writeFile(path, "dear diary");
    const error: unknown = await openJournal(path, () => facts, fail).catch((e: unknown) => e);
    expect((error as AppError).code).to.equal("journal-damaged");
    expect(await readFile(path, "utf8")).to.equal("dear diary");
  });
});
