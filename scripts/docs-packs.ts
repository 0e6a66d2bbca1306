/** What docs/rule-packs.md takes from the schema of rule packs, and from the packs themselves. */
import { readdirSync, readFileSync } from "node:fs";

import { z } from "zod";

import { RULE_TEXTS } from "../src/core/rule-texts.ts";
import { compileRulePack, parseRulePack, rulePackJsonSchema } from "../src/regulator/compile-rule-pack.ts";
import { marksOf } from "../src/regulator/marks.ts";
import { MARKS } from "../src/regulator/law.ts";
import { fieldsOf, PACK_RULES } from "../src/regulator/pack-rules.ts";

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(head), row(head.map(() => "---")), ...rows].join("\n");

/** Each rule with its own fields, as the schema describes them. */
export function ruleFields(): string {
  const rows = PACK_RULES.map((name) => {
    const fields = fieldsOf(name).map(({ field, about }) => `\`${field}\`: ${about}`);
    const { en, zh } = RULE_TEXTS[name];
    return row([name, `${en.name}, ${zh.name}`, fields.join(" · ") || "none"]);
  });
  return table(["rule", "called", "fields"], rows);
}

const shape = z.record(z.string(), z.object({ description: z.string() }));
const entriesOf = z.object({ additionalProperties: z.object({ properties: shape }) });
const itemsOf = z.object({ items: z.object({ properties: shape }) });
const schemaShape = z.object({
  properties: z.object({
    calendar: z.unknown(),
    markets: entriesOf,
    products: entriesOf,
    series: entriesOf,
    versions: itemsOf,
    notExpressed: itemsOf,
  }),
  $defs: z.object({ provision: z.object({ properties: shape }), enactment: z.object({ properties: shape }) }),
});

/** Every field of a pack but those of rules, as the schema describes them. */
export function packFields(): string {
  const schema = rulePackJsonSchema();
  const { properties, $defs } = schemaShape.parse(schema);
  const { markets, products, series, versions, notExpressed } = properties;
  const parts: readonly (readonly [string, z.infer<typeof shape>])[] = [
    ["the pack", z.object({ properties: shape }).parse(schema).properties],
    ["the calendar", z.object({ properties: shape }).parse(properties.calendar).properties],
    ["a market", markets.additionalProperties.properties],
    ["a product", products.additionalProperties.properties],
    ["a series", series.additionalProperties.properties],
    ["a version", versions.items.properties],
    ["`law` of a rule", $defs.provision.properties],
    ["`law` of a version", $defs.enactment.properties],
    ["what is not expressed", notExpressed.items.properties],
  ];
  const rows = parts.flatMap(([part, fields]) =>
    Object.entries(fields).map(([field, { description }], i) =>
      row([i === 0 ? part : "", `\`${field}\``, description]),
    ),
  );
  return table(["of", "field", "meaning"], rows);
}

/** Every pack in rulebooks/: products, versions, and how well its values were checked. */
export function packTable(): string {
  const files = readdirSync("rulebooks").filter((name) => name.endsWith(".yaml"));
  const rows = files.sort().map((file) => {
    const pack = parseRulePack(readFileSync(`rulebooks/${file}`, "utf8"), file);
    const { title, products, versions } = compileRulePack(pack, NOW);
    const marks = marksOf(pack);
    const names = products.map(({ name }) => name).join(", ");
    const counts = [versions.length, ...MARKS.map((mark) => marks[mark]), pack.notExpressed.length];
    return row([`[${file}](../rulebooks/${file})`, title, names, ...counts]);
  });
  return table(["pack", "what", "products", "versions", ...MARKS, "not expressed"], rows);
}

/** Only bounds how far ahead zones are looked up, which no table shows. */
const NOW = 1_760_000_000;
