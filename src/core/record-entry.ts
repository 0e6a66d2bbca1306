import { fromHex, type Hex } from "./bytes.ts";
import type { Entry, Ref } from "./entry.ts";
import { recordError } from "./record-errors.ts";
import type { Claims, PresentedClaims } from "./record.ts";
import type { Schedule } from "./schedule.ts";

/** What a record refers to by its leaf, and an entry by its place. */
export type ReferenceRole = "loan" | "line" | "predecessor" | "complaint" | "superseded";

/** The places that a record's references were bound to. */
export type Refs = Readonly<Partial<Record<ReferenceRole, Ref>>>;

export interface Reference {
  readonly role: ReferenceRole;
  readonly leaf: Hex;
}

/** The leaves of other records that a record refers to. What is withheld refers to nothing. */
export function referencesOf(claims: PresentedClaims): Reference[] {
  const found: Reference[] = [];
  const add = (role: ReferenceRole, leaf: Hex | undefined) => {
    if (leaf !== undefined) found.push({ role, leaf });
  };
  if (claims.kind === "Opened") {
    if (claims.loan?.line !== "first") add("line", claims.loan?.line);
    add("predecessor", claims.loan?.predecessor);
  } else if (claims.kind !== "Barred") add("loan", claims.loan?.opening);
  if (claims.kind === "Answered") add("complaint", claims.event?.complaint);
  if (claims.kind === "Corrected") add("superseded", claims.event?.superseded);
  return found;
}

/**
 * The entry of a fully disclosed record whose references are bound. Gateway and verifier both use it, so an entry can't say
 * something else than its record. Throws `record-reference` if the place of a reference is missing in `refs`.
 */
export function entryOf(claims: Claims, refs: Refs): Entry {
  const place = (role: ReferenceRole): Ref => {
    const ref = refs[role];
    if (ref !== undefined) return ref;
    throw recordError("record-reference", `record ${claims.jti} refers to a ${role} whose place is not known`);
  };
  const when = { borrower: fromHex(claims.borrower.pseudonym), time: claims.time.at };
  if (claims.kind === "Opened") {
    const { terms, loan, income } = claims;
    return {
      kind: "Opened",
      ...when,
      basis: terms.basis,
      product: terms.product,
      principal: terms.principal,
      disclosed: claims.disclosure?.at ?? 0,
      ...(terms.cash !== undefined && { cash: terms.cash }),
      ...(income !== undefined && { income: income.monthly }),
      ...(loan.line === "first" && { firstDraw: true as const }),
      ...(loan.line !== undefined && loan.line !== "first" && { line: place("line") }),
      ...(loan.predecessor !== undefined && { predecessor: place("predecessor") }),
      ...(terms.lender !== undefined && { lender: terms.lender }),
      ...(terms.outage !== undefined && { outage: terms.outage }),
      schedule: scheduleOf(claims.schedule),
    };
  }
  const { founded, order } = claims.event;
  const head = {
    ...when,
    ...(founded !== undefined && { founded }),
    ...(order !== undefined && { order: fromHex(order) }),
  };
  if (claims.kind === "Barred") {
    const { until, why } = claims.event;
    return { kind: claims.kind, ...head, until, why };
  }
  const of = { ...head, ref: place("loan") };
  switch (claims.kind) {
    case "Disbursed":
      return { kind: claims.kind, ...of, amount: claims.event.amount };
    case "Repaid": {
      const { principal, charges } = claims.event;
      return { kind: claims.kind, ...of, principal, charges };
    }
    case "Closed": {
      const { reason, principal, charges } = claims.event;
      return { kind: claims.kind, ...of, reason, principal, charges };
    }
    case "Extended": {
      const { asked, extension, fee, writeDown, paid } = claims.event;
      const schedule = scheduleOf(claims.schedule);
      return {
        kind: claims.kind,
        ...of,
        ...(asked !== undefined && { asked }),
        extension,
        fee,
        writeDown,
        paid,
        schedule,
      };
    }
    case "Overdue": {
      const { daysPastDue, amountOverdue, defaultCharges, contractRate } = claims.event;
      return { kind: claims.kind, ...of, daysPastDue, amountOverdue, defaultCharges, contractRate };
    }
    case "Contacted": {
      const { channel, party, agent } = claims.event;
      return { kind: claims.kind, ...of, channel, party, agent };
    }
    case "Complained":
      return { kind: claims.kind, ...of, topic: claims.event.topic };
    case "Answered":
      return { kind: claims.kind, ...of, complaint: place("complaint"), outcome: claims.event.outcome };
    case "Assigned": {
      const { to, side } = claims.event;
      return { kind: claims.kind, ...of, to, side };
    }
    case "Corrected": {
      const { what, value, why } = claims.event;
      return { kind: claims.kind, ...of, superseded: place("superseded"), what, value, why };
    }
  }
}

function scheduleOf({ legs }: Extract<Claims, { kind: "Opened" }>["schedule"]): Schedule {
  return legs.map(({ step, ...leg }) => (step === undefined ? leg : { ...leg, step }));
}
