import { expect } from "chai";
import { detailCounts, packBook, unpackBook } from "../../src/core/book-words.ts";
import { toHex } from "../../src/core/bytes.ts";
import { ruleBit } from "../../src/core/decision.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import type { Entry, Opened } from "../../src/core/entry.ts";
import { AppError } from "../../src/core/errors.ts";
import { addressOfSecret, encodeEntries, headOf, signHead } from "../../src/core/filing.ts";
import type { Filing, SignedFiling } from "../../src/core/filing.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import { Registry } from "../../src/core/registry.ts";
import { ScenarioMaker } from "../support/random-scenario.ts";
import { Random } from "../support/random.ts";
import { Places } from "../support/scenario.ts";

const NOW = 1_800_000_000;
const secret = new Uint8Array(32).fill(9);
const borrower = new Uint8Array([1, ...new Uint8Array(31)]);
const domain = { chainId: 1n, registry: new Uint8Array(20).fill(5) };
const opened: Opened = {
  kind: "Opened",
  basis: "request",
  borrower,
  time: NOW,
  product: 65,
  principal: 1_000n,
  disclosed: 0,
  schedule: [{ count: 1, unit: "day", gap: 30, amount: 1_100n }],
};

/** A registry in service with one platform, which is licensed for product 65 under limits that only ask for a licence. */
function registry(): Registry {
  const twin = new Registry(domain);
  const licence = ruleBit("LICENCE");
  const limits = encodeLimits({ ...emptyLimits(), on: licence, refuse: licence, reportingWindow: 2 ** 32 - 1 });
  twin.apply({ event: "RegistryInstalled", registry: domain.registry });
  twin.apply({
    event: "LicenceSet",
    platform: 1,
    key: addressOfSecret(secret),
    group: 1,
    standing: "active",
    foundingUntil: NOW + 1_000,
    flags: 0,
  });
  twin.apply({ event: "ProductsSet", platform: 1, word: 0, bitmap: 1n << 65n });
  twin.apply({ event: "VersionPublished", product: 65, kind: 1, index: 0, effectiveFrom: 0, limits });
  return twin;
}

function nextFiling(twin: Registry, ...entries: Entry[]): Filing {
  const { number, head } = twin.chainOf(1);
  const bytes = encodeEntries(entries.map(encodeEntry));
  return { platform: 1, number: number + 1, previous: head, recordsRoot: new Uint8Array(32), entries: bytes };
}

function signed(filing: Filing): SignedFiling {
  return { ...filing, signature: signHead(headOf(filing, domain), secret) };
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return "none";
}

describe("The twin of the registry", () => {
  describe("given a filing that the contract would revert", () => {
    it("names the reason, and nothing has changed", () => {
      const twin = registry();
      const filing = signed(nextFiling(twin, opened));
      const wrong = (part: Partial<SignedFiling>): string =>
        codeOf(() => twin.applyFiling(NOW, { ...filing, ...part }));
      expect(wrong({ platform: 2 })).to.equal("filing-without-key");
      expect(wrong({ number: 2 })).to.equal("filing-wrong-number");
      expect(wrong({ previous: new Uint8Array(32).fill(1) })).to.equal("filing-wrong-previous");
      expect(wrong({ recordsRoot: new Uint8Array(32).fill(1) })).to.equal("filing-bad-signature");
      expect(twin.chainOf(1).number).to.equal(0);
      expect(twin.bookOf(borrower).head).to.equal(undefined);
    });

    it("also when it isn't in service, or the key was revoked", () => {
      const twin = registry();
      const filing = signed(nextFiling(twin));
      twin.apply({ event: "RegistryInstalled", registry: new Uint8Array(20).fill(6) });
      expect(codeOf(() => twin.applyFiling(NOW, filing))).to.equal("registry-not-in-service");
      const keyless = registry();
      const key = new Uint8Array(20);
      keyless.apply({
        event: "LicenceSet",
        platform: 1,
        key,
        group: 1,
        standing: "active",
        foundingUntil: 0,
        flags: 0,
      });
      expect(codeOf(() => keyless.applyFiling(NOW, filing))).to.equal("filing-without-key");
    });
  });

  describe("given a signed filing", () => {
    it("chains it, decides its entries and says whose state changed", () => {
      const twin = registry();
      const filing = signed(nextFiling(twin, opened));
      const applied = twin.applyFiling(NOW, filing);
      expect(applied.entries.map(({ decision }) => decision.outcome)).to.deep.equal(["accepted"]);
      expect(applied.changed.map(toHex)).to.deep.equal([toHex(borrower)]);
      expect(twin.chainOf(1)).to.deep.equal({ number: 1, head: applied.head, foundingEnded: true });
      expect(twin.bookOf(borrower).head).to.include({ platform: 1, number: 1, index: 0, outstanding: 1_000 });
      expect([...twin.borrowers()].map(toHex)).to.deep.equal([toHex(borrower)]);
    });

    it("takes an empty one", () => {
      const twin = registry();
      const applied = twin.applyFiling(NOW, signed(nextFiling(twin)));
      expect(applied.entries).to.deep.equal([]);
      expect(twin.isFounding(1, NOW)).to.equal(true);
    });
  });

  describe("asked to check an entry", () => {
    it("decides as if it were filed, and changes nothing", () => {
      const twin = registry();
      const { decision, book } = twin.check(NOW, 1, encodeEntry(opened));
      expect(decision.outcome).to.equal("accepted");
      expect(book?.head).to.include({ outstanding: 1_000 });
      expect(twin.bookOf(borrower).head).to.equal(undefined);
      expect(twin.isFounding(1, NOW)).to.equal(true);
    });
  });

  describe("brought back to a mark", () => {
    it("is as it was, rules and licences included", () => {
      const twin = registry();
      twin.applyFiling(NOW, nextFiling(twin, { ...opened, firstDraw: true }));
      const mark = twin.mark();
      const before = [
        twin.chainOf(1),
        twin.bookOf(borrower),
        twin.licences.licenceOf(1),
        twin.rulebook.limitsAt(65, 1, NOW),
      ];
      twin.apply({
        event: "VersionPublished",
        product: 65,
        kind: 1,
        index: 1,
        effectiveFrom: 1,
        limits: encodeLimits(emptyLimits()),
      });
      twin.apply({ event: "SettingsPublished", index: 0, effectiveFrom: 0, settings: new Uint8Array(2) });
      twin.apply({ event: "RatePublished", series: 1, publishedAt: 1, rate: 5n });
      const key = new Uint8Array(20);
      twin.applyFiling(NOW + 1, nextFiling(twin, opened, opened));
      twin.apply({
        event: "LicenceSet",
        platform: 1,
        key,
        group: 7,
        standing: "suspended",
        foundingUntil: 0,
        flags: 0,
      });
      twin.rollback(mark);
      expect([
        twin.chainOf(1),
        twin.bookOf(borrower),
        twin.licences.licenceOf(1),
        twin.rulebook.limitsAt(65, 1, NOW),
      ]).to.deep.equal(before);
      expect(twin.rulebook.referenceAt(1, NOW, 65_535)).to.equal(undefined);
      // And goes on from there as if nothing had been.
      expect(twin.applyFiling(NOW + 2, nextFiling(twin, opened)).entries).to.have.length(1);
    });

    it("comes to the same again, whatever was tried in between", () => {
      const random = new Random(3);
      const maker = new ScenarioMaker(random);
      const [once, twice] = [registry(), registry()];
      const places = new Places();
      for (let i = 0; i < 40; i++) {
        const step = maker.next(once);
        if (step.do !== "file" || step.platform !== 1) continue;
        const { number, head } = once.chainOf(1);
        const entries = encodeEntries(places.lay(step, number + 1));
        const filing = { platform: 1, number: number + 1, previous: head, recordsRoot: new Uint8Array(32), entries };
        maker.remember(step, places);
        const mark = twice.mark();
        twice.applyFiling(step.at + 5, filing);
        twice.rollback(mark);
        const [first, second] = [once, twice].map((twin) => twin.applyFiling(step.at, filing));
        expect(second).to.deep.equal(first);
        for (const changed of first!.changed) expect(twice.bookOf(changed)).to.deep.equal(once.bookOf(changed));
        twice.release();
      }
      expect([...once.borrowers()]).to.not.have.length(0);
      for (const one of once.borrowers()) {
        const words = packBook(once.bookOf(one));
        expect(unpackBook(words)).to.deep.equal(once.bookOf(one));
        expect(words.details.map((detail) => detail !== undefined)).to.deep.equal(words.slots.map(detailCounts));
      }
    });
  });
});
