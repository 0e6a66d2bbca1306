import { z } from "zod";
import { gatewayError } from "./errors.ts";
import { CUT_LIMITS } from "./open-filing.ts";

const number = (least: number, most: number, preset: number) =>
  z.coerce.number().int().min(least).max(most).default(preset);

/** Everything about a gateway that can be set. Names of environment variables: `TALLY_` and the name in capitals, `TALLY_WAIT_MAX`. */
export const configSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .meta({ description: "Address to listen on. Beyond the loopback, put a proxy with TLS before it." }),
  port: number(0, 65_535, 4150).meta({ description: "Port to listen on; 0 takes any free one." }),
  deadline: number(1, 86_400, 60).meta({
    description: "Seconds within which a promised submission is to be on its way to the chain.",
  }),
  waitMax: number(0, 120, 60).meta({ description: "Most seconds that a request may wait for a decision." }),
  batchMax: number(1, 2_000, 500).meta({ description: "Most records of one batch." }),
  batchBytes: number(1_024, 67_108_864, 8_388_608).meta({ description: "Most bytes of one batch's body." }),
  checkRate: number(1, 100_000, 250).meta({ description: "Checks a second that a platform may make on average." }),
  checkBurst: number(1, 1_000_000, 1_000).meta({
    description: "Checks that a platform may make at once, after a pause.",
  }),
  cutAge: number(0, 60_000, CUT_LIMITS.age).meta({
    description: "Milliseconds that a submission waits for others to share its filing.",
  }),
  cutEntries: number(1, CUT_LIMITS.entries, CUT_LIMITS.entries).meta({ description: "Most entries of a filing." }),
  inFlight: number(1, 10_000, 48).meta({
    description: "Filings on their way, at most, before submissions wait instead.",
  }),
  patience: z.coerce
    .number()
    .min(0.05)
    .max(3_600)
    .default(5)
    .meta({ description: "Seconds before a filing that was sent and is not mined is looked after." }),
  connections: number(2, 100, 8).meta({ description: "Connections to the database." }),
});
export type Config = z.infer<typeof configSchema>;

/** Reads the configuration from values given (they win) and the environment. Throws `config-invalid`, naming the setting. */
export function readConfig(
  given: Readonly<Record<string, unknown>> = {},
  environment: Readonly<Record<string, string | undefined>> = {},
): Config {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(configSchema.shape)) {
    const variable = environment[`TALLY_${name.replaceAll(/[A-Z]/gu, (letter) => `_${letter}`).toUpperCase()}`];
    if (variable !== undefined && variable !== "") values[name] = variable;
  }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) values[name] = value;
  const parsed = configSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw gatewayError(
    "config-invalid",
    `The setting ${issue?.path.join(".") || "(all)"}: ${issue?.message ?? "is wrong"}`,
  );
}
