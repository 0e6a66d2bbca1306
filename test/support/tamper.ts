import type { z } from "zod";

/** A field of a schema: keys, with `*` for the elements of an array. */
export type Path = readonly string[];

interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
}

/** All fields of a schema that have no fields of their own, and all arrays. An unknown kind of schema throws: nothing is passed over. */
export function fieldsOf(schema: z.ZodType, path: Path = []): Path[] {
  const def = schema.def as unknown as Def;
  switch (def.type) {
    case "object":
      return Object.entries(def.shape!).flatMap(([key, field]) => fieldsOf(field, [...path, key]));
    case "array":
      return [path, ...fieldsOf(def.element!, [...path, "*"])];
    case "optional":
      return fieldsOf(def.innerType!, path);
    case "pipe":
      return fieldsOf(def.in!, path);
    case "string":
    case "number":
    case "literal":
    case "enum":
    case "union":
      return [path];
    default:
      throw new Error(`${path.join(".")}: a schema of type ${def.type} is not known here`);
  }
}

/** The places in `value` that a path of the schema stands for. */
export function placesOf(value: unknown, path: Path): Path[] {
  const [key, ...rest] = path;
  if (key === undefined) return [[]];
  if (typeof value !== "object" || value === null) return [];
  const keys = key === "*" ? Object.keys(value) : Object.hasOwn(value, key) ? [key] : [];
  return keys.flatMap((one) => placesOf((value as Record<string, unknown>)[one], rest).map((tail) => [one, ...tail]));
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
}

/** A copy with another value at a place; `undefined` takes the field (or the element) away. */
export function withValue<T>(whole: T, path: Path, value: unknown): T {
  const copy = structuredClone(whole);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string, unknown>;
  const key = path.at(-1)!;
  if (value !== undefined) parent[key] = value;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
}

/** Values that a forger might put in the place of `value`, by what was done. None equals it. */
export function forgeriesOf(value: unknown): [how: string, value: unknown][] {
  const made: [string, unknown][] = [
    ["taken away", undefined],
    ["null", null],
    ["an object", {}],
  ];
  if (typeof value === "string") {
    made.push(["empty", ""], ["shortened", value.slice(0, -1)], ["lengthened", `${value}0`], ["padded", ` ${value}`]);
    const places = [...new Set([2, Math.floor(value.length / 2), value.length - 1])].filter((at) => at < value.length);
    for (const at of places)
      made.push([`another character at ${at}`, value.slice(0, at) + next(value[at]!) + value.slice(at + 1)]);
    made.push(["upper case", value.toUpperCase()], ["zeros", value.replace(/[1-9a-f]/gu, "0")]);
    made.push(["a number", 1]);
  } else if (typeof value === "number") {
    made.push(["one more", value + 1], ["one less", value - 1], ["zero", 0], ["a fraction", value + 0.5]);
    made.push(["huge", 1e300], ["negative", -value - 1], ["text", String(value)], ["a bit flipped", value ^ 4]);
  } else if (Array.isArray(value)) {
    made.push(["empty", []], ["reversed", value.toReversed()], ["one twice", [...(value as unknown[]), value[0]]]);
    made.push(["one less", value.slice(1)]);
  }
  return made.filter(([, forged]) => JSON.stringify(forged) !== JSON.stringify(value));
}

/** The next digit or letter of the same alphabet, so that the text stays as well-formed as it was. */
function next(character: string): string {
  const alphabets = ["0123456789abcdef", "ghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const alphabet = alphabets.find((one) => one.includes(character));
  return alphabet ? alphabet[(alphabet.indexOf(character) + 1) % alphabet.length]! : "A";
}
