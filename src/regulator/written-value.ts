import type { Path } from "./pack-document.ts";

/** What a file has at a path; undefined if nothing is there. */
export function valueAt(plain: unknown, path: Path): unknown {
  let value = plain;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** A value as a person would name it: `24`, "abc", a list, fields. */
export function quoted(value: unknown): string {
  if (typeof value === "string")
    return value === "" ? "empty" : `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a group of fields";
  return `${value as number | boolean}`;
}
