import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { Journal } from "../../src/import/journal.ts";
import { failureOf } from "./support.ts";

const KEYS = [
  "AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBA",
  "CCCCCCCCCCCCCCCCCCCCCA.DDDDDDDDDDDDDDDDDDDDDA",
] as const;
const leaf = (byte: number): Buffer => Buffer.alloc(32, byte);

describe("an import's notes", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "tally-journal-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const request = (event: string) => ({
    platform: 1,
    items: [{ event, leaf: "0x00", idempotencyKey: `${event}.x`, record: "r~" }],
  });

  it("keep what was confirmed, and what was under way", async () => {
    const first = await Journal.open(directory);
    const name = await first.begin(request("one"));
    await first.begin(request("two"));
    await first.end(name, [
      { key: KEYS[0], leaf: leaf(1) },
      { key: KEYS[1], leaf: leaf(2) },
    ]);
    await first.close();
    const second = await Journal.open(directory);
    expect(second.size).to.equal(2);
    expect(second.find(KEYS[1].split(".")[0]!)).to.deep.equal({ key: KEYS[1], leaf: leaf(2) });
    const left = await second.leftovers();
    expect(left.map(({ request: one }) => one.items[0]?.event)).to.deep.equal(["two"]);
    expect(await second.begin(request("three"))).to.equal("request-00000003.json");
    await second.close();
  });

  it("survive a write that was cut short", async () => {
    const first = await Journal.open(directory);
    await first.end(await first.begin(request("one")), [{ key: KEYS[0], leaf: leaf(1) }]);
    await first.close();
    await appendFile(join(directory, "journal"), Buffer.alloc(40, 9));
    await writeFile(join(directory, "request-00000007.json"), '{"platform":1,"items":[{"ev');
    const second = await Journal.open(directory);
    expect(second.size).to.equal(1);
    expect(await second.leftovers()).to.deep.equal([]);
    await second.end(await second.begin(request("two")), [{ key: KEYS[1], leaf: leaf(2) }]);
    await second.close();
    const third = await Journal.open(directory);
    expect(third.find(KEYS[1].split(".")[0]!)?.leaf).to.deep.equal(leaf(2));
    await third.close();
  });

  it("belong to one import at a time; a lock whose owner has died is none", async () => {
    await writeFile(join(directory, "lock"), String(process.ppid));
    const busy = await failureOf(Journal.open(directory));
    expect(busy).to.include({ code: "import-running" });
    expect(busy.message).to.include(String(process.ppid));
    await writeFile(join(directory, "lock"), "4194305");
    await (await Journal.open(directory)).close();
  });
});
