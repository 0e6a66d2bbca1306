import { type Decision, findingBit, ruleBit } from "../core/decision.ts";
import type { Entry, Opened, Ref } from "../core/entry.ts";
import { summarise } from "../core/schedule.ts";
import type { Act } from "./simulate-history.ts";

/** Amounts are minor units, shares 10⁻⁶, rounded to nearest: they are for reading, nothing is judged by them. */
export interface LoanFigures {
  readonly loans: number;
  readonly borrowers: number;
  readonly principal: bigint;
  readonly median_principal: bigint;
  /** Days, rounded up, of the schedule when the loan was opened. */
  readonly median_term_days: number;
  /** What the schedules cost beyond the cash received. */
  readonly cost: {
    readonly promised: bigint;
    /** Of the principal. */
    readonly share: number;
    /** Of the principal and a day of the term, 10⁻⁹. */
    readonly share_a_day: number;
    /** Charges and default charges paid so far. */
    readonly paid: bigint;
    readonly default_charges: bigint;
  };
  readonly repayment: {
    readonly open: number;
    /** Closed, by reason. */
    readonly closed: Readonly<Record<string, number>>;
    readonly principal_paid: bigint;
    readonly extended: number;
    /** Loans that were ever so many days past due. */
    readonly past_due: { readonly any: number; readonly over_30: number; readonly over_90: number };
  };
  readonly defaults: {
    /** Written off with principal left. */
    readonly loans: number;
    /** Of all loans. */
    readonly share: number;
    readonly principal: bigint;
    readonly recovered: bigint;
  };
  readonly complaints: {
    readonly filed: number;
    /** Of all loans; one may have several. */
    readonly share: number;
    readonly answered: number;
    readonly answered_late: number;
    readonly unanswered: number;
  };
  readonly contacts: { readonly made: number; readonly against_the_rule: number };
}

/** One loan, as far as it has got. */
interface Course {
  readonly opened: Opened;
  readonly borrower: string;
  readonly term: number;
  readonly promised: bigint;
  left: bigint;
  paid: bigint;
  charges: bigint;
  defaultCharges: bigint;
  daysPastDue: number;
  extended: boolean;
  ended: string | undefined;
  writtenOff: bigint | undefined;
  recovered: bigint;
  /** As a pilot counts it: written off, forgiven or left unpaid, less what was recovered. */
  lost: bigint;
  complaints: number;
  answered: number;
  answeredLate: number;
  contacts: number;
  badContacts: number;
}

/** What is open of some loans, and what is lost. */
export interface OpenFigures {
  /** With an open loan. */
  readonly borrowers: number;
  /** Principal of open loans, minor units. */
  readonly outstanding: bigint;
  /** Principal written off, forgiven or left unpaid, less what was recovered; minor units. */
  readonly loss: bigint;
}

const DAY = 86_400;
export const PPM = 1_000_000;
const BILLION = 1_000_000_000;

export const nameOf = ({ platform, number, index }: Ref): string => `${platform}/${number}/${index}`;

/** Follows loans from their opening on, by what was filed of them. */
export class LoanCourses {
  readonly #courses = new Map<string, Course>();
  /** The loan of each complaint. */
  readonly #complaints = new Map<string, string>();

  /** Takes an entry that wasn't refused. */
  take({ entry, ref, recorded }: Act): void {
    if (entry.kind === "Opened") this.#opened(entry, nameOf(ref));
    else if (entry.kind === "Answered") this.#answered(nameOf(entry.complaint), recorded);
    else if (entry.kind !== "Barred") this.#later(entry, nameOf(ref), recorded);
  }

  /** Figures of the loans with these names. */
  figuresOf(names: readonly string[]): LoanFigures {
    const all = names.flatMap((name) => this.#courses.get(name) ?? []);
    const sum = (pick: (one: Course) => bigint): bigint => all.reduce((total, one) => total + pick(one), 0n);
    const count = (is: (one: Course) => boolean): number => all.filter(is).length;
    const total = (pick: (one: Course) => number): number => all.reduce((found, one) => found + pick(one), 0);
    const principal = sum(({ opened }) => opened.principal);
    const promised = sum((one) => one.promised);
    const days = sum(({ opened, term }) => opened.principal * BigInt(term));
    const defaults = count(({ writtenOff }) => writtenOff !== undefined);
    const [filed, answered] = [total((one) => one.complaints), total((one) => one.answered)];
    const closed: Record<string, number> = {};
    for (const { ended } of all) if (ended !== undefined) closed[ended] = (closed[ended] ?? 0) + 1;
    return {
      loans: all.length,
      borrowers: new Set(all.map(({ borrower }) => borrower)).size,
      principal,
      median_principal: median(all.map(({ opened }) => opened.principal)) ?? 0n,
      median_term_days: median(all.map(({ term }) => term)) ?? 0,
      cost: {
        promised,
        share: shareOf(promised, principal, PPM),
        share_a_day: shareOf(promised, days, BILLION),
        paid: sum(({ charges, defaultCharges }) => charges + defaultCharges),
        default_charges: sum(({ defaultCharges }) => defaultCharges),
      },
      repayment: {
        open: count(({ ended }) => ended === undefined),
        closed,
        principal_paid: sum(({ paid }) => paid),
        extended: count(({ extended }) => extended),
        past_due: {
          any: count(({ daysPastDue }) => daysPastDue > 0),
          over_30: count(({ daysPastDue }) => daysPastDue > 30),
          over_90: count(({ daysPastDue }) => daysPastDue > 90),
        },
      },
      defaults: {
        loans: defaults,
        share: shareOf(BigInt(defaults), BigInt(all.length), PPM),
        principal: sum(({ writtenOff }) => writtenOff ?? 0n),
        recovered: sum(({ recovered }) => recovered),
      },
      complaints: {
        filed,
        share: shareOf(BigInt(filed), BigInt(all.length), PPM),
        answered,
        answered_late: total((one) => one.answeredLate),
        unanswered: filed - answered,
      },
      contacts: { made: total((one) => one.contacts), against_the_rule: total((one) => one.badContacts) },
    };
  }

  /** What is open and lost of the loans with these names. */
  openOf(names: readonly string[]): OpenFigures {
    const all = names.flatMap((name) => this.#courses.get(name) ?? []);
    const open = all.filter(({ ended }) => ended === undefined);
    return {
      borrowers: new Set(open.map(({ borrower }) => borrower)).size,
      outstanding: open.reduce((sum, { left }) => sum + left, 0n),
      loss: all.reduce((sum, { lost }) => sum + lost, 0n),
    };
  }

  #opened(opened: Opened, name: string): void {
    const { principal, cash = principal, borrower } = opened;
    const { total, term } = summarise(opened.schedule);
    this.#courses.set(name, {
      ...{ opened, borrower: borrower.join(), term: Math.ceil(term / DAY), promised: total - cash },
      ...{ left: principal, paid: 0n, charges: 0n, defaultCharges: 0n, daysPastDue: 0, extended: false },
      ...{ ended: undefined, writtenOff: undefined, recovered: 0n, lost: 0n },
      ...{ complaints: 0, answered: 0, answeredLate: 0, contacts: 0, badContacts: 0 },
    });
  }

  #later(entry: Exclude<Entry, { kind: "Opened" | "Answered" | "Barred" }>, ref: string, recorded: Decision): void {
    const name = nameOf(entry.ref);
    const loan = this.#courses.get(name);
    if (loan === undefined) return;
    switch (entry.kind) {
      case "Repaid":
      case "Closed":
        return paid(loan, entry);
      case "Extended":
        loan.extended = true;
        loan.charges += entry.fee;
        loan.lost += entry.writeDown < loan.left ? entry.writeDown : loan.left;
        loan.left = less(loan.left, entry.writeDown);
        return;
      case "Overdue":
        loan.daysPastDue = Math.max(loan.daysPastDue, entry.daysPastDue);
        loan.defaultCharges += entry.defaultCharges;
        return;
      case "Contacted":
        loan.contacts++;
        if ((recorded.breaches & ruleBit("CONTACT")) !== 0) loan.badContacts++;
        return;
      case "Complained":
        loan.complaints++;
        this.#complaints.set(ref, name);
        return;
      case "Corrected":
        // One that waits for the authority has changed nothing.
        if (entry.what !== "outstanding" || (recorded.findings & findingBit("PENDING")) !== 0) return;
        if (loan.writtenOff !== undefined) loan.lost += entry.value - loan.left;
        loan.left = entry.value;
        return;
      case "Disbursed":
      case "Assigned":
    }
  }

  #answered(complaint: string, { breaches }: Decision): void {
    const loan = this.#courses.get(this.#complaints.get(complaint) ?? "");
    if (loan === undefined) return;
    loan.answered++;
    if ((breaches & ruleBit("COMPLAINT")) !== 0) loan.answeredLate++;
  }
}

function paid(loan: Course, entry: Extract<Entry, { kind: "Repaid" | "Closed" }>): void {
  const { principal, charges } = entry;
  const left = less(loan.left, principal);
  loan.paid += principal;
  loan.charges += charges;
  if (loan.writtenOff !== undefined) {
    loan.recovered += principal;
    loan.lost -= loan.left - left;
  }
  loan.left = left;
  if (entry.kind === "Repaid" || loan.ended !== undefined) return;
  loan.ended = entry.reason === "written-off" && left === 0n ? "repaid" : entry.reason;
  if (loan.ended === "written-off") loan.writtenOff = left;
  // A loan that was never paid out loses nothing.
  if (loan.ended !== "voided") loan.lost += left;
}

function less(amount: bigint, by: bigint): bigint {
  return by > amount ? 0n : amount - by;
}

/** The middle one, or the lower of the two in the middle. */
function median<T extends bigint | number>(values: readonly T[]): T | undefined {
  return [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[Math.floor((values.length - 1) / 2)];
}

/** A share in `unit`s of a whole, to nearest; of nothing, none. */
export function shareOf(part: bigint, whole: bigint, unit: number): number {
  if (whole === 0n) return 0;
  const doubled = 2n * part * BigInt(unit);
  return Number((doubled + (doubled < 0n ? -whole : whole)) / (2n * whole));
}
