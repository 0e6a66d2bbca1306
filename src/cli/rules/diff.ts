/** `tally rules diff`: what changes for whom, between two packs or from the chain to a pack. */
import { localTime } from "../../regulator/plan.ts";
import { ruleNames } from "../../core/decision.ts";
import { changesInWords, ruleInWords, type ChangeInWords } from "../../regulator/change-words.ts";
import {
  differencesOf,
  type LawDifference,
  type LawLine,
  linesOfPack,
  linesOfRulebook,
} from "../../regulator/law-diff.ts";
import type { WordsContext } from "../../regulator/limit-words.ts";
import { EXIT, print, printJson } from "../output.ts";
import { type PackFile, readPack } from "../operator/rule-packs.ts";
import { borrowerOf, type LawOptions, type NamedProduct, openLaw, whom, wordsOf } from "./law.ts";

/** One of two laws, with how its products are called. */
interface Side {
  readonly what: string;
  readonly lines: readonly LawLine[];
  readonly packs: readonly PackFile[];
}

export async function diff(first: string, second: string | undefined, options: LawOptions): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  const [before, after] =
    second === undefined
      ? await Promise.all([chainSide(options), fileSide(first, now)])
      : await Promise.all([fileSide(first, now), fileSide(second, now)]);
  const packs = [...after.packs, ...before.packs];
  const differences = differencesOf(before.lines, after.lines, second !== undefined);
  const zone = packs[0]?.compiled.settings.zone ?? [];
  const described = differences.map((one) => {
    const { name, title } = productIn(packs, one.product);
    const changes = changesOf(one, wordsOf(packs, one.product));
    const to = `${name} loans to ${whom(one.kind)}`;
    return {
      ...{ product: one.product, name, title, borrower: borrowerOf(one.kind) },
      ...{ from: one.from, ...(one.until !== undefined && { until: one.until }) },
      changes: changes.map((change) => ({ ...change, sentence: `${to}: ${change.sentence}` })),
    };
  });
  process.exitCode = described.length === 0 ? EXIT.ok : EXIT.no;
  if (options.json === true) {
    printJson({ before: before.what, after: after.what, differences: described });
    return;
  }
  if (described.length === 0) print(`${before.what} and ${after.what} say the same.`);
  for (const { product, title, from, until, changes } of described) {
    const end = until === undefined ? "" : ` until ${localTime(until, zone)}`;
    print(`${title} (${product}), from ${localTime(from, zone)}${end}`);
    for (const { sentence } of changes) print(`  ${sentence}`);
  }
}

async function chainSide(options: LawOptions): Promise<Side> {
  const law = await openLaw(options);
  return { what: "the chain", lines: linesOfRulebook(law.chain.rulebook), packs: law.packs };
}

async function fileSide(file: string, now: number): Promise<Side> {
  const pack = await readPack(file, now);
  return { what: file, lines: linesOfPack(pack.compiled), packs: [pack] };
}

function productIn(packs: readonly PackFile[], product: number): NamedProduct {
  const all = packs.flatMap(({ compiled }) => [...compiled.products]);
  return (
    all.find((one) => one.product === product) ?? { product, name: `product ${product}`, title: `Product ${product}` }
  );
}

/** What changes; where there is no law on one side, all its rules begin or end. */
export function changesOf({ before, after }: LawDifference, context: WordsContext): ChangeInWords[] {
  if (before !== undefined && after !== undefined) return changesInWords(before, after, context);
  const limits = after ?? before;
  if (limits === undefined) return [];
  const begins = after !== undefined;
  const rules = ruleNames(limits.on).map((rule) => {
    const values = ruleInWords(rule, limits, context);
    return values === "" ? rule : `${rule} (${values})`;
  });
  const sentence = begins
    ? `may be lent: nothing bound for them before, so that requests were refused. Rules: ${rules.join(", ")}`
    : "may no longer be lent: nothing binds for them, so that requests are refused";
  const verdict = begins ? "less strict" : "stricter";
  const [from, to] = begins ? ["nothing", "binds"] : ["binds", "nothing"];
  return [{ field: "version", rule: "general", before: from, after: to, verdict, sentence }];
}
