/** Writes the JSON Schema of rule packs, which editors check them with. `npm test` fails while it differs from the code. */
import { writeFileSync } from "node:fs";
import { format } from "prettier";

import { rulePackJsonSchema } from "../src/regulator/compile-rule-pack.ts";

const path = new URL("../rulebooks/rule-pack.schema.json", import.meta.url);
writeFileSync(path, await format(JSON.stringify(rulePackJsonSchema()), { parser: "json", printWidth: 120 }));
