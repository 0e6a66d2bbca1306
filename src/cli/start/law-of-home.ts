/** The articles that a gateway's answers carry: from the rule packs that its data directory keeps. */
import type { RuleName } from "../../core/decision.ts";
import type { JudgedBy } from "../../core/judged-by.ts";
import type { Limits } from "../../core/limit-fields.ts";
import type { Dated } from "../../core/rulebook.ts";
import type { LawSource, LawTexts } from "../../gateway/ports.ts";
import { cite, type LawRow, lawRows } from "../../regulator/citations.ts";
import type { Home } from "../home.ts";
import { keptNames, type PackFile, publishedPacks } from "../operator/rule-packs.ts";

/** Texts are read when there are others than before: `tally rules publish` is another process. */
export function lawOfHome(home: Home, warn: (text: string) => void): LawSource {
  let held = { names: "", texts: textsOf([]) };
  const read = async (): Promise<LawTexts> => {
    const names = (await keptNames(home)).map(({ name }) => name).join("\n");
    if (names === held.names) return held.texts;
    held = { names, texts: textsOf(await publishedPacks(home, Math.floor(Date.now() / 1_000), warn)) };
    return held.texts;
  };
  return async () =>
    read().catch((error: unknown) => {
      // An answer without articles is better than none.
      warn(`The rule packs of ${home.path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
      return held.texts;
    });
}

/** What was once looked up of a version is kept: the same few judge thousands of loans. */
function textsOf(packs: readonly PackFile[]): LawTexts {
  const known = new WeakMap<Dated<Limits>, Map<string, readonly LawRow[]>>();
  const rowsOf = (rule: RuleName, judged: JudgedBy): readonly LawRow[] => {
    const { version, present } = judged;
    if (version === undefined) return [];
    const rows = known.get(version) ?? new Map<string, readonly LawRow[]>();
    known.set(version, rows);
    const name = `${rule}/${present?.index}`;
    const found = rows.get(name) ?? lawRows(cite([rule], judged, { packs }));
    rows.set(name, found);
    return found;
  };
  return { rows: (rules, judged) => rules.flatMap((rule) => rowsOf(rule, judged)) };
}
