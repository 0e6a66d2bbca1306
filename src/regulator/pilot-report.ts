import { ruleBit, ruleNames } from "../core/decision.ts";
import type { Hex } from "../core/bytes.ts";
import { offsetAt, type Zone } from "../core/calendar.ts";
import { isSandboxEvent, type Pilot, type PilotTerms, type StopReason } from "../core/sandbox.ts";
import { regulatorError } from "./errors.ts";
import { LoanCourses, type LoanFigures, nameOf, type OpenFigures } from "./pilot-loans.ts";
import { type Bound, boundsOf } from "./pilot-standing.ts";
import type { Act, History } from "./simulate-history.ts";
import { lawOf } from "./simulate-law.ts";

/** What has come of a pilot, computed from the chain's logs alone. Amounts are minor units, shares 10⁻⁶, times UTC seconds. */
export interface PilotReport {
  readonly pilot: {
    readonly number: number;
    readonly name: string;
    readonly platforms: readonly number[];
    readonly terms: PilotTerms;
    readonly standing: "open" | "stopped" | "graduated";
    readonly reason: StopReason;
    /** In words, of one that was stopped by hand. */
    readonly why: string;
    /** When it stopped or graduated; null: it hasn't. */
    readonly ended_at: number | null;
  };
  readonly take_up: {
    /** Loans that were asked for, and those filed as facts. */
    readonly asked: number;
    readonly opened: number;
    readonly refused: number;
    /** Refused loans by the rules that they breach; a loan may breach several. */
    readonly refused_by: Readonly<Record<string, number>>;
    /** Different borrowers who asked. */
    readonly borrowers_asking: number;
    /** Months of the deployment's zone. */
    readonly by_month: readonly { readonly month: string; readonly asked: number; readonly opened: number }[];
    /** By platform: loans opened. */
    readonly by_platform: Readonly<Record<string, number>>;
  };
  /** How much of each bound is used; for a share, from how many loans on it counts. */
  readonly bounds: readonly Bound[];
  /** The pilot's loans. */
  readonly loans: LoanFigures;
  /** Other loans of the same borrowers: opened since the pilot was open, and before. */
  readonly beside: LoanFigures;
  readonly before: LoanFigures;
  readonly registry: Hex;
  readonly chain_id: string;
  /** Last number and head of each platform, at which it was computed. */
  readonly heads: Readonly<Record<string, { readonly number: number; readonly head: Hex }>>;
}

export interface PilotReportOptions {
  readonly history: History;
  readonly number: number;
  readonly registry: Hex;
  readonly chainId: bigint;
}

type Opening = Act & { readonly entry: Extract<Act["entry"], { kind: "Opened" }> };

/**
 * Reports on a pilot against the other loans of the same borrowers.
 *
 * @throws AppError `pilot-unknown`
 */
export function pilotReport({ history, number, registry, chainId }: PilotReportOptions): PilotReport {
  const pilot = recordOf(history, number);
  const { terms } = pilot;
  const rulebook = lawOf(history);
  const asked: Opening[] = [];
  const others: Opening[] = [];
  const courses = new LoanCourses();
  for (const act of history.acts) {
    if (act.recorded.outcome !== "refused") courses.take(act);
    if (!isOpening(act)) continue;
    const { product, borrower, time } = act.entry;
    const limits = rulebook.limitsAt(product, borrower[0] ?? 0, Math.min(time, act.blockTime));
    const ours = limits !== undefined && (limits.on & ruleBit("PILOT")) !== 0 && limits.pilot === number;
    if (ours) asked.push(act);
    else if (act.recorded.outcome !== "refused") others.push(act);
  }
  const opened = asked.filter(({ recorded }) => recorded.outcome !== "refused");
  const borrowers = new Set(opened.map(borrowerOf));
  const theirs = others.filter((act) => borrowers.has(borrowerOf(act)));
  const figures = (acts: readonly Opening[]): LoanFigures => courses.figuresOf(acts.map(({ ref }) => nameOf(ref)));
  const loans = figures(opened);
  return {
    pilot,
    take_up: takeUp(asked, opened, (time) => localMonth(time, rulebook.settingsAt(time).zone)),
    bounds: boundsOf({ terms, counts: countsOf(loans, courses.openOf(opened.map(({ ref }) => nameOf(ref)))) }),
    loans,
    beside: figures(theirs.filter((act) => momentOf(act) >= terms.opensAt)),
    before: figures(theirs.filter((act) => momentOf(act) < terms.opensAt)),
    registry,
    chain_id: chainId.toString(),
    heads: Object.fromEntries(history.heads),
  };
}

const isOpening = (act: Act): act is Opening => act.entry.kind === "Opened";
/** When a loan was made: by its block, but history by what it says, whenever it was loaded. */
const momentOf = ({ entry, blockTime }: Opening): number =>
  entry.basis === "founded" ? Math.min(entry.time, blockTime) : blockTime;
const borrowerOf = ({ entry }: Opening): string => entry.borrower.join();

/** What the Sandbox counts, from the loans themselves. */
function countsOf({ loans, defaults, complaints }: LoanFigures, open: OpenFigures): Pilot["counts"] {
  return { ...open, loans, defaults: defaults.loans, complaints: complaints.filed };
}

/** What the chain says of the pilot itself. */
function recordOf({ law }: History, number: number): PilotReport["pilot"] {
  let found: PilotReport["pilot"] | undefined;
  for (const { event } of law) {
    if (!isSandboxEvent(event) || event.number !== number) continue;
    if (event.event === "PilotOpened") {
      const { name, terms, platforms } = event;
      found = { number, name, platforms, terms, standing: "open", reason: "none", why: "", ended_at: null };
    } else if (found !== undefined && event.event === "PilotStopped") {
      found = { ...found, standing: "stopped", reason: event.reason, why: event.why, ended_at: event.time };
    } else if (found !== undefined) found = { ...found, standing: "graduated", ended_at: event.time };
  }
  if (found !== undefined) return found;
  throw regulatorError("pilot-unknown", `No pilot ${number} was ever opened here`);
}

/** `2027-01`: the month of the deployment's zone, as people there count it. */
const localMonth = (time: number, zone: Zone): string =>
  new Date(1_000 * (time + offsetAt(zone, time))).toISOString().slice(0, 7);

function takeUp(
  asked: readonly Opening[],
  opened: readonly Opening[],
  monthOf: (time: number) => string,
): PilotReport["take_up"] {
  const refused_by: Record<string, number> = {};
  const months = new Map<string, { month: string; asked: number; opened: number }>();
  const by_platform: Record<string, number> = {};
  for (const { recorded, blockTime, ref } of asked) {
    const month = monthOf(blockTime);
    const one = months.get(month) ?? { month, asked: 0, opened: 0 };
    months.set(month, one);
    one.asked++;
    if (recorded.outcome === "refused") {
      for (const rule of ruleNames(recorded.breaches)) refused_by[rule] = (refused_by[rule] ?? 0) + 1;
      continue;
    }
    one.opened++;
    by_platform[ref.platform] = (by_platform[ref.platform] ?? 0) + 1;
  }
  return {
    asked: asked.length,
    opened: opened.length,
    refused: asked.length - opened.length,
    refused_by,
    borrowers_asking: new Set(asked.map(borrowerOf)).size,
    by_month: [...months.values()].sort((a, b) => (a.month < b.month ? -1 : 1)),
    by_platform,
  };
}
