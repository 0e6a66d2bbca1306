import { createSecretKey } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Entry, Ref } from "../../src/core/entry.ts";
import { entryOf } from "../../src/core/record-entry.ts";
import { parseClaims } from "../../src/core/record.ts";
import { claimsOf } from "../../src/import/claims.ts";
import { timelineOf } from "../../src/import/events.ts";
import { loadMapping } from "../../src/import/load-mapping.ts";
import { readTable } from "../../src/import/table.ts";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { FiledHistory } from "./filed-history.ts";

const ROOT = join(import.meta.dirname, "../..");
const KEY = createSecretKey(Buffer.alloc(32, 7));
/** When the history is filed. */
export const FILED_AT = 1_760_000_000;
const ENTRIES = 100;

/** The real payday file, which is not part of the repository; undefined where it isn't there. */
export const PAYDAY_FILE = join(ROOT, "../shared/data/superlender_loans.csv");
export const hasPaydayFile = (): boolean => existsSync(PAYDAY_FILE);

/** Loads the file as `tally import` does, as history of so many platforms, under a pack (YAML), by one of the mappings. */
export async function paydayHistory(law: string, spread = 1, mapped = "superlender"): Promise<FiledHistory> {
  const directory = await mkdtemp(join(tmpdir(), "tally-payday-"));
  const mapping = {
    ...(await loadMapping(join(ROOT, `mappings/${mapped}.yaml`))),
    platform: { spread, first: 1 },
  };
  const rejectsPath = join(directory, "rejects.csv");
  const read = await readTable({ path: PAYDAY_FILE, mapping, pseudonymKey: KEY, rejectsPath });
  await rm(directory, { recursive: true });
  const filed = new FiledHistory();
  const pack = compileRulePack(parseRulePack(law, "law.yaml"), FILED_AT);
  filed.law({ event: "SettingsPublished", index: 0, effectiveFrom: 0, settings: encodeSettings(pack.settings) });
  for (const { product, kind, effectiveFrom, bytes: limits } of pack.versions)
    filed.law({ event: "VersionPublished", product, kind, index: 0, effectiveFrom, limits });
  const products = pack.products.map(({ product }) => product);
  for (let platform = 1; platform <= spread; platform++) filed.license(platform, products);

  const timeline = timelineOf(read.loans);
  const places = new Map<number, Ref>();
  let platform = 1;
  let entries: Entry[] = [];
  const flush = (): void => {
    if (entries.length > 0) filed.file(platform, FILED_AT, entries);
    entries = [];
  };
  for (let at = 0; at < timeline.length; at++) {
    const [loanAt, step] = [timeline.loanAt(at), timeline.stepAt(at)];
    const loan = timeline.loans[loanAt]!;
    if (loan.platform !== platform || entries.length === ENTRIES) flush();
    platform = loan.platform;
    const place = places.get(loanAt);
    const opening = step === 0 ? {} : { opening: `0x${"00".repeat(32)}` as const };
    const claims = parseClaims(claimsOf(loan, step, { basis: "founded", iat: FILED_AT, jti: "event", ...opening }));
    if (place === undefined) places.set(loanAt, filed.nextRef(platform, entries.length));
    entries.push(entryOf(claims, place === undefined ? {} : { loan: place }));
  }
  flush();
  return filed;
}
