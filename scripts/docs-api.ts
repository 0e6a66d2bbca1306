/** What docs/spec/api.md, docs/spec/errors.md and docs/operating.md take from the gateway: routes, schemas, settings and error codes. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { ErrorTable } from "../src/core/errors.ts";
import { apiDocument, documentedRoutes } from "../src/gateway/api.ts";
import { configSchema } from "../src/gateway/config.ts";

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}
interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly "x-roles"?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const document = apiDocument(documentedRoutes()) as Document;
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
const anchor = (name: string): string => `[${name}](#${name.toLowerCase()})`;

/** A schema in a few words. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return anchor(schema.$ref.split("/").at(-1)!);
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) {
    const values = schema.enum.map((value) => `\`${String(value)}\``);
    return values.length > 12 ? `${values.slice(0, 3).join(", ")} and ${values.length - 3} more` : values.join(", ");
  }
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (typeof schema.additionalProperties === "object") return `map of ${typeOf(schema.additionalProperties)}`;
  return [schema.format ?? [schema.type ?? "anything"].flat().join(" or "), rangeOf(schema)].filter(Boolean).join(" ");
}

function rangeOf({ minimum, maximum, maxLength }: Schema): string {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum !== undefined && bounded) return `${minimum}–${maximum}`;
  if (bounded) return `≤ ${maximum}`;
  return maxLength === undefined ? "" : `≤ ${maxLength} characters`;
}

/** The fields of an object, those of objects within it as `outer.inner`. */
function fields(schema: Schema, prefix = ""): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) === true ? "" : ", optional";
    const row = [`\`${prefix}${name}\``, `${typeOf(field)}${optional}`, field.description ?? ""];
    const inner = field.properties === undefined ? field.items : field;
    const suffix = inner === field ? "." : "[].";
    return [row, ...(inner?.properties === undefined ? [] : fields(inner, `${prefix}${name}${suffix}`))];
  });
}

function contentOf({ content }: Content): string {
  const schema = Object.values(content ?? {})[0]?.schema;
  if (schema === undefined) return "";
  return schema.$ref === undefined && schema.properties !== undefined ? inline(schema) : typeOf(schema);
}

const inline = (schema: Schema): string =>
  Object.entries(schema.properties ?? {})
    .map(([name, field]) => `\`${name}\`: ${typeOf(field)}`)
    .join(", ");

function operationText(path: string, method: string, operation: Operation): string {
  const roles = operation["x-roles"];
  const parameters = (operation.parameters ?? []).map(({ name, in: where, required, description, schema }) => [
    `\`${name}\``,
    where,
    `${typeOf(schema)}${schema.default === undefined ? (required ? "" : ", optional") : `, ${JSON.stringify(schema.default)} if left out`}`,
    description ?? schema.description ?? "",
  ]);
  const responses = Object.entries(operation.responses).map(([status, response]) => [
    status,
    [response.description, contentOf(response)].filter(Boolean).join(" "),
  ]);
  return [
    `### ${method.toUpperCase()} ${path}`,
    [operation.summary.replace(/[^?]$/u, "$&."), operation.description].filter(Boolean).join(" "),
    roles === undefined ? "For anybody." : `For the roles ${roles.join(", ")}.`,
    parameters.length === 0 ? "" : table(["parameter", "in", "value", "meaning"], parameters),
    operation.requestBody === undefined ? "" : `Body: ${contentOf(operation.requestBody)}.`,
    table(["status", "answer"], responses),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** Every route. */
export function apiRoutesText(): string {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationText(path, method, operation)),
  );
  return all.join("\n\n");
}

/** Every schema that has a name. */
export function apiSchemasText(): string {
  return Object.entries(document.components.schemas)
    .map(([name, schema]) =>
      [`### ${name}`, schema.description ?? "", table(["field", "value", "meaning"], fields(schema))]
        .filter(Boolean)
        .join("\n\n"),
    )
    .join("\n\n");
}

/** Every setting of a gateway. */
export function settingsTable(): string {
  const schema = z.toJSONSchema(configSchema, { io: "output" }) as Schema;
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    `\`TALLY_${name.replaceAll(/[A-Z]/gu, (letter) => `_${letter}`).toUpperCase()}\``,
    `\`${String(field.default)}\``,
    rangeOf(field),
    field.description ?? "",
  ]);
  return table(["variable", "preset", "range", "meaning"], rows);
}

/** Every error code of every room. */
export async function errorsTable(): Promise<string> {
  const root = join(import.meta.dirname, "..");
  const rows = new Map<string, string[]>();
  for (const file of globSync("src/**/*.ts", { cwd: root }).filter((name) =>
    /errors\.ts$|core\/registry\.ts$/u.test(name),
  )) {
    const exported = Object.values((await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>);
    for (const value of exported) {
      if (typeof value !== "function" || !("table" in value)) continue;
      for (const [code, { status, why, fix }] of Object.entries(value.table as ErrorTable)) {
        rows.set(code, [`\`${code}\``, `${status}`, why, fix]);
      }
    }
  }
  const sorted = [...rows.values()].sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return table(["code", "status", "what it means", "what to do"], sorted);
}
