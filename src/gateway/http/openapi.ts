import { z } from "zod";
import { problemSchema } from "./problem.ts";
import type { Route } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** Problems that any route with that property may answer with. */
const COMMON = {
  keyed: ["key-missing", "key-wrong", "role-wrong"],
  body: ["content-type", "body-not-json", "body-too-large"],
  parsed: ["request-invalid"],
  always: ["not-ready", "database-unreachable", "internal"],
} as const;

/** Statuses of error codes; unknown ones are the gateway's mistake and show in the tests. */
export type StatusOf = (code: string) => number;

/** The OpenAPI 3.1 document of these routes. It is made from the same schemas that parse the requests. */
export function openApi(routes: readonly Route[], version: string, statusOf: StatusOf): Json {
  const components = new Components();
  const paths: Record<string, Record<string, Json>> = {};
  for (const one of routes) {
    paths[one.path] = { ...paths[one.path], [one.method]: operation(one, components, statusOf) };
  }
  const problem = components.reference(problemSchema);
  return {
    openapi: "3.1.0",
    info: {
      title: "Tallystick gateway",
      version,
      description:
        "Every loan judged on a chain by the regulator's own rules at the moment it is made. Amounts are decimal strings of minor units, times UTC seconds or ISO 8601.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: components.all(),
      responses: {
        Problem: {
          description: "RFC 9457 problem details.",
          content: { "application/problem+json": { schema: problem } },
        },
      },
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "An API key, `tally_…`." } },
    },
  };
}

function operation(one: Route, components: Components, statusOf: StatusOf): Json {
  const parameters = [
    ...parametersOf(one.params, "path", components),
    ...parametersOf(one.query, "query", components),
    ...Object.entries(one.headers ?? {}).map(([name, { schema, required }]) => ({
      ...{ name, in: "header", required },
      schema: components.schema(schema, "input"),
    })),
  ];
  const responses: Record<string, Json> = {};
  for (const [status, { description, schema }] of Object.entries(one.answers)) {
    const content =
      schema === undefined ? {} : { content: { "application/json": { schema: components.schema(schema, "output") } } };
    responses[status] = { description, ...content };
  }
  for (const [status, codes] of problemsOf(one, statusOf)) {
    responses[status] ??= {
      $ref: "#/components/responses/Problem",
      description: codes.map((code) => `\`${code}\``).join(", "),
    };
  }
  return {
    operationId: operationId(one),
    summary: one.summary,
    ...(one.description !== undefined && { description: one.description }),
    ...(one.roles.length > 0 && { security: [{ key: [] }], "x-roles": one.roles }),
    ...(parameters.length > 0 && { parameters }),
    ...(one.body !== undefined && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: components.schema(one.body, "input") } },
      },
    }),
    responses,
  };
}

/** The codes that a route may answer with, by status. */
export function problemsOf(one: Route, statusOf: StatusOf): Map<string, string[]> {
  const codes = [
    ...(one.problems ?? []),
    ...(one.roles.length > 0 ? COMMON.keyed : []),
    ...(one.body === undefined ? [] : COMMON.body),
    ...(one.body === undefined && one.query === undefined && one.params === undefined ? [] : COMMON.parsed),
    ...(one.roles.length > 0 ? COMMON.always : []),
  ];
  const byStatus = new Map<string, string[]>();
  for (const code of new Set(codes)) {
    const status = String(statusOf(code));
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

const operationId = ({ method, path }: Route): string =>
  [method, ...path.split("/").slice(1)]
    .map((word) => word.replaceAll(/[^a-z0-9]+/giu, ""))
    .filter((word) => word !== "" && word !== "v1")
    .map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join("");

function parametersOf(schema: z.ZodType | undefined, where: "path" | "query", components: Components): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = components.inline(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    ...{ name, in: where, required: where === "path" || required.includes(name) },
    ...(description !== undefined && { description }),
    schema: property,
  }));
}

/** Schemas that have a name (`meta({id})`) are written once and referred to. */
class Components {
  readonly #named = new Map<string, Json>();

  all(): Json {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  reference(schema: z.ZodType): Json {
    this.#named.set("Problem", this.inline(schema, "output"));
    return { $ref: "#/components/schemas/Problem" };
  }

  schema(schema: z.ZodType, io: "input" | "output"): Json {
    const id = schema.meta()?.["id"];
    const written = this.inline(schema, io);
    if (typeof id !== "string") return written;
    // Sometimes a named schema comes as a reference to itself, with what it is among the definitions.
    if (!("$ref" in written)) this.#named.set(id, written);
    return { $ref: `#/components/schemas/${id}` };
  }

  /** JSON Schema 2020-12, as OpenAPI 3.1 has it; named parts go into the components. */
  inline(schema: z.ZodType, io: "input" | "output"): Json {
    // What goes out is described as it is written too: our schemas transform nothing on the way out that JSON would show.
    const {
      $schema: _,
      $defs,
      ...written
    } = z.toJSONSchema(schema, {
      target: "draft-2020-12",
      io: io === "input" ? "input" : "input",
      unrepresentable: "any",
    }) as { $schema?: string; $defs?: Record<string, Json> } & Json;
    for (const [name, definition] of Object.entries($defs ?? {})) this.#named.set(name, renamed(definition));
    return renamed(written);
  }
}

/** References within a schema's own `$defs`, as references to components; `id` is our name, not JSON Schema's. */
function renamed(value: Json): Json {
  const { id: _, ...rest } = value;
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}
