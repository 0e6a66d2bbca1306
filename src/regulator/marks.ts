import { provisionsOf, type Law, type Mark } from "./law.ts";
import type { RulePack } from "./rule-pack.ts";

/**
 * How many provisions of a pack were checked how well. One that several rules or versions share counts once; points of series and what is
 * not expressed are left out.
 */
export function marksOf(pack: RulePack): Readonly<Record<Mark, number>> {
  const counts: Record<Mark, number> = { V: 0, V2: 0, M: 0, sample: 0 };
  const provisions = [...lawsOf(pack)].flatMap(provisionsOf);
  for (const { mark } of new Map(provisions.map((one) => [JSON.stringify(one), one])).values()) counts[mark]++;
  return counts;
}

function* lawsOf({ markets, versions }: RulePack): Generator<Law> {
  const given = [
    ...Object.values(markets).map(({ law }) => law),
    ...versions.flatMap(({ laws, rules }) => [
      ...Object.values(laws ?? {}),
      ...Object.values(rules).map((rule) => rule?.law),
    ]),
  ];
  for (const law of given) if (law !== undefined) yield law;
}
