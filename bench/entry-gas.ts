/**
 * What each kind of entry costs, and what each rule adds to it: `node bench/entry-gas.ts` prints the table, `--write` puts it into
 * `docs/design/gas.md`, where a test expects it.
 *
 * Filings of 100 as in `gas.ts`, each of one kind. A loan's life is filed once with all rules on, and once more for every rule, with
 * that rule off; the difference is what the rule adds where all others are on.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { RULES, ruleBit, type RuleName } from "../src/core/decision.ts";
import type { Entry, Opened } from "../src/core/entry.ts";
import {
  answered,
  assigned,
  barred,
  closed,
  complained,
  contacted,
  corrected,
  DAY,
  disbursed,
  extended,
  fixtures,
  opened,
  overdue,
  repaid,
} from "../test/contracts/fixtures.ts";
import { Filer, pseudonym } from "./filing-gas.ts";
import { INSIDE_RULES } from "./inside-rules.ts";

/** Gas of an entry by its name, in the order of a loan's life. */
export type LifeGas = ReadonlyMap<string, number>;

export interface EntryGas {
  readonly all: LifeGas;
  /** What each rule adds, where it adds or saves at least `NOISE`. */
  readonly rules: ReadonlyMap<RuleName, LifeGas>;
}

/** A signature's zero bytes are cheaper, and every filing has another: below this, a difference says nothing. */
const NOISE = 2;

const LIMITS = { coolingOff: DAY, maxLoans: 4, maxLenders: 3, marketCap: 100_000_000n, platformCap: 50_000_000n };

/** @param on The rules in force. */
async function lifeGas(deploy: Awaited<ReturnType<typeof fixtures>>["deploy"], on: number): Promise<LifeGas> {
  const t = await deploy();
  await t.publish({ limits: { ...LIMITS, on } });
  const [lender, buyer] = [await t.grant(), await t.grant()];
  const filer = new Filer(t);
  filer.pass();
  for (const platform of [lender, buyer]) await filer.gasOf(platform, []);

  const found = new Map<string, number>();
  const life = async (name: string, make: (k: number) => Entry, by = lender, flagged = false) => {
    const { gas, refs } = await filer.each(by, make, { flagged });
    found.set(name, gas);
    return refs;
  };
  const loan = (k: number): Opened =>
    opened({
      time: filer.clock,
      borrower: pseudonym(k),
      principal: 1_234_567n,
      schedule: [{ count: 12, unit: "month", gap: 1, amount: 113_597n }],
    });
  const refs = await life("Opened", loan);
  const unlike = (k: number): Entry => ({ ...loan(100 + k), principal: 1_234_567n + BigInt(k) });
  const others = await life("Opened, no two of one amount", unlike);
  const at = (k: number) => ({ borrower: pseudonym(k), time: filer.clock });
  await life("Disbursed", (k) => disbursed(refs[k]!, { ...at(k), amount: 1_234_567n }));
  const pays = (k: number): Entry => repaid(refs[k]!, { ...at(k), principal: 101_234n, charges: 12_363n });
  // Charges are those of a month.
  filer.pass(30 * DAY);
  await life("Repaid, a loan's first", pays);
  filer.pass(30 * DAY);
  await life("Repaid", pays);
  const charges = (k: number): Entry => overdue(refs[k]!, { ...at(k), defaultCharges: 1_500n });
  await life("Overdue", charges);
  await life("Contacted, a borrower's first", (k) => contacted(refs[k]!, at(k)));
  await life("Contacted", (k) => contacted(refs[k]!, at(k)));
  const complaints = await life("Complained", (k) => complained(refs[k]!, at(k)));
  await life("Answered", (k) => answered(refs[k]!, complaints[k]!, at(k)));
  await life("Barred", (k) => barred(filer.clock + 1, at(k)));
  const stranger = (k: number) => ({ borrower: pseudonym(200 + k), time: filer.clock });
  await life("Barred, of whom nothing was known", (k) => barred(filer.clock + DAY, stranger(k)));
  const schedule = [{ count: 12, unit: "month", gap: 1, amount: 95_000n }] as const;
  await life("Extended", (k) => extended(refs[k]!, { ...at(k), schedule }));
  const value = 1_032_100n;
  await life("Corrected", (k) => corrected(refs[k]!, { ...at(k), value }), lender, true);
  const to = buyer.platform;
  await life("Assigned, the first side", (k) => assigned(refs[k]!, { ...at(k), to }), lender, true);
  await life("Assigned, the other side", (k) => assigned(refs[k]!, { ...at(k), to, side: "assignee" }), buyer);
  await life("Closed", (k) => closed(refs[k]!, { ...at(k), principal: value, charges: 12_363n }), buyer);

  const after = (k: number): Entry => ({ ...loan(100 + k), predecessor: others[k]! });
  const linked = await life("Opened, refinances another lender's", after, buyer);
  const at100 = (k: number) => ({ ...at(k), borrower: pseudonym(100 + k) });
  const amount = (k: number) => ({ principal: 1_234_567n + BigInt(k), charges: 1_000n });
  const refinanced = (k: number): Entry => closed(others[k]!, { ...at100(k), ...amount(k), reason: "refinanced" });
  await life("Closed, refinanced", refinanced);
  filer.pass(30 * DAY);
  const paid = { principal: 101_234n, charges: 12_363n };
  await life("Repaid, a linked loan's first", (k) => repaid(linked[k]!, { ...at100(k), ...paid }), buyer);
  return found;
}

/** No version does without it. */
const ALWAYS: RuleName = "LICENCE";
/** Rules that a version can't have without another. */
const NEEDING: Readonly<Partial<Record<RuleName, RuleName>>> = { RATE: "SETTLEMENT" };

export async function entryGas(): Promise<EntryGas> {
  const { deploy } = await fixtures();
  const all = await lifeGas(deploy, INSIDE_RULES);
  const rules = new Map<RuleName, LifeGas>();
  for (const rule of RULES.filter((name) => INSIDE_RULES & ruleBit(name) && name !== ALWAYS)) {
    const needing = NEEDING[rule];
    const beside = needing === undefined ? INSIDE_RULES : INSIDE_RULES & ~ruleBit(needing);
    const dear = beside === INSIDE_RULES ? all : await lifeGas(deploy, beside >>> 0);
    const without = await lifeGas(deploy, (beside & ~ruleBit(rule)) >>> 0);
    const adds = [...dear].map(([name, gas]) => [name, gas - without.get(name)!] as const);
    rules.set(rule, new Map(adds.filter(([, gas]) => Math.abs(gas) >= NOISE)));
  }
  return { all, rules };
}

const DOCUMENT = new URL("../docs/design/gas.md", import.meta.url);
const SECTION = /(<!-- measured: entries and rules -->\n)[^]*?(<!-- end -->)/u;

/** The document with the table measured now, and as it stands. */
export async function documentedGas(): Promise<{ readonly measured: string; readonly written: string }> {
  const written = readFileSync(DOCUMENT, "utf8");
  const { all, rules } = await entryGas();
  const rows = [...all].map(([name, gas]) => {
    const adds = [...rules].flatMap(([rule, life]) => (life.has(name) ? [`${rule} ${grouped(life.get(name)!)}`] : []));
    return `| ${name} | ${grouped(gas)} | ${adds.join(" · ")} |`;
  });
  const table = ["| entry | gas | of it, rules that can be told apart |", "| --- | --- | --- |", ...rows].join("\n");
  const tidy = await format(table, { parser: "markdown" });
  return { measured: written.replace(SECTION, (_, begin, end) => `${begin}\n${tidy}\n${end}`), written };
}

const grouped = (gas: number): string => gas.toLocaleString("en-GB");

if (import.meta.main) {
  const { measured } = await documentedGas();
  if (process.argv.includes("--write")) writeFileSync(DOCUMENT, measured);
  else console.log(SECTION.exec(measured)?.[0]);
}
