import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";

/** A YAML file of ours, which knows where each of its values stands. */

/** From the top of the file to a value, such as `versions`, 0, `rules`, `RATE`, `cap`. */
export type Path = readonly (string | number)[];

/** Something wrong at a value: what, why that is wrong, and what to write instead. */
export interface Fault {
  readonly path: Path;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** The same with its place; line and column count from 1. */
export interface Problem {
  /** The field, such as `versions.0.rules.RATE.cap`. */
  readonly where: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export interface YamlFile {
  /** As plain data; undefined if the file is no YAML. */
  readonly plain: unknown;
  /** What keeps it from being read. */
  readonly problems: readonly Problem[];
  readonly placed: (fault: Fault) => Problem;
}

/** Large files are none of ours, and aliases in YAML can make a small one large. */
const MAX_BYTES = 2_000_000;
/** Parts that are used many times are written once; twenty doublings are no sharing. */
export const MAX_ALIASES = 2_000;

/** Reads YAML. Whatever is wrong is in `problems`. */
export function readYaml(text: string, maxAliasCount = MAX_ALIASES): YamlFile {
  if (text.length > MAX_BYTES)
    return unreadable({
      where: "the file",
      line: null,
      column: null,
      what: `is larger than ${MAX_BYTES} bytes`,
      ...READ,
    });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placed = (fault: Fault): Problem => place(document, lines, fault);
  if (document.errors.length > 0)
    return unreadable(
      ...document.errors.map(({ pos, message }) => {
        const { line, col } = lines.linePos(pos[0]);
        return { where: "the file", line, column: col, what: message, ...READ };
      }),
    );
  try {
    return { plain: document.toJS({ maxAliasCount }) as unknown, problems: [], placed };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return unreadable({ where: "the file", line: null, column: null, what, ...READ });
  }
}

const READ = {
  why: "It is no YAML that can be read.",
  fix: "Mend the YAML there: indentation, colons, brackets and quotes.",
};

function unreadable(...problems: Problem[]): YamlFile {
  return { plain: undefined, problems, placed: ({ path, ...fault }) => ({ ...nowhere(path), ...fault }) };
}

const nowhere = (path: Path): { readonly where: string; readonly line: null; readonly column: null } => ({
  where: named(path),
  line: null,
  column: null,
});

export const named = (path: Path): string => (path.length === 0 ? "the file" : path.join("."));

function place(document: Document.Parsed, lines: LineCounter, { path, what, why, fix }: Fault): Problem {
  const at = startOf(document, path);
  if (at === undefined) return { ...nowhere(path), what, why, fix };
  const { line, col } = lines.linePos(at);
  return { where: named(path), line, column: col, what, why, fix };
}

/** Where a value begins; for one that is missing, where what should hold it does. Aliases lead to what they stand for. */
function startOf(document: Document.Parsed, path: Path): number | undefined {
  let node: Node | null | undefined = document.contents;
  let start = node?.range?.[0];
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step))
      : undefined;
    const inside = node.get(step, true) as Node | null | undefined;
    // A name without a value, and a field that has no business being there, stand at their name.
    const key = isPair(pair) ? (pair.key as Node | null)?.range?.[0] : undefined;
    node = inside;
    const next = node?.range?.[0] ?? key;
    if (next === undefined) break;
    start = next;
  }
  return start;
}

/** One line for a problem: `line 14, versions.0.rules.RATE.cap: what`. */
export const problemLine = ({ where, line, what }: Problem): string =>
  `${line === null ? "" : `line ${line}, `}${where}: ${what}`;

/** The same for several, each on a line of its own: what an error's message says after the file's name. */
export function problemLines(problems: readonly Problem[]): string {
  const [first] = problems;
  if (first !== undefined && problems.length === 1) return problemLine(first);
  return `${problems.length} things are wrong:${problems.map((one) => `\n  ${problemLine(one)}`).join("")}`;
}

/** What to do about them, where it is one thing. */
export const fixOf = (problems: readonly Problem[]): string | undefined =>
  problems.length === 1 ? problems[0]?.fix : undefined;
