import { expect } from "chai";

import { AppError, defineErrors } from "../../src/core/errors.ts";

const roomError = defineErrors({
  "port-taken": { status: 503, why: "Another program listens there.", fix: "Choose another port." },
});

describe("defineErrors", () => {
  it("takes status and fix from the table", () => {
    const error = roomError("port-taken", "port 4150 is taken");
    expect(error).to.be.instanceOf(AppError).and.instanceOf(Error);
    expect(error).to.include({ code: "port-taken", status: 503, fix: "Choose another port." });
    expect(error.message).to.equal("port 4150 is taken");
  });

  it("lets the thrower say more exactly what to do, with facts and the cause", () => {
    const cause = new Error("EADDRINUSE");
    const error = roomError("port-taken", "port 4150 is taken", {
      fix: "Give --port.",
      details: { port: 4150 },
      cause,
    });
    expect(error.fix).to.equal("Give --port.");
    expect(error.details).to.deep.equal({ port: 4150 });
    expect(error.cause).to.equal(cause);
  });

  it("keeps its table for the catalogue", () => {
    expect(Object.keys(roomError.table)).to.deep.equal(["port-taken"]);
  });
});
