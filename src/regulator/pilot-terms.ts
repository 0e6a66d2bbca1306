import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { PilotTerms } from "../core/sandbox.ts";
import { regulatorError } from "./errors.ts";
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

/** Reads a file of terms. Throws `pilot-invalid` with line and field. */
export function parsePilotFile(text: string, file: string): PilotFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem) throw invalid(file, `line ${lines.linePos(problem.pos[0]).line}: ${problem.message}`);
  const parsed = pilotTermsSchema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...unknown].map(String);
  const node = document.getIn(path, true) as { range?: readonly number[] } | undefined;
  const where = node?.range?.[0] === undefined ? "" : `line ${lines.linePos(node.range[0]).line}, `;
  throw invalid(file, `${where}${path.join(".") || "the file"}: ${issue?.message ?? "is no pilot"}`);
}

/** The terms as the Sandbox takes them. Throws `pilot-invalid`. */
export function compilePilot(pilot: PilotFile, file: string, context: PilotContext): PilotTerms {
  const { stop } = pilot;
  const minor = (field: "outstanding" | "loss"): bigint => {
    try {
      return minorUnits(pilot[field], context.decimals);
    } catch (error) {
      throw invalid(file, `${field}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const [opensAt, endsAt] = [context.secondsOf("opens", pilot.opens), context.secondsOf("ends", pilot.ends)];
  if (endsAt <= opensAt) throw invalid(file, `ends: ${pilot.ends} is not after ${pilot.opens}, when it opens`);
  if (minor("outstanding") === 0n) throw invalid(file, "outstanding: a pilot in which nothing may be lent is none");
  return {
    ...{ product: context.productNumber(pilot.product), opensAt, endsAt },
    ...{ maxLoans: pilot.loans, maxBorrowers: pilot.borrowers, consent: pilot.consent },
    ...{ maxOutstanding: minor("outstanding"), maxLoss: minor("loss") },
    ...{ defaultShare: stop.defaults?.share ?? 0, defaultFrom: stop.defaults?.from ?? 0 },
    ...{ complaintShare: stop.complaints?.share ?? 0, complaintFrom: stop.complaints?.from ?? 0 },
  };
}

function invalid(file: string, problem: string): Error {
  return regulatorError("pilot-invalid", `${file}: ${problem}`);
}
