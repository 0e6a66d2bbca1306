import { ruleBit } from "./decision.ts";
import { directionOf } from "./limit-directions.ts";
import { LIMIT_FIELDS } from "./limit-fields.ts";
import type { LimitField, Limits } from "./limit-fields.ts";

/** What a change does: it lets lenders do less, or more, or either; neither if nothing that matters changed. */
export interface Strictness {
  readonly tightens: boolean;
  readonly relaxes: boolean;
}

/** A field that differs between two versions, and matters in both. A joined field is told by the one before it. */
export interface FieldChange extends Strictness {
  readonly field: LimitField;
}

const SAME: Strictness = { tightens: false, relaxes: false };
const MINUTES = 1_440;
const MILLION = 1_000_000n;

/**
 * What turns one version into the next, field by field. The fields of a rule count only where the rule is on in both: that it goes on or off is a
 * change of `on`. The twin of `Strictness.sol`.
 */
export function changesBetween(before: Limits, after: Limits): FieldChange[] {
  const both = (before.on & after.on) >>> 0;
  return LIMIT_FIELDS.flatMap((field) => {
    if (field.rule !== "general" && (both & ruleBit(field.rule)) === 0) return [];
    const change = changeOf(field, before, after, both);
    return change.tightens || change.relaxes ? [{ field, ...change }] : [];
  });
}

/** All changes together. */
export function strictnessOf(before: Limits, after: Limits): Strictness {
  const changes = changesBetween(before, after);
  return { tightens: changes.some(({ tightens }) => tightens), relaxes: changes.some(({ relaxes }) => relaxes) };
}

/** Notice periods by kind of change, seconds. */
export interface Notices {
  readonly tightening: number;
  readonly relaxation: number;
}

/** The notice that a change needs: that of each kind that it is, so the longer one if it is both. */
export function noticeFor({ tightens, relaxes }: Strictness, { tightening, relaxation }: Notices): number {
  return Math.max(tightens ? tightening : 0, relaxes ? relaxation : 0);
}

function changeOf({ name }: LimitField, before: Limits, after: Limits, both: number): Strictness {
  const number = (limits: Limits): bigint => BigInt(limits[name] as number | bigint | string);
  switch (directionOf(name)) {
    case "joined":
      return SAME;
    case "none":
      return number(before) === number(after) ? SAME : { tightens: true, relaxes: true };
    case "higher":
      return byOrder(number(before), number(after));
    case "lower":
      return byOrder(number(after), number(before));
    case "lowerNotZero":
      return byOrder(orNone(number(after)), orNone(number(before)));
    case "bits": {
      // Which rules refuse matters of rules that are on.
      const mask = name === "refuse" || name === "undeterminedRefuse" ? both : -1;
      return byBits(Number(number(before)) & mask, Number(number(after)) & mask);
    }
    case "curve":
      return byCurve(before, after);
    case "hours":
      return byHours(before, after);
    case "total":
      return byTotal(before, after);
  }
}

const byOrder = (laxer: bigint, stricter: bigint): Strictness => ({
  tightens: stricter > laxer,
  relaxes: stricter < laxer,
});

const orNone = (value: bigint): bigint => (value === 0n ? 2n ** 128n : value);

const byBits = (before: number, after: number): Strictness => ({
  tightens: (after & ~before) !== 0,
  relaxes: (before & ~after) !== 0,
});

/** Both are straight between their corners, so they are compared at zero and at every corner of either. */
function byCurve(before: Limits, after: Limits): Strictness {
  const corners = [0n, ...before.costBrackets.map(({ upTo }) => upTo), ...after.costBrackets.map(({ upTo }) => upTo)];
  const changes = corners.map((principal) => byOrder(costAt(after, principal), costAt(before, principal)));
  return { tightens: changes.some(({ tightens }) => tightens), relaxes: changes.some(({ relaxes }) => relaxes) };
}

/** The charges that COST allows, in millionths of a minor unit. */
export function costAt({ costFlat, costBrackets }: Limits, principal: bigint): bigint {
  let allowed = costFlat * MILLION;
  let from = 0n;
  for (const { upTo, share } of costBrackets) {
    const part = (principal < upTo ? principal : upTo) - from;
    if (part > 0n) allowed += part * BigInt(share);
    from = upTo;
  }
  return allowed;
}

function byHours(before: Limits, after: Limits): Strictness {
  return { tightens: !covers(before, after), relaxes: !covers(after, before) };
}

/** Whether the quiet hours of one hold all of the other's. The same minute twice is no hours. */
function covers(outer: Limits, inner: Limits): boolean {
  const length = ({ quietFrom, quietTo }: Limits): number => (quietTo + MINUTES - quietFrom) % MINUTES;
  const into = (inner.quietFrom + MINUTES - outer.quietFrom) % MINUTES;
  return length(inner) === 0 || into + length(inner) <= length(outer);
}

function byTotal(before: Limits, after: Limits): Strictness {
  const none = ({ defaultTotal, defaultTotalShare }: Limits): boolean => defaultTotal === 0n && defaultTotalShare === 0;
  const bounds = (limits: Limits): [bigint, bigint] =>
    none(limits) ? [2n ** 128n, 2n ** 128n] : [limits.defaultTotal, BigInt(limits.defaultTotalShare)];
  const [flatBefore, shareBefore] = bounds(before);
  const [flatAfter, shareAfter] = bounds(after);
  const [flat, share] = [byOrder(flatAfter, flatBefore), byOrder(shareAfter, shareBefore)];
  return { tightens: flat.tightens || share.tightens, relaxes: flat.relaxes || share.relaxes };
}
