import { ruleBit } from "../src/core/decision.ts";
import { SERVED_RULES } from "../src/core/served-rules.ts";

/** All rules but PILOT and CUSTOM, of which other contracts have a say: those are reported apart. */
export const INSIDE_RULES = (SERVED_RULES & ~ruleBit("PILOT") & ~ruleBit("CUSTOM")) >>> 0;
