import { Journal, setIn } from "./journal.ts";
import { isBeyond } from "./rules/pilot.ts";

/** What a pilot may become (`contracts/interfaces/ISandbox.sol` has each field's meaning). Times are UTC seconds, shares 10⁻⁶. */
export interface PilotTerms {
  readonly product: number;
  readonly opensAt: number;
  readonly endsAt: number;
  readonly maxLoans: number;
  readonly maxBorrowers: number;
  /** Minor units. */
  readonly maxOutstanding: bigint;
  /** Minor units. */
  readonly maxLoss: bigint;
  readonly consent: boolean;
  readonly defaultShare: number;
  readonly defaultFrom: number;
  readonly complaintShare: number;
  readonly complaintFrom: number;
}

/** Where a pilot stands; the code of each is its place. Before it was opened it is `none`. */
export const PILOT_STANDINGS = ["none", "open", "stopped", "graduated"] as const;
export type PilotStanding = (typeof PILOT_STANDINGS)[number];

/** Why a pilot stopped; the code of each is its place. All but `by-hand` happen by themselves. */
export const STOP_REASONS = ["none", "by-hand", "defaults", "complaints", "loss"] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** What has come of a pilot. */
export interface PilotCounts {
  /** Opened ever. */
  readonly loans: number;
  /** Borrowers with an open loan of it now. */
  readonly borrowers: number;
  readonly defaults: number;
  readonly complaints: number;
  /** Principal of open loans, minor units. */
  readonly outstanding: bigint;
  /** Principal written off, forgiven or left unpaid, less what was recovered; minor units. */
  readonly loss: bigint;
}

export interface Pilot {
  readonly number: number;
  readonly name: string;
  readonly terms: PilotTerms;
  readonly platforms: ReadonlySet<number>;
  readonly standing: Exclude<PilotStanding, "none">;
  readonly reason: StopReason;
  /** When it stopped; 0 if it didn't. */
  readonly stoppedAt: number;
  /** In words, of one that was stopped by hand. */
  readonly why: string;
  readonly counts: PilotCounts;
}

/** What the Sandbox contract says happened: its events by name. */
export type SandboxEvent =
  | {
      readonly event: "PilotOpened";
      readonly number: number;
      readonly terms: PilotTerms;
      readonly platforms: readonly number[];
      readonly name: string;
    }
  | {
      readonly event: "PilotStopped";
      readonly number: number;
      readonly reason: StopReason;
      readonly time: number;
      readonly why: string;
    }
  | { readonly event: "PilotGraduated"; readonly number: number; readonly time: number };

/** Each kind by its name, so that a new one is not forgotten here. */
const SANDBOX_EVENTS: Readonly<Record<SandboxEvent["event"], true>> = {
  PilotOpened: true,
  PilotStopped: true,
  PilotGraduated: true,
};

/** Whether an event of the law is one of the Sandbox's. */
export function isSandboxEvent(event: { readonly event: string }): event is SandboxEvent {
  return event.event in SANDBOX_EVENTS;
}

/** What becomes of a loan of a pilot. */
export interface PilotChange {
  readonly number: number;
  /** The loan was opened, or is no open loan any more. */
  readonly loan?: "opened" | "ended";
  readonly defaulted?: true;
  readonly complained?: true;
  /** By which the principal of open loans changes, minor units. */
  readonly outstanding: number;
  /** By which the loss changes, minor units. */
  readonly loss: number;
}

/** What PILOT asks of a pilot for one borrower. */
export interface PilotView {
  /** Undefined for one that nobody has opened. */
  readonly state: Pilot | undefined;
  readonly hasLoan: boolean;
}

const NOTHING: PilotCounts = { loans: 0, borrowers: 0, defaults: 0, complaints: 0, outstanding: 0n, loss: 0n };
const U64 = 2n ** 64n - 1n;

/** The Sandbox, mirrored from its events and from what the registry's twin tells it. */
export class Sandbox {
  readonly #journal: Journal;
  readonly #pilots = new Map<number, Pilot>();
  /** Of numbers that nobody has opened yet. */
  readonly #early = new Map<number, PilotCounts>();
  /** A borrower's open loans of a pilot. */
  readonly #loans = new Map<string, number>();

  constructor(journal = new Journal()) {
    this.#journal = journal;
  }

  apply(event: SandboxEvent): void {
    const { number } = event;
    const known = this.#pilots.get(number);
    switch (event.event) {
      case "PilotOpened": {
        const { terms, name } = event;
        const counts = this.#early.get(number) ?? NOTHING;
        const state = { standing: "open", reason: "none", stoppedAt: 0, why: "", counts } as const;
        return this.#set({ number, name, terms, platforms: new Set(event.platforms), ...state });
      }
      case "PilotStopped":
        // One that stopped by itself did so in the middle of a filing, and the twin finds that itself.
        if (event.reason !== "by-hand" || known?.standing !== "open") return;
        return this.#set({ ...known, standing: "stopped", reason: "by-hand", stoppedAt: event.time, why: event.why });
      case "PilotGraduated":
        // On the chain it is always open; in a history under another law it may have stopped before that.
        return known?.standing === "open" ? this.#set({ ...known, standing: "graduated" }) : undefined;
    }
  }

  /** All pilots that were ever opened, by number. */
  pilots(): Pilot[] {
    return [...this.#pilots.values()].sort((a, b) => a.number - b.number);
  }

  pilotOf(number: number): Pilot | undefined {
    return this.#pilots.get(number);
  }

  /** A pilot as a loan of this borrower's (a key of maps) sees it. */
  view(number: number, borrower: string): PilotView {
    return { state: this.#pilots.get(number), hasLoan: this.loansOf(number, borrower) > 0 };
  }

  /** A borrower's open loans of a pilot. */
  loansOf(number: number, borrower: string): number {
    return this.#loans.get(keyOf(number, borrower)) ?? 0;
  }

  /** Takes what has become of a loan: also of one that was paid out before anybody opened the pilot. */
  record(blockTime: number, borrower: string, change: PilotChange): void {
    const pilot = this.#pilots.get(change.number);
    const counts = pilot?.counts ?? this.#early.get(change.number) ?? NOTHING;
    const before = this.loansOf(change.number, borrower);
    const after = change.loan === "opened" ? before + 1 : change.loan === "ended" ? Math.max(before - 1, 0) : before;
    if (after !== before) setIn(this.#journal, this.#loans, keyOf(change.number, borrower), after);
    const next: PilotCounts = {
      loans: counts.loans + (change.loan === "opened" ? 1 : 0),
      borrowers: counts.borrowers + Math.sign(after) - Math.sign(before),
      defaults: counts.defaults + (change.defaulted ? 1 : 0),
      complaints: counts.complaints + (change.complained ? 1 : 0),
      outstanding: moved(counts.outstanding, change.outstanding),
      loss: moved(counts.loss, change.loss),
    };
    if (!pilot) return setIn(this.#journal, this.#early, change.number, next);
    const reason = pilot.standing === "open" ? reasonToStop(pilot.terms, next) : undefined;
    this.#set({
      ...pilot,
      counts: next,
      ...(reason && ({ standing: "stopped", reason, stoppedAt: blockTime } as const)),
    });
  }

  #set(pilot: Pilot): void {
    setIn(this.#journal, this.#pilots, pilot.number, pilot);
  }
}

function keyOf(number: number, borrower: string): string {
  return `${number}/${borrower}`;
}

function moved(amount: bigint, change: number): bigint {
  const sum = amount + BigInt(change);
  return sum < 0n ? 0n : sum > U64 ? U64 : sum;
}

/** The first stop condition that is met, if one is. */
function reasonToStop(terms: PilotTerms, counts: PilotCounts): StopReason | undefined {
  const { loans, defaults, complaints, loss } = counts;
  if (isBeyond(defaults, loans, terms.defaultShare, terms.defaultFrom)) return "defaults";
  if (isBeyond(complaints, loans, terms.complaintShare, terms.complaintFrom)) return "complaints";
  return loss > terms.maxLoss ? "loss" : undefined;
}
