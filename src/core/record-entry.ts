import { equal, fromHex, type Hex } from "./bytes.ts";
import type { Entry, Ref } from "./entry.ts";
import { recordError } from "./record-errors.ts";
import { type Claims, GROUPS_OF, type PresentedClaims, type RecordGroup } from "./record.ts";

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
  const { loan, event } = claims as Groups;
  const found: [ReferenceRole, Hex | undefined][] = [
    ["loan", loan?.opening],
    ["line", loan?.line === "first" ? undefined : loan?.line],
    ["predecessor", loan?.predecessor],
    ["complaint", event?.complaint],
    ["superseded", event?.superseded],
  ];
  return found.flatMap(([role, leaf]) => (leaf === undefined ? [] : [{ role, leaf }]));
}

/**
 * The entry of a fully disclosed record whose references are bound. Gateway and verifier both use it, so an entry can't say
 * something else than its record. Throws `record-reference` if the place of a reference is missing in `refs`.
 */
export function entryOf(claims: Claims, refs: Refs): Entry {
  for (const { role } of referencesOf(claims))
    if (refs[role] === undefined)
      throw recordError("record-reference", `record ${claims.jti} refers to a ${role} whose place is not known`);
  const fields = Object.entries(fieldsOf(claims, true, refs)).filter(([, value]) => value !== undefined);
  // The table below gives each kind's groups the fields of that kind's entry; the tests go through all kinds.
  return Object.fromEntries(fields) as unknown as Entry;
}

/**
 * The first field in which an entry says something else than its record; undefined if there is none. What the record withholds is
 * not compared. Places that the entry refers to are taken from it: which record is filed there is shown by that record's receipt.
 *
 * @param withheld how many of the record's groups are not shown
 */
export function mismatchOf(claims: PresentedClaims, withheld: number, entry: Entry): string | undefined {
  const stated = entry as unknown as Readonly<Record<string, unknown>>;
  const refs: Refs = Object.fromEntries(
    referencesOf(claims).map(({ role }) => [role, stated[FIELD_OF[role]] ?? NOWHERE]),
  );
  const fields = fieldsOf(claims, withheld === 0, refs);
  const names = withheld === 0 ? new Set([...Object.keys(fields), ...Object.keys(stated)]) : Object.keys(fields);
  return [...names].find((name) => !same(fields[name], stated[name]));
}

/** The field of an entry that holds the place of what a record refers to. */
const FIELD_OF = {
  loan: "ref",
  line: "line",
  predecessor: "predecessor",
  complaint: "complaint",
  superseded: "superseded",
};
const NOWHERE: Ref = { platform: 0, number: 0, index: 0 };

/** All groups that any kind of record has. */
interface Groups {
  readonly borrower?: { readonly pseudonym: Hex };
  readonly loan?: { readonly opening?: Hex; readonly line?: Hex | "first"; readonly predecessor?: Hex };
  readonly terms?: Extract<Claims, { kind: "Opened" }>["terms"];
  readonly schedule?: Extract<Claims, { kind: "Opened" }>["schedule"];
  readonly disclosure?: { readonly at: number };
  readonly income?: { readonly monthly: bigint };
  readonly event?: Readonly<Record<string, unknown>> & {
    readonly order?: Hex;
    readonly complaint?: Hex;
    readonly superseded?: Hex;
  };
  readonly time?: { readonly at: number };
}

/** The fields of the entry that the groups shown speak of; undefined where they say that there is none. */
function fieldsOf(claims: PresentedClaims, complete: boolean, refs: Refs): Record<string, unknown> {
  const { borrower, loan, terms, schedule, disclosure, income, event, time } = claims as Groups;
  const opened = claims.kind === "Opened";
  return {
    kind: claims.kind,
    ...(borrower && { borrower: fromHex(borrower.pseudonym) }),
    ...(time && { time: time.at }),
    ...(loan &&
      opened && {
        firstDraw: loan.line === "first" ? true : undefined,
        // What the record doesn't refer to has no place in its entry, whatever `refs` has.
        line: loan.line === undefined || loan.line === "first" ? undefined : refs.line,
        predecessor: loan.predecessor && refs.predecessor,
      }),
    ...(loan && !opened && { ref: refs.loan }),
    ...(terms && { cash: undefined, lender: undefined, outage: undefined, ...terms }),
    ...(schedule && { schedule: schedule.legs }),
    ...(disclosure && { disclosed: disclosure.at }),
    ...(income && { income: income.monthly }),
    ...(complete && opened && !disclosure && { disclosed: 0 }),
    ...(event && {
      ...event,
      founded: event["founded"],
      asked: event["asked"],
      order: event.order && fromHex(event.order),
      ...(event.complaint && { complaint: refs.complaint }),
      ...(event.superseded && { superseded: refs.superseded }),
    }),
  };
}

function same(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equal(a, b);
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return a === b;
  const [left, right] = [a, b].map((value) => Object.entries(value).filter(([, item]) => item !== undefined));
  const other = new Map(right);
  return left!.length === other.size && left!.every(([key, value]) => other.has(key) && same(value, other.get(key)));
}

/** Whether all groups that a record of its kind must have are shown. */
export function isComplete(claims: PresentedClaims): claims is Claims {
  const optional: readonly RecordGroup[] = ["disclosure", "income"];
  return GROUPS_OF[claims.kind].every((group) => group in claims || optional.includes(group));
}
