import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { expect } from "chai";

const launcher = join(import.meta.dirname, "../../bin/tally.mjs");

function tally(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [launcher, ...args], { encoding: "utf8" });
}

describe("bin/tally.mjs", () => {
  it("runs the program and hands its exit code on", () => {
    expect(tally("--version")).to.deep.include({ status: 0, stdout: "0.1.0\n", stderr: "" });
    expect(tally("no-such-command").status).to.equal(2);
  });

  it("without a command, explains itself on stderr", () => {
    const { status, stdout, stderr } = tally();
    expect(status).to.equal(2);
    expect(stdout).to.equal("");
    expect(stderr).to.contain("Usage: tally");
  });
});
