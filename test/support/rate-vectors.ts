import { readFileSync } from "node:fs";
import { z } from "zod";
import { emptyLimits } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { UNITS } from "../../src/core/schedule.ts";
import type { Schedule } from "../../src/core/schedule.ts";

const integer = z.string().regex(/^\d+$/).transform(BigInt);

const vector = z.strictObject({
  name: z.string(),
  limits: z.strictObject({
    rateConvention: z.int(),
    rateYearBasis: z.int(),
    rateUnit: z.int(),
    rateUnitCount: z.int(),
    rateCap: integer,
    rateSeries: z.int(),
    rateMaxAge: z.int(),
    rateSpread: integer,
    dayDiscount: integer,
    monthDiscount: integer,
  }),
  /** Rate of the series a year, 10⁻⁹; null where none holds. */
  reference: integer.nullish(),
  principal: integer,
  cash: integer,
  schedule: z.array(
    z.strictObject({
      count: z.int(),
      unit: z.enum(UNITS),
      gap: z.int(),
      amount: integer,
      step: integer.optional(),
    }),
  ),
  verdict: z.enum(["pass", "breach", "undetermined"]),
});

export interface RateVector {
  readonly name: string;
  readonly limits: Limits;
  readonly reference: bigint | undefined;
  readonly principal: bigint;
  readonly cash: bigint;
  readonly schedule: Schedule;
  readonly verdict: "pass" | "breach" | "undetermined";
}

/** Both sides of the cap for every convention and shape of schedule: the rate test alone, which twin and contract share. */
export function rateVectors(): RateVector[] {
  const file = z.strictObject({ rule: z.literal("RATE"), vectors: z.array(vector) });
  const { vectors } = file.parse(
    JSON.parse(readFileSync(new URL("../vectors/rate/schedules.json", import.meta.url), "utf8")),
  );
  return vectors.map(({ limits, reference, schedule, ...rest }) => ({
    ...rest,
    reference: reference ?? undefined,
    limits: { ...emptyLimits(), ...limits },
    schedule: schedule.map(({ step, ...leg }) => ({ ...leg, ...(step !== undefined && { step }) })),
  }));
}
