import { z } from "zod";
import { gatewayError } from "./errors.ts";
import { CUT_LIMITS } from "./open-filing.ts";

const number = (least: number, most: number, preset: number) =>
  z.coerce.number().int().min(least).max(most).default(preset);

/** Everything about a gateway that can be set. Names of environment variables: `TALLY_` and the name in capitals, `TALLY_WAIT_MAX`. */
export const configSchema = z.strictObject({
  /** Address to listen on. Beyond the loopback, put a proxy with TLS before it. */
  host: z.string().min(1).default("127.0.0.1"),
  /** Port to listen on; 0 takes any free one. */
  port: number(0, 65_535, 4150),
  /** Seconds within which a promised submission is to be on its way to the chain. */
  deadline: number(1, 86_400, 60),
  /** Most seconds that a request may wait for a decision. */
  waitMax: number(0, 120, 60),
  /** Most records of one batch. */
  batchMax: number(1, 2_000, 500),
  /** Most bytes of one batch's body. */
  batchBytes: number(1_024, 67_108_864, 8_388_608),
  /** Checks a second that a platform may make on average. */
  checkRate: number(1, 100_000, 100),
  /** Checks that a platform may make at once, after a pause. */
  checkBurst: number(1, 1_000_000, 1_000),
  /** Milliseconds that a submission waits for others to share its filing. */
  cutAge: number(0, 60_000, CUT_LIMITS.age),
  /** Most entries of a filing. */
  cutEntries: number(1, CUT_LIMITS.entries, CUT_LIMITS.entries),
  /** Filings on their way, at most, before submissions wait instead. */
  inFlight: number(1, 10_000, 48),
  /** Seconds before a filing that was sent and is not mined is looked after. */
  patience: z.coerce.number().min(0.05).max(3_600).default(5),
  /** Connections to the database. */
  connections: number(2, 100, 8),
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
