import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { AppError } from "../../src/core/errors.ts";
import { openDataDirectory, ownerOf } from "../../src/engine/data-directory.ts";
import { identify } from "../../src/engine/identity.ts";
import { temporaryDirectory } from "./support.ts";

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(AppError);
  return error as AppError;
}

describe("engine: the data directory", () => {
  it("is made where there is none, readable by nobody else", async () => {
    const path = join(await temporaryDirectory(), "a", "b");
    const directory = await openDataDirectory(path);
    expect(directory.path).to.equal(path);
    await directory.updateSettings({ ports: { chain: 20001 } });
    await directory.close();
    const again = await openDataDirectory(path);
    expect(again.settings.ports).to.deep.equal({ chain: 20001 });
    await again.close();
    expect(await readdir(path)).to.deep.equal(["settings.json"]);
  });

  it("belongs to one at a time, and says to whom", async () => {
    const path = await temporaryDirectory();
    const directory = await openDataDirectory(path);
    expect((await ownerOf(path))?.pid).to.equal(process.pid);
    const error = await failure(openDataDirectory(path));
    expect(error.code).to.equal("data-directory-in-use");
    expect(error.message).to.equal(`${path} is in use by process ${process.pid}`);
    expect(error.fix).to.contain(`Stop process ${process.pid} first`);
    await directory.close();
    expect(await ownerOf(path)).to.equal(undefined);
    await (await openDataDirectory(path)).close();
  });

  it("is not locked for ever by one who died, nor by who has the same number now", async () => {
    const path = await temporaryDirectory();
    await (await openDataDirectory(path)).close();
    await writeFile(join(path, "lock"), JSON.stringify({ pid: process.pid, started: "long ago", token: "x" }));
    const directory = await openDataDirectory(path);
    const lock: unknown = JSON.parse(await readFile(join(path, "lock"), "utf8"));
    expect(lock).to.include(identify(process.pid));
    await directory.close();
    await writeFile(join(path, "lock"), "");
    await (await openDataDirectory(path)).close();
  });

  it("goes to one only of those that find it left over at once", async () => {
    const path = await temporaryDirectory();
    await (await openDataDirectory(path)).close();
    await writeFile(join(path, "lock"), "{}");
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => openDataDirectory(path)));
    const won = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(won).to.have.length(1);
    await won[0]?.value.close();
  });

  it("refuses to write among what is not ours", async () => {
    const path = await temporaryDirectory();
    await writeFile(join(path, "thesis.txt"), "");
    const error = await failure(openDataDirectory(path));
    expect(error.code).to.equal("data-directory-foreign");
    expect(error.message).to.contain('"thesis.txt"');
    expect(await readdir(path)).to.deep.equal(["thesis.txt"]);
  });

  it("says why a place can't be used", async () => {
    const path = await temporaryDirectory();
    const file = join(path, "file");
    await writeFile(file, "");
    expect((await failure(openDataDirectory(file))).message).to.match(/there is a file of that name$/u);
    expect((await failure(openDataDirectory(join(file, "below")))).message).to.match(/a part of that path is a file$/u);
  });

  it("says that it may not write", async function () {
    if (process.getuid?.() === 0) this.skip();
    const path = join(await temporaryDirectory(), "closed");
    await mkdir(path);
    await chmod(path, 0o500);
    const error = await failure(openDataDirectory(path));
    expect(error.code).to.equal("data-directory-unusable");
    expect(error.message).to.match(/this user may not write there$/u);
  });

  it("knows a left-over process by id, start time and command, all three", async () => {
    const path = await temporaryDirectory();
    const directory = await openDataDirectory(path);
    const self = identify(process.pid);
    expect(self).not.to.equal(undefined);
    const started = self?.started ?? "";
    await directory.recordChild({ name: "this", pid: process.pid, started, program: process.argv0 });
    await directory.recordChild({ name: "earlier", pid: process.pid, started: "x", program: process.argv0 });
    await directory.recordChild({ name: "other", pid: process.pid, started, program: "/bin/postgres-of-ours" });
    expect((await directory.leftovers()).map((child) => child.name)).to.deep.equal(["this"]);
    await directory.forgetChild("this");
    expect(await directory.leftovers()).to.deep.equal([]);
    await directory.close();
  });
});
