import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { readGiven, written } from "../../src/cli/files.ts";
import type { AppError } from "../../src/core/errors.ts";
import { scratch } from "../support/tally.ts";

describe("files that are named on the command line", () => {
  let area: Awaited<ReturnType<typeof scratch>>;
  before(async () => {
    area = await scratch();
    await mkdir(join(area.path, "room"));
    await writeFile(join(area.path, "text"), "seven");
  });
  after(() => area.remove());

  const failed = async (act: Promise<unknown>): Promise<string> => {
    const error = (await act.then(() => undefined).catch((thrown: unknown) => thrown)) as AppError;
    return `${error.code}: ${error.message.replaceAll(area.path, "HERE")}`;
  };

  it("are read, or it says why they can't be", async () => {
    expect(await readGiven(join(area.path, "text"))).to.equal("seven");
    expect(await failed(readGiven(join(area.path, "none")))).to.equal(
      "file-unreadable: HERE/none can't be read: there is no such file or directory",
    );
    expect(await failed(readGiven(join(area.path, "room")))).to.equal(
      "file-unreadable: HERE/room can't be read: it is a directory",
    );
  });

  it("are written, or it says why they can't be", async () => {
    const write = (...parts: string[]): Promise<void> => {
      const path = join(area.path, ...parts);
      return written(path, () => writeFile(path, "eight"));
    };
    await write("text");
    expect(await readGiven(join(area.path, "text"))).to.equal("eight");
    expect(await failed(write("text", "under"))).to.equal(
      "file-unwritable: HERE/text/under can't be written: a part of it is no directory",
    );
    expect(await failed(write("room"))).to.equal("file-unwritable: HERE/room can't be written: it is a directory");
  });
});
