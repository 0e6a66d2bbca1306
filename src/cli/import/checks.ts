/** Before anything is filed: may these platforms file these loans, and does a version of limits bind them? */
import { decodeLimits } from "../../core/limits.ts";
import type { ImportBasis } from "../../import/claims.ts";
import { importError } from "../../import/errors.ts";
import type { Loan } from "../../import/loan.ts";
import type { Platform } from "../../chain/administration.ts";
import { needConnections } from "../home.ts";
import { note } from "../output.ts";
import { addPlatform } from "../operator/platforms.ts";
import type { RegulatorContext } from "../operator/regulator.ts";

const DAY = 86_400;
/** History is loaded when a platform joins: three months are time enough to do it again. */
const FOUNDING_SECONDS = 90 * DAY;

/** What a file asks of the market. */
export interface Needs {
  /** Products by platform. */
  readonly platforms: ReadonlyMap<number, ReadonlySet<number>>;
  /** By `product/kind of borrower`: when the first loan was opened, UTC seconds. */
  readonly earliest: ReadonlyMap<string, number>;
}

export function needsOf(loans: readonly Loan[]): Needs {
  const platforms = new Map<number, Set<number>>();
  const earliest = new Map<string, number>();
  for (const { platform, product, borrower, opened } of loans) {
    platforms.set(platform, (platforms.get(platform) ?? new Set()).add(product));
    const name = `${product}/${Number(borrower.slice(2, 4))}`;
    earliest.set(name, Math.min(opened, earliest.get(name) ?? opened));
  }
  return { platforms, earliest };
}

/** Whether every platform may file these loans on this basis. Throws `import-not-licensed`, naming all that is amiss. */
export async function checkPlatforms(context: RegulatorContext, needs: Needs, basis: ImportBasis): Promise<void> {
  const licensed = await context.regulator.platforms();
  const amiss: string[] = [];
  for (const [number, products] of [...needs.platforms].sort(([a], [b]) => a - b)) {
    const platform = licensed.find((one) => one.platform === number);
    const what = lacks(platform, products, basis);
    if (what !== undefined) amiss.push(`platform ${number} ${what}`);
  }
  if (amiss.length > 0) throw importError("import-not-licensed", `${amiss.slice(0, 5).join("; ")}`);
}

function lacks(platform: Platform | undefined, products: ReadonlySet<number>, basis: ImportBasis): string | undefined {
  if (platform === undefined) return "has no licence";
  if (platform.standing !== "active") return `is ${platform.standing}`;
  const missing = [...products].filter((product) => !platform.products.includes(product)).map(productName);
  if (missing.length > 0) return `is not licensed for the product ${missing.join(", ")}`;
  if (basis === "founded" && !foundingOpen(platform))
    return "has no founding window open: it closes at its date, and at the platform's first request";
  return undefined;
}

/** Whether the platform may still file founded entries. */
function foundingOpen({ foundingUntil, foundingClosed }: Platform): boolean {
  return !foundingClosed && foundingUntil >= Date.now() / 1_000;
}

/** Licenses what is missing: platforms up to the highest number, and products. Throws `import-not-licensed` where that can't help. */
export async function addPlatforms(context: RegulatorContext, needs: Needs): Promise<void> {
  const { home, regulator, deployment } = context;
  const { databaseUrl } = await needConnections(home);
  const products = [...new Set([...needs.platforms.values()].flatMap((some) => [...some]))];
  const highest = Math.max(...needs.platforms.keys());
  const before = await regulator.platforms();
  const foundingUntil = Math.floor(Date.now() / 1_000) + FOUNDING_SECONDS;
  const add = (number: number): Promise<unknown> =>
    addPlatform(
      { home, regulator, deployment, databaseUrl },
      { name: importedName(number), products, foundingUntil, group: 0 },
    );
  const apiKeys = (await home.secrets())?.apiKeys ?? {};
  for (const platform of before) {
    const wanted = needs.platforms.get(platform.platform);
    if (platform.name === importedName(platform.platform) && apiKeys[`platform-${platform.platform}`] === undefined) {
      await add(platform.platform);
      note(`Finished taking in platform ${platform.platform}, which was cut short.`);
      continue;
    }
    const missing = [...(wanted ?? [])].filter((product) => !platform.products.includes(product));
    if (missing.length === 0) continue;
    await regulator.setProducts(platform.platform, [...platform.products, ...missing]);
    note(`Licensed platform ${platform.platform} for the product ${missing.map(productName).join(", ")}.`);
  }
  if (highest - before.length > 64)
    throw importError("import-not-licensed", `The file names platform ${highest}, and there are ${before.length}`, {
      fix: "Give the platforms numbers without gaps in the mapping (platform: {column, values}).",
    });
  for (let number = before.length + 1; number <= highest; number++) {
    await add(number);
    note(`Licensed platform ${number} as "${importedName(number)}", with ninety days to load its history.`);
  }
}

const importedName = (platform: number): string => `Imported platform ${platform}`;

/** What versions say of the loans of a file. */
export interface Binding {
  /** Bits of all rules that are on. */
  readonly rulesOn: number;
}

/**
 * Whether a version of limits binds each product and kind of borrower, and for requests, whether its reporting window reaches back to
 * the first loan. Throws `import-no-version`.
 */
export async function checkVersions(
  { regulator }: RegulatorContext,
  needs: Needs,
  basis: ImportBasis,
): Promise<Binding> {
  const now = Math.floor(Date.now() / 1_000);
  let rulesOn = 0;
  for (const [name, opened] of needs.earliest) {
    const [product = 0, kind = 0] = name.split("/").map(Number);
    const whose = `the product ${productName(product)} and ${kind === 2 ? "businesses" : "persons"}`;
    const versions = (await regulator.versions(product, kind)).map(({ effectiveFrom, limits }) => ({
      effectiveFrom,
      limits: decodeLimits(limits),
    }));
    const first = versions[0];
    if (first === undefined) throw importError("import-no-version", `No limits were published for ${whose}`);
    for (const { limits } of versions) rulesOn = (rulesOn | limits.on) >>> 0;
    if (first.effectiveFrom > opened)
      note(`Limits for ${whose} bind from ${iso(first.effectiveFrom)} on; loans opened before are judged by none.`);
    if (basis === "founded") continue;
    const binding = versions.findLast(({ effectiveFrom }) => effectiveFrom <= now)?.limits;
    const reaches = binding === undefined ? now : now - binding.reportingWindow;
    if (reaches > opened)
      throw importError(
        "import-no-version",
        `The reporting window for ${whose} reaches back to ${iso(reaches)}, and the first loan is of ${iso(opened)}`,
        { fix: "File it as history, without --as-requests, or publish limits with a longer reporting window." },
      );
  }
  return { rulesOn };
}

export const productName = (product: number): string => `${Math.floor(product / 64)}/${product % 64}`;
const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);
