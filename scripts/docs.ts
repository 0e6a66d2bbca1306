/**
 * Writes what documentation takes from the code: each section between `<!-- generated: NAME -->` and `<!-- end -->`, and the files of
 * `FILES`. With `--check` it writes nothing and fails where a file would change. To add a section, add it to `SECTIONS` and put the two
 * marks where it belongs.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { RULES } from "../src/core/decision.ts";
import { DIRECTIONS, directionOf } from "../src/core/limit-directions.ts";
import { RULES_SERVED } from "../src/core/served-rules.ts";
import { LIMIT_FIELDS } from "../src/core/limit-fields.ts";
import type { LimitField } from "../src/core/limit-fields.ts";
import { RESERVED_LIMITS } from "../src/core/limits.ts";
import { apiDocument, documentedRoutes } from "../src/gateway/api.ts";
import { apiRoutesText, apiSchemasText, errorsTable, settingsTable } from "./docs-api.ts";
import { mappingJsonSchema } from "../src/import/mapping.ts";
import { commandsText, importDryRun, simulationDefinitions } from "./docs-cli.ts";
import { packFields, packTable, ruleFields } from "./docs-packs.ts";
import { accepted } from "./slither-accepted.ts";
import { closedExample, decisionExamples, filingExample, openedExample } from "./docs-examples.ts";

interface Section {
  readonly file: string;
  readonly name: string;
  readonly make: () => string | Promise<string>;
}

/** Files that are generated as a whole. */
const FILES: readonly { readonly file: string; readonly make: () => string }[] = [
  { file: "mappings/mapping.schema.json", make: () => JSON.stringify(mappingJsonSchema()) },
  { file: "docs/spec/openapi.json", make: () => JSON.stringify(apiDocument(documentedRoutes())) },
];

const SECTIONS: readonly Section[] = [
  { file: "docs/spec/protocol.md", name: "rule bits", make: ruleBits },
  { file: "docs/spec/protocol.md", name: "limits", make: limitsTable },
  { file: "docs/spec/rules.md", name: "rules", make: rulesTable },
  { file: "docs/rule-packs.md", name: "pack fields", make: packFields },
  { file: "docs/rule-packs.md", name: "rule fields", make: ruleFields },
  { file: "docs/rule-packs.md", name: "packs", make: packTable },
  { file: "docs/cli.md", name: "commands", make: commandsText },
  { file: "docs/spec/api.md", name: "routes", make: apiRoutesText },
  { file: "docs/spec/api.md", name: "schemas", make: apiSchemasText },
  { file: "docs/spec/errors.md", name: "errors", make: errorsTable },
  { file: "docs/design/gateway-settings.md", name: "settings", make: settingsTable },
  { file: "docs/design/static-analysis.md", name: "findings", make: slitherTable },
  { file: "docs/import.md", name: "dry run", make: importDryRun },
  { file: "docs/simulate.md", name: "simulation definitions", make: simulationDefinitions },
  { file: "docs/spec/entry.md", name: "an Opened", make: openedExample },
  { file: "docs/spec/entry.md", name: "a Closed", make: closedExample },
  { file: "docs/spec/filing.md", name: "a filing", make: filingExample },
  { file: "docs/spec/decision.md", name: "decisions", make: decisionExamples },
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function slitherTable(): string {
  return table(
    ["finding", "where", "why it stays"],
    accepted.map(({ detector, places, why }) => [
      `\`${detector}\``,
      places === "all" ? "wherever it is found" : places.map((place) => `\`${place}\``).join(", "),
      why,
    ]),
  );
}

/** Three bits to a line. */
function ruleBits(): string {
  const lines = Math.ceil(RULES.length / 3);
  const rows = Array.from({ length: lines }, (_, row) =>
    [0, 1, 2].flatMap((column) => [`${column * lines + row}`, RULES[column * lines + row] ?? ""]),
  );
  return table(["bit", "rule", "bit", "rule", "bit", "rule"], rows);
}

function limitsTable(): string {
  const fields = LIMIT_FIELDS.map((field) => ({ at: field.offset, cells: limitCells(field) }));
  const reserved = RESERVED_LIMITS.map(([from, to]) => ({
    at: from,
    cells: [`${from}`, "reserved", `${to - from} bytes`, "", "", "zero"],
  }));
  const rows = [...fields, ...reserved].sort((a, b) => a.at - b.at);
  return table(
    ["byte", "field", "width", "unit", "stricter", "meaning"],
    rows.map(({ cells }) => cells),
  );
}

function limitCells({ name, offset, width, unit, rule, doc }: LimitField): string[] {
  const wide = width === 20 ? "address" : width === 72 ? "8 × (u40, u32)" : `u${8 * width}`;
  const meaning = rule === "general" ? doc : [rule, doc].filter((part) => part !== "").join(": ");
  return [`${offset}`, name, wide, unit, DIRECTIONS[directionOf(name)].words, meaning];
}

function rulesTable(): string {
  return table(
    ["id", "bit", "judges", "rule", "such rules in law"],
    RULES_SERVED.map(({ name, must, source, judges }) => {
      const file = name.toLowerCase();
      return [`[${name}](../../src/core/rules/${file}.ts)`, `${RULES.indexOf(name)}`, judges, must, source];
    }),
  );
}

/** The file with one section made anew. */
async function withSection(text: string, { file, name, make }: Section): Promise<string> {
  const [begin, end] = [`<!-- generated: ${name} -->`, "<!-- end -->"];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`${file}: put "${begin}" and "${end}" where the section belongs`);
  return `${text.slice(0, from + begin.length)}\n\n${await make()}\n\n${text.slice(to)}`;
}

const check = process.argv.includes("--check");
const stale: string[] = [];

/** Writes a file as the code has it, or notes that it differs. */
async function settle(file: string, before: string, text: string): Promise<void> {
  const after = await format(text, { ...(await resolveConfig(file)), filepath: file });
  if (after === before) return;
  stale.push(file);
  if (!check) writeFileSync(file, after);
}

for (const file of new Set(SECTIONS.map((section) => section.file))) {
  const before = readFileSync(file, "utf8");
  let text = before;
  for (const section of SECTIONS) if (section.file === file) text = await withSection(text, section);
  await settle(file, before, text);
}
for (const { file, make } of FILES) await settle(file, existsSync(file) ? readFileSync(file, "utf8") : "", make());
if (check && stale.length > 0) {
  console.error(`${stale.join(", ")}: not as the code has it. Run: node scripts/docs.ts`);
  process.exitCode = 1;
} else console.log(stale.length === 0 ? "docs: nothing to do" : `docs: wrote ${stale.join(", ")}`);
