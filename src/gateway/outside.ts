import { loansOf } from "../core/book.ts";
import { ruleBit } from "../core/decision.ts";
import type { Entry } from "../core/entry.ts";
import { sameRef } from "../core/entry.ts";
import type { Limits } from "../core/limit-fields.ts";
import type { Registry } from "../core/registry.ts";

/** What contracts outside the registry may cost an entry: its pilot, and the gas that a rule of the regulator's own may use. */
export interface Outside {
  readonly pilot: boolean;
  /** 0: there is no such rule. */
  readonly customGas: number;
}

const NOBODY: Outside = { pilot: false, customGas: 0 };
const PILOT = ruleBit("PILOT");
const CUSTOM = ruleBit("CUSTOM");

/** What it may be for an entry in a block of `now`: of the loan's version, or the dearest of those that it may turn out to be. */
export function outsideOf(twin: Registry, entry: Entry, now: number): Outside {
  const { rulebook } = twin;
  const kind = entry.borrower[0] ?? 0;
  if (entry.kind === "Opened")
    return dearest([entry.time, now].map((at) => rulebook.limitsAt(entry.product, kind, Math.min(at, now))));
  // It is about no loan.
  if (entry.kind === "Barred") return NOBODY;
  const loan = loansOf(twin.bookOf(entry.borrower)).find((one) => sameRef(one, entry.ref));
  if (loan) return dearest([rulebook.limitsAt(loan.product, kind, loan.opened)]);
  // Its opening isn't mined yet.
  return dearest(rulebook.products().map((one) => rulebook.limitsAt(one.product, one.kind, now)));
}

function dearest(versions: readonly (Limits | undefined)[]): Outside {
  return versions.reduce((so, limits) => {
    if (!limits) return so;
    const gas = limits.on & CUSTOM ? limits.customGas : 0;
    return { pilot: so.pilot || (limits.on & PILOT) !== 0, customGas: Math.max(so.customGas, gas) };
  }, NOBODY);
}
