import { createHash } from "node:crypto";
import { expect } from "chai";
import { type Database, openDatabase, takeFilingLock } from "../../src/store/database.ts";
import {
  type CutFiling,
  findByState,
  lastFilings,
  storeCut,
  storeSigned,
  WAITING_AFTER,
} from "../../src/store/filings.ts";
import { readMark } from "../../src/store/marks.ts";
import { migrate } from "../../src/store/migrate.ts";
import { markFinal, refileOvertaken, storeMined, takeBack } from "../../src/store/mining.ts";
import type { MinedFiling } from "../../src/store/filings.ts";
import { listPlatforms, savePlatform } from "../../src/store/platforms.ts";
import {
  addSubmissions,
  findByLeaves,
  findCollisions,
  findWaiting,
  type NewSubmission,
} from "../../src/store/submissions.ts";
import { freshDatabase } from "../support/database.ts";

const hash = (text: string): Buffer => createHash("sha256").update(text).digest();

function submission(name: string, change: Partial<NewSubmission> = {}): NewSubmission {
  return {
    platform: 1,
    leaf: hash(`leaf ${name}`),
    idempotencyKey: `key ${name}`,
    bodyHash: hash(`body ${name}`),
    jti: `event ${name}`,
    kind: 1,
    borrower: hash("borrower"),
    question: false,
    opening: undefined,
    record: `record "${name}" \\ {}, 借新还旧`,
    receivedAt: new Date(1_700_000_000_000),
    deadlineAt: new Date(1_700_000_060_000),
    ...change,
  };
}

function cut(number: number, sequences: number[], change: Partial<CutFiling> = {}): CutFiling {
  return {
    platform: 1,
    number,
    previous: hash(`head ${number - 1}`),
    head: hash(`head ${number}`),
    recordsRoot: hash(`root ${number}`),
    entries: Buffer.from("entries"),
    sequences,
    ...change,
  };
}

function mined(filing: CutFiling, block: number, change: Partial<MinedFiling> = {}): MinedFiling {
  return {
    ...filing,
    signature: Buffer.alloc(65, 7),
    decisions: Buffer.concat(filing.sequences.map((_, i) => Buffer.alloc(12, i + 1))),
    transactionHash: hash(`transaction ${filing.number}`),
    blockNumber: block,
    blockHash: hash(`block ${block}`),
    blockTime: 1_700_000_000 + block,
    logIndex: 0,
    ...change,
  };
}

describe("the store", function () {
  this.timeout(60_000);
  let url: string;
  let db: Database;

  beforeEach(async () => {
    url = await freshDatabase();
    db = openDatabase(url);
    expect(await migrate(db)).to.deep.equal(["001-initial", "002-certificates"]);
    await savePlatform(db, { number: 1, name: "One", signer: { kind: "test" } });
    await savePlatform(db, { number: 2, name: "Two", signer: { kind: "test" } });
  });

  afterEach(async () => db.destroy());

  it("applies each migration once", async () => {
    expect(await migrate(db)).to.deep.equal([]);
  });

  it("refuses a second gateway on the same database, until the first lets go", async () => {
    const lock = await takeFilingLock(url);
    const second = await takeFilingLock(url).then(
      () => "taken",
      (error: { code: string }) => error.code,
    );
    expect(second).to.equal("database-in-use");
    await lock.release();
    await (await takeFilingLock(url)).release();
  });

  describe("submissions", () => {
    it("gives a group its sequences in the order of the group", async () => {
      const group = Array.from({ length: 300 }, (_, i) => submission(String(i)));
      const sequences = await addSubmissions(db, group);
      const given = group.map((one) => sequences.get(Buffer.from(one.leaf).toString("hex")));
      expect(given).to.deep.equal([...given].sort((a, b) => a! - b!));
      const waiting = await findWaiting(db, 0, 1000);
      expect(waiting.map((row) => row.record)).to.deep.equal(group.map((one) => one.record));
    });

    it("leaves out what collides by key, event or leaf, and stores the rest", async () => {
      await addSubmissions(db, [submission("a")]);
      const group = [
        submission("b"),
        submission("c", { idempotencyKey: "key a" }),
        submission("d", { jti: "event a" }),
        submission("e", { leaf: hash("leaf a") }),
        submission("f", { platform: 2, idempotencyKey: "key a", jti: "event a" }),
        submission("b again", { leaf: hash("leaf b") }),
      ];
      const stored = await addSubmissions(db, group);
      expect([...stored.keys()]).to.deep.equal([hash("leaf b"), hash("leaf f")].map((leaf) => leaf.toString("hex")));
      const collisions = await findCollisions(db, group.slice(1, 4));
      expect(collisions.map((one) => one.jti)).to.deep.equal(["event a"]);
    });
  });

  describe("a cut", () => {
    let sequences: number[];

    beforeEach(async () => {
      const stored = await addSubmissions(
        db,
        ["a", "b", "c"].map((name) => submission(name)),
      );
      sequences = [...stored.values()];
    });

    it("places its submissions, and what it will not file", async () => {
      const [a, b, c] = sequences as [number, number, number];
      await storeCut(db, [cut(1, [a, b])], [{ sequence: c, platform: 1, state: "not_filed", reason: "refused" }], c);
      expect(await findWaiting(db, 0, 10)).to.deep.equal([]);
      expect(await readMark(db, WAITING_AFTER)).to.equal(c);
      const [status] = await findByLeaves(db, [hash("leaf b")]);
      expect(status).to.include({ placement: "filed", number: 1, index: 1, filingState: "cut" });
      expect(status?.decision).to.equal(null);
      expect((await lastFilings(db)).get(1)).to.deep.equal({ number: 1, head: hash("head 1") });
    });

    it("is stored whole or not at all", async () => {
      const [a] = sequences as [number];
      await storeCut(db, [cut(1, [a])], [], a);
      const again = await storeCut(db, [cut(2, [a])], [], a).then(
        () => "stored",
        () => "refused",
      );
      expect(again).to.equal("refused");
      expect((await lastFilings(db)).get(1)?.number).to.equal(1);
    });
  });

  describe("a filing on its way", () => {
    let first: CutFiling;
    let second: CutFiling;

    beforeEach(async () => {
      const stored = await addSubmissions(
        db,
        ["a", "b", "c"].map((name) => submission(name)),
      );
      const [a, b, c] = [...stored.values()] as [number, number, number];
      first = cut(1, [a, b]);
      second = cut(2, [c]);
      const ordinals = await storeCut(db, [first, second], [], c);
      await storeSigned(
        db,
        ordinals.map((ordinal, nonce) => ({
          ordinal,
          nonce,
          signature: Buffer.alloc(65, 7),
          gasLimit: 1_000_000,
          transactionHash: hash(`transaction ${nonce + 1}`),
          transaction: Buffer.from(`raw ${nonce}`),
        })),
      );
    });

    it("is mined once however often a block is told, and then final", async () => {
      expect(await storeMined(db, [mined(first, 10)])).to.deep.equal(["ours"]);
      expect(await storeMined(db, [mined(first, 10), mined(second, 11)])).to.deep.equal(["again", "ours"]);
      const [status] = await findByLeaves(db, [hash("leaf b")]);
      expect(status?.decision).to.deep.equal(Buffer.alloc(12, 2));
      expect(await markFinal(db, 10)).to.deep.equal([{ platform: 1, number: 1 }]);
      expect((await findByState(db, ["mined"])).map((row) => row.number)).to.deep.equal([2]);
    });

    it("goes back when a reorganisation takes its block", async () => {
      await storeMined(db, [mined(first, 10), mined(second, 11)]);
      expect(await takeBack(db, 10)).to.equal(1);
      expect((await findByState(db, ["signed"])).map((row) => row.number)).to.deep.equal([2]);
      expect(await storeMined(db, [mined(second, 12)])).to.deep.equal(["ours"]);
    });

    it("is overtaken when another filing has its number, and its submissions can be filed again", async () => {
      const theirs = mined(cut(1, [], { head: hash("another head"), recordsRoot: hash("another root") }), 10);
      expect(await storeMined(db, [theirs])).to.deep.equal(["overtaking"]);
      expect((await listPlatforms(db))[0]?.halted).to.contain("number 1");
      expect((await lastFilings(db)).get(1)?.head).to.deep.equal(hash("another head"));
      expect(await findWaiting(db, 0, 10)).to.have.length(0);
      expect(await refileOvertaken(db, 1)).to.equal(3);
      expect(await findWaiting(db, await readMark(db, WAITING_AFTER), 10)).to.have.length(3);
      expect((await listPlatforms(db))[0]?.halted).to.equal(null);
    });

    it("stays ours where only its head is another: it was mined by another registry than it was last meant for", async () => {
      const there = mined({ ...first, head: hash("by the successor") }, 10);
      expect(await storeMined(db, [there])).to.deep.equal(["moved"]);
      expect((await listPlatforms(db))[0]?.halted).to.equal(null);
      expect((await findByState(db, ["mined"])).map((row) => row.head)).to.deep.equal([hash("by the successor")]);
      expect(await storeMined(db, [there])).to.deep.equal(["again"]);
    });

    it("forgets what others filed in a block that is gone", async () => {
      await storeMined(db, [mined(cut(1, [], { platform: 2 }), 10)]);
      expect(await takeBack(db, 9)).to.equal(0);
      expect((await lastFilings(db)).has(2)).to.equal(false);
    });
  });
});
