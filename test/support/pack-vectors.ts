import { readFileSync, readdirSync } from "node:fs";
import { DateTime } from "luxon";
import { parse } from "yaml";
import { z } from "zod";
import { RULES } from "../../src/core/decision.ts";
import { BASES, CLOSE_REASONS, EXTENSIONS } from "../../src/core/entry.ts";
import type { Entry, Ref } from "../../src/core/entry.ts";
import { RULES_SERVED } from "../../src/core/served-rules.ts";
import type { Schedule } from "../../src/core/schedule.ts";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import type { CompiledRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { minorUnits, percent } from "../../src/regulator/units.ts";

/**
 * Conformance vectors of the rule packs (`test/vectors/packs/`): worked examples of each law, written for people. Times are local ones of
 * the pack's zone, amounts major units. What a step doesn't say is in `test/vectors/README.md`.
 */

const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, "a local time such as 2025-03-03T10:00");
const money = z.union([z.string(), z.number()]).transform(String);
const payment = z.strictObject({
  count: z.int().default(1),
  every: z.string().regex(/^\d+ (day|week|month)s?$/),
  amount: money,
});
const loan = z.string();

const stepSchema = z.strictObject({
  at: moment,
  /** 1 and 2 are one group, 3 to 5 each their own. */
  lender: z.int().min(1).max(5).default(1),
  /** A kind, and which one of them: `person`, `person 2`. */
  borrower: z
    .string()
    .regex(/^(person|business)( \d)?$/)
    .default("person"),
  /** When it is filed, if later than it happened. */
  filed: moment.optional(),
  /** What the loan, or the complaint, is called in later steps. */
  as: z.string().optional(),
  open: z
    .strictObject({
      product: z.string(),
      amount: money,
      cash: money.optional(),
      income: money.optional(),
      disclosed: z.union([moment, z.literal("never")]).optional(),
      basis: z.enum(BASES).default("request"),
      /** For the basis outage: by when the full data are due. */
      due: moment.optional(),
      refinances: loan.optional(),
      payments: z.array(payment).min(1),
    })
    .optional(),
  repay: z.strictObject({ loan, principal: money.default("0"), charges: money.default("0") }).optional(),
  close: z
    .strictObject({
      loan,
      reason: z.enum(CLOSE_REASONS).default("repaid"),
      principal: money,
      charges: money.default("0"),
    })
    .optional(),
  extend: z
    .strictObject({
      loan,
      kind: z.enum(EXTENSIONS).default("extension"),
      asked: z.boolean().default(true),
      fee: money.default("0"),
      writeDown: money.default("0"),
      paid: money.default("0"),
      payments: z.array(payment).min(1),
    })
    .optional(),
  overdue: z
    .strictObject({
      loan,
      days: z.int(),
      amount: money,
      charges: money.default("0"),
      contractRate: percent.prefault("0%"),
    })
    .optional(),
  contact: z
    .strictObject({
      loan,
      channel: z.int().default(1),
      party: z.enum(["borrower", "third-party"]).default("borrower"),
      agent: z.enum(["lender", "outsourcer"]).default("lender"),
    })
    .optional(),
  complain: z.strictObject({ loan, topic: z.int().default(1) }).optional(),
  answer: z.strictObject({ loan, complaint: z.string(), outcome: z.int().default(1) }).optional(),
  /** The outcome, then findings, then breaches, then what is undetermined, with a question mark. */
  expect: z.string().default("accepted"),
});
type Step = z.infer<typeof stepSchema>;

const fileSchema = z.strictObject({
  about: z.string(),
  cases: z
    .array(
      z.strictObject({
        name: z.string(),
        /** Where the example is from, if it isn't ours. */
        source: z.string().optional(),
        steps: z.array(stepSchema).min(1),
      }),
    )
    .min(1),
});

/** One entry to file. */
export interface PackStep {
  /** Of the block, UTC seconds. */
  readonly at: number;
  readonly platform: number;
  readonly expected: string;
  /** The entry, once it is known where those it names were filed. */
  readonly entry: (placeOf: (name: string) => Ref) => Entry;
  readonly as?: string;
  /** The product that a loan is opened of. */
  readonly opens?: string;
}

export interface PackVector {
  readonly name: string;
  readonly steps: readonly PackStep[];
  /** Whether all kinds of entry and rules that it speaks of are served. */
  readonly served: boolean;
}

export interface PackVectors {
  readonly pack: CompiledRulePack;
  readonly vectors: readonly PackVector[];
}

/** Who files: number and group of each licence. */
export const PACK_PLATFORMS = [
  { number: 1, group: 1 },
  { number: 2, group: 1 },
  { number: 3, group: 3 },
  { number: 4, group: 4 },
  { number: 5, group: 5 },
] as const;

const DIRECTORY = new URL("../vectors/packs/", import.meta.url);
/** Bounds only how far ahead zones are looked up: the vectors' last year is before ten years from then. */
const NOW = DateTime.fromISO("2026-01-01T00:00:00Z").toUnixInteger();

/** The packs that have vectors, by name. */
export const packNames = (): string[] =>
  readdirSync(DIRECTORY)
    .map((file) => file.replace(/\.yaml$/u, ""))
    .sort();

export function loadPackVectors(name: string): PackVectors {
  const file = `rulebooks/${name}.yaml`;
  const pack = compileRulePack(parseRulePack(readFileSync(file, "utf8"), file), NOW);
  const { cases } = fileSchema.parse(parse(readFileSync(new URL(`${name}.yaml`, DIRECTORY), "utf8")));
  return { pack, vectors: cases.map((each) => vectorOf(each, pack)) };
}

function vectorOf({ name, steps }: { name: string; steps: readonly Step[] }, pack: CompiledRulePack): PackVector {
  const made = steps.map((step) => stepOf(step, pack));
  const early = made.findIndex(({ step: { at } }, i) => at < (made[i - 1]?.step.at ?? 0));
  if (early !== -1) throw new Error(`${name}: step ${early + 1} is filed before the one before it`);
  const served = made.every(({ kind, step }) => step.expected.split(" ").every((word) => isServedWord(word, kind)));
  return { name, steps: made.map(({ step }) => step), served };
}

/** A rule that a decision names, with its question mark or without, on such an entry; other words are outcomes and findings. */
function isServedWord(word: string, kind: string): boolean {
  const name = word.replace("?", "");
  if (!(RULES as readonly string[]).includes(name)) return true;
  const judges = RULES_SERVED.find((rule) => rule.name === name)?.judges ?? "";
  return judges === "all entries" || judges.includes(`\`${kind}\``);
}

function stepOf(step: Step, pack: CompiledRulePack): { kind: Entry["kind"]; step: PackStep } {
  const time = local(step.at, pack);
  const units = (amount: string): bigint => minorUnits(amount, pack.currency.decimals);
  const scheduleOf = (payments: readonly z.infer<typeof payment>[]): Schedule =>
    payments.map(({ count, every, amount }) => {
      const [gap = "", unit = ""] = every.split(" ");
      return {
        count,
        gap: Number(gap),
        unit: unit.replace(/s$/u, "") as "day" | "week" | "month",
        amount: units(amount),
      };
    });
  const { kind, entry } = entryOf(step, time, pack, units, scheduleOf);
  return {
    kind,
    step: {
      at: step.filed === undefined ? time : local(step.filed, pack),
      platform: step.lender,
      expected: step.expect,
      entry,
      ...(step.as !== undefined && { as: step.as }),
      ...(step.open && { opens: step.open.product }),
    },
  };
}

type PlaceOf = (name: string) => Ref;
type Made = { readonly kind: Entry["kind"]; readonly entry: (placeOf: PlaceOf) => Entry };

function entryOf(
  step: Step,
  time: number,
  pack: CompiledRulePack,
  units: (amount: string) => bigint,
  scheduleOf: (payments: readonly z.infer<typeof payment>[]) => Schedule,
): Made {
  const borrower = pseudonym(step.borrower);
  const make = <K extends Entry["kind"]>(
    kind: K,
    rest: (placeOf: PlaceOf) => Omit<Extract<Entry, { kind: K }>, "kind" | "borrower" | "time">,
  ): Made => ({ kind, entry: (placeOf) => ({ kind, borrower, time, ...rest(placeOf) }) as unknown as Entry });
  if (step.open) {
    const { product, amount, cash, income, disclosed, basis, due, refinances, payments } = step.open;
    const number = pack.products.find(({ name }) => name === product)?.product;
    if (number === undefined) throw new Error(`${pack.pack} has no product ${product}`);
    return make("Opened", (placeOf) => ({
      basis,
      product: number,
      principal: units(amount),
      disclosed: disclosed === "never" ? 0 : disclosed === undefined ? time - 2 * 86_400 : local(disclosed, pack),
      ...(due !== undefined && { outage: { reason: "registry-unreachable" as const, deadline: local(due, pack) } }),
      ...(cash !== undefined && { cash: units(cash) }),
      ...(income !== undefined && { income: units(income) }),
      ...(refinances !== undefined && { predecessor: placeOf(refinances) }),
      schedule: scheduleOf(payments),
    }));
  }
  if (step.repay) {
    const { loan, principal, charges } = step.repay;
    return make("Repaid", (placeOf) => ({ ref: placeOf(loan), principal: units(principal), charges: units(charges) }));
  }
  if (step.close) {
    const { loan, reason, principal, charges } = step.close;
    return make("Closed", (placeOf) => ({
      ref: placeOf(loan),
      reason,
      principal: units(principal),
      charges: units(charges),
    }));
  }
  if (step.extend) {
    const { loan, kind, asked, fee, writeDown, paid, payments } = step.extend;
    return make("Extended", (placeOf) => ({
      ref: placeOf(loan),
      ...(asked && { asked: true as const }),
      extension: kind,
      fee: units(fee),
      writeDown: units(writeDown),
      paid: units(paid),
      schedule: scheduleOf(payments),
    }));
  }
  if (step.overdue) {
    const { loan, days, amount, charges, contractRate } = step.overdue;
    return make("Overdue", (placeOf) => ({
      ref: placeOf(loan),
      daysPastDue: days,
      amountOverdue: units(amount),
      defaultCharges: units(charges),
      contractRate,
    }));
  }
  if (step.contact) {
    const { loan, ...rest } = step.contact;
    return make("Contacted", (placeOf) => ({ ref: placeOf(loan), ...rest }));
  }
  if (step.complain) {
    const { loan, topic } = step.complain;
    return make("Complained", (placeOf) => ({ ref: placeOf(loan), topic }));
  }
  if (step.answer) {
    const { loan, complaint, outcome } = step.answer;
    return make("Answered", (placeOf) => ({ ref: placeOf(loan), complaint: placeOf(complaint), outcome }));
  }
  throw new Error(`the step at ${step.at} does nothing`);
}

function local(text: string, { zone }: CompiledRulePack): number {
  return DateTime.fromISO(text, { zone }).toUnixInteger();
}

function pseudonym(borrower: string): Uint8Array {
  const [kind, which = "1"] = borrower.split(" ");
  const bytes = new Uint8Array(32).fill(0xb0 + Number(which));
  bytes[0] = kind === "person" ? 1 : 2;
  return bytes;
}
