import type { z } from "zod";
import type { Fault, Path } from "./pack-document.ts";
import { quoted, valueAt } from "./written-value.ts";

/** What a schema finds wrong with a file, said to somebody who knows the law and not the schema. */

type Issue = z.core.$ZodIssue;

/** A node of the JSON Schema, as far as words are taken from it. */
interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** Every issue as faults. `schema`: the JSON Schema of the file, for what a field means. */
export function shapeFaults(issues: readonly Issue[], plain: unknown, schema: unknown): Fault[] {
  return issues.flatMap((issue) => faultsOf(issue, plain, schema as SchemaNode));
}

function faultsOf(given: Issue, plain: unknown, schema: SchemaNode): Fault[] {
  const alternatives = mostTelling(given, plain);
  if (alternatives.length > 1 && alternatives.every(({ path }) => path.length === given.path.length))
    return [oneOf(alternatives, plain, schema)];
  return alternatives.flatMap((issue) => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => unknownField([...pathOf(issue), key], fieldsAt(schema, pathOf(issue))));
    return [faultOf(issue, plain, schema)];
  });
}

/** What is wrong inside the alternatives that came furthest, where a value may be one of several things. */
function mostTelling(issue: Issue, plain: unknown): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const value = valueAt(plain, pathOf(issue));
  const alternatives = issue.errors
    .map((inside) => inside.flatMap((one) => mostTelling({ ...one, path: [...issue.path, ...one.path] }, plain)))
    .filter((inside) => inside.length > 0);
  // Of a number nobody wants to hear that it might have been an object; of an object, that it is no text.
  const fitting = alternatives.filter((inside) => inside.every((one) => kindFits(one, value, issue.path.length)));
  const all = fitting.length > 0 ? fitting : alternatives;
  const depth = (inside: readonly Issue[]): number => Math.max(...inside.map(({ path }) => path.length));
  const deepest = Math.max(...all.map(depth));
  if (deepest > issue.path.length) {
    const candidates = all.filter((inside) => depth(inside) === deepest);
    return candidates.reduce((best, one) => (one.length < best.length ? one : best));
  }
  // Where a union says by itself what it expects, its alternatives needn't.
  return isOwnWords(issue.message) ? [{ ...issue, code: "custom" }] : all.flat();
}

/** A message of our own, which says what is expected, and none of the schema library's. */
const isOwnWords = (message: string): boolean => !/^(?:Invalid|Too|Unrecognized)/u.test(message);

function kindFits(issue: Issue, value: unknown, depth: number): boolean {
  if (issue.path.length > depth) return true;
  const structured = typeof value === "object" && value !== null;
  if (issue.code === "unrecognized_keys") return structured;
  if (issue.code !== "invalid_type") return !structured;
  const expected = String(issue.expected);
  if (expected === "object" || expected === "record") return structured && !Array.isArray(value);
  return expected === "array" ? Array.isArray(value) : !structured;
}

function faultOf(issue: Issue, plain: unknown, schema: SchemaNode): Fault {
  const path = pathOf(issue);
  const about = aboutOf(schema, path);
  const value = valueAt(plain, path);
  if (value === undefined)
    return { path, what: `is missing: ${expectedBy(issue)}`, why: about, fix: `Add it: ${expectedBy(issue)}.` };
  return { path, what: whatOf(issue, value), why: about, fix: `Write ${expectedBy(issue)}.` };
}

function oneOf(issues: readonly Issue[], plain: unknown, schema: SchemaNode): Fault {
  const path = pathOf(issues[0]!);
  const expected = [...new Set(issues.map(expectedBy))].join(", or ");
  const value = valueAt(plain, path);
  const what = value === undefined ? `is missing: ${expected}` : `is ${quoted(value)}, and should be ${expected}`;
  return { path, what, why: aboutOf(schema, path), fix: `Write ${expected}.` };
}

function whatOf(issue: Issue, value: unknown): string {
  if (issue.code === "too_small" || issue.code === "too_big")
    return `is ${quoted(value)}, and must be ${expectedBy(issue)}`;
  return `is ${quoted(value)}, and should be ${expectedBy(issue)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "`true` or `false`",
  object: "fields with their values, in braces or on lines of their own",
  record: "names with what each stands for",
  array: "a list in square brackets",
};

/** What would be right. Messages of units and refinements say it by themselves; a schema's own don't. */
function expectedBy(issue: Issue): string {
  if (isOwnWords(issue.message)) return issue.message;
  if (issue.code === "invalid_type") return KINDS[String(issue.expected)] ?? String(issue.expected);
  if (issue.code === "invalid_value") {
    const words = issue.values.map((value) => `\`${String(value)}\``);
    return words.length === 1 ? words[0]! : `one of ${words.join(", ")}`;
  }
  if (issue.code === "too_small") return `${measure(issue.origin, "at least", issue.minimum)}`;
  if (issue.code === "too_big") return `${measure(issue.origin, "at most", issue.maximum)}`;
  if (issue.code === "invalid_key") return "a name of lower-case letters, digits and hyphens";
  return "pattern" in issue && typeof issue.pattern === "string" ? `like ${issue.pattern}` : "something else";
}

function measure(origin: string, bound: string, count: number | bigint): string {
  if (origin === "array") return `a list of ${bound} ${count}`;
  if (origin === "string") return `text of ${bound} ${count} characters`;
  return `a whole number, ${bound} ${count}`;
}

function unknownField(path: Path, known: readonly string[]): Fault {
  const name = String(path.at(-1));
  const near = known.find((one) => one.toLowerCase() === name.toLowerCase());
  const all = known.map((one) => `\`${one}\``).join(", ");
  return {
    path,
    what: "there is no such field here",
    why: known.length === 0 ? "Nothing has a name there." : `Only these have a meaning here: ${all}.`,
    fix: near === undefined ? "Remove it, or give it the name of the one that is meant." : `Write \`${near}\`.`,
  };
}

/** What the schema says of a field; of something inside it that has no words, what it says of the whole. */
function aboutOf(schema: SchemaNode, path: Path): string {
  for (let end = path.length; end > 0; end--) {
    const description = nodesAt(schema, path.slice(0, end)).find((node) => node.description)?.description;
    if (description !== undefined) return `It means: ${description}.`;
  }
  return "It is part of every such file.";
}

const fieldsAt = (schema: SchemaNode, path: Path): string[] => [
  ...new Set(nodesAt(schema, path).flatMap(({ properties }) => Object.keys(properties ?? {}))),
];

function nodesAt(schema: SchemaNode, path: Path): SchemaNode[] {
  const open = (node: SchemaNode | undefined): SchemaNode[] => {
    if (node === undefined) return [];
    const target = node.$ref?.startsWith("#/$defs/") ? schema.$defs?.[node.$ref.slice("#/$defs/".length)] : undefined;
    return [node, ...open(target), ...(node.anyOf ?? []).flatMap(open), ...(node.allOf ?? []).flatMap(open)];
  };
  let nodes = open(schema);
  for (const step of path)
    nodes = nodes.flatMap((node) => {
      if (typeof step === "number") return open(node.items);
      const { additionalProperties: any } = node;
      return open(node.properties?.[step] ?? (typeof any === "object" ? any : undefined));
    });
  return nodes;
}

const pathOf = ({ path }: Issue): Path => path.map((step) => (typeof step === "number" ? step : String(step)));
