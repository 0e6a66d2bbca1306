import { findingNames, type Decision, type FindingName } from "../core/decision.ts";
import type { Closed, Entry, Opened, Ref } from "../core/entry.ts";
import { summarise } from "../core/schedule.ts";
import type { Position } from "../core/world.ts";
import type { Act, History } from "./simulate-history.ts";

/** How each loan is put to the rules: as a request at its own time, or with the basis that it was filed with. */
export type SimulationBasis = "request" | "as-filed";

/** A loan of the history: one `Opened`, and what is known of its end. */
export interface SimulatedLoan {
  readonly act: Act;
  readonly opened: Opened;
  /** Number of the borrower, from 0. */
  readonly borrower: number;
  /** When it is asked for. */
  readonly moment: number;
  /** Seconds from there to the last payment of its schedule. */
  readonly term: number;
  /** It was made: the registry took it, or had to. */
  readonly made: boolean;
  /** It was filed as something that had happened already. */
  readonly fact: boolean;
  /** How and when it ended, as far as the history goes. */
  ended: { readonly at: number; readonly reason: Closed["reason"] } | undefined;
  /** It was overdue, extended or written off at some time. */
  troubled: boolean;
}

/** One step of a run: an entry as it is put to the twin. */
export interface Step {
  /** Number of the act in the history. */
  readonly act: number;
  readonly entry: Entry;
  /** Where it is judged: under its own name, in a block of a time that may be another. */
  readonly position: Position;
  /** The time at which it is put. */
  readonly moment: number;
  /** Number of the loan that it opens or is about; -1 if that is none of this history's. */
  readonly loan: number;
  readonly opens: boolean;
  readonly recorded: Decision;
}

/** The history, in the order in which a run puts it to the twin. */
export interface Timeline {
  readonly basis: SimulationBasis;
  readonly steps: readonly Step[];
  readonly loans: readonly SimulatedLoan[];
  /** By number of the borrower. */
  readonly borrowers: readonly Uint8Array[];
  /** Entries that the registry did not take, and that are no questions to ask again. */
  readonly leftOut: number;
  /** When the last entry of the history happened. */
  readonly end: number;
}

/** Findings that say of a loan that was asked for why it got no answer by the rules. Such a question can be asked again. */
const ASKED_AGAIN: readonly FindingName[] = ["NO-VERSION", "NO-LOAN", "FULL"];

/**
 * Puts a history in the order of a run. As requests, what was filed as history (founded) or without asking comes at the time at which
 * it says that it happened, and everything else at the time of its block. As filed, the order of the chain is kept.
 */
export function timelineOf(history: History, basis: SimulationBasis): Timeline {
  const builder = new TimelineBuilder(basis);
  history.acts.forEach((act, number) => builder.take(act, number));
  return builder.finish(history.unreadable);
}

class TimelineBuilder {
  readonly #basis: SimulationBasis;
  readonly #steps: Step[] = [];
  readonly #loans: SimulatedLoan[] = [];
  readonly #borrowers: Uint8Array[] = [];
  readonly #numbers = new Map<string, number>();
  /** Numbers of loans by platform and place. */
  readonly #places = new Map<number, Map<number, number>>();
  #leftOut = 0;
  #end = 0;

  constructor(basis: SimulationBasis) {
    this.#basis = basis;
  }

  take(act: Act, number: number): void {
    const { entry, recorded } = act;
    const refused = recorded.outcome === "refused";
    if (entry.kind === "Opened") {
      if (refused && !isAnswered(recorded)) this.#leftOut++;
      else this.#open(entry, act, number, !refused);
    } else if (refused && !(entry.kind === "Extended" && isAnswered(recorded))) this.#leftOut++;
    else this.#follow(entry, act, number);
  }

  finish(unreadable: number): Timeline {
    // By time, and what happened in one second in the order of the chain.
    if (this.#basis === "request") this.#steps.sort((a, b) => a.moment - b.moment || a.act - b.act);
    return {
      basis: this.#basis,
      steps: this.#steps,
      loans: this.#loans,
      borrowers: this.#borrowers,
      leftOut: this.#leftOut + unreadable,
      end: this.#end,
    };
  }

  #open(opened: Opened, act: Act, number: number, made: boolean): void {
    const fact = opened.basis !== "request";
    const { ref, blockTime, recorded } = act;
    const moment = fact ? Math.min(opened.time, blockTime) : blockTime;
    const loan = this.#loans.length;
    const asked = this.#basis === "request" && fact;
    this.#loans.push({
      act,
      opened,
      moment,
      made,
      fact,
      borrower: this.#numberOf(opened.borrower),
      term: summarise(opened.schedule).term,
      ended: undefined,
      troubled: false,
    });
    this.#setPlace(ref, loan);
    this.#steps.push({
      act: number,
      entry: asked ? asRequest(opened) : opened,
      position: positionOf(ref, asked ? moment : blockTime),
      moment,
      loan,
      opens: true,
      recorded,
    });
    this.#end = Math.max(this.#end, moment);
  }

  #follow(entry: Exclude<Entry, Opened>, act: Act, number: number): void {
    const { ref, blockTime, recorded } = act;
    const founded = entry.founded === true;
    const own = founded ? Math.min(entry.time, blockTime) : blockTime;
    const loan = entry.kind === "Barred" ? -1 : this.#placeOf(entry.ref);
    const about = this.#loans[loan];
    const moment = Math.max(own, about?.moment ?? 0);
    if (about !== undefined && recorded.outcome !== "refused")
      note(about, entry, founded ? moment : Math.min(Math.max(entry.time, about.moment), moment));
    const unfounded = this.#basis === "request" && founded;
    this.#steps.push({
      act: number,
      entry: unfounded ? withoutFounded(entry) : entry,
      position: positionOf(ref, unfounded ? moment : blockTime),
      moment,
      loan,
      opens: false,
      recorded,
    });
    this.#end = Math.max(this.#end, moment);
  }

  #numberOf(borrower: Uint8Array): number {
    const key = Buffer.from(borrower.buffer, borrower.byteOffset, borrower.length).toString("latin1");
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#borrowers.push(borrower) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  #setPlace({ platform, number, index }: Ref, loan: number): void {
    let places = this.#places.get(platform);
    if (places === undefined) this.#places.set(platform, (places = new Map<number, number>()));
    places.set(number * 256 + index, loan);
  }

  #placeOf({ platform, number, index }: Ref): number {
    return this.#places.get(platform)?.get(number * 256 + index) ?? -1;
  }
}

/** Whether a refusal is an answer by the rules, or for want of a version, room or the loan that it hangs on. */
function isAnswered({ findings, breaches, undetermined }: Decision): boolean {
  if ((breaches | undetermined) !== 0) return true;
  return findingNames(findings).every((name) => ASKED_AGAIN.includes(name));
}

/** What the registry took as founding counts as founding here too: it is not asked again whether the window was open, nor who had the
 * authority. */
function positionOf({ platform, number, index }: Ref, blockTime: number): Position {
  return { blockTime, platform, number, index, founding: true, authority: true };
}

/** The same loan, asked for before it is paid out. */
function asRequest({ outage: _outage, ...opened }: Opened): Opened {
  return { ...opened, basis: "request" };
}

function withoutFounded<E extends Exclude<Entry, Opened>>({ founded: _founded, ...entry }: E): E {
  return entry as E;
}

/** Keeps what an entry says of the end of its loan. A loan that was written off is still owed. */
function note(loan: SimulatedLoan, entry: Exclude<Entry, Opened>, at: number): void {
  if (entry.kind === "Overdue" || entry.kind === "Extended") loan.troubled = true;
  if (entry.kind !== "Closed") return;
  if (entry.reason === "written-off") loan.troubled = true;
  else loan.ended ??= { at, reason: entry.reason };
}
