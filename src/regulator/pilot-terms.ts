import { z } from "zod";
import type { PilotTerms } from "../core/sandbox.ts";
import { regulatorError } from "./errors.ts";
import { type Fault, fixOf, type Problem, problemLines, readYaml } from "./pack-document.ts";
import { shapeFaults } from "./shape-faults.ts";
import { minorUnits, moment, money, share } from "./units.ts";

/** How a file says what a pilot may become (`docs/pilots.md`). */

const count = z.int().min(1).max(0xffffffff);

const stopsBeyond = z
  .strictObject({
    share: share.describe("Beyond this share of all loans the pilot stops, such as 5%"),
    from: count.describe("From so many loans on: a single one of three would be a third"),
  })
  .describe("A stop condition");

export const pilotTermsSchema = z
  .strictObject({
    pilot: count.describe("Its number, never used before. The rulebook's PILOT names it"),
    name: z.string().min(1).max(200).describe("What people call it; public, on the chain"),
    product: z
      .union([z.string().min(1), z.int().min(1).max(2_047)])
      .transform(String)
      .describe("The product that it is a pilot of: its name in a published pack, or its number"),
    platforms: z
      .array(z.int().min(1).max(0x3ffff))
      .min(1)
      .max(1_000)
      .describe("Numbers of the platforms that take part"),
    opens: moment.describe("From when loans may be opened: a day (its local midnight) or an instant"),
    ends: moment.describe("From when they may no more; open ones run off"),
    loans: count.describe("Loans ever, voided ones too"),
    borrowers: count.describe("Borrowers with an open loan at one time"),
    outstanding: money.describe("Principal outstanding, in the currency"),
    loss: money.describe("Principal lost; beyond it the pilot stops"),
    consent: z.boolean().describe("Whether the borrower must have acknowledged the disclosure"),
    stop: z
      .strictObject({
        defaults: stopsBeyond.optional().describe("Loans written off"),
        complaints: stopsBeyond.optional().describe("Complaints"),
      })
      .prefault({})
      .describe("What ends admission beside the loss"),
  })
  .describe("The terms of a pilot. They can't be changed once it is open");

export type PilotFile = z.output<typeof pilotTermsSchema>;

/** The JSON Schema of such files, for editors. */
export function pilotJsonSchema(): unknown {
  return z.toJSONSchema(pilotTermsSchema, { io: "input" });
}

/** What a file's words mean on a deployment. */
export interface PilotContext {
  readonly productNumber: (given: string) => number;
  /** UTC seconds of a day's local midnight, or of an instant. */
  readonly secondsOf: (option: string, text: string) => number;
  /** Of the currency. */
  readonly decimals: number;
}

/** Reads a file of terms. Throws `pilot-invalid` with line and field of all that is wrong. */
export function parsePilotFile(text: string, file: string): PilotFile {
  const { plain, problems, placed } = readYaml(text, 0);
  if (problems.length > 0) throw invalid(file, problems);
  const parsed = pilotTermsSchema.safeParse(plain);
  const faults = parsed.success ? neverStops(parsed.data) : shapeFaults(parsed.error.issues, plain, pilotJsonSchema());
  if (!parsed.success || faults.length > 0) throw invalid(file, faults.map(placed));
  return parsed.data;
}

/** No share of all loans is more than all of them. */
const neverStops = ({ stop }: PilotFile): Fault[] =>
  (["defaults", "complaints"] as const)
    .filter((field) => (stop[field]?.share ?? 0) >= 1_000_000)
    .map((field) => ({
      path: ["stop", field, "share"],
      what: "is 100 % or more, beyond which a pilot never comes",
      why: "A pilot stops once more than this share of its loans is counted, and more than all of them can't be.",
      fix: `Write a share below 100%, such as 5%; leave \`${field}\` out if it is to stop nothing.`,
    }));

/** The terms as the Sandbox takes them. Throws `pilot-invalid`. */
export function compilePilot(pilot: PilotFile, file: string, context: PilotContext): PilotTerms {
  const { stop } = pilot;
  const minor = (field: "outstanding" | "loss"): bigint => {
    try {
      return minorUnits(pilot[field], context.decimals);
    } catch (error) {
      throw unfit(file, field, error instanceof Error ? error.message : String(error));
    }
  };
  const [opensAt, endsAt] = [context.secondsOf("opens", pilot.opens), context.secondsOf("ends", pilot.ends)];
  if (endsAt <= opensAt) throw unfit(file, "ends", `${pilot.ends} is not after ${pilot.opens}, when it opens`);
  if (minor("outstanding") === 0n) throw unfit(file, "outstanding", "a pilot in which nothing may be lent is none");
  for (const field of ["outstanding", "loss"] as const)
    if (minor(field) >= 2n ** 64n)
      throw unfit(file, field, `${pilot[field]} is more than fits: 64 bits of minor units`);
  return {
    ...{ product: context.productNumber(pilot.product), opensAt, endsAt },
    ...{ maxLoans: pilot.loans, maxBorrowers: pilot.borrowers, consent: pilot.consent },
    ...{ maxOutstanding: minor("outstanding"), maxLoss: minor("loss") },
    ...{ defaultShare: stop.defaults?.share ?? 0, defaultFrom: stop.defaults?.from ?? 0 },
    ...{ complaintShare: stop.complaints?.share ?? 0, complaintFrom: stop.complaints?.from ?? 0 },
  };
}

function invalid(file: string, problems: readonly Problem[]): Error {
  const fix = fixOf(problems);
  return regulatorError("pilot-invalid", `${file}: ${problemLines(problems)}`, {
    ...(fix !== undefined && { fix }),
    details: { problems },
  });
}

const unfit = (file: string, field: string, problem: string): Error =>
  regulatorError("pilot-invalid", `${file}: ${field}: ${problem}`);
