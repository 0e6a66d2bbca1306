import { exp, ln } from "./fixed-point.ts";
import type { CashFlow } from "./present-value.ts";
import { add, compare, divide, multiply, negate, rational, subtract, ZERO, type Rational } from "./rational.ts";
import { solveRate } from "./solve.ts";

/** A payment or further drawdown, its time in months from the first drawdown. */
export interface TimedAmount {
  readonly amount: Rational;
  readonly months: Rational;
}

/** A payment, and how much of it repays principal or is a charge, where that is known. */
export interface SplitPayment extends TimedAmount {
  readonly principal?: Rational | undefined;
  /** Fees within the payment: they are cost, and no interest of the contract. */
  readonly charges?: Rational | undefined;
}

/** A loan as the announcement looks at it. */
export interface OccupiedLoan {
  /** The principal of the contract at the first drawdown, whatever was deducted from it. */
  readonly principal: Rational;
  /** What the borrower received of it. */
  readonly received: Rational;
  readonly drawdowns: readonly TimedAmount[];
  readonly payments: readonly SplitPayment[];
}

/** The ratio, or in a word why there is none. */
export type Ratio = { readonly rate: Rational } | { readonly problem: string };

const BITS = 256n;

/**
 * The annual rate of PBOC announcement 2021 no. 3: all costs over the principal really occupied, a year.
 *
 * `rate = (payments - money received) / Σ balance × years it was outstanding`. Where the payments say how much
 * principal each repays, that is taken, and the result is exact. Where none does, the balance follows from amortising
 * the principal at the contract's own rate, which is the rate of its payments without their `charges`. Interest that
 * a payment does not cover is owed but is no principal.
 */
export function pbocRatio(loan: OccupiedLoan): Ratio {
  const paid = sum(loan.payments);
  const cost = subtract(subtract(paid, loan.received), sum(loan.drawdowns));
  const stated = loan.payments.filter((payment) => payment.principal !== undefined).length;
  if (loan.payments.length === 0) return { problem: "there are no payments" };
  if (stated !== 0 && stated !== loan.payments.length) {
    return { problem: `${stated} of ${loan.payments.length} payments state their principal; all must, or none` };
  }
  const occupied = stated === 0 ? amortised(loan) : balances(loan);
  if ("problem" in occupied) return occupied;
  if (compare(occupied.rate, ZERO) <= 0) return { problem: "no principal is outstanding for any time" };
  return { rate: divide(cost, occupied.rate) };
}

function sum(flows: readonly TimedAmount[]): Rational {
  return flows.reduce((total, flow) => add(total, flow.amount), ZERO);
}

interface Step {
  readonly months: Rational;
  readonly drawn: Rational;
  readonly payment: SplitPayment | undefined;
}

function stepsOf(loan: OccupiedLoan): Step[] {
  return [
    ...loan.drawdowns.map(({ months, amount }) => ({ months, drawn: amount, payment: undefined })),
    ...loan.payments.map((payment) => ({ months: payment.months, drawn: ZERO, payment })),
  ].sort((a, b) => compare(a.months, b.months));
}

/** Principal × years, by the principal that each payment states. */
function balances(loan: OccupiedLoan): Ratio {
  let balance = loan.principal;
  let since = ZERO;
  let occupied = ZERO;
  for (const { months, drawn, payment } of stepsOf(loan)) {
    occupied = add(occupied, multiply(balance, subtract(months, since)));
    since = months;
    balance = subtract(add(balance, drawn), payment?.principal ?? ZERO);
    if (balance.num < 0n) return { problem: "the payments repay more principal than was lent" };
  }
  if (balance.num !== 0n) return { problem: "the payments do not repay all of the principal" };
  return { rate: divide(occupied, rational(12n)) };
}

/** Principal × years, by amortising at the contract's own rate. */
function amortised(loan: OccupiedLoan): Ratio {
  const flows: CashFlow[] = [
    flow(negate(loan.principal), ZERO),
    ...loan.drawdowns.map(({ amount, months }) => flow(negate(amount), months)),
    ...loan.payments.map(({ amount, charges, months }) => flow(subtract(amount, charges ?? ZERO), months)),
  ];
  const contract = solveRate(flows);
  if (contract.kind !== "one") {
    return { problem: "the balances can't be told: the payments have no single contract rate on the principal" };
  }
  const growth = ln((contract.rate.num << BITS) / contract.rate.den + (1n << BITS), BITS);
  let owed = fixed(loan.principal);
  let principal = owed;
  let since = ZERO;
  let occupied = 0n;
  for (const { months, drawn, payment } of stepsOf(loan)) {
    const gap = subtract(months, since);
    occupied += (principal * gap.num) / gap.den;
    since = months;
    owed = (owed * exp((growth * gap.num) / gap.den, BITS)) >> BITS;
    owed += fixed(drawn);
    principal += fixed(drawn);
    if (payment !== undefined) owed -= fixed(subtract(payment.amount, payment.charges ?? ZERO));
    if (owed < principal) principal = owed;
  }
  return { rate: rational(occupied, 12n << BITS) };
}

function flow(amount: Rational, months: Rational): CashFlow {
  return { amount, whole: months, fraction: ZERO };
}

function fixed(value: Rational): bigint {
  return (value.num << BITS) / value.den;
}
