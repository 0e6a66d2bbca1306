import { equal, toHex } from "../core/bytes.ts";
import type { Limits } from "../core/limit-fields.ts";
import { NOT_SAID } from "./export-pack.ts";
import { versionInPacks } from "./pack-law.ts";
import type { KeptText, Names, Plain, Source } from "./pack-wording.ts";
import { versionFromLimits } from "./rules-from-limits.ts";
import { secondsOf } from "./units.ts";

/** One product, one kind of borrower, one moment. */
export interface Single {
  readonly product: number;
  readonly kind: 1 | 2;
  readonly effectiveFrom: number;
  readonly limits: Limits;
  readonly bytes: Uint8Array;
}

const BORROWERS = { 1: "person", 2: "business" } as const;
const keyOf = ({ product, kind, effectiveFrom }: Omit<Single, "limits" | "bytes">): string =>
  `${product}/${kind}/${effectiveFrom}`;

/** How the export is written. */
export interface Writing {
  /** Of the currency. */
  readonly decimals: number;
  /** In which days are those of a text only if it is the text's own. */
  readonly zone: string;
  readonly local: (seconds: number) => string;
}

/**
 * Versions in the order of the texts, the oldest text first. A version of a text of which the chain has only some products or kinds of
 * borrower is written for those alone.
 */
export function versionsOf(
  singles: readonly Single[],
  sources: readonly Source[],
  names: Names,
  { decimals, zone, local }: Writing,
): Plain[] {
  const open = new Map(singles.map((one) => [keyOf(one), one]));
  const fromTexts = sources.map(({ file, wording }) =>
    file.pack.versions.flatMap((version, i): Plain[] => {
      const plain = wording.versions[i]!;
      if (!agrees(plain, file, names)) return [];
      const effectiveFrom = secondsOf(version.effectiveFrom, file.pack.zone);
      const taken = version.products.map((name) => {
        const { product } = file.compiled.products.find((one) => one.name === name)!;
        const kinds = version.borrowers.filter((borrower) => {
          const kind = borrower === "person" ? 1 : 2;
          const single = open.get(keyOf({ product, kind, effectiveFrom }));
          const compiled = file.compiled.versions.find(
            (one) => one.product === product && one.kind === kind && one.effectiveFrom === effectiveFrom,
          );
          const same = single !== undefined && compiled !== undefined && equal(single.bytes, compiled.bytes);
          return same && open.delete(keyOf(single));
        });
        return { name: names.products.get(product) ?? `product-${product}`, kinds };
      });
      const from = file.pack.zone === zone ? {} : { effectiveFrom: local(effectiveFrom) };
      const whole = taken.every(({ kinds }) => kinds.length === version.borrowers.length);
      if (whole) return [{ ...plain, ...from, products: taken.map(({ name }) => name) }];
      return taken
        .filter(({ kinds }) => kinds.length > 0)
        .map(({ name, kinds }) => ({ ...plain, ...from, products: [name], borrowers: kinds }));
    }),
  );
  return [...fromTexts.reverse().flat(), ...restOf([...open.values()], sources, names, decimals, local)];
}

/** Whether the series that a version names are called the same in the export. */
function agrees(plain: Plain, { pack }: KeptText, names: Names): boolean {
  const rate = (plain["rules"] as Readonly<Record<string, { readonly cap?: unknown }>>)["RATE"]?.cap;
  if (typeof rate !== "object" || rate === null) return true;
  const name = (rate as { readonly series: string }).series;
  return names.series.get(pack.series[name]?.number ?? -1) === name;
}

/** What no text has from that moment: in the words of the same law from another moment, or from the chain's values alone. */
function restOf(
  rest: readonly Single[],
  sources: readonly Source[],
  names: Names,
  decimals: number,
  local: (seconds: number) => string,
): Plain[] {
  const alike = Map.groupBy(rest, ({ product, effectiveFrom, bytes }) =>
    [product, effectiveFrom, toHex(bytes)].join(" "),
  );
  return [...alike.values()].map((all) => {
    const { product, effectiveFrom, limits } = all[0]!;
    const who = {
      products: [names.products.get(product) ?? `product-${product}`],
      borrowers: all.map(({ kind }) => BORROWERS[kind]),
      effectiveFrom: local(effectiveFrom),
    };
    const found = versionInPacks(
      sources.map(({ file }) => file),
      { product, kind: all[0]!.kind, effectiveFrom, limits },
    );
    const source = sources.find(({ file }) => file === found?.file);
    const wording = source?.wording.versions[found!.file.pack.versions.indexOf(found!.version)];
    if (source !== undefined && wording !== undefined && agrees(wording, source.file, names))
      return { ...wording, ...who };
    const seriesName = (number: number): string => names.series.get(number) ?? `series-${number}`;
    const version = versionFromLimits(limits, { decimals, seriesName });
    const rules = Object.fromEntries(
      Object.entries(version.rules).map(([name, rule]) => [name, { ...rule, law: NOT_SAID }]),
    );
    return { ...who, ...version, rules };
  });
}
