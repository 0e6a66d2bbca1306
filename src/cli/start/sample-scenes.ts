/**
 * Lives of loans that show what the numbers of the sample don't: each kind of entry and each reason of a close at least once, and what
 * can go wrong with it. All are history, as the rest of the sample is.
 */
import { BEGIN, DAY, fairCharge, HOUR, levelPayment, type SampleEvent, type SampleLoan } from "./sample-loan.ts";

/** So many days after the sample's beginning, at an hour of its zone. */
const at = (day: number, hour = 10): number => BEGIN + day * DAY + (hour - 9) * HOUR;

/** 18 % a year, as thousandths a month and as the contract's rate. */
const MONTHLY = 15;
const CONTRACT_RATE = 180_000_000;

interface Scene {
  readonly platform: number;
  readonly borrower: string;
  readonly day: number;
  readonly hour?: number;
  readonly principal: number;
  readonly renews?: SampleLoan;
  readonly events: readonly SampleEvent[];
}

function instalments({ day, hour, ...scene }: Scene, months = 6): SampleLoan {
  const payment = levelPayment(scene.principal, MONTHLY, months);
  return { ...scene, product: "instalment", terms: { months, payment }, opened: at(day, hour), disclosed: true };
}

function short({ day, hour, ...scene }: Scene, days = 14): SampleLoan {
  const terms = { days, charge: fairCharge(scene.principal, days) };
  return { ...scene, product: "payday", terms, opened: at(day, hour), disclosed: true };
}

export function sampleScenes(): SampleLoan[] {
  return [
    collected(),
    ...defaulted(),
    ...renewed(),
    rolledOver(),
    assigned(),
    voided(),
    withdrawn(),
    corrected(),
    ...barred(),
  ];
}

/**
 * What is asked today under the pilot, whose bounds are in rulebooks/pilots/sample-emergency.yaml: some of it fits, some is beyond them. Most ask who
 * borrowed elsewhere before, so that its report has something to compare with. That one is paid back may be filed before or after what is
 * asked below it: the bounds decide alike.
 */
export function pilotRequests(): SampleLoan[] {
  const asked = (borrower: string, principal: number, more: Partial<SampleLoan> = {}): SampleLoan => ({
    ...{ platform: 2, borrower, product: "emergency", principal, opened: undefined, disclosed: true, events: [] },
    terms: { days: 30, charge: Math.floor((principal * 4) / 1_000) },
    ...more,
  });
  return [
    asked("sample-short-2", 200_000),
    asked("sample-short-5", 150_000, {
      events: [
        { kind: "Complained", at: 0, topic: 1 },
        { kind: "Answered", at: 0, outcome: 1 },
      ],
    }),
    asked("sample-short-8", 100_000, {
      events: [{ kind: "Closed", at: 0, reason: "repaid", principal: 100_000, charges: 0 }],
    }),
    // Nobody showed the terms to this one: the pilot asks for that.
    asked("sample-short-11", 300_000, { disclosed: false }),
    asked("sample-new-5", 300_000),
    // Once at a time, says the law of the product.
    asked("sample-short-2", 50_000),
    asked("sample-new-6", 250_000, { shows: "a request for more than the pilot has left" }),
    asked("sample-new-7", 50_000),
  ];
}

/** Arrears, a call at night, a call to a neighbour, a complaint that is answered too late, and relief in the end. */
function collected(): SampleLoan {
  const principal = 1_000_000;
  const payment = levelPayment(principal, MONTHLY, 6);
  const interest = Math.floor((principal * MONTHLY) / 1_000);
  const left = principal - (payment - interest) - 20_000;
  return instalments({
    ...{ platform: 0, borrower: "sample-collected", day: 10, principal },
    events: [
      { kind: "Disbursed", at: at(10, 11), amount: principal },
      { kind: "Repaid", at: at(40), principal: payment - interest, charges: interest },
      {
        ...{ kind: "Overdue", at: at(83), daysPastDue: 12, amountOverdue: payment },
        ...{ defaultCharges: 1_200, contractRate: CONTRACT_RATE },
      },
      { kind: "Contacted", at: at(83, 11), channel: 1, party: "borrower", agent: "lender" },
      {
        ...{ kind: "Contacted", at: at(84, 23.5), channel: 1, party: "borrower", agent: "outsourcer" },
        shows: "a collector's call at half past eleven at night",
      },
      { kind: "Contacted", at: at(85, 11), channel: 2, party: "third-party", agent: "outsourcer" },
      { kind: "Complained", at: at(86), topic: 1 },
      { kind: "Answered", at: at(110), outcome: 1, shows: "a complaint answered after 24 days" },
      {
        ...{ kind: "Extended", at: at(112), extension: "hardship-relief", fee: 0, writeDown: 20_000 },
        ...{ paid: payment - interest, months: 8, payment: levelPayment(left, MONTHLY, 8) },
      },
      { kind: "Closed", at: at(250), reason: "repaid", principal: left, charges: 40_000 },
    ],
  });
}

/** Written off after months, a part recovered later; and a loan from somebody else while in default. */
function defaulted(): SampleLoan[] {
  const [borrower, principal] = ["sample-defaulted", 500_000];
  const first = instalments({
    ...{ platform: 1, borrower, day: 5, principal },
    events: [
      {
        ...{ kind: "Overdue", at: at(130), daysPastDue: 95, amountOverdue: levelPayment(principal, MONTHLY, 6) },
        ...{ defaultCharges: 3_000, contractRate: CONTRACT_RATE },
      },
      { kind: "Closed", at: at(140), reason: "written-off", principal: 0, charges: 0 },
      { kind: "Repaid", at: at(200), principal: 100_000, charges: 0 },
    ],
  });
  const closing = { kind: "Closed", at: at(163), reason: "repaid", principal: 100_000, charges: 840 } as const;
  const second = short({ platform: 2, borrower, day: 150, principal: 100_000, events: [closing] });
  return [first, second];
}

/** Three loans, each to renew the one before. */
function renewed(): SampleLoan[] {
  const loans: SampleLoan[] = [];
  let principal = 200_000;
  for (let i = 0; i < 3; i++) {
    const charges = fairCharge(principal, 14);
    const day = 20 + 13 * i;
    const last = i === 2;
    const end = { kind: "Closed", at: at(day + 13), principal, charges } as const;
    const renews = loans.at(-1);
    loans.push(
      short({
        ...{ platform: 2, borrower: "sample-renewer", day, principal, hour: 11, ...(renews && { renews }) },
        events: [{ ...end, reason: last ? "repaid" : "refinanced" }],
      }),
    );
    principal += 10_000;
  }
  return loans;
}

/** A short loan that is rolled over, which its law forbids. */
function rolledOver(): SampleLoan {
  const principal = 150_000;
  const fee = 1_260;
  return short({
    ...{ platform: 0, borrower: "sample-rolled-over", day: 70, principal },
    events: [
      {
        ...{ kind: "Extended", at: at(83), extension: "rollover", fee, writeDown: 0, paid: 0 },
        ...{ days: 14, payment: principal },
      },
      { kind: "Closed", at: at(96), reason: "repaid", principal, charges: 0 },
    ],
  });
}

/** Sold by one lender to another, who forgives the rest. */
function assigned(): SampleLoan {
  const principal = 300_000;
  return instalments({
    ...{ platform: 0, borrower: "sample-assigned", day: 15, principal },
    events: [
      { kind: "Assigned", at: at(60), to: 1, side: "assignor" },
      { kind: "Assigned", at: at(60, 11), by: 1, to: 1, side: "assignee" },
      { kind: "Repaid", at: at(75), by: 1, principal: 90_000, charges: 9_000 },
      { kind: "Closed", at: at(160), by: 1, reason: "forgiven", principal: 0, charges: 0 },
    ],
  });
}

/** Filed by mistake, and taken back. */
function voided(): SampleLoan {
  const end = { kind: "Closed", at: at(30, 12), reason: "voided", principal: 0, charges: 0 } as const;
  return short({ platform: 1, borrower: "sample-mistaken", day: 30, principal: 100_000, events: [end] });
}

/** Given back within the window for it, without a charge. */
function withdrawn(): SampleLoan {
  const principal = 120_000;
  const end = { kind: "Closed", at: at(31, 20), reason: "withdrawn", principal, charges: 0 } as const;
  return short({ platform: 2, borrower: "sample-second-thoughts", day: 31, principal, events: [end] });
}

/** A payment filed a little too low, put right the next day. */
function corrected(): SampleLoan {
  const principal = 400_000;
  return instalments({
    ...{ platform: 0, borrower: "sample-corrected", day: 12, principal },
    events: [
      { kind: "Repaid", at: at(42), principal: 64_000, charges: 6_000 },
      { kind: "Corrected", at: at(43), value: principal - 64_211 },
      { kind: "Closed", at: at(190), reason: "repaid", principal: principal - 64_211, charges: 24_000 },
    ],
  });
}

/** Somebody who asks not to be lent to, and is, elsewhere. */
function barred(): SampleLoan[] {
  const borrower = "sample-self-excluded";
  const paid = (day: number, principal: number): SampleEvent => ({
    ...{ kind: "Closed", at: at(day), reason: "repaid", principal, charges: fairCharge(principal, 14) },
  });
  const bar = { kind: "Barred", at: at(50), until: at(400) } as const;
  return [
    short({ platform: 0, borrower, day: 35, principal: 180_000, events: [paid(48, 180_000), bar] }),
    short({ platform: 2, borrower, day: 62, principal: 90_000, events: [paid(75, 90_000)] }),
  ];
}
