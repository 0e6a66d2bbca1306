import { findLoan, loanAt } from "../core/book.ts";
import { findingBit } from "../core/decision.ts";
import type { Decision, Outcome } from "../core/decision.ts";
import type { Closed, Disbursed, Opened } from "../core/entry.ts";
import { LIMIT_FLAGS } from "../core/limits.ts";
import { Registry } from "../core/registry.ts";
import { summarise } from "../core/schedule.ts";
import type { Judgement } from "../core/world.ts";
import type { DatedLaw, History } from "./simulate-history.ts";
import { isTimeless, neverRefusing, type SimulatedLaw } from "./simulate-law.ts";
import type { SimulatedLoan, Step, Timeline } from "./simulate-timeline.ts";

export interface RunOptions {
  readonly law: SimulatedLaw;
  /** Each loan is judged against history as it was, and not as the law would have made it. */
  readonly eachAlone: boolean;
  /** Loans asked for from here on, and before `to`, are judged; UTC seconds. */
  readonly from: number;
  readonly to: number;
  readonly onProgress?: (steps: number) => void;
}

/** What a law makes of the history. */
export interface Run {
  /** By number of the loan; undefined outside the period. */
  readonly decisions: readonly (Decision | undefined)[];
  /** Decisions on later entries within the period, by number of the step; undefined for openings and what was not put. */
  readonly later: readonly (Decision | undefined)[];
  /** Later entries of loans that were refused, by number of the step: they never happened. */
  readonly notApplied: readonly number[];
  /** Loans that history refused and this law lets through, closed at the end of their schedule for want of anything known; by number. */
  readonly assumedClosed: readonly number[];
  /** Loans whose predecessor is not there in this run: put without it; by number. */
  readonly unlinked: ReadonlySet<number>;
}

const OUTCOME_REFUSED: Outcome = "refused";
const PROGRESS_EVERY = 10_000;

/** Puts a history to a law. Judging is the twin's; what is here is what happens and what doesn't. */
export function runUnder(history: History, timeline: Timeline, options: RunOptions): Run {
  const run = new Runner(history, timeline, options);
  timeline.steps.forEach((step, at) => {
    run.take(step, at);
    if (at % PROGRESS_EVERY === 0) options.onProgress?.(at);
  });
  return run;
}

/** A loan that nobody filed the end of, since it was never made, and when it is taken to have been repaid. */
interface Assumed {
  readonly at: number;
  readonly step: Step;
  readonly loan: SimulatedLoan;
}

class Runner implements Run {
  readonly decisions: (Decision | undefined)[] = [];
  readonly later: (Decision | undefined)[];
  readonly notApplied: number[] = [];
  readonly assumedClosed: number[] = [];
  readonly unlinked = new Set<number>();
  readonly #options: RunOptions;
  readonly #timeline: Timeline;
  readonly #twin: Registry;
  /** Loans that are not there in this run. */
  readonly #gone: Uint8Array;
  /** Ascending by time. */
  readonly #assumed: Assumed[] = [];
  /** Events that have their own time in the history, the next one last. */
  readonly #coming: DatedLaw[];
  #asFact = false;
  #act = 0;

  constructor(history: History, timeline: Timeline, options: RunOptions) {
    this.#options = options;
    this.#timeline = timeline;
    this.decisions = new Array<undefined>(timeline.loans.length).fill(undefined);
    this.later = new Array<undefined>(timeline.steps.length).fill(undefined);
    this.#gone = new Uint8Array(timeline.loans.length);
    const { law } = options;
    const { licences } = history;
    this.#twin = new Registry(
      { chainId: 0n, registry: new Uint8Array(20) },
      {
        ...law,
        limitsAt: (product, kind, at) => {
          const limits = law.limitsAt(product, kind, at);
          return limits !== undefined && this.#asFact ? neverRefusing(limits) : limits;
        },
        groupOf: (platform) => licences.at(platform, this.#act)?.groupOf(platform) ?? 0,
        isActive: (platform) => licences.at(platform, this.#act)?.isActive(platform) ?? false,
        mayOpen: (platform, product) => licences.at(platform, this.#act)?.mayOpen(platform, product) ?? false,
      },
    );
    for (const { event } of history.law) if (isTimeless(event)) this.#twin.apply(event);
    this.#coming = history.law.filter(({ event }) => !isTimeless(event)).reverse();
  }

  take(step: Step, at: number): void {
    const { from, to } = this.#options;
    const { moment } = step;
    if (moment >= to) return;
    this.#closeAssumed(moment);
    this.#reach(step);
    this.#act = step.act;
    const inPeriod = moment >= from;
    const loan = this.#timeline.loans[step.loan];
    if (step.opens && loan !== undefined) {
      if (inPeriod) this.#ask(step, loan);
      else if (loan.made) this.#keep(step, loan);
      else this.#gone[step.loan] = 1;
    } else this.#follow(step, at, inPeriod);
  }

  /** Applies what had happened by now, in the order of this run: of time, or of the chain. */
  #reach({ moment, act }: Step): void {
    for (let next = this.#coming.at(-1); next !== undefined; next = this.#coming.at(-1)) {
      if (this.#timeline.basis === "request" ? next.blockTime > moment : next.act > act) return;
      this.#twin.apply(next.event);
      this.#coming.pop();
    }
  }

  /** A loan of the period is asked for. */
  #ask(step: Step, loan: SimulatedLoan): void {
    const onlyAsked = this.#options.eachAlone && !loan.made;
    const { decision, book } = this.#open(step, (each) => (onlyAsked ? this.#check(each) : this.#apply(each)));
    this.decisions[step.loan] = decision;
    if (onlyAsked) this.#gone[step.loan] = 1;
    else if (decision.outcome !== OUTCOME_REFUSED) this.#made(step, loan, book);
    else if (this.#options.eachAlone) this.#keep(step, loan);
    else this.#gone[step.loan] = 1;
  }

  /** A loan that was made is there, whatever the rules say of it. */
  #keep(step: Step, loan: SimulatedLoan): void {
    const kept = loan.fact ? { ...step, entry: asFounded(loan.opened) } : step;
    const { decision, book } = this.#open(kept, (each) => this.#applyAsFact(each));
    if (decision.outcome === OUTCOME_REFUSED) this.#gone[step.loan] = 1;
    else this.#made(step, loan, book);
  }

  /**
   * Puts a loan. One that it refinanced may be missing in this run, because it was refused: then it is put without it. The registry would
   * refuse it for the books alone (NO-LOAN), which says nothing of the law.
   */
  #open(step: Step, put: (step: Step) => Judgement): Judgement {
    const judgement = put(step);
    const { entry, recorded } = step;
    if (entry.kind !== "Opened" || entry.predecessor === undefined) return judgement;
    if (!isMissing(judgement.decision) || isMissing(recorded)) return judgement;
    this.unlinked.add(step.loan);
    const { predecessor: _predecessor, ...alone } = entry;
    return put({ ...step, entry: alone });
  }

  #made(step: Step, loan: SimulatedLoan, book: Judgement["book"]): void {
    if (book !== undefined && this.#wasPaidOut(step, loan)) this.#confirm(step, loan, book);
    if (loan.made) return;
    const at = step.moment + loan.term;
    let place = this.#assumed.length;
    while (place > 0 && this.#assumed[place - 1]!.at > at) place--;
    this.#assumed.splice(place, 0, { at, step, loan });
  }

  /** Whether a loan needs no `Disbursed` to be believed: it was a fact, or nobody asked for one when it was made, or it is only assumed. */
  #wasPaidOut({ position: { blockTime } }: Step, { opened, fact, made }: SimulatedLoan): boolean {
    if (fact || !made) return true;
    const then = this.#twin.rulebook.limitsAt(opened.product, opened.borrower[0]!, Math.min(opened.time, blockTime));
    return then === undefined || (then.flags & LIMIT_FLAGS.confirm) === 0;
  }

  #confirm(step: Step, { opened }: SimulatedLoan, book: NonNullable<Judgement["book"]>): void {
    const place = findLoan(book, step.position);
    if (place === undefined || !loanAt(book, place).unconfirmed) return;
    const { borrower, principal, cash = principal } = opened;
    const entry: Disbursed = { kind: "Disbursed", borrower, ref: step.position, time: step.moment, amount: cash };
    this.#twin.applyEntry(entry, step.position);
  }

  #follow(step: Step, at: number, inPeriod: boolean): void {
    if (step.loan !== -1 && this.#gone[step.loan] === 1) {
      this.notApplied.push(at);
      return;
    }
    const keeps = !inPeriod && step.recorded.outcome !== OUTCOME_REFUSED;
    const { decision } = keeps ? this.#applyAsFact(step) : this.#apply(step);
    if (inPeriod) this.later[at] = decision;
    const stays = this.#options.eachAlone && step.recorded.outcome !== OUTCOME_REFUSED;
    if (stays && inPeriod && decision.outcome === OUTCOME_REFUSED) this.#applyAsFact(step);
  }

  /** Closes what nobody filed the end of, once its time has come. */
  #closeAssumed(now: number): void {
    while (this.#assumed.length > 0 && this.#assumed[0]!.at <= now) {
      const { at, step, loan } = this.#assumed.shift()!;
      this.assumedClosed.push(step.loan);
      this.#act = step.act;
      const { borrower, principal, schedule } = loan.opened;
      const { total } = summarise(schedule);
      const charges = total > principal ? total - principal : 0n;
      const entry: Closed = {
        kind: "Closed",
        borrower,
        ref: step.position,
        time: at,
        reason: "repaid",
        principal,
        charges,
      };
      this.#twin.applyEntry(entry, { ...step.position, blockTime: at });
    }
  }

  #apply(step: Step): Judgement {
    return this.#twin.applyEntry(step.entry, step.position);
  }

  #check(step: Step): Judgement {
    return this.#twin.checkEntry(step.entry, step.position);
  }

  #applyAsFact(step: Step): Judgement {
    this.#asFact = true;
    try {
      return this.#apply(step);
    } finally {
      this.#asFact = false;
    }
  }
}

const MISSING = findingBit("NO-LOAN") | findingBit("LAPSED");

/** Whether an `Opened` was refused because a loan that it names isn't there. */
function isMissing({ findings }: Decision): boolean {
  return (findings & MISSING) !== 0;
}

/** What has happened, and needs no version to be there. */
function asFounded({ outage: _outage, ...opened }: Opened): Opened {
  return { ...opened, basis: "founded" };
}
