import { rateError } from "./errors.ts";

/** One vector of a file: its own id or its place, and the value, or why it could not be read. */
export type FoundVector = { readonly id: string | number } & (
  { readonly value: unknown } | { readonly problem: string }
);

/**
 * Finds the vectors in a file's text: `{"vectors": [...]}`, an array, one vector alone, or one JSON object a line.
 *
 * A line that is no JSON is a problem of that line; a text of which nothing can be read is an error.
 *
 * @throws AppError `rate-file-unreadable`
 */
export function readVectors(text: string): FoundVector[] {
  const body = text.replace(/^\uFEFF/, "");
  if (body.trim() === "") throw rateError("rate-file-unreadable", "the file is empty");
  const whole = parse(body);
  if ("value" in whole) return vectorsOf(whole.value);
  const lines = body
    .split("\n")
    .flatMap((line, k) => (line.trim() === "" ? [] : [{ number: k + 1, found: parse(line) }]));
  if (lines.length < 2 || !lines.some(({ found }) => "value" in found && isObject(found.value))) {
    throw rateError("rate-file-unreadable", `the file is no JSON: ${whole.problem}`);
  }
  return lines.map(({ number, found }) =>
    "value" in found
      ? { id: idOf(found.value, `line ${number}`), value: found.value }
      : { id: `line ${number}`, problem: `line ${number} is no JSON: ${found.problem}` },
  );
}

function parse(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function vectorsOf(value: unknown): FoundVector[] {
  if (isObject(value) && "vectors" in value) {
    if (Array.isArray(value.vectors)) return listOf(value.vectors, "vectors");
    throw rateError("rate-file-unreadable", '"vectors" is no array');
  }
  if (Array.isArray(value)) return listOf(value, "");
  if (isObject(value) && ("payments" in value || "convention" in value)) {
    return [{ id: idOf(value, "vector"), value }];
  }
  throw rateError("rate-file-unreadable", "the file is JSON, but has no vectors in it");
}

function listOf(values: readonly unknown[], name: string): FoundVector[] {
  if (values.length === 0) throw rateError("rate-file-unreadable", "the list of vectors is empty");
  return values.map((value, k) => ({ id: idOf(value, `${name}[${k}]`), value }));
}

/** A vector's own id, or where it stands, so that every answer can be matched to its question. */
function idOf(value: unknown, place: string): string | number {
  const id = isObject(value) ? value.id : undefined;
  return typeof id === "string" || typeof id === "number" ? id : place;
}
