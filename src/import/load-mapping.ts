import { readFile } from "node:fs/promises";

import { LineCounter, parseDocument } from "yaml";

import { importError } from "./errors.ts";
import { type Mapping, mappingSchema } from "./mapping.ts";

const MAX_BYTES = 1_000_000;

/** Reads a mapping from a file. Throws `mapping-invalid`, naming line and key. */
export async function loadMapping(path: string): Promise<Mapping> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a directory" : "it can't be read";
    throw importError("mapping-invalid", `The mapping ${path}: ${why}`, {
      fix: "Name the mapping's file with --map; docs/import.md says how to write one.",
      cause,
    });
  }
  return parseMapping(text, path);
}

/** Parses a mapping. Throws `mapping-invalid`. */
export function parseMapping(text: string, name: string): Mapping {
  if (text.length > MAX_BYTES) throw importError("mapping-invalid", `${name} is larger than ${MAX_BYTES} bytes`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined)
    throw importError("mapping-invalid", `${name}, line ${lines.linePos(problem.pos[0]).line}: ${problem.message}`);
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw importError("mapping-invalid", `${name} can't be read as YAML`, { cause });
  }
  const parsed = mappingSchema.safeParse(plain);
  if (parsed.success) return parsed.data;
  const { path, message } = deepest(parsed.error.issues[0]!);
  let node: unknown;
  for (let depth = path.length; depth >= 0 && node === undefined; depth--)
    node = document.getIn(path.slice(0, depth), true);
  const at = (node as { range?: readonly number[] } | undefined)?.range?.[0];
  const where = at === undefined ? "" : `, line ${lines.linePos(at).line}`;
  throw importError("mapping-invalid", `${name}${where}, ${path.join(".") || "the file"}: ${message}`);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** Of the alternatives that all failed, the one that got furthest is what was meant. */
function deepest(issue: Issue, before: readonly string[] = []): { path: string[]; message: string } {
  const path = [...before, ...issue.path.map(String)];
  let best = { path, message: issue.message };
  for (const [first] of issue.errors ?? []) {
    if (first === undefined) continue;
    const inner = deepest(first, path);
    if (inner.path.length > best.path.length) best = inner;
  }
  return best;
}
