import { AppError } from "../core/errors.ts";
import { limitFaults } from "../core/limits-check.ts";
import { type CompiledRulePack, compileRulePack, rulePackJsonSchema } from "./compile-rule-pack.ts";
import { regulatorError } from "./errors.ts";
import { fixOf, type Problem, problemLines, readYaml } from "./pack-document.ts";
import { type PackHead, type ReadVersion, senseOf } from "./pack-sense.ts";
import { packHeadSchema, packVersionSchema, type RulePack, rulePackSchema } from "./rule-pack.ts";
import { shapeFaults } from "./shape-faults.ts";
import { valueAt } from "./written-value.ts";

/** A pack with all that can be said against it. */
export interface ReadPack {
  readonly pack: RulePack;
  readonly compiled: CompiledRulePack;
  /** What could be meant, but hardly is. */
  readonly warnings: readonly Problem[];
}

/**
 * Reads and compiles a pack that somebody is about to use. Throws `rule-pack-invalid` with everything that is wrong, each with its
 * line and field; the same is in its details, as `problems` and `warnings`. `now` in UTC seconds.
 */
export function readRulePack(text: string, file: string, now: number): ReadPack {
  const { plain, problems, placed } = readYaml(text);
  if (problems.length > 0) throw invalid(file, problems);
  const parsed = rulePackSchema.safeParse(plain);
  const shape = parsed.success ? [] : shapeFaults(parsed.error.issues, plain, rulePackJsonSchema());
  const sense = readable(plain);
  const errors = inOrder([...shape, ...(sense?.errors ?? [])].map(placed));
  const warnings = inOrder((sense?.warnings ?? []).map(placed));
  if (!parsed.success || errors.length > 0) throw invalid(file, errors, warnings);
  const compiled = compileRulePack(parsed.data, now);
  const refused = compiled.versions.flatMap(({ productName, bytes }) =>
    limitFaults(bytes).map(({ field, problem }) => `${productName}, ${field}: ${problem}`),
  );
  // All that the Rulebook refuses is found above, with its place; should it ever know more, that isn't to be found out when publishing.
  if (refused.length > 0) throw invalid(file, [...new Set(refused)].map(withoutPlace), warnings);
  return { pack: parsed.data, compiled, warnings };
}

/** What is said against a file that is no pack. */
export interface PackFindings {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What {@link readRulePack} found wrong; undefined of any other error. */
export function findingsIn(error: unknown): PackFindings | undefined {
  if (!(error instanceof AppError) || !("problems" in error.details)) return undefined;
  // Details are of any shape; those with `problems` are made by `invalid` alone.
  const { problems, warnings } = error.details as unknown as Record<"problems" | "warnings", readonly Problem[]>;
  return { errors: problems, warnings };
}

const withoutPlace = (what: string): Problem => ({
  ...{ where: "versions", line: null, column: null, what },
  why: "The Rulebook doesn't take such a version.",
  fix: "Mend the field; docs/spec/protocol.md, section 5, has what is taken.",
});

/** Sense of the parts that have the right shape, so that all faults are told at once. */
function readable(plain: unknown) {
  if (typeof plain !== "object" || plain === null || Array.isArray(plain)) return undefined;
  const { versions, ...rest } = plain as Record<string, unknown>;
  const head = readHead(rest);
  return head && senseOf(head, (Array.isArray(versions) ? versions : []).map(readVersion));
}

/** What the sense of nothing else depends on: stood in for where it is wrong itself. */
const ALONE = { pack: "unread", title: "Unread", note: undefined, known: undefined, notExpressed: undefined };

function readHead(plain: Record<string, unknown>): PackHead | undefined {
  const whole = packHeadSchema.safeParse(plain);
  if (whole.success) return whole.data;
  const copy: Record<string, unknown> = structuredClone(plain);
  for (const path of whole.error.issues.flatMap(wrongPaths)) {
    if (path[0] !== undefined && path[0] in ALONE) copy[path[0]] = ALONE[path[0] as keyof typeof ALONE];
    else remove(copy, path);
  }
  return packHeadSchema.safeParse(copy).data;
}

function remove(plain: unknown, path: readonly string[]): void {
  const holder = valueAt(plain, path.slice(0, -1));
  if (typeof holder === "object" && holder !== null) Reflect.deleteProperty(holder, path.at(-1) ?? "");
}

function readVersion(plain: unknown): ReadVersion {
  const whole = packVersionSchema.safeParse(plain);
  if (whole.success) return { version: whole.data, unread: new Set() };
  const copy: unknown = structuredClone(plain);
  const unread = new Set<string>();
  for (const path of whole.error.issues.flatMap(wrongPaths)) {
    if (path[0] === "rules" && path[1] !== undefined) unread.add(path[1]);
    remove(copy, path[0] === "rules" ? path.slice(0, 2) : path);
  }
  return { version: packVersionSchema.safeParse(copy).data, unread };
}

/** What has to go before the rest can be read. */
function wrongPaths(issue: { readonly path: readonly PropertyKey[]; readonly keys?: readonly string[] }): string[][] {
  const path = issue.path.map(String);
  return issue.keys === undefined ? [path] : issue.keys.map((key) => [...path, key]);
}

/** As somebody reads the file who mends it. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  // A rule that several versions share by an alias is written once, and so is what is wrong with it.
  for (const one of problems) {
    const key = `${one.line}:${one.column}:${one.what}`;
    if (one.line === null || !seen.has(key)) seen.set(one.line === null ? `${key}:${one.where}` : key, one);
  }
  return [...seen.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function invalid(file: string, problems: readonly Problem[], warnings: readonly Problem[] = []): Error {
  const fix = fixOf(problems);
  return regulatorError("rule-pack-invalid", `${file}: ${problemLines(problems)}`, {
    ...(fix !== undefined && { fix }),
    details: { problems, warnings },
  });
}
