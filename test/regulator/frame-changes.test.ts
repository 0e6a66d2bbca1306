import { expect } from "chai";

import { frameChanges, type Frame } from "../../src/regulator/frame-changes.ts";

const DAY = 86_400;
const points = (...days: readonly number[]) => days.map((day) => ({ publishedAt: day * DAY, rate: BigInt(day) }));
const frame = (change: Partial<Frame> = {}): Frame => ({
  ...{ currency: { code: "CNY", decimals: 2 }, zoneName: "Asia/Shanghai", markets: new Map(), calendar: undefined },
  ...{ series: new Map(), ...change },
});
const said = (before: Partial<Frame>, after: Partial<Frame>): string[] =>
  frameChanges(frame(before), frame(after), { market: String, series: () => "lpr-1y", zone: [] });

describe("What changes for all products, in words", () => {
  it("is nothing where nothing does", () => {
    expect(said({}, {})).to.deep.equal([]);
    expect(said({}, { markets: new Map([[1, { confirmationWindow: 0, graceDays: 0 }]]) })).to.deep.equal([]);
    expect(said({ series: new Map([[1, points(1, 2)]]) }, { series: new Map([[1, points(1, 2)]]) })).to.deep.equal([]);
  });

  it("names money, zone, windows and business days", () => {
    const markets = new Map([[1, { confirmationWindow: 2 * DAY, graceDays: 14 }]]);
    const calendar = { rest: 0b110_0000, from: 0, until: 365, exceptions: [4] };
    expect(
      said({}, { currency: { code: "JPY", decimals: 0 }, zoneName: "Asia/Tokyo", markets, calendar }),
    ).to.deep.equal([
      "amounts are JPY with 0 decimals instead of CNY with 2 decimals",
      "days are those of Asia/Tokyo instead of Asia/Shanghai",
      "the time to confirm or void a loan of market 1 changes from none to 2 days",
      "loans of market 1 that nobody closed are stale 14 days after they were due instead of 0 days",
      "business days change: all days but Saturday and Sunday, 1 holiday; known from 1970-01-01 to 1970-12-31; instead of none is known",
    ]);
    const other = { ...calendar, exceptions: [5] };
    expect(said({ calendar }, { calendar: other })[0]).to.contain("other days are holidays");
  });

  it("names points of series by their days, many by the first and the last", () => {
    const series = new Map([[1, points(1, 2, 3)]]);
    const changed = [...points(2, 4), { publishedAt: 3 * DAY, rate: 9n }];
    expect(said({ series }, { series: new Map([[1, changed]]) })).to.deep.equal([
      "series lpr-1y gains 1 point: 1970-01-05",
      "series lpr-1y loses 1 point: 1970-01-02",
      "series lpr-1y says another rate for 1 point: 1970-01-04",
    ]);
    expect(said({}, { series: new Map([[1, points(1, 2, 3, 4, 5)]]) })).to.deep.equal([
      "series lpr-1y gains 5 points: from 1970-01-02 to 1970-01-06",
    ]);
  });
});
