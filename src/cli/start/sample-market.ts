/**
 * A small made-up market: the same loans in every installation, whatever the day. Three platforms lend to some hundred and twenty people
 * through most of 2025; most of it is in order, some of it is not, and one borrower pays each loan off with the next, elsewhere.
 *
 * The dates lie where the sample rulebook's reference rate is known. Only the few requests at the end are of the day on which they
 * are made.
 */
import { BEGIN, DAY, END, fairCharge, HOUR, levelPayment, type SampleEvent, type SampleLoan } from "./sample-loan.ts";
import { pilotRequests, sampleScenes } from "./sample-scenes.ts";

/** The borrower whom the sample is about. */
export const ROLLER = "sample-roller";

const SEED = 4_150;

/** Numbers from 0 to below 1, the same for the same seed everywhere (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All loans, each borrower's in the order in which they were made. */
export function sampleMarket(): SampleLoan[] {
  const next = random(SEED);
  const loans: SampleLoan[] = [];
  for (let i = 0; i < 90; i++) loans.push(...paydayBorrower(next, `sample-short-${i}`));
  for (let i = 0; i < 30; i++) loans.push(instalmentLoan(next, `sample-long-${i}`));
  loans.push(...sampleScenes(), ...roller(), ...requests(), ...pilotRequests());
  return loans;
}

const whole = (next: () => number, from: number, to: number): number => from + Math.floor(next() * (to - from + 1));

/** Somebody who borrows for some weeks, now and then; one in eight comes back within the day. */
function paydayBorrower(next: () => number, borrower: string): SampleLoan[] {
  const loans: SampleLoan[] = [];
  const hasty = next() < 0.125;
  let opened = BEGIN + whole(next, 0, 60) * DAY + whole(next, 0, 12 * HOUR);
  for (let left = whole(next, 1, 5); left > 0; left--) {
    const principal = whole(next, 5, 80) * 10_000;
    const days = whole(next, 7, 30);
    const dear = next() < 0.06;
    const charge = dear ? Math.floor(principal / 10) : fairCharge(principal, days);
    const closed = opened + days * DAY - whole(next, 0, 6 * HOUR);
    if (closed > END) break;
    const deducted = next() < 0.02;
    loans.push({
      ...{ platform: whole(next, 0, 2), borrower, product: "payday", principal, opened },
      ...(deducted && { cash: principal - Math.floor(principal / 20) }),
      terms: { days, charge },
      disclosed: next() > 0.05,
      events: [{ kind: "Closed", at: closed, reason: "repaid", principal, charges: charge }],
    });
    opened = closed + (hasty ? whole(next, 1, 20) * HOUR : whole(next, 2, 45) * DAY);
  }
  return loans;
}

/** A loan in equal monthly payments, some of them made by now; every tenth is dearer than the cap. */
function instalmentLoan(next: () => number, borrower: string): SampleLoan {
  const principal = whole(next, 5, 50) * 100_000;
  const months = [6, 9, 12][whole(next, 0, 2)]!;
  const monthly = next() < 0.1 ? 30 : 19;
  const payment = levelPayment(principal, monthly, months);
  const opened = BEGIN + whole(next, 0, 150) * DAY + whole(next, 0, 8 * HOUR);
  const events: SampleEvent[] = [];
  let outstanding = principal;
  for (let k = 1; k <= months; k++) {
    const at = opened + Math.floor(k * 30.4 * DAY) - whole(next, 0, 2 * HOUR);
    if (at > END) break;
    const charges = Math.floor((outstanding * monthly) / 1_000);
    const paid = k === months ? outstanding : Math.min(outstanding, payment - charges);
    outstanding -= paid;
    const made = { at, principal: paid, charges };
    events.push(k === months ? { kind: "Closed", reason: "repaid", ...made } : { kind: "Repaid", ...made });
  }
  return {
    ...{ platform: whole(next, 0, 2), borrower, principal, opened, events, disclosed: true },
    product: next() < 0.3 ? "private" : "instalment",
    terms: { months, payment },
  };
}

/** Eleven loans in seven months, each from another platform than the last and a little larger, to pay off the one before. */
function roller(): SampleLoan[] {
  const loans: SampleLoan[] = [];
  let principal = 300_000;
  let opened = BEGIN + 56 * DAY;
  for (let i = 0; i < 11; i++) {
    const days = 21;
    const charge = fairCharge(principal, days);
    const stillOpen = i >= 9;
    // Paid with the next loan's money, an hour after that was made.
    const closed = opened + (days - 1) * DAY + HOUR;
    loans.push({
      ...{ platform: i % 3, borrower: ROLLER, product: "payday", principal, opened, disclosed: true },
      terms: { days, charge },
      events: stillOpen ? [] : [{ kind: "Closed", at: closed, reason: "repaid", principal, charges: charge }],
    });
    opened += (days - 1) * DAY;
    principal = Math.ceil((principal + charge) / 10_000) * 10_000 + 20_000;
  }
  return loans;
}

/**
 * What is asked today, all at the last platform, so that the others may go on loading their history: five newcomers, one of whom was to
 * get less than the contract says; somebody who was paid while the system was down; and the roller again.
 */
function requests(): SampleLoan[] {
  const asked = (borrower: string, principal: number, days: number): SampleLoan => ({
    ...{ platform: 2, borrower, product: "payday", principal, disclosed: true, events: [] },
    terms: { days, charge: fairCharge(principal, days) },
    opened: undefined,
  });
  const newcomers = [200_000, 350_000, 120_000, 500_000].map((principal, i) =>
    asked(`sample-new-${i}`, principal, 14 + 2 * i),
  );
  return [
    ...newcomers,
    { ...asked("sample-new-4", 400_000, 14), cash: 380_000 },
    { ...asked("sample-outage", 150_000, 14), outage: "gateway-unreachable" },
    asked(ROLLER, 800_000, 21),
  ];
}
