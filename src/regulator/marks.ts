import { provisionsOf, type Law, type Mark } from "./law.ts";
import type { RulePack } from "./rule-pack.ts";

/**
 * How many provisions of a pack, those by which its versions bind among them, were checked how well. One that several rules or versions
 * share counts once; points of series and what is not expressed are left out.
 */
export function marksOf({ markets, versions }: RulePack): Readonly<Record<Mark, number>> {
  const counts: Record<Mark, number> = { V: 0, V2: 0, M: 0, sample: 0 };
  const laws: (Law | undefined)[] = [
    ...Object.values(markets).map(({ law }) => law),
    ...versions.flatMap(({ laws, rules }) => [
      ...Object.values(laws ?? {}),
      ...Object.values(rules).map((rule) => rule?.law),
    ]),
  ];
  const enactments = versions.flatMap(({ law }) => law ?? []);
  const all = [...laws.flatMap(provisionsOf), ...enactments];
  for (const { mark } of new Map(all.map((one) => [JSON.stringify(one), one])).values()) counts[mark]++;
  return counts;
}
