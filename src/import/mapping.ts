/**
 * A mapping: what the columns of somebody's loan file mean. docs/import.md goes through it a field at a time; the JSON Schema for
 * editors is made from here.
 */
import { z } from "zod";

import { CLOSE_REASONS, EXTENSIONS, PLATFORM_LIMIT, PRODUCT_LIMIT } from "../core/entry.ts";
import { UNITS } from "../core/schedule.ts";
import { isZone } from "./dates.ts";

const column = z.string().min(1).max(200).meta({ description: "Name of a column, as in the file's first row." });

/** Texts of a column and what each means. */
const values = <T extends z.ZodType>(to: T) =>
  z.record(z.string().max(200), to).meta({ description: "Texts of the column, and what each means." });

const zone = z
  .string()
  .refine(isZone, "is no time zone such as Africa/Lagos or UTC")
  .meta({ description: "Zone of dates that name none." });

const wallTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/u, "is no time of day such as 23:59")
  .meta({ description: "Time of day of dates that have none." });

const date = z.union([
  column,
  z.strictObject({
    column: z.union([column, z.array(column).min(1).max(20)]).meta({
      description: "The column, or several of which the first with something in it counts.",
    }),
    formats: z.array(z.string().min(1).max(60)).min(1).max(20).optional(),
    zone: zone.optional(),
    at: wallTime.optional(),
  }),
]);
export type DateSource = z.output<typeof date>;

/** An amount: a column, a constant, or what sums and differences make of them. */
export type AmountSource =
  | string
  | number
  | { readonly sum: readonly AmountSource[] }
  | { readonly minus: readonly [AmountSource, AmountSource] }
  | { readonly column: string; readonly factor: number };

const amount: z.ZodType<AmountSource, AmountSource> = z
  .lazy(() =>
    z.union([
      column,
      z.number().min(0).max(1e12),
      z.strictObject({ sum: z.array(amount).min(1).max(20) }),
      z.strictObject({ minus: z.tuple([amount, amount]) }),
      z.strictObject({ column, factor: z.int().min(1).max(1_000_000) }),
    ]),
  )
  .meta({
    id: "Amount",
    description:
      "A column's name, a number, {sum: […]}, {minus: [a, b]}, or {column, factor} for one in other units than the rest.",
  });

const count = z.union([
  z.int().min(1).max(1_200),
  column,
  z.strictObject({ column, divide: z.int().min(1).max(1_000) }),
]);
export type CountSource = z.output<typeof count>;

const every = z.string().regex(/^\d{1,4} (day|week|month)s?$/u, "is no distance such as 1 month, 2 weeks or 14 days");

const condition = z
  .strictObject({
    column,
    in: z.array(z.string()).min(1).optional(),
    notIn: z.array(z.string()).min(1).optional(),
    missing: z.boolean().optional(),
  })
  .refine((one) => one.in !== undefined || one.notIn !== undefined || one.missing !== undefined, {
    message: "needs one of in, notIn and missing",
  });
export type Condition = z.output<typeof condition>;

const platformNumber = z
  .int()
  .min(1)
  .max(PLATFORM_LIMIT - 1);

const product = z.union([
  z
    .int()
    .min(1)
    .max(PRODUCT_LIMIT - 1),
  z
    .string()
    .regex(/^\d{1,2}\/\d{1,2}$/u, "is no product such as 1/0, the market and the serial")
    .refine((text) => text.split("/").every((part, i) => Number(part) < (i === 0 ? 32 : 64)), {
      message: "has a market of 32 or more, or a serial of 64 or more",
    }),
]);
export type ProductName = z.output<typeof product>;

const kind = z.enum(["person", "business"]);

const single = z
  .strictObject({
    amount,
    due: date.optional(),
    term: count.optional(),
    unit: z.enum(UNITS).default("day"),
  })
  .refine(({ due, term }) => (due === undefined) !== (term === undefined), {
    message: "needs either due, a date, or term, a length",
  });

const level = z
  .strictObject({
    count,
    every,
    amount: amount.optional(),
    total: amount.optional(),
    last: amount.optional(),
    firstDue: date.optional(),
  })
  .refine(({ amount: each, total }) => (each === undefined) !== (total === undefined), {
    message: "needs either amount, of each instalment, or total, of all",
  });

const list = z.strictObject({
  from: z.int().min(0).max(999).default(1),
  to: z.int().min(0).max(999),
  due: date,
  amount,
});

const schedule = z.union([z.strictObject({ single }), z.strictObject({ level }), z.strictObject({ list })]);
export type ScheduleSource = z.output<typeof schedule>;

/** One payment, or with from and to one for each number, which takes the place of {n} in names of columns. */
const payment = z
  .strictObject({
    from: z.int().min(0).max(999).optional(),
    to: z.int().min(0).max(999).optional(),
    date,
    paid: amount.optional(),
    principal: amount.optional(),
    charges: amount.optional(),
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), { message: "needs both from and to" })
  .refine(({ paid, principal, charges }) => [paid, principal, charges].some((one) => one !== undefined), {
    message: "needs paid, or principal and charges",
  });
export type PaymentSource = z.output<typeof payment>;

/** Something that happened once, or with from and to once for each number, which takes the place of {n} in names of columns. */
const numberedEvent = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject({
      from: z.int().min(0).max(999).optional(),
      to: z.int().min(0).max(999).optional(),
      date,
      ...shape,
    })
    .refine((one) => "from" in one === "to" in one, { message: "needs both from and to" });

/** One of some words, or a column and what its texts mean. */
const oneOf = <T extends z.ZodType>(one: T) =>
  z.union([one, z.strictObject({ column, values: values(one), default: one.optional() })]);

const disbursed = z.strictObject({
  date,
  amount: amount.optional().meta({ description: "What was paid out; the cash received, if the file doesn't say." }),
});

const extended = numberedEvent({
  kind: oneOf(z.enum(EXTENSIONS)).default("extension"),
  fee: amount.optional(),
  writeDown: amount.optional(),
  schedule,
});
export type ExtendedSource = z.output<typeof extended>;

const overdue = numberedEvent({
  daysPastDue: z.union([z.int().min(0).max(65_535), column]).meta({ description: "A column, or a number." }),
  amount,
  charges: amount.optional().meta({ description: "Default charges since the last report; none if it is left out." }),
  contractRate: column.optional().meta({ description: "A column in per cent a year." }),
});
export type OverdueSource = z.output<typeof overdue>;

const contacted = numberedEvent({
  channel: oneOf(z.int().min(0).max(255)),
  party: oneOf(z.enum(["borrower", "third-party"])).default("borrower"),
  agent: oneOf(z.enum(["lender", "outsourcer"])).default("lender"),
});
export type ContactedSource = z.output<typeof contacted>;

const reason = z.enum(CLOSE_REASONS);
const finalAmounts = { paid: amount.optional(), principal: amount.optional(), charges: amount.optional() };
const closed = z.strictObject({
  date,
  reason: z
    .union([reason, z.strictObject({ column, values: values(reason), default: reason.optional() })])
    .default("repaid"),
  openIf: z.array(condition).max(20).default([]).meta({
    description: "Rows of which one of these holds are open loans, whatever their date says.",
  }),
  ifMissing: z.enum(["open", "reject"]).default("open").meta({ description: "What a row without a date is." }),
  ...finalAmounts,
  byReason: z.partialRecord(reason, z.strictObject(finalAmounts)).default({}).meta({
    description: "Amounts of the final payment where the reason makes a difference.",
  }),
});
export type ClosedSource = z.output<typeof closed>;

export const mappingSchema = z
  .strictObject({
    mapping: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/u, "is no name of lower-case letters, digits and hyphens"),
    note: z.string().max(4_000).optional(),
    file: z
      .strictObject({
        delimiter: z.string().min(1).max(4).default(","),
        quote: z.string().max(1).default('"'),
        encoding: z
          .string()
          .refine(isEncoding, "is no encoding such as utf-8, utf-16le or windows-1252")
          .default("utf-8"),
      })
      .prefault({}),
    missing: z.array(z.string()).default([]).meta({
      description: "Texts that mean that there is no value, such as NA; an empty field always does.",
    }),
    dates: z.strictObject({
      formats: z
        .array(z.string().min(1).max(60))
        .min(1)
        .max(20)
        .meta({ description: "Luxon tokens; tried in this order." }),
      zone,
      at: wallTime.default("00:00"),
    }),
    money: z
      .strictObject({
        factor: z.int().min(1).max(1_000_000).default(100).meta({
          description: "Minor units of the deployment's currency in one unit of the file.",
        }),
        rounding: z.enum(["exact", "half-up", "half-even", "down", "up"]).default("exact"),
        decimal: z.enum([".", ","]).default("."),
        grouping: z.enum(["", ",", ".", " ", "'"]).default(""),
      })
      .refine(({ decimal, grouping }) => decimal !== grouping, { message: "decimal and grouping are the same" })
      .prefault({}),
    only: z.array(condition).max(50).default([]).meta({ description: "Rows of which all of these hold are taken." }),
    skip: z
      .array(condition)
      .max(50)
      .default([])
      .meta({ description: "Rows of which any of these holds are left out." }),
    duplicates: z
      .strictObject({ key: z.array(column).min(1).max(20) })
      .optional()
      .meta({ description: "Of rows alike in these columns the first is taken; the others are dropped." }),
    platform: z.union([
      platformNumber,
      z.strictObject({ column, values: values(platformNumber).optional() }),
      z.strictObject({
        spread: z.int().min(1).max(64).meta({
          description: "For trials: platforms from `first` on, by SHA-256 of the loan's id.",
        }),
        first: platformNumber.default(1),
      }),
    ]),
    borrower: z.strictObject({
      column,
      kind: z
        .union([kind, z.strictObject({ column, values: values(kind), default: kind.optional() })])
        .default("person"),
    }),
    loan: z.union([column, z.strictObject({ columns: z.array(column).min(1).max(8) })]),
    product: z.union([product, z.strictObject({ column, values: values(product), default: product.optional() })]),
    opened: z.strictObject({
      date,
      principal: amount,
      cash: amount.optional(),
      disclosed: date.optional(),
      income: amount.optional(),
    }),
    schedule,
    disbursed: disbursed.optional(),
    repaid: z.array(payment).max(100).default([]),
    extended: z.array(extended).max(20).default([]),
    overdue: z.array(overdue).max(100).default([]),
    contacted: z.array(contacted).max(100).default([]),
    closed: closed.optional(),
  })
  .meta({ title: "Mapping of a loan file", description: "What the columns of a loan file mean. See docs/import.md." });

export type Mapping = z.output<typeof mappingSchema>;
export type MoneyFormat = Mapping["money"];

/** The JSON Schema that editors check a mapping with. */
export function mappingJsonSchema(): unknown {
  return z.toJSONSchema(mappingSchema, { io: "input" });
}

/** A product's number: `market/serial`, or the number itself. */
export function productNumber(name: ProductName): number {
  if (typeof name === "number") return name;
  const [market = 0, serial = 0] = name.split("/").map(Number);
  return market * 64 + serial;
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== "";
  } catch {
    return false;
  }
}
