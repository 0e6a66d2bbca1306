import type { RuleName } from "./decision.ts";
import { RULES } from "./decision.ts";
import { LIMIT_FIELDS } from "./limit-fields.ts";
import type { LimitField, Limits } from "./limit-fields.ts";

/**
 * Which way a change of a field is stricter, that is, lets lenders do less (protocol §5): the notice that a version needs depends on it.
 * The one table from which `contracts/libraries/Strictness.sol` and its documentation are made.
 */
export const DIRECTIONS = {
  /** Whatever its change means, it may be either. */
  none: { code: 0, words: "none" },
  higher: { code: 1, words: "higher" },
  lower: { code: 2, words: "lower" },
  /** Zero is no bound at all. */
  lowerNotZero: { code: 3, words: "lower; 0 is no bound" },
  /** Bits set are stricter than bits clear. */
  bits: { code: 4, words: "more bits" },
  /** The charges allowed for every principal, by flat amount and brackets together. */
  curve: { code: 5, words: "less allowed at every principal" },
  /** Minutes of the day from the field to the one after it, across midnight if need be. */
  hours: { code: 6, words: "more minutes of the day" },
  /** The field and the one after it; both zero is no bound. */
  total: { code: 7, words: "lower; both 0 is no bound" },
  /** Judged together with the field before it. */
  joined: { code: 8, words: "with the field before it" },
} as const;
export type Direction = keyof typeof DIRECTIONS;

const BY_FIELD: Readonly<Record<keyof Limits, Direction>> = {
  format: "none",
  flags: "none",
  on: "bits",
  refuse: "bits",
  undeterminedRefuse: "bits",
  reportingWindow: "lower",
  outageWindow: "lower",
  clockSkew: "lower",
  withdrawalWindow: "higher",
  reflection: "higher",
  amountMin: "higher",
  amountMax: "lowerNotZero",
  termMinDays: "higher",
  termMaxDays: "lowerNotZero",
  platformCap: "lower",
  marketCap: "lower",
  maxLoans: "lowerNotZero",
  maxLenders: "lowerNotZero",
  coolingOff: "higher",
  coolingMode: "none",
  frequencyCount: "lower",
  frequencyWindow: "higher",
  frequencyMode: "none",
  rateConvention: "none",
  rateYearBasis: "none",
  rateUnit: "none",
  rateUnitCount: "none",
  rateCap: "lower",
  rateSeries: "none",
  rateMaxAge: "lower",
  rateSpread: "lower",
  dayDiscount: "higher",
  monthDiscount: "higher",
  costFlat: "curve",
  costBrackets: "joined",
  incomeMode: "none",
  incomeShare: "lower",
  streakDays: "lower",
  streakOff: "higher",
  barredDays: "higher",
  rolloverMax: "lower",
  rolloverPaid: "higher",
  lifetimeShare: "lower",
  dailyShare: "lower",
  defaultFlat: "lower",
  defaultShare: "lower",
  defaultRate: "lower",
  defaultUplift: "lower",
  defaultTotal: "total",
  defaultTotalShare: "joined",
  contactsPerDay: "lowerNotZero",
  contactWindow: "higher",
  contactCount: "lowerNotZero",
  contactSilence: "higher",
  quietFrom: "hours",
  quietTo: "joined",
  contactFlags: "bits",
  answerWithin: "lower",
  withdrawalMode: "lower",
  pilot: "none",
  custom: "none",
  customGas: "none",
  secondaryWindow: "higher",
};

export const directionOf = (field: keyof Limits): Direction => BY_FIELD[field];

/** Bytes of a row of the contract's table: `offset u16 · width u8 · direction u8 · rule u8`; rule 255 is any. */
export const ROW_BYTES = 5;
const ANY = 255;

/** The contract's table, a row a field that isn't joined to the one before it. */
export function directionRows(): readonly { readonly field: LimitField; readonly hex: string }[] {
  return LIMIT_FIELDS.filter(({ name }) => directionOf(name) !== "joined").map((field) => ({
    field,
    hex: [
      byte(field.offset, 2),
      byte(field.width, 1),
      byte(DIRECTIONS[directionOf(field.name)].code, 1),
      byte(ruleOf(field), 1),
    ].join(""),
  }));
}

const BEGIN = "    // The table, as node scripts/strictness-table.ts writes it.\n";
const END = "    // The table's end.\n";

/** The contract's source with the table made anew. */
export function withDirectionTable(source: string): string {
  const from = source.indexOf(BEGIN) + BEGIN.length;
  const rows = directionRows().map(({ field, hex }) => `        hex"${hex}" // ${field.name}`);
  const last = rows.length - 1;
  const table = rows.map((row, i) => (i === last ? row.replace('" //', '"; //') : row)).join("\n");
  return `${source.slice(0, from)}    bytes private constant TABLE =\n${table}\n${source.slice(source.indexOf(END, from))}`;
}

const byte = (value: number, bytes: number): string => value.toString(16).padStart(2 * bytes, "0");

const ruleOf = ({ rule }: LimitField): number => (rule === "general" ? ANY : RULES.indexOf(rule satisfies RuleName));
