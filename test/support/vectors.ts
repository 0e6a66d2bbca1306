import { readFileSync, readdirSync } from "node:fs";
import type { Calendar } from "../../src/core/business-days.ts";
import { fromHex } from "../../src/core/bytes.ts";
import { findingNames, ruleBit, ruleNames } from "../../src/core/decision.ts";
import type { Decision, RuleName } from "../../src/core/decision.ts";
import type { Entry } from "../../src/core/entry.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { emptyLimits } from "../../src/core/limits.ts";
import type { Settings } from "../../src/core/settings.ts";
import { ruleAddress } from "./custom-rules.ts";
import { SCENARIO_START } from "./random-scenario.ts";
import type { FileStep, Step } from "./scenario.ts";

/**
 * Vectors (`test/vectors/README.md`): one file a rule, readable by hand. Times are seconds after the world's beginning, amounts decimal
 * strings; what an entry or the limits don't say is as the README has it.
 */
interface VectorFile {
  readonly about: string;
  readonly rule?: RuleName;
  readonly cases: readonly VectorCase[];
}

type Json = Record<string, unknown>;

interface Filed {
  readonly at: number;
  readonly platform?: number;
  readonly entry?: Json;
  /** Instead of an entry: the bytes of one. */
  readonly bytes?: string;
  readonly expect?: string;
}

interface Done {
  readonly at: number;
  readonly do: "suspend" | "restore";
  readonly platform: number;
}

interface PilotEnds {
  readonly at: number;
  readonly do: "stop-pilot" | "graduate";
  readonly number: number;
}

interface VectorCase {
  readonly name: string;
  /** `null` for no version at all. */
  readonly limits?: Json | null;
  readonly from?: number;
  readonly settings?: {
    readonly zone?: readonly { readonly from: number; readonly offset: number }[];
    readonly confirmationWindow?: number;
    readonly graceDays?: number;
    /** `rest` as bits, bit 0 Monday; `from`, `until` and `exceptions` as days after that of the world's beginning. */
    readonly calendar?: Calendar;
  };
  /** Pilot 1 of the product, opened first; what it doesn't say is wide. */
  readonly pilot?: Json;
  readonly before?: readonly (Filed | Done | PilotEnds)[];
  readonly at: number;
  readonly platform?: number;
  readonly entry?: Json;
  readonly bytes?: string;
  readonly expect: string;
  /** The borrower's head word afterwards. */
  readonly head?: string;
}

/** A vector ready to be played. */
export interface Vector {
  readonly file: string;
  readonly name: string;
  readonly steps: readonly Step[];
  /** What each filing of one entry is decided as, in order; undefined where the vector doesn't care. */
  readonly expected: readonly (string | undefined)[];
  readonly borrower: Uint8Array;
  readonly head?: bigint;
}

const DIRECTORY = new URL("../vectors/", import.meta.url);
const BORROWER = `0x01${"b0".repeat(31)}`;
const DAY = 86_400;

/** All vectors, from all files. */
export function loadVectors(): Vector[] {
  const files = readdirSync(DIRECTORY).filter((name) => name.endsWith(".json"));
  return files.sort().flatMap((file) => {
    const { rule, cases } = JSON.parse(readFileSync(new URL(file, DIRECTORY), "utf8")) as VectorFile;
    return cases.map((each) => vectorOf(file, rule, each));
  });
}

/** A decision in words, as vectors have it: outcome, findings, breaches, and with a question mark what is undetermined. */
export function inWords({ outcome, findings, breaches, undetermined }: Decision): string {
  const open = ruleNames(undetermined).map((name) => `${name}?`);
  return [outcome, ...findingNames(findings), ...ruleNames(breaches), ...open].join(" ");
}

function vectorOf(file: string, rule: RuleName | undefined, each: VectorCase): Vector {
  const filings = [...(each.before ?? []), each];
  const steps: Step[] = [];
  const settings = settingsOf(each);
  if (settings) steps.push({ at: SCENARIO_START, do: "settings", from: SCENARIO_START, settings });
  if (each.limits !== null) {
    const limits = limitsOf(rule, each.limits ?? {});
    steps.push({
      at: SCENARIO_START,
      do: "publish",
      product: 65,
      kind: 1,
      // A pilot's version can't bind from the past.
      from: SCENARIO_START + (each.from ?? (rule === "PILOT" ? 1 : -1_000 * DAY)),
      limits,
    });
  }
  if (each.pilot) steps.push(pilotOf(each.pilot));
  filings.forEach((filing, id) => steps.push("do" in filing ? { ...filing, at: at(filing.at) } : stepOf(filing, id)));
  return {
    file,
    name: each.name,
    steps,
    expected: filings.flatMap((filing) => ("do" in filing ? [] : [filing.expect])),
    borrower: fromHex((each.entry?.["borrower"] as string | undefined) ?? BORROWER),
    ...(each.head !== undefined && { head: BigInt(each.head) }),
  };
}

function at(seconds: number): number {
  return SCENARIO_START + seconds;
}

function settingsOf({ settings }: VectorCase): Settings | undefined {
  if (!settings) return undefined;
  const { zone = [], confirmationWindow = 0, graceDays = 0, calendar } = settings;
  const day = (days: number): number => Math.floor(SCENARIO_START / DAY) + days;
  return {
    zone: zone.map(({ from, offset }) => ({ from: at(from), offset })),
    markets: new Map([[1, { confirmationWindow, graceDays }]]),
    ...(calendar && {
      calendar: {
        rest: calendar.rest,
        from: day(calendar.from),
        until: day(calendar.until),
        exceptions: calendar.exceptions.map(day),
      },
    }),
  };
}

function pilotOf({ opensAt = 0, endsAt = 1_000 * DAY, ...said }: Json): Step {
  const { maxOutstanding = 2 ** 40, maxLoss = 2 ** 40, platforms = [1, 2], ...rest } = said;
  const terms = {
    ...{ product: 65, opensAt: at(opensAt as number), endsAt: at(endsAt as number) },
    ...{ maxLoans: 1_000, maxBorrowers: 1_000 },
    ...{ maxOutstanding: BigInt(maxOutstanding as string), maxLoss: BigInt(maxLoss as string), consent: false },
    ...{ defaultShare: 0, defaultFrom: 0, complaintShare: 0, complaintFrom: 0 },
    ...rest,
  };
  return { at: SCENARIO_START, do: "pilot", number: 1, terms, platforms: platforms as number[] };
}

/** Only the rule of the file, and LICENCE, are on; neither refuses unless the vector says so. */
function limitsOf(rule: RuleName | undefined, said: Json): Limits {
  const licence = ruleBit("LICENCE");
  const bits = (names: unknown): number => (names as RuleName[]).reduce((sum, name) => sum | ruleBit(name), licence);
  const nothing = emptyLimits();
  const { on = rule ? [rule] : [], refuse = [], undeterminedRefuse = [], costBrackets = [], ...rest } = said;
  const fields = Object.entries(rest).map(([name, value]) => {
    if (!(name in nothing)) throw new Error(`limits have no field ${name}`);
    return [name, typeof nothing[name as keyof Limits] === "bigint" ? BigInt(value as string) : value] as const;
  });
  return {
    ...nothing,
    reportingWindow: 2 ** 32 - 1,
    clockSkew: 60,
    rateYearBasis: 365,
    rateUnit: 2,
    rateUnitCount: 1,
    ...(rule === "PILOT" && { pilot: 1 }),
    ...(rule === "CUSTOM" && { custom: ruleAddress(13), customGas: 100_000 }),
    ...Object.fromEntries(fields),
    on: bits(on),
    refuse: bits(rule === "PILOT" ? [...(refuse as RuleName[]), rule] : refuse),
    undeterminedRefuse: bits(undeterminedRefuse) & ~licence,
    costBrackets: (costBrackets as Json[]).map(({ upTo, share }) => ({
      upTo: BigInt(upTo as string),
      share: Number(share),
    })),
  };
}

function stepOf(filing: Filed, id: number): FileStep {
  const {
    loan,
    complaint,
    predecessor: before,
    ...rest
  } = (filing.entry ?? {}) as Json & { loan?: number; complaint?: number; predecessor?: unknown };
  // By its place in `before`, or a reference as it stands.
  const predecessor = typeof before === "number" ? before : undefined;
  const said = predecessor === undefined && before !== undefined ? { ...rest, predecessor: before } : rest;
  const mangle = filing.bytes !== undefined && { mangle: { how: "replace", bytes: fromHex(filing.bytes) } as const };
  const named = {
    ...(loan !== undefined && { loan }),
    ...(complaint !== undefined && { complaint }),
    ...(predecessor !== undefined && { predecessor }),
  };
  const item = { id, entry: entryOf(said, filing.at), ...named, ...mangle };
  return { at: at(filing.at), do: "file", platform: filing.platform ?? 1, items: [item] };
}

const MONEY = [
  "principal",
  "cash",
  "income",
  "charges",
  "amount",
  "amountOverdue",
  "defaultCharges",
  "contractRate",
  "fee",
  "writeDown",
  "paid",
  "value",
];
const BYTES = ["borrower", "order"];

function entryOf(said: Json, filedAt: number): Entry {
  const { kind = "Opened", time = filedAt, ...rest } = said;
  const opening = {
    basis: "request",
    product: 65,
    principal: "10000",
    disclosed: (time as number) - DAY,
    schedule: [{ count: 1, unit: "day", gap: 30, amount: "10000" }],
  };
  const nowhere = { platform: 1, number: 1, index: 0 };
  const paying = { principal: "0", charges: "0", ref: nowhere, ...(kind === "Answered" && { complaint: nowhere }) };
  const all: Json = { kind, time, borrower: BORROWER, ...(kind === "Opened" ? opening : paying), ...rest };
  for (const name of MONEY) if (name in all) all[name] = BigInt(all[name] as string);
  for (const name of BYTES) if (name in all) all[name] = fromHex(all[name] as string);
  all["time"] = at(time as number);
  if (typeof all["until"] === "number" && all["until"] > 0) all["until"] = at(all["until"]);
  if (kind === "Opened" && all["disclosed"] !== 0) all["disclosed"] = at(all["disclosed"] as number);
  if (!("schedule" in all)) return all as unknown as Entry;
  all["schedule"] = (all["schedule"] as Json[]).map((leg) => ({
    ...leg,
    amount: BigInt(leg["amount"] as string),
    ...("step" in leg && { step: BigInt(leg["step"] as string) }),
  }));
  const outage = all["outage"] as { reason: string; deadline: number } | undefined;
  if (outage) all["outage"] = { ...outage, deadline: at(outage.deadline) };
  return all as unknown as Entry;
}
