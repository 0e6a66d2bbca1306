import { expect } from "chai";
import type { Command } from "commander";

import { type CommandEntry, buildProgram, commanderExit } from "../../src/cli/program.ts";

/** A table of two commands that records what is loaded and run. */
function fixture(): { entries: CommandEntry[]; loaded: string[]; ran: unknown[] } {
  const loaded: string[] = [];
  const ran: unknown[] = [];
  const entry = (name: string, summary: string): CommandEntry => ({
    name,
    summary,
    load: async () => {
      loaded.push(name);
      const register = (program: Command): void => {
        const command = program.command(name).summary(summary).argument("<file>").option("--json");
        command.action((file: string, options: object) => void ran.push([name, file, options]));
      };
      return { register };
    },
  });
  return { entries: [entry("weigh", "weighs a file"), entry("count", "counts a file")], loaded, ran };
}

/** What the program ends with on a command line, and what it wrote. */
async function run(entries: CommandEntry[], args: string[]): Promise<{ exit: number | undefined; text: string }> {
  let text = "";
  const write = (part: string): void => void (text += part);
  const program = await buildProgram(entries, args);
  for (const command of [program, ...program.commands]) command.configureOutput({ writeOut: write, writeErr: write });
  try {
    await program.parseAsync(args, { from: "user" });
    return { exit: 0, text };
  } catch (error) {
    return { exit: commanderExit(error), text };
  }
}

describe("the command line", () => {
  it("loads the command that is asked for and no other", async () => {
    const { entries, loaded, ran } = fixture();
    expect(await run(entries, ["count", "a.csv", "--json"])).to.include({ exit: 0 });
    expect(loaded).to.deep.equal(["count"]);
    expect(ran).to.deep.equal([["count", "a.csv", { json: true }]]);
  });

  it("lists every command with its summary without loading any", async () => {
    const { entries, loaded } = fixture();
    const { exit, text } = await run(entries, ["--help"]);
    expect(exit).to.equal(0);
    expect(text)
      .to.match(/weigh\W.*weighs a file/u)
      .and.to.match(/count\W.*counts a file/u);
    expect(loaded).to.deep.equal([]);
  });

  it("explains one command, asked either way", async () => {
    const { entries } = fixture();
    for (const args of [
      ["help", "count"],
      ["count", "--help"],
    ]) {
      const { exit, text } = await run(entries, args);
      expect(exit, args.join(" ")).to.equal(0);
      expect(text, args.join(" ")).to.contain("count [options] <file>");
    }
  });

  for (const args of [["nope"], ["count"], ["count", "a.csv", "--wrong"]]) {
    it(`ends with 2 on \`${args.join(" ")}\``, async () => {
      const { exit, text } = await run(fixture().entries, args);
      expect(exit).to.equal(2);
      expect(text).to.match(/^error: /u);
    });
  }
});
