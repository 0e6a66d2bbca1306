import type { Limits } from "../core/limit-fields.ts";
import { changesInWords, type ChangeInWords } from "./change-words.ts";
import type { CompiledRulePack } from "./compile-rule-pack.ts";
import type { Rulebook } from "../core/rulebook.ts";
import type { WordsContext } from "./limit-words.ts";

/** The law of one product and kind of borrower, through time. */
export interface LawLine {
  readonly product: number;
  readonly kind: 1 | 2;
  /** Ascending by the time from which they bind. */
  readonly versions: readonly { readonly effectiveFrom: number; readonly limits: Limits }[];
}

/** A span of time in which two laws differ. */
export interface LawDifference {
  readonly product: number;
  readonly kind: 1 | 2;
  readonly from: number;
  /** Undefined: for good. */
  readonly until: number | undefined;
  /** What binds in each; undefined where nothing does. */
  readonly before: Limits | undefined;
  readonly after: Limits | undefined;
}

/** What a compiled pack says of each product and kind of borrower. */
export function linesOfPack({ versions }: CompiledRulePack): LawLine[] {
  return [...Map.groupBy(versions, ({ product, kind }) => product * 4 + kind).values()].map((all) => ({
    product: all[0]!.product,
    kind: all[0]!.kind,
    versions: all,
  }));
}

/** What a Rulebook holds of each product and kind of borrower: the law as it stands. */
export function linesOfRulebook(rulebook: Rulebook): LawLine[] {
  return rulebook.products().map(({ product, kind }) => ({
    product,
    kind: kind === 2 ? 2 : 1,
    versions: rulebook
      .versionsOf(product, kind)
      .filter(({ withdrawnAt }) => withdrawnAt === undefined)
      .map(({ effectiveFrom, value }) => ({ effectiveFrom, limits: value })),
  }));
}

/**
 * The law once a pack is published: nothing that was published goes away, so all of it stays, and the pack's versions are put in. One of the same
 * moment as another takes its place here, though no Rulebook edits it.
 */
export function linesAfter(law: readonly LawLine[], pack: readonly LawLine[]): LawLine[] {
  const added = pack.map((line) => {
    const held = law.find((one) => isOf(one, line))?.versions ?? [];
    const mine = new Set(line.versions.map(({ effectiveFrom }) => effectiveFrom));
    const versions = [...held.filter(({ effectiveFrom }) => !mine.has(effectiveFrom)), ...line.versions];
    return { ...line, versions: versions.sort((a, b) => a.effectiveFrom - b.effectiveFrom) };
  });
  return [...law.filter((one) => !pack.some((line) => isOf(one, line))), ...added];
}

/** Versions of the law of a pack's products that the pack doesn't have: they stay whatever it says. */
export function versionsBeside(law: readonly LawLine[], pack: readonly LawLine[]): LawLine[] {
  return pack.flatMap((line) => {
    const mine = new Set(line.versions.map(({ effectiveFrom }) => effectiveFrom));
    const held = law.find((one) => isOf(one, line))?.versions ?? [];
    const versions = held.filter(({ effectiveFrom }) => !mine.has(effectiveFrom));
    return versions.length === 0 ? [] : [{ ...line, versions }];
  });
}

const isOf = (a: LawLine, b: LawLine): boolean => a.product === b.product && a.kind === b.kind;

/** Where two laws differ, by product, kind of borrower and time. `all`: also products that only the first has. */
export function differencesOf(before: readonly LawLine[], after: readonly LawLine[], all: boolean): LawDifference[] {
  const keyed = (lines: readonly LawLine[]) =>
    new Map(lines.map((line) => [line.product * 4 + line.kind, line] as const));
  const [a, b] = [keyed(before), keyed(after)];
  const keys = [...new Set([...(all ? a.keys() : []), ...b.keys()])].sort((x, y) => x - y);
  return keys.flatMap((key) => differences(a.get(key), b.get(key)));
}

function differences(before: LawLine | undefined, after: LawLine | undefined): LawDifference[] {
  const line = after ?? before;
  if (line === undefined) return [];
  const { product, kind } = line;
  const starts = [...(before?.versions ?? []), ...(after?.versions ?? [])].map(({ effectiveFrom }) => effectiveFrom);
  const times = [...new Set(starts)].sort((a, b) => a - b);
  const found: LawDifference[] = [];
  for (const [i, from] of times.entries()) {
    const [old, now] = [inForce(before, from), inForce(after, from)];
    const until = times[i + 1];
    const last = found.at(-1);
    if (!differ(old, now)) continue;
    // The same difference goes on.
    if (last?.until === from && last.before === old && last.after === now) found[found.length - 1] = { ...last, until };
    else found.push({ product, kind, from, until, before: old, after: now });
  }
  return found;
}

function inForce(line: LawLine | undefined, at: number): Limits | undefined {
  return line?.versions.findLast(({ effectiveFrom }) => effectiveFrom <= at)?.limits;
}

function differ(a: Limits | undefined, b: Limits | undefined): boolean {
  if (a === undefined || b === undefined) return a !== b;
  return changesInWords(a, b, {}).length > 0;
}

/** What a difference is made of, in sentences. */
export function sentencesOf({ before, after }: LawDifference, context: WordsContext): ChangeInWords[] {
  return before !== undefined && after !== undefined ? changesInWords(before, after, context) : [];
}
