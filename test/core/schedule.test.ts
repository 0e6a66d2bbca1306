import { expect } from "chai";
import fc from "fast-check";
import { decodeSchedule, encodeSchedule, fallen, summarise } from "../../src/core/schedule.ts";
import type { Leg } from "../../src/core/schedule.ts";
import { schedules } from "../support/rate-cases.ts";

const leg: Leg = { count: 12, unit: "month", gap: 1, amount: 94_560n };
const decoded = (...legs: Leg[]) => decodeSchedule(encodeSchedule(legs));

describe("schedules", () => {
  it("come back from their bytes", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        expect(decodeSchedule(encodeSchedule(schedule))).to.deep.equal(schedule);
      }),
      { seed: 1 },
    );
  });

  it("are added up as if payment by payment", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const payments = schedule.flatMap(({ count, amount, step = 0n }) =>
          Array.from({ length: count }, (_, k) => ((amount << 16n) - BigInt(k) * step + 0xffffn) >> 16n),
        );
        const { total, largest, payments: count } = summarise(schedule);
        expect(count).to.equal(payments.length);
        expect(total).to.equal(payments.reduce((a, b) => a + b, 0n));
        expect(largest).to.equal(payments.reduce((a, b) => (a > b ? a : b), 0n));
        expect(payments.every((payment) => payment >= 1n)).to.be.true;
      }),
      { seed: 2 },
    );
  });

  it("take a month for a twelfth of 365.2425 days", () => {
    expect(summarise([leg, { count: 2, unit: "week", gap: 2, amount: 1n }]).term).to.equal(
      12 * 2_629_746 + 4 * 604_800,
    );
  });

  it("have falls that are summed up without walking", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 700n), fc.bigInt(0n, (1n << 56n) - 1n), (count, step) => {
        let sum = 0n;
        for (let k = 0n; k < count; k++) sum += (k * step) >> 16n;
        expect(fallen(count, step)).to.equal(sum);
      }),
      { seed: 4 },
    );
  });

  describe("are malformed", () => {
    const cases: Record<string, Leg[]> = {
      "without legs": [],
      "with 401 legs": Array.from({ length: 401 }, () => ({ ...leg, count: 1 })),
      "with a count of zero": [{ ...leg, count: 0 }],
      "with a gap of zero": [{ ...leg, gap: 0 }],
      "with an amount of zero": [{ ...leg, amount: 0n }],
      "with 1,201 payments": [
        { ...leg, count: 1_200 },
        { ...leg, count: 1 },
      ],
      "with a last payment of zero": [{ ...leg, count: 2, amount: 5n, step: 5n << 16n }],
    };
    for (const [name, legs] of Object.entries(cases))
      it(name, () => {
        expect(decoded(...legs)).to.equal(undefined);
      });

    it("with a byte more, a byte less, an unknown unit or unknown bits of it", () => {
      const bytes = encodeSchedule([leg]);
      expect(decodeSchedule(bytes.subarray(0, bytes.length - 1))).to.equal(undefined);
      expect(decodeSchedule(Uint8Array.of(...bytes, 0))).to.equal(undefined);
      for (const unit of [3, 4, 0x42]) {
        const other = bytes.slice();
        other[4] = unit;
        expect(decodeSchedule(other)).to.equal(undefined);
      }
    });
  });

  it("are well-formed at the limits", () => {
    expect(decoded(...Array.from({ length: 400 }, () => ({ ...leg, count: 3 })))).to.have.length(400);
    expect(decoded({ ...leg, count: 2, amount: 5n, step: (5n << 16n) - 1n })).to.have.length(1);
    expect(decoded({ ...leg, step: 0n })).to.deep.equal([{ ...leg, step: 0n }]);
  });
});
