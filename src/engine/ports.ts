import { randomInt } from "node:crypto";
import { createServer } from "node:net";

import { engineError } from "./errors.ts";

/** Below the range from which systems take the ports of outgoing connections, so that a remembered one stays free. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Whether a server can listen on a loopback port now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

async function findFree(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
}

/**
 * The port of an engine: the one asked for, else the one of the last start, else a free one.
 *
 * @throws `engine-port-taken` where the one asked for is not free; a remembered one gives way to another
 */
export async function choosePort(
  engine: string,
  asked: number | undefined,
  remembered: number | undefined,
  tell: (text: string) => void,
): Promise<number> {
  if (asked !== undefined) {
    if (await isFree(asked)) return asked;
    throw engineError("engine-port-taken", `port ${asked}, meant for the ${engine}, is taken by another process`);
  }
  if (remembered === undefined) return findFree();
  if (await isFree(remembered)) return remembered;
  const port = await findFree();
  tell(`Port ${remembered} of the ${engine} is taken by another process; it listens on ${port} now.`);
  return port;
}
