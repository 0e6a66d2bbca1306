import { ruleBit, ruleNames } from "../core/decision.ts";
import type { Hex } from "../core/bytes.ts";
import type { LawEvent } from "../chain/events.ts";
import { encodeLimits } from "../core/limits.ts";
import { limitFaults } from "../core/limits-check.ts";
import type { Limits } from "../core/limit-fields.ts";
import { isLicencesEvent } from "../core/licences.ts";
import { isRulebookEvent, Rulebook } from "../core/rulebook.ts";
import { encodeSettings } from "../core/settings.ts";
import type { World } from "../core/world.ts";
import { canonicalHash } from "./canonical.ts";
import type { CompiledRulePack } from "./compile-rule-pack.ts";
import { regulatorError } from "./errors.ts";
import { linesOfRulebook, type LawLine } from "./law-diff.ts";
import { localTime } from "./plan.ts";
import { appliedVersions, linesWith, settingsWith, type DraftUse } from "./simulate-draft.ts";
import type { History } from "./simulate-history.ts";

/** What a run asks the law for. */
export type SimulatedLaw = Pick<World, "limitsAt" | "settingsAt" | "referenceAt">;

/** Whether an event counts for a whole run: the law by its own dates. All others happen when they happened. */
export const isTimeless = (event: LawEvent["event"]): boolean => isRulebookEvent(event) || isLicencesEvent(event);

/** The law as the chain has it at the end of the history: what was published, less what was withdrawn. */
export function lawOf(history: History): Rulebook {
  const rulebook = new Rulebook();
  for (const { event } of history.law) if (isRulebookEvent(event)) rulebook.apply(event);
  return rulebook;
}

/** What identifies the law that a draft is compared with: what stands in the rulebook, and the licences that were given. */
export function lawHash(law: Rulebook, history: History): Hex {
  const stands = ({ withdrawnAt }: { readonly withdrawnAt?: number }): boolean => withdrawnAt === undefined;
  return canonicalHash({
    versions: law.products().flatMap(({ product, kind }) =>
      law
        .versionsOf(product, kind)
        .filter(stands)
        .map(({ effectiveFrom, value }) => ({ product, kind, effectiveFrom, limits: encodeLimits(value) })),
    ),
    settings: law
      .settings()
      .filter(stands)
      .map(({ effectiveFrom, value }) => ({ effectiveFrom, settings: encodeSettings(value) })),
    series: law.series().map((number) => ({
      number,
      points: law.pointsOf(number).map(({ publishedAt, rate }) => ({ publishedAt, rate })),
    })),
    licences: history.law.flatMap(({ event }): unknown[] => {
      if (event.event === "LicenceSet") {
        const { platform, group, standing } = event;
        return [{ platform, group, standing }];
      }
      if (event.event !== "ProductsSet") return [];
      const { platform, word, bitmap } = event;
      return [{ platform, word, bitmap }];
    }),
  });
}

/** What identifies a draft: all that the Rulebook would store of it, and no name, title or comment. */
export function draftHash({ currency, zone, settings, series, versions }: CompiledRulePack): Hex {
  return canonicalHash({
    ...{ currency, zone, markets: settings.markets },
    ...(settings.calendar && { calendar: settings.calendar }),
    series: series.map(({ number, points }) => ({ number, points })),
    versions: versions.map(({ product, kind, effectiveFrom, bytes }) => ({
      product,
      kind,
      effectiveFrom,
      limits: bytes,
    })),
  });
}

/** Throws `rule-pack-invalid` where the Rulebook would not take what a draft says. */
export function checkDraft({ pack, versions }: CompiledRulePack): void {
  for (const { productName, bytes } of versions) {
    const [fault] = limitFaults(bytes);
    if (fault !== undefined)
      throw regulatorError("rule-pack-invalid", `${pack}: ${productName}: ${fault.field}: ${fault.problem}`);
  }
}

/** What a run asks the law of the chain for. */
export function asItStands(law: Rulebook): SimulatedLaw {
  return {
    limitsAt: limitsOf(linesOfRulebook(law)),
    settingsAt: (at) => law.settingsAt(at),
    referenceAt: (series, at, maxAgeDays) => law.referenceAt(series, at, maxAgeDays),
  };
}

/** The law with a draft put in: what the draft says of its products, and the law as it is for everything else. */
export function withDraft(law: Rulebook, history: History, draft: CompiledRulePack, use: DraftUse): SimulatedLaw {
  const held = linesOfRulebook(law);
  const lines = linesWith(held, appliedVersions(held, draft, use));
  const series = seriesWith(history, draft);
  return {
    limitsAt: limitsOf(lines),
    settingsAt: settingsWith(law, draft, use.from ?? 0),
    referenceAt: (number, at, maxAgeDays) => (series.get(number) ?? law).referenceAt(number, at, maxAgeDays),
  };
}

const keyOf = ({ product, kind }: { readonly product: number; readonly kind: number }): number => product * 256 + kind;

/** Looks limits up in lines: it is done four times a loan. */
function limitsOf(lines: readonly LawLine[]): World["limitsAt"] {
  const byKey = new Map(lines.map((line) => [keyOf(line), line.versions]));
  return (product, kind, at) => {
    const versions = byKey.get(product * 256 + kind);
    if (versions === undefined) return undefined;
    for (let i = versions.length - 1; i >= 0; i--) {
      const version = versions[i]!;
      if (version.effectiveFrom <= at) return version.limits;
    }
    return undefined;
  };
}

/** The reference series that a draft speaks of: the points of the chain and those that the draft has beyond them. */
function seriesWith(history: History, draft: CompiledRulePack): ReadonlyMap<number, Rulebook> {
  const books = new Map<number, Rulebook>();
  for (const { number, points } of draft.series) {
    const all = new Map(points.map(({ publishedAt, rate }) => [publishedAt, rate]));
    for (const { event } of history.law) {
      if (event.event !== "RatePublished" || event.series !== number) continue;
      const { publishedAt, rate } = event;
      if ((all.get(publishedAt) ?? rate) !== rate)
        throw regulatorError(
          "rules-conflict",
          `${draft.pack}: series ${number} holds another rate for ${localTime(publishedAt, draft.settings.zone)}`,
          {
            fix: "Take the chain's points into the draft (`tally rules export` writes them): what was published stays.",
          },
        );
      all.set(publishedAt, rate);
    }
    const book = new Rulebook();
    for (const [publishedAt, rate] of [...all].sort(([a], [b]) => a - b))
      book.apply({ event: "RatePublished", series: number, publishedAt, rate });
    books.set(number, book);
  }
  return books;
}

const asFacts = new WeakMap<Limits, Limits>();

/** The same limits with no rule that refuses, not even LICENCE: for what was made whatever the rules say. */
export function neverRefusing(limits: Limits): Limits {
  let facts = asFacts.get(limits);
  if (facts === undefined) asFacts.set(limits, (facts = { ...limits, refuse: 0, undeterminedRefuse: 0 }));
  return facts;
}

/** Rules that are on in any of these limits. */
export function rulesOn(all: Iterable<Limits>): string[] {
  let bits = ruleBit("LICENCE");
  for (const { on } of all) bits |= on;
  return ruleNames(bits);
}
