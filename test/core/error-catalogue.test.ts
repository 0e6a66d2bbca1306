import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { expect } from "chai";

import type { ErrorTable } from "../../src/core/errors.ts";

const root = join(import.meta.dirname, "../..");

/** The tables of every room, by the file that declares them. */
async function tables(): Promise<[file: string, table: ErrorTable][]> {
  const files = globSync("src/**/errors.ts", { cwd: root });
  const found = files.map(async (file): Promise<[string, ErrorTable][]> => {
    const exported = Object.values((await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>);
    return exported.flatMap((value) =>
      typeof value === "function" && "table" in value ? [[file, value.table as ErrorTable]] : [],
    );
  });
  return (await Promise.all(found)).flat();
}

describe("the error catalogue", () => {
  it("has each code once, in kebab case, with a status and both sentences", async () => {
    const seen = new Map<string, string>();
    for (const [file, table] of await tables()) {
      for (const [code, { status, why, fix }] of Object.entries(table)) {
        expect(seen.get(code), `${code} is in ${file} and already in`).to.equal(undefined);
        seen.set(code, file);
        expect(code, file).to.match(/^[a-z0-9]+(-[a-z0-9]+)*$/u);
        expect(status, code).to.be.within(400, 599);
        expect(why, code).to.match(/^[A-Z].*\.$/su);
        expect(fix, code).to.match(/^[A-Z].*\.$/su);
      }
    }
    expect(seen.size).to.be.greaterThan(0);
  });
});
