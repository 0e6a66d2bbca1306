import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { JsonRpc } from "../../src/chain/rpc.ts";
import { anvilProgram } from "../../src/engine/programs.ts";
import { track } from "./children.ts";

/** A chain of a test's own, with a block for each transaction. Stop it after the test. */
export interface TestChain {
  readonly url: string;
  readonly rpc: JsonRpc;
  stop(): Promise<void>;
}

/** The first account of every test chain: its key is in all documentation of such chains. */
export const RICH_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/** Starts a chain on a free port. */
export async function startTestChain(): Promise<TestChain> {
  const child = track(
    spawn(anvilProgram(), ["--host", "127.0.0.1", "--port", "0", "--hardfork", "paris", "--accounts", "1"], {
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
  const url = `http://127.0.0.1:${await portOf(child)}`;
  return {
    url,
    rpc: new JsonRpc(url),
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL"); // It has nothing to save.
      }),
  };
}

function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the chain ended with code ${code}`)));
    createInterface(child.stdout!).on("line", (line) => {
      const port = /^Listening on .*:(\d+)$/u.exec(line)?.[1];
      if (port !== undefined) resolve(port);
    });
  });
}
