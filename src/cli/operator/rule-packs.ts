/** Rule packs as files: those that are given, and those that were published from this data directory. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import type { Regulator } from "../../chain/administration.ts";
import { systemCode, writeDurably } from "../../engine/files.ts";
import { type CompiledRulePack, compileRulePack, parseRulePack } from "../../regulator/compile-rule-pack.ts";
import { fromHex, type Hex } from "../../core/bytes.ts";
import type { Problem } from "../../regulator/pack-document.ts";
import { packHash } from "../../regulator/pack-hash.ts";
import type { KnownCurrency } from "../../regulator/known-currency.ts";
import type { PublishPlan, PublishStep } from "../../regulator/plan.ts";
import type { RulePack } from "../../regulator/rule-pack.ts";
import { planAgainstChain, publish } from "../../regulator/publish.ts";
import { readRulePack } from "../../regulator/read-pack.ts";
import { cliError } from "../errors.ts";
import { readGiven } from "../files.ts";
import type { Home } from "../home.ts";
import { note } from "../output.ts";

export interface PackFile {
  readonly text: string;
  /** As it was written, with law and sources. */
  readonly pack: RulePack;
  readonly compiled: CompiledRulePack;
  /** What could be meant, but hardly is. */
  readonly warnings: readonly Problem[];
  /** What the chain knows it by. */
  readonly hash: Hex;
  /** It was declared as an emergency's law. */
  readonly emergency?: boolean;
}

/**
 * Reads and compiles a pack that is about to be used. Throws `rule-pack-invalid` with line and field of all that is wrong,
 * `file-unreadable`. `now` in UTC seconds.
 */
export async function readPack(path: string, now: number): Promise<PackFile> {
  const text = await readGiven(path);
  return { text, ...readRulePack(text, basename(path), now), hash: packHash(text) };
}

/** The same of one that was published, and so binds whatever would be said against it today. */
export async function readPublished(path: string, now: number): Promise<PackFile> {
  return packFrom(await readGiven(path), basename(path), now);
}

/** Compiles a pack that was read already, whatever its values mean. Throws `rule-pack-invalid` with line and field. */
export function packFrom(text: string, name: string, now: number): PackFile {
  const pack = parseRulePack(text, name);
  return { text, pack, compiled: compileRulePack(pack, now), warnings: [], hash: packHash(text) };
}

/**
 * Publishes a pack and keeps its text in the data directory, if there is one, so that its products are known by their names, and what
 * binds by its articles, afterwards.
 * Without a plan it is planned against the chain first.
 */
export async function publishPack(
  home: Home | undefined,
  regulator: Regulator,
  file: PackFile,
  plan?: PublishPlan,
  onStep?: (begun: number, total: number, step: PublishStep) => void,
): Promise<void> {
  const { compiled, hash } = file;
  const planned = plan ?? (await planAgainstChain(regulator, compiled, fromHex(hash, 32)));
  await publish(regulator, compiled, planned, onStep);
  if (home !== undefined) await keepText(home, file);
}

/** The directory of texts within a data directory. */
const PACKS = "packs";
/** `NAME.N.yaml`, the N-th text that was kept; an emergency's says so. One without a number is older than all that have one. */
const KEPT = /^[a-z0-9-]+(?:\.(\d{1,9}))?(\.emergency)?\.yaml$/u;

interface KeptName {
  readonly name: string;
  readonly number: number;
  readonly emergency: boolean;
}

/** Keeps a text beside those that are there: a version that binds is known by the text that it came with, whatever is published later. */
export async function keepText(home: Home, { text, compiled, hash }: PackFile, emergency = false): Promise<void> {
  const kept = await keptNames(home);
  for (const { name } of kept) if ((await hashOf(home, name)) === hash) return;
  const number = Math.max(0, ...kept.map((one) => one.number)) + 1;
  await mkdir(join(home.path, PACKS), { recursive: true, mode: 0o700 });
  const name = `${compiled.pack}.${number}${emergency ? ".emergency" : ""}.yaml`;
  await writeDurably(join(home.path, PACKS, name), text);
}

/**
 * The texts that were published from this data directory, the last one first, and after them those of emergencies. One that can't be read
 * is left out, and told of: what it said is no reason to stop.
 */
export async function publishedPacks(
  home: Home,
  now: number,
  onUnreadable: (text: string) => void = note,
): Promise<PackFile[]> {
  const kept = await keptNames(home);
  const files = await Promise.all(
    kept.map(async ({ name, emergency }) => {
      const path = join(home.path, PACKS, name);
      try {
        return { ...(await readPublished(path, now)), emergency };
      } catch (error) {
        onUnreadable(`${path} is passed over: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      }
    }),
  );
  return files.filter((file) => file !== undefined);
}

/** Names of the texts that are kept, in the order in which they are looked through. */
export async function keptNames(home: Home): Promise<KeptName[]> {
  const names = await readdir(join(home.path, PACKS)).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const match = KEPT.exec(name);
      return match === null ? [] : [{ name, number: Number(match[1] ?? 0), emergency: match[2] !== undefined }];
    })
    .sort((a, b) => Number(a.emergency) - Number(b.emergency) || b.number - a.number || (a.name < b.name ? -1 : 1));
}

async function hashOf(home: Home, name: string): Promise<string | undefined> {
  try {
    return packHash(await readFile(join(home.path, PACKS, name), "utf8"));
  } catch {
    return undefined;
  }
}

/** The currency of packs that were published, if there are any. */
export function moneyOf([first]: readonly PackFile[]): KnownCurrency | undefined {
  return first && { currency: first.compiled.currency, pack: first.compiled.pack };
}

/** A product of a published pack, or one that was given by its number. */
export interface NamedProduct {
  readonly product: number;
  readonly name: string;
  readonly title: string;
}

/** All products of the packs that were published from here, each once, as the last text names it. */
export async function knownProducts(home: Home): Promise<NamedProduct[]> {
  const packs = await publishedPacks(home, Math.floor(Date.now() / 1_000));
  return eachOnce(packs.flatMap(({ compiled }) => [...compiled.products]));
}

const eachOnce = (products: readonly NamedProduct[]): NamedProduct[] =>
  [...Map.groupBy(products, ({ product }) => product).values()].map(([first]) => first!);

/** The number of a product by its name in a published pack, or as it is. Throws `option-invalid` with the names that there are. */
export function productNumber(given: string, known: readonly NamedProduct[]): number {
  if (/^\d{1,4}$/u.test(given)) {
    const number = Number(given);
    if (number > 0 && number < 2_048) return number;
  }
  const found = known.find(({ name }) => name === given);
  if (found !== undefined) return found.product;
  const names = eachOnce(known)
    .map(({ name }) => name)
    .join(", ");
  throw cliError("option-invalid", `There is no product ${given}`, {
    fix:
      names === ""
        ? "Publish a rule pack first (`tally rules publish FILE`), or give the product's number."
        : `Give one of ${names}, or a number from 1 to 2047.`,
  });
}
