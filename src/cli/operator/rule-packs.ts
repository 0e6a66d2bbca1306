/** Rule packs as files: those that are given, and those that were published from this data directory. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import type { Regulator } from "../../chain/administration.ts";
import { systemCode, writeDurably } from "../../engine/files.ts";
import { type CompiledRulePack, compileRulePack, parseRulePack } from "../../regulator/compile-rule-pack.ts";
import { fromHex, type Hex } from "../../core/bytes.ts";
import { packHash } from "../../regulator/pack-hash.ts";
import type { PublishPlan, PublishStep } from "../../regulator/plan.ts";
import type { RulePack } from "../../regulator/rule-pack.ts";
import { planAgainstChain, publish } from "../../regulator/publish.ts";
import { cliError } from "../errors.ts";
import type { Home } from "../home.ts";

export interface PackFile {
  readonly text: string;
  /** As it was written, with law and sources. */
  readonly pack: RulePack;
  readonly compiled: CompiledRulePack;
  /** What the chain knows it by. */
  readonly hash: Hex;
}

/** Reads and compiles a pack. Throws `rule-pack-invalid` with line and field, `file-unreadable`. `now` in UTC seconds. */
export async function readPack(path: string, now: number): Promise<PackFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const why = systemCode(cause) === "ENOENT" ? "there is no such file" : "it can't be read";
    throw cliError("file-unreadable", `${path}: ${why}`, { cause });
  }
  const pack = parseRulePack(text, basename(path));
  return { text, pack, compiled: compileRulePack(pack, now), hash: packHash(text) };
}

/**
 * Publishes a pack and keeps a copy of it in the data directory, if there is one, so that its products are known by their names
 * afterwards.
 * Without a plan it is planned against the chain first.
 */
export async function publishPack(
  home: Home | undefined,
  regulator: Regulator,
  { text, compiled, hash }: PackFile,
  plan?: PublishPlan,
  onStep?: (begun: number, total: number, step: PublishStep) => void,
): Promise<void> {
  const planned = plan ?? (await planAgainstChain(regulator, compiled, fromHex(hash, 32)));
  await publish(regulator, compiled, planned, onStep);
  if (home === undefined) return;
  await mkdir(join(home.path, "packs"), { recursive: true, mode: 0o700 });
  await writeDurably(join(home.path, "packs", `${compiled.pack}.yaml`), text);
}

/** The packs that were published from this data directory. */
export async function publishedPacks(home: Home, now: number): Promise<PackFile[]> {
  const names = await readdir(join(home.path, "packs")).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith(".yaml")).sort();
  return Promise.all(files.map(async (name) => readPack(join(home.path, "packs", name), now)));
}

/** A product of a published pack, or one that was given by its number. */
export interface NamedProduct {
  readonly product: number;
  readonly name: string;
  readonly title: string;
}

/** All products of the packs that were published from here. */
export async function knownProducts(home: Home): Promise<NamedProduct[]> {
  const packs = await publishedPacks(home, Math.floor(Date.now() / 1_000));
  return packs.flatMap(({ compiled }) => [...compiled.products]);
}

/** The number of a product by its name in a published pack, or as it is. Throws `option-invalid` with the names that there are. */
export function productNumber(given: string, known: readonly NamedProduct[]): number {
  if (/^\d{1,4}$/u.test(given)) {
    const number = Number(given);
    if (number > 0 && number < 2_048) return number;
  }
  const found = known.find(({ name }) => name === given);
  if (found !== undefined) return found.product;
  const names = known.map(({ name }) => name).join(", ");
  throw cliError("option-invalid", `There is no product ${given}`, {
    fix:
      names === ""
        ? "Publish a rule pack first (`tally rules publish FILE`), or give the product's number."
        : `Give one of ${names}, or a number from 1 to 2047.`,
  });
}
