import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { completeLockfile } from "../../scripts/lockfile.mjs";

interface Lockfile {
  packages: Record<string, object>;
}

describe("completeLockfile", () => {
  let folder: string;
  let path: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tallystick-"));
    path = join(folder, "package-lock.json");
  });
  after(() => rmSync(folder, { recursive: true }));

  const native = {
    version: "1.2.3",
    dev: true,
    optionalDependencies: {
      "@x/n-linux-x64-gnu": "1.2.3",
      "@x/n-darwin-arm64": "1.2.3",
      "@x/n-linux-arm64-musl": "1.2.3",
    },
  };
  const present = { version: "1.2.3", integrity: "sha512-abc" };

  it("adds the platforms that npm left out, reading them off the names, and keeps the others", () => {
    const packages = { "": {}, "node_modules/n": native, "node_modules/@x/n-linux-x64-gnu": present };
    writeFileSync(path, JSON.stringify({ packages }));
    expect(completeLockfile(path)).to.have.members(["@x/n-darwin-arm64", "@x/n-linux-arm64-musl"]);
    const after = JSON.parse(readFileSync(path, "utf8")) as Lockfile;
    expect(after.packages["node_modules/@x/n-linux-x64-gnu"]).to.deep.equal(present);
    expect(after.packages["node_modules/@x/n-darwin-arm64"]).to.deep.equal({
      version: "1.2.3",
      cpu: ["arm64"],
      dev: true,
      optional: true,
      os: ["darwin"],
    });
    expect(after.packages["node_modules/@x/n-linux-arm64-musl"]).to.deep.include({ libc: ["musl"], os: ["linux"] });
  });

  it("is content with what it has made", () => {
    expect(completeLockfile(path)).to.deep.equal([]);
  });

  it("leaves alone what is no platform's package, or no exact version", () => {
    const optionalDependencies = { "some-extra": "1.0.0", "@x/n-win32-x64": "^1.0.0" };
    writeFileSync(
      path,
      JSON.stringify({ packages: { "": {}, "node_modules/n": { version: "1.0.0", optionalDependencies } } }),
    );
    expect(completeLockfile(path)).to.deep.equal([]);
  });
});
