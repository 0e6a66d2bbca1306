import { createSecretKey } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseMapping } from "../../src/import/load-mapping.ts";
import { readTable, type Table } from "../../src/import/table.ts";

export const KEY = createSecretKey(Buffer.alloc(32, 7));

/** A mapping for `id,person,day,amount,total,ended`, as small as one can be; what is given is added. */
export const mappingWith = (more = "", without: readonly string[] = []): string =>
  [
    "mapping: test",
    "dates: { formats: [yyyy-MM-dd], zone: UTC }",
    "platform: 1",
    "borrower: { column: person }",
    "loan: id",
    "product: 2/1",
    "opened: { date: day, principal: amount }",
    "schedule: { single: { amount: total, term: 30 } }",
    "closed: { date: ended }",
  ]
    .filter((line) => !without.some((key) => line.startsWith(key)))
    .concat(more)
    .join("\n");

/** Reads a table from text; what was rejected comes with it. */
export async function tableOf(
  text: string | Buffer,
  mapping = mappingWith(),
): Promise<Table & { readonly rejectsText: string }> {
  const directory = await mkdtemp(join(tmpdir(), "tally-table-"));
  try {
    const path = join(directory, "loans.csv");
    await writeFile(path, text);
    const rejectsPath = join(directory, "rejects.csv");
    const table = await readTable({
      path,
      mapping: parseMapping(mapping, "test.yaml"),
      pseudonymKey: KEY,
      rejectsPath,
    });
    const rejectsText = table.rejectsPath === undefined ? "" : await readFile(rejectsPath, "utf8");
    return { ...table, rejectsText };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The error that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("nothing was thrown");
}
