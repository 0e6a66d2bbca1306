import { equal } from "../core/bytes.ts";
import { encodeLimits } from "../core/limits.ts";
import type { Rulebook } from "../core/rulebook.ts";
import { NO_SETTINGS, type Settings } from "../core/settings.ts";
import type { World } from "../core/world.ts";
import type { CompiledRulePack, CompiledVersion } from "./compile-rule-pack.ts";
import type { LawLine } from "./law-diff.ts";
import { frameChanges, type Frame } from "./frame-changes.ts";
import { calendarAfter, localTime, sameZone, type RatePoint } from "./plan.ts";

/**
 * From when the versions of a draft bind. A draft is what the file says and the law doesn't. `drafted`: that binds from its own date, unless no loan
 * of the period would meet any of it: then the newest of it is tried on all of them. `newest`: the newest version of each product, drafted or not, binds
 * for the whole period. `as-dated`: each from its own date, whether a loan meets it or not.
 */
export type Dating = "drafted" | "newest" | "as-dated";

/** How a draft is put in the law's place. */
export interface DraftUse {
  /** The period's beginning; what was before is left as it was. */
  readonly from: number | undefined;
  readonly dating: Dating;
  /** When the last loan of the period was asked for. */
  readonly last: number;
}

/** A version of the draft that binds in the simulation. */
export interface AppliedVersion extends CompiledVersion {
  /** From when, in the simulation; UTC seconds. */
  readonly bindsFrom: number;
  /** It binds from then on to be tried: by its own date it would come after the last loan. */
  readonly tried: boolean;
}

const keyOf = ({ product, kind }: { readonly product: number; readonly kind: number }): number => product * 256 + kind;

/** The versions of a draft that bind in a simulation, by product and kind, then by the time from which they do. */
export function appliedVersions(law: readonly LawLine[], draft: CompiledRulePack, use: DraftUse): AppliedVersion[] {
  return [...Map.groupBy(draft.versions, keyOf).values()].flatMap((versions) => {
    const held = law.find((line) => keyOf(line) === keyOf(versions[0]!))?.versions ?? [];
    return applied(versions, held, use);
  });
}

/** Of one product and kind of borrower. From the first version that the law doesn't have on, the file says everything. */
function applied(
  versions: readonly CompiledVersion[],
  held: LawLine["versions"],
  { from = 0, dating, last }: DraftUse,
): AppliedVersion[] {
  const whole = (version: CompiledVersion, tried: boolean): AppliedVersion[] => [
    { ...version, bindsFrom: from, tried },
  ];
  if (dating === "newest") return whole(versions.at(-1)!, versions.at(-1)!.effectiveFrom > last);
  const drafted = versions.filter((version) => !isHeld(version, held));
  const [first] = drafted;
  if (first === undefined) return [];
  if (dating === "drafted" && first.effectiveFrom > last) return whole(drafted.at(-1)!, true);
  const all = versions
    .filter(({ effectiveFrom }) => effectiveFrom >= first.effectiveFrom)
    .map((version) => ({ ...version, bindsFrom: Math.max(version.effectiveFrom, from), tried: false }));
  // Of those from before the period only the last is in force when it begins.
  return all.filter(({ bindsFrom }, i) => all[i + 1]?.bindsFrom !== bindsFrom);
}

function isHeld({ effectiveFrom, limits }: CompiledVersion, held: LawLine["versions"]): boolean {
  const there = held.findLast((one) => one.effectiveFrom === effectiveFrom);
  return there !== undefined && equal(encodeLimits(there.limits), encodeLimits(limits));
}

/** The lines of the law, each up to where a draft's version of it begins to bind, and the draft's from there on. */
export function linesWith(law: readonly LawLine[], versions: readonly AppliedVersion[]): LawLine[] {
  const mine = Map.groupBy(versions, keyOf);
  const drafted = [...mine.values()].map((all): LawLine => {
    const { product, kind, bindsFrom } = all[0]!;
    const held = law.find((line) => keyOf(line) === keyOf(all[0]!))?.versions ?? [];
    const before = held.filter(({ effectiveFrom }) => effectiveFrom < bindsFrom);
    const from = all.map((version) => ({ effectiveFrom: version.bindsFrom, limits: version.limits }));
    return { product, kind, versions: [...before, ...from] };
  });
  return [...law.filter((line) => !mine.has(keyOf(line))), ...drafted];
}

/**
 * The windows of markets and the calendar that a draft changes take the place of the law's; what it says as the law does stays as it was at
 * each time. The zone is that of the deployment, and of no draft.
 */
export function settingsWith(law: Rulebook, { settings }: CompiledRulePack, from: number): World["settingsAt"] {
  const newest = law.settingsAt(END);
  const markets = [...settings.markets].filter(([number, { confirmationWindow, graceDays }]) => {
    const there = newest.markets.get(number);
    return (there?.confirmationWindow ?? 0) !== confirmationWindow || (there?.graceDays ?? 0) !== graceDays;
  });
  const after = calendarAfter(newest.calendar, settings.calendar).calendar;
  const merged = new Map<Settings, Settings>();
  return (at) => {
    const held = law.settingsAt(at);
    if (at < from) return held;
    let both = merged.get(held);
    if (both === undefined) {
      const calendar = after === newest.calendar ? held.calendar : after;
      both = {
        zone: held === NO_SETTINGS ? settings.zone : held.zone,
        markets: new Map([...held.markets, ...markets]),
        ...(calendar && { calendar }),
      };
      merged.set(held, both);
    }
    return both;
  };
}

/** After all that was published. */
const END = 2 ** 40;

/** What whoever reads the result must know first: that days are counted elsewhere, and which versions bind otherwise than dated. */
export function draftNotes(
  law: Rulebook,
  draft: CompiledRulePack,
  versions: readonly AppliedVersion[],
  { last, dating }: DraftUse,
): string[] {
  const held = law.settingsAt(last);
  const day = (at: number): string => localTime(at, draft.settings.zone);
  const who = ({ productName, kind }: CompiledVersion): string =>
    `${productName} for ${kind === 1 ? "persons" : "businesses"}`;
  const notes = frameNotes(law, draft, last).map((sentence) => `For all products, ${sentence}.`);
  if (held !== NO_SETTINGS && !sameZone(held, draft.settings, last))
    notes.push(
      `The draft's days are those of ${draft.zone}, and the deployment's are others: it is simulated with the deployment's days. It can't be published here with this zone.`,
    );
  for (const version of versions) {
    if (version.tried)
      notes.push(
        `${who(version)}: what is new binds from ${day(version.effectiveFrom)}, after the last loan. It is tried on the whole period.`,
      );
    else if (version.bindsFrom > last)
      notes.push(
        `${who(version)}: no loan meets the version from ${day(version.effectiveFrom)}${dating === "drafted" ? "; --newest tries it on the whole period" : ""}.`,
      );
  }
  return notes;
}

/** What the draft changes that isn't a version's: markets' windows, business days, points that the chain lacks. */
function frameNotes(law: Rulebook, draft: CompiledRulePack, last: number): string[] {
  const [held, after] = [law.settingsAt(last), settingsWith(law, draft, 0)(last)];
  const pointsOf = (number: number, given: readonly RatePoint[]): readonly RatePoint[] => {
    const known = new Map([...law.pointsOf(number), ...given].map((point) => [point.publishedAt, point]));
    return [...known.values()].sort((a, b) => a.publishedAt - b.publishedAt);
  };
  const frame = ({ markets, calendar }: Settings, series: Frame["series"]): Frame => ({
    ...{ currency: undefined, zoneName: undefined },
    ...{ markets, calendar, series },
  });
  return frameChanges(
    frame(held, new Map(draft.series.map(({ number }) => [number, law.pointsOf(number)]))),
    frame(after, new Map(draft.series.map(({ number, points }) => [number, pointsOf(number, points)]))),
    { market: String, series: String, zone: draft.settings.zone },
  );
}
