/** Writes the table of directions into Strictness.sol, from the one in `src/core/limit-directions.ts`. A test holds the two together. */
import { readFileSync, writeFileSync } from "node:fs";

import { withDirectionTable } from "../src/core/limit-directions.ts";

const path = new URL("../contracts/libraries/Strictness.sol", import.meta.url);
writeFileSync(path, withDirectionTable(readFileSync(path, "utf8")));
