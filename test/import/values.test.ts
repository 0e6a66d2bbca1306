import { expect } from "chai";
import fc from "fast-check";

import { DateReader } from "../../src/import/dates.ts";
import type { MoneyFormat } from "../../src/import/mapping.ts";
import { minorUnits, readDecimal } from "../../src/import/money.ts";

const utc = (text: string): number => Date.parse(text) / 1_000;
const PLAIN: MoneyFormat = { factor: 100, rounding: "exact", decimal: ".", grouping: "" };

describe("dates of a file", () => {
  it("reads the formats in turn, in their zone", () => {
    const reader = new DateReader(["yyyy-MM-dd HH:mm:ss", "dd/MM/yyyy", "d MMM yyyy"], "Africa/Lagos", "00:00");
    expect(reader.read("2016-08-15 18:22:40")).to.equal(utc("2016-08-15T17:22:40Z"));
    expect(reader.read("15/08/2016")).to.equal(utc("2016-08-14T23:00:00Z"));
    expect(reader.read("5 Aug 2016")).to.equal(utc("2016-08-04T23:00:00Z"));
    expect(reader.read("2016-08-15T18:22:40")).to.equal(undefined);
  });

  it("refuses days and times that don't exist", () => {
    const reader = new DateReader(["yyyy-MM-dd HH:mm"], "UTC", "00:00");
    for (const text of [
      "2015-02-29 00:00",
      "2016-13-01 00:00",
      "2016-04-31 00:00",
      "2016-04-01 24:00",
      "2016-04-01 12:60",
    ])
      expect(reader.read(text), text).to.equal(undefined);
  });

  it("takes what the text itself says of its zone, and Unix seconds", () => {
    expect(new DateReader(["yyyy-MM-dd'T'HH:mm:ssZZ"], "UTC", "00:00").read("2020-01-01T08:00:00+08:00")).to.equal(
      utc("2020-01-01T00:00:00Z"),
    );
    expect(new DateReader(["X"], "Asia/Tokyo", "00:00").read("1577836800")).to.equal(1_577_836_800);
  });

  it("puts days without a time at the time of day that the mapping says", () => {
    const reader = new DateReader(["yyyy-MM-dd", "LLL-yy"], "UTC", "23:59:59");
    expect(reader.read("2016-08-15")).to.equal(utc("2016-08-15T23:59:59Z"));
    expect(reader.read("Aug-16")).to.equal(utc("2016-08-01T23:59:59Z"));
  });

  it("keeps a zone's clock changes", () => {
    const reader = new DateReader(["yyyy-MM-dd HH:mm"], "America/New_York", "00:00");
    expect(reader.read("2011-03-13 01:59")).to.equal(utc("2011-03-13T06:59:00Z"));
    expect(reader.read("2011-03-13 03:00")).to.equal(utc("2011-03-13T07:00:00Z"));
    expect(reader.read("2011-11-06 03:00")).to.equal(utc("2011-11-06T08:00:00Z"));
    expect(reader.read("2011-11-05 12:00")).to.equal(utc("2011-11-05T16:00:00Z"));
  });

  it("agrees with Luxon on formats that it reads itself", () => {
    const zone = "Europe/London";
    // LL means what MM means, and only Luxon reads it.
    const [own, luxons] = [
      new DateReader(["yyyy-MM-dd HH:mm"], zone, "00:00"),
      new DateReader(["yyyy-LL-dd HH:mm"], zone, "00:00"),
    ];
    fc.assert(
      fc.property(fc.integer({ min: 946_684_800, max: 2_000_000_000 }), (seconds) => {
        const text = new Date(seconds * 1_000).toISOString().slice(0, 16).replace("T", " ");
        expect(own.read(text), text).to.equal(luxons.read(text));
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});

describe("amounts of a file", () => {
  const cents = (text: string, change: Partial<MoneyFormat> = {}): bigint | undefined => {
    const format = { ...PLAIN, ...change };
    const found = readDecimal(text, format);
    return found && minorUnits({ ...found, value: found.value * BigInt(format.factor) }, 1, format.rounding);
  };

  it("reads plain numbers exactly", () => {
    expect(cents("10000")).to.equal(1_000_000n);
    expect(cents("13000.00")).to.equal(1_300_000n);
    expect(cents(".5")).to.equal(50n);
    expect(cents("0.1")).to.equal(10n);
    expect(cents("-3.25")).to.equal(-325n);
  });

  it("refuses what is no plain number", () => {
    for (const text of [
      "",
      "1e5",
      "0x10",
      "NaN",
      "12 000",
      "1,000",
      "1.2.3",
      "--1",
      "$5",
      "5 %",
      "Infinity",
      "9".repeat(41),
    ])
      expect(readDecimal(text, PLAIN), text).to.equal(undefined);
  });

  it("reads the grouping and the decimal sign that the mapping names", () => {
    expect(cents("1,234,567.89", { grouping: "," })).to.equal(123_456_789n);
    expect(cents("1.234.567,89", { decimal: ",", grouping: "." })).to.equal(123_456_789n);
    expect(cents("1 234", { grouping: " " })).to.equal(123_400n);
    expect(readDecimal("1,23,4.5", { ...PLAIN, grouping: "," })).to.equal(undefined);
  });

  it("rounds as it is told, and not at all if exact", () => {
    expect(cents("1.005")).to.equal(undefined);
    expect(cents("1.005", { rounding: "half-up" })).to.equal(101n);
    expect(cents("1.005", { rounding: "half-even" })).to.equal(100n);
    expect(cents("1.015", { rounding: "half-even" })).to.equal(102n);
    expect(cents("1.009", { rounding: "down" })).to.equal(100n);
    expect(cents("1.001", { rounding: "up" })).to.equal(101n);
    expect(cents("-1.001", { rounding: "down" })).to.equal(-101n);
  });
});
