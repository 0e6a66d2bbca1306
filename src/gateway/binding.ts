import type { Hex } from "../core/bytes.ts";
import type { Ref } from "../core/entry.ts";
import type { Refs, ReferenceRole } from "../core/record-entry.ts";
import type { VerifiedRecord } from "./intake-record.ts";
import type { Position } from "./positions.ts";

/** What the places of a record's references mean for it. */
export type Binding =
  | { readonly kind: "bound"; readonly refs: Refs }
  /** It can only be placed after something happens to `on`. */
  | { readonly kind: "wait"; readonly on: Hex }
  | { readonly kind: "unfiled"; readonly state: "not_filed" | "quarantined"; readonly reason: string };

/**
 * Binds the references of a record to places. An event of a loan waits until the loan's request has been decided, because a refused
 * one leaves nothing to file; while the refusal could still be taken back (not final), it goes on waiting.
 */
export function bind(record: VerifiedRecord, positionOf: (id: Hex) => Position | undefined): Binding {
  const refs: Partial<Record<ReferenceRole, Ref>> = {};
  for (const { role, leaf } of record.references) {
    const position = positionOf(leaf);
    if (position === undefined || position.state === "quarantined") {
      return { kind: "unfiled", state: "quarantined", reason: `the ${role} that it refers to was never filed` };
    }
    if (position.state === "not_filed") return unfiledWith(role);
    if (position.ref === undefined) return { kind: "wait", on: leaf };
    if (role === "loan") {
      const { decided, question } = position;
      if (decided?.outcome === "refused") {
        if (decided.final) return unfiledWith(role);
        return { kind: "wait", on: leaf };
      }
      if (question && decided === undefined) return { kind: "wait", on: leaf };
    }
    refs[role] = position.ref;
  }
  return { kind: "bound", refs };
}

function unfiledWith(role: ReferenceRole): Binding {
  return role === "loan"
    ? { kind: "unfiled", state: "not_filed", reason: "the opening of its loan was refused" }
    : { kind: "unfiled", state: "quarantined", reason: `the ${role} that it refers to was refused` };
}
