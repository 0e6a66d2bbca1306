/** Writes the JSON Schemas of rule packs and of pilots' terms, which editors check them with. `npm test` fails while they differ from the code. */
import { writeFileSync } from "node:fs";
import { format } from "prettier";

import { rulePackJsonSchema } from "../src/regulator/compile-rule-pack.ts";
import { pilotJsonSchema } from "../src/regulator/pilot-terms.ts";

const schemas = {
  "rule-pack.schema.json": rulePackJsonSchema(),
  "pilots/pilot.schema.json": pilotJsonSchema(),
};
for (const [file, schema] of Object.entries(schemas)) {
  const path = new URL(`../rulebooks/${file}`, import.meta.url);
  writeFileSync(path, await format(JSON.stringify(schema), { parser: "json", printWidth: 120 }));
}
