/**
 * The shared loan files, judged by the twin in the order in which an import files them, against a computation over the files by
 * another program in another language. docs/import-check.md has the counts, and the same through gateway and chain.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { encodeEntry } from "../../src/core/encode-entry.ts";
import { ruleNames } from "../../src/core/decision.ts";
import { encodeEntries } from "../../src/core/filing.ts";
import type { Ref } from "../../src/core/entry.ts";
import { entryOf } from "../../src/core/record-entry.ts";
import { parseClaims } from "../../src/core/record.ts";
import { Registry } from "../../src/core/registry.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { claimsOf, countOne, type ImportBasis, kindOf } from "../../src/import/claims.ts";
import { timelineOf } from "../../src/import/events.ts";
import { loadMapping } from "../../src/import/load-mapping.ts";
import { readTable } from "../../src/import/table.ts";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { ROOT } from "../support/import-market.ts";
import { KEY } from "./support.ts";

const NOW = 1_760_000_000;
const DATA = join(ROOT, "../shared/data");

const FILES = [
  { name: "superlender", table: "superlender_loans.csv", pack: "sample-payday.yaml" },
  { name: "lendingclub", table: "lendingclub_2007_2011_slim.csv", pack: "sample-instalment.yaml" },
];
const CASES: readonly { readonly basis: ImportBasis; readonly spread: number }[] = [
  { basis: "founded", spread: 1 },
  { basis: "founded", spread: 3 },
  { basis: "request", spread: 1 },
];

/** What both computations are asked for. */
interface Counts {
  readonly entries: { Opened: number; Repaid: number; Closed: number };
  readonly decisions: { accepted: number; flagged: number; refused: number };
  not_filed: number;
  readonly by_rule: Record<string, number>;
}

describe("the shared loan files", function () {
  this.timeout(300_000);
  for (const { name, table, pack } of FILES)
    for (const { basis, spread } of CASES)
      it(`${name}: ${basis}, ${spread} platforms: as an independent program counts`, async function () {
        const file = join(DATA, table);
        if (!existsSync(file)) return skipWith(this, `${file} is not here`);
        if (spawnSync("python3", ["--version"]).status !== 0) return skipWith(this, "there is no python3");
        const ours = await judged(file, name, pack, basis, spread);
        const mode = basis === "founded" ? "founded" : "requests";
        const program = join(ROOT, `scripts/independent/${name}.py`);
        const theirs = JSON.parse(execFileSync("python3", [program, file, mode], { encoding: "utf8" })) as Counts;
        expect(ours.entries).to.deep.equal(theirs.entries);
        expect(ours.decisions).to.deep.equal(theirs.decisions);
        expect(ours.not_filed).to.equal(theirs.not_filed);
        for (const [rule, count] of Object.entries(theirs.by_rule))
          expect(ours.by_rule[rule] ?? 0, rule).to.equal(count);
      });
});

function skipWith(context: Mocha.Context, reason: string): void {
  console.warn(`      skipped: ${reason}`);
  context.skip();
}

/** Judges a file by the twin, an entry at a time, in the order of an import. */
async function judged(file: string, name: string, pack: string, basis: ImportBasis, spread: number): Promise<Counts> {
  const directory = await mkdtemp(join(tmpdir(), "tally-independent-"));
  const mapping = { ...(await loadMapping(join(ROOT, `mappings/${name}.yaml`))), platform: { spread, first: 1 } };
  const read = await readTable({ path: file, mapping, pseudonymKey: KEY, rejectsPath: join(directory, "rejects.csv") });
  await rm(directory, { recursive: true });
  expect(read.rejected).to.equal(0);
  const twin = await twinWith(pack, spread);
  const timeline = timelineOf(read.loans);
  const places = new Map<number, Ref>();
  const numbers = new Map<number, number>();
  const counts: Counts = {
    entries: { Opened: 0, Repaid: 0, Closed: 0 },
    decisions: { accepted: 0, flagged: 0, refused: 0 },
    not_filed: 0,
    by_rule: {},
  };
  for (let at = 0; at < timeline.length; at++) {
    const [loanAt, step] = [timeline.loanAt(at), timeline.stepAt(at)];
    const loan = timeline.loans[loanAt]!;
    const { platform } = loan;
    const place = places.get(loanAt);
    if (step !== 0 && place === undefined) {
      counts.not_filed++;
      continue;
    }
    const opening = step === 0 ? {} : { opening: `0x${"00".repeat(32)}` as const };
    const claims = parseClaims(claimsOf(loan, step, { basis, iat: NOW, jti: "event", ...opening }));
    const entries = encodeEntries([encodeEntry(entryOf(claims, place === undefined ? {} : { loan: place }))]);
    const number = (numbers.get(platform) ?? 0) + 1;
    numbers.set(platform, number);
    const previous = twin.chainOf(platform).head;
    const filing = { platform, number, previous, recordsRoot: new Uint8Array(32), entries };
    const { outcome, breaches } = twin.applyFiling(NOW, filing).entries[0]!.decision;
    countOne(counts.entries, kindOf(loan, step));
    counts.decisions[outcome]++;
    if (step !== 0) continue;
    if (outcome !== "refused") places.set(loanAt, { platform, number, index: 0 });
    for (const rule of ruleNames(breaches)) counts.by_rule[rule] = (counts.by_rule[rule] ?? 0) + 1;
  }
  return counts;
}

/** A registry in service, with a pack published and so many platforms licensed for its products. */
async function twinWith(pack: string, platforms: number): Promise<Registry> {
  const registry = new Uint8Array(20).fill(1);
  const twin = new Registry({ chainId: 1n, registry });
  const compiled = compileRulePack(parseRulePack(await readFile(join(ROOT, "rulebooks", pack), "utf8"), pack), NOW);
  twin.apply({ event: "RegistryInstalled", registry });
  const settings = encodeSettings(compiled.settings);
  twin.apply({ event: "SettingsPublished", index: 0, effectiveFrom: 0, settings });
  for (const { product, kind, effectiveFrom, bytes: limits } of compiled.versions)
    twin.apply({ event: "VersionPublished", product, kind, index: 0, effectiveFrom, limits });
  const bitmap = compiled.products.reduce((bits, { product }) => bits | (1n << BigInt(product)), 0n);
  for (let platform = 1; platform <= platforms; platform++) {
    const key = new Uint8Array(20).fill(platform);
    const licence = { key, group: platform, standing: "active", foundingUntil: NOW, flags: 0 } as const;
    twin.apply({ event: "LicenceSet", platform, ...licence });
    twin.apply({ event: "ProductsSet", platform, word: 0, bitmap });
  }
  return twin;
}
