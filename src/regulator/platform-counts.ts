import { artifact } from "../chain/artifacts.ts";
import type { Registry } from "../core/registry.ts";
import type { Counts } from "../core/world.ts";

/** What counts against a platform, over all registries that were in service. */
export interface PlatformCounts extends Counts {
  readonly platform: number;
}

/** The counts of one platform, by the chain and by the replay. */
export interface ComparedCounts {
  readonly platform: number;
  readonly onChain: string;
  readonly computed: string;
}

/** What counts against each licensed platform, by the replay; in the order of their numbers. */
export function countsAgainst(twin: Registry): PlatformCounts[] {
  return [...twin.licences.platforms()]
    .sort((a, b) => a - b)
    .map((platform) => ({ platform, ...twin.countsOf(platform) }));
}

/** Puts what the chain says counts against each licensed platform beside what the replay counted. */
export async function readCounts(
  twin: Registry,
  ask: (calls: readonly string[]) => Promise<readonly string[]>,
): Promise<ComparedCounts[]> {
  const registry = artifact("Registry").interface;
  const counted = countsAgainst(twin);
  const answers = await ask(counted.map(({ platform }) => registry.encodeFunctionData("countsOf", [platform])));
  return counted.map(({ platform, ...counts }, k) => {
    const [outages, stale] = registry.decodeFunctionResult("countsOf", answers[k] ?? "0x") as unknown as bigint[];
    return { platform, onChain: inWords({ outages, stale }), computed: inWords(counts) };
  });
}

/** Undefined where nothing counts against it. */
export function countsInWords({ outages, stale }: Counts): string | undefined {
  const words = [
    ...(outages > 0 ? [`${outages} ${outages === 1 ? "loan" : "loans"} paid out in an outage`] : []),
    ...(stale > 0 ? [`${stale} ${stale === 1 ? "loan" : "loans"} not closed in time`] : []),
  ];
  return words.length === 0 ? undefined : words.join(", ");
}

function inWords({ outages, stale }: { readonly [name in keyof Counts]: unknown }): string {
  return `outages ${String(outages)}, stale ${String(stale)}`;
}
