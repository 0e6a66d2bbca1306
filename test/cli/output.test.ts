import { expect } from "chai";

import { describeError, toJson } from "../../src/cli/output.ts";
import { coreError } from "../../src/core/errors.ts";

describe("toJson", () => {
  it("writes bigint as a decimal string, to the last digit", () => {
    expect(toJson({ amount: 12345678901234567890n, n: 1 })).to.equal('{"amount":"12345678901234567890","n":1}');
  });
});

describe("describeError", () => {
  it("given an AppError, says what and what to do", () => {
    const error = coreError("invalid-input", "line 3: no date");
    expect(describeError(error)).to.deep.equal({ what: "line 3: no date (invalid-input)", fix: error.fix });
  });

  it("given anything else, keeps to one line", () => {
    expect(describeError(new TypeError("first\nsecond")).what).to.equal("unexpected: first");
    expect(describeError("thrown").what).to.equal("unexpected: thrown");
  });
});
