import { type DestinationStream, type Logger, pino } from "pino";

/**
 * A logger of JSON lines that knows what must not be in them: errors are reduced to their code, message and stack, because the
 * properties of a database's or a library's error may hold values of a record.
 */
export function createLogger(level: string = "info", destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: describeError },
    redact: { paths: ["authorization", "*.authorization", "key", "*.key", "record", "*.record"], censor: "[withheld]" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: typeof error };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...(typeof code === "string" && { code }),
    message: error.message,
    stack: error.stack?.split("\n").slice(1, 8).join("\n"),
    ...(error.cause !== undefined && depth < 3 && { cause: describeError(error.cause, depth + 1) }),
  };
}
