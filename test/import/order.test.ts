import { expect } from "chai";
import fc from "fast-check";

import { Dealer } from "../../src/import/dealer.ts";
import { CLOSING, timelineOf } from "../../src/import/events.ts";
import type { Loan } from "../../src/import/loan.ts";

const loan = (
  line: number,
  borrower: number,
  platform: number,
  opened: number,
  closed?: number,
  paid: number[] = [],
): Loan => ({
  ...{ line, platform, loan: `L${line}`, borrower: `0x01${String(borrower).padStart(62, "0")}`, product: 129, opened },
  principal: 100n,
  schedule: [{ count: 1, unit: "day", gap: 30, amount: 110n }],
  repaid: paid.map((at) => ({ at, principal: 1n, charges: 0n })),
  happened: [],
  ...(closed !== undefined && { closed: { at: closed, reason: "repaid" as const, principal: 100n, charges: 10n } }),
});

const loans = fc
  .array(
    fc.tuple(
      fc.nat(4),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(20),
      fc.option(fc.nat(10)),
      fc.array(fc.nat(5), { maxLength: 2 }),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((all) =>
    all.map(([borrower, platform, opened, length, paid], i) => {
      const closed = length === null ? undefined : opened + length;
      return loan(
        i,
        borrower,
        platform,
        opened,
        closed,
        paid.map((after) => Math.min(opened + after, closed ?? 99)).sort((a, b) => a - b),
      );
    }),
  );

const timeOf = (one: Loan, step: number): number =>
  step === 0 ? one.opened : step === CLOSING ? one.closed!.at : one.repaid[step - 1]!.at;

describe("the order of events", () => {
  it("is that of time; at the same second a loan ends before another begins, and no loan before itself", () => {
    const all = [loan(0, 1, 1, 50, 60), loan(1, 1, 1, 10, 50), loan(2, 1, 1, 50, 50, [50])];
    const timeline = timelineOf(all);
    const places = Array.from({ length: timeline.length }, (_, at) => [timeline.loanAt(at), timeline.stepAt(at)]);
    expect(places).to.deep.equal([
      [1, 0],
      [1, CLOSING],
      [0, 0],
      [2, 0],
      [2, 1],
      [2, CLOSING],
      [0, CLOSING],
    ]);
  });

  it("never goes back in time, has every event once, and opens each loan first", () => {
    fc.assert(
      fc.property(loans, (all) => {
        const timeline = timelineOf(all);
        const seen = new Set<string>();
        let before = 0;
        for (let at = 0; at < timeline.length; at++) {
          const [index, step] = [timeline.loanAt(at), timeline.stepAt(at)];
          const time = timeOf(all[index]!, step);
          expect(time).to.be.at.least(before);
          before = time;
          expect(step === 0 || seen.has(`${index}/0`)).to.equal(true);
          seen.add(`${index}/${step}`);
        }
        expect(seen.size).to.equal(timeline.length);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe("the dealing of events", () => {
  for (const careful of [false, true])
    it(`keeps each borrower's order across platforms, whichever answer comes first (${careful ? "careful" : "usual"})`, () => {
      fc.assert(
        fc.property(loans, fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.nat(3)), (all, size, choices) => {
          const timeline = timelineOf(all);
          const sent = new Set<number>();
          const dealer = new Dealer(timeline, size, (place) => sent.has(place));
          dealer.careful = careful;
          const underWay: NonNullable<ReturnType<Dealer["deal"]>>[] = [];
          const arrived: number[] = [];
          for (const choice of choices) {
            const chunk = choice > 0 && underWay.length < 3 ? dealer.deal() : undefined;
            if (chunk !== undefined) underWay.push(chunk);
            else if (underWay.length > 0) {
              const [answered] = underWay.splice(choice % underWay.length, 1);
              for (const place of answered!.places) {
                expect(all[timeline.loanAt(place)]!.platform).to.equal(answered!.platform);
                sent.add(place);
                arrived.push(place);
              }
              dealer.answered(answered!, []);
            } else if (dealer.empty) break;
          }
          expect([...arrived].sort((a, b) => a - b)).to.deep.equal(
            Array.from({ length: timeline.length }, (_, i) => i),
          );
          const last = new Map<string, number>();
          for (const place of arrived) {
            const { borrower } = all[timeline.loanAt(place)]!;
            expect(place).to.be.greaterThan(last.get(borrower) ?? -1);
            last.set(borrower, place);
          }
        }),
        { seed: 5, numRuns: 300 },
      );
    });

  it("deals again what could not be taken, at its place", () => {
    const timeline = timelineOf([loan(0, 1, 1, 1, 5), loan(1, 1, 1, 2, 6)]);
    const sent = new Set<number>();
    const dealer = new Dealer(timeline, 2, (place) => sent.has(place));
    dealer.careful = false;
    const first = dealer.deal()!;
    sent.add(first.places[0]!);
    dealer.answered(first, [first.places[1]!]);
    expect(dealer.deal()?.places).to.deep.equal([1, 2]);
  });
});
