import { expect } from "chai";
import fc from "fast-check";
import { DAY, localDay, yearStart } from "../../src/core/calendar.ts";
import type { Zone } from "../../src/core/calendar.ts";
import {
  EMPTY_RING,
  FAR,
  UNKNOWN,
  insertOpening,
  packDeltas,
  removeOpening,
  unpackDeltas,
} from "../../src/core/ring.ts";
import type { Ring } from "../../src/core/ring.ts";

const UTC: Zone = [];
const day = (number: number): number => (11_000 + number) * DAY + 3_600;

/** Opens on these days, in this order. */
function ringOf(...days: number[]): Ring {
  return days.reduce((ring, number) => insertOpening(ring, day(number), UTC), EMPTY_RING);
}

/** Days of the known openings, newest first, and how the ring ends. */
function shape({ newest, deltas }: Ring): (number | string)[] {
  if (newest === 0) return [];
  let at = localDay(UTC, newest) - 11_000;
  const known: (number | string)[] = [at];
  for (const delta of deltas) known.push(delta === FAR ? "far" : delta === UNKNOWN ? "unknown" : (at -= delta - 1));
  return known;
}

describe("The ring of openings", () => {
  it("keeps the last eight in order", () => {
    expect(shape(ringOf(1, 5, 5, 9))).to.deep.equal([9, 5, 5, 1]);
    expect(shape(ringOf(1, 2, 3, 4, 5, 6, 7, 8, 9))).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2]);
  });

  it("puts late ones where they belong", () => {
    expect(shape(ringOf(10, 4, 7, 10, 1))).to.deep.equal([10, 10, 7, 4, 1]);
    expect(shape(ringOf(1, 2, 3, 4, 5, 6, 7, 9, 8))).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2]);
    expect(shape(ringOf(2, 3, 4, 5, 6, 7, 8, 9, 1))).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2]);
  });

  it("says far beyond 508 days, and forgets what is behind", () => {
    expect(shape(ringOf(0, 508))).to.deep.equal([508, 0]);
    expect(shape(ringOf(-1, 0, 509))).to.deep.equal([509, "far"]);
    expect(shape(ringOf(509, 0))).to.deep.equal([509, "far"]);
    expect(shape(ringOf(509, 0, -300))).to.deep.equal([509, "far"]);
  });

  it("says unknown where a far one may be near a late one", () => {
    expect(shape(ringOf(600, 0, 300))).to.deep.equal([600, 300, "unknown"]);
    // Whether one was lost before or after it can't be told any more, so that it is lost as well.
    expect(shape(ringOf(600, 0, 300, 200))).to.deep.equal([600, 300, "unknown"]);
    expect(shape(ringOf(1200, 600, 900))).to.deep.equal([1200, 900, "unknown"]);
  });

  it("closes the gap when an opening leaves", () => {
    const ring = ringOf(1, 5, 9);
    expect(shape(removeOpening(ring, day(5), UTC))).to.deep.equal([9, 1]);
    expect(shape(removeOpening(ring, day(1), UTC))).to.deep.equal([9, 5]);
    expect(removeOpening(ring, day(4), UTC)).to.equal(ring);
    expect(removeOpening(ringOf(3), day(3), UTC)).to.deep.equal(EMPTY_RING);
  });

  it("goes on from noon of the day before when the newest leaves", () => {
    const left = removeOpening(ringOf(1, 5, 9), day(9), UTC);
    expect(left.newest).to.equal((11_000 + 5) * DAY + DAY / 2);
    expect(shape(left)).to.deep.equal([5, 1]);
    const far = ringOf(0, 600);
    expect(removeOpening(far, day(600), UTC)).to.equal(far);
  });

  it("knows that a full one may have lost something, once it isn't full any more", () => {
    expect(shape(removeOpening(ringOf(1, 2, 3, 4, 5, 6, 7, 8), day(4), UTC))).to.deep.equal([
      8,
      7,
      6,
      5,
      3,
      2,
      1,
      "unknown",
    ]);
    expect(shape(removeOpening(ringOf(1, 2, 3, 4, 5, 6, 7, 8), day(1), UTC))).to.deep.equal([
      8,
      7,
      6,
      5,
      4,
      3,
      2,
      "unknown",
    ]);
    expect(shape(removeOpening(ringOf(1, 2, 3, 4, 5, 6, 7, 8), day(8), UTC))).to.deep.equal([
      7,
      6,
      5,
      4,
      3,
      2,
      1,
      "unknown",
    ]);
  });

  it("removes the oldest of a day, and joins to far", () => {
    expect(shape(removeOpening(ringOf(5, 5, 9), day(5), UTC))).to.deep.equal([9, 5]);
    expect(shape(removeOpening(ringOf(0, 300, 600), day(300), UTC))).to.deep.equal([600, "far"]);
    expect(shape(removeOpening(ringOf(-600, 0, 300), day(0), UTC))).to.deep.equal([300, "far"]);
  });

  it("holds, whatever comes in and goes, only openings that there were, newest first, and packs into 63 bits", () => {
    const change = fc.record({ number: fc.integer({ min: 0, max: 1_500 }), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        let ring = EMPTY_RING;
        const open: number[] = [];
        for (const { number, leaves } of changes) {
          const at = open.indexOf(number);
          if (leaves && at !== -1) open.splice(at, 1);
          else if (!leaves) open.push(number);
          ring =
            leaves && at !== -1
              ? removeOpening(ring, day(number), UTC)
              : leaves
                ? ring
                : insertOpening(ring, day(number), UTC);
          const known = shape(ring).filter((part) => typeof part === "number");
          expect(known).to.deep.equal([...known].sort((a, b) => b - a));
          expect(unpackDeltas(packDeltas(ring))).to.deep.equal(ring.deltas);
          expect(packDeltas(ring) >> 63n).to.equal(0n);
          // Far ones may stay known as the newest after they left; all others are openings that are still there.
          const stray = known.slice(1).filter((part) => !open.includes(part));
          expect(stray).to.deep.equal([]);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe("The calendar", () => {
  it("finds the first of January of any day", () => {
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 200_000 }), (number) => {
        const year = new Date(number * DAY * 1_000).getUTCFullYear();
        const first = new Date(0);
        first.setUTCFullYear(year, 0, 1);
        expect(yearStart(number)).to.equal(first.getTime() / (DAY * 1_000));
      }),
      { seed: 7, numRuns: 5_000 },
    );
  });

  it("takes the offset of the time, the first from the beginning", () => {
    const zone = [
      { from: 1_000_000_000, offset: 3_600 },
      { from: 1_100_000_000, offset: -3_600 },
    ];
    expect(localDay(zone, DAY - 3_600)).to.equal(1);
    expect(localDay(zone, DAY - 3_601)).to.equal(0);
    const midnight = Math.ceil(1_100_000_000 / DAY) * DAY;
    expect(localDay(zone, midnight)).to.equal(midnight / DAY - 1);
    expect(localDay(zone, midnight + 3_600)).to.equal(midnight / DAY);
  });
});
